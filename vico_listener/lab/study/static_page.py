"""Writes the page of a study: one folder that works from a disk and does not hold the key.

Its videos are encoded alike, so that nothing but the listener tells them apart.
"""

import json
import shutil
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from tqdm import tqdm

from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.frames import AudioChunk
from vico_listener.lab.study.manifest import StudyError
from vico_listener.lab.study.questions import Key
from vico_listener.lab.study.questions import Question
from vico_listener.lab.study.questions import Video
from vico_listener.media.clip import play
from vico_listener.media.clip import probe_audio
from vico_listener.media.clip import probe_clip
from vico_listener.media.container import file_url
from vico_listener.media.decoded_image import fit
from vico_listener.media.film import AUDIO_RATE
from vico_listener.media.film import speaker_width
from vico_listener.media.video import h264_stream
from vico_listener.media.video import video_frame
from vico_listener.motion import Attitude
from vico_listener.resources import resource_path

SIZE = 360


def write_page(folder: Path, key: Key, videos: Mapping[str, Video], size: int = SIZE) -> None:
    """Write `index.html`, its style and code, `study.js` with the questions, and `videos/`.

    Args:
        folder: folder of the page; it must be empty or missing.
        key: what is asked; only what a participant may know of it is written.
        videos: the videos by opaque name.
        size: height of the videos, px (even).

    Raises:
        StudyError: the folder is not empty, or the video of a speaker is silent.
        ClipError: a video cannot be read.
    """
    if folder.exists() and any(folder.iterdir()):
        raise StudyError(f'{folder} is not empty: give --out a new folder')
    for video in videos.values():
        _check(video)  # all of them before the first is written
    (folder / 'videos').mkdir(parents=True, exist_ok=True)
    # By name: the order and time of writing say nothing either.
    for name in tqdm(sorted(videos), desc='encoding', unit='video'):
        video = videos[name]
        encode(video.source, folder / 'videos' / f'{name}.mp4', size, video.audio, video.sound)
    for file in resource_path('resource/pages/study').iterdir():
        shutil.copyfile(file, folder / file.name)
    content = {
        'study': key.study,
        'attitudes': [attitude.value for attitude in Attitude],
        'questions': [public(q) for q in key.questions],
    }
    script = f'const STUDY = {json.dumps(content, indent=1)};\n'
    (folder / 'study.js').write_text(script, encoding='utf-8')


def _check(video: Video) -> None:
    """Refuse a video that cannot be read, or that ought to be heard and is silent."""
    info = probe_clip(video.source)
    if video.sound is not None:
        probe_audio(video.sound)
    elif video.audio and not info.has_audio:
        raise StudyError(
            f'{video.source} has no audio: name the file of the audio in the column audio'
        )


def public(question: Question) -> dict[str, object]:
    """Return what a participant may know of a question."""
    shown: dict[str, object] = {
        'id': question.id,
        'test': question.test.value,
        'speaker': question.speaker,
        'options': list(question.options),
    }
    return shown if question.attitude is None else shown | {'attitude': question.attitude.value}


def encode(
    source: Path, target: Path, size: int, with_audio: bool, sound: Path | None = None
) -> None:
    """Write a video as H.264 (and AAC) mp4 at the model rate, without any metadata of its source.

    Args:
        source: any video that FFmpeg reads.
        target: the mp4.
        size: its height, px (even); a video without audio (a listener's) is made square.
        with_audio: whether there is audio.
        sound: the file of the audio; None for that of the source.

    Raises:
        ClipError: the source is not a video.
    """
    info = probe_clip(source)
    width = speaker_width(size, info.height, info.width) if with_audio else size
    # Bit-exact: the same source gives the same file, and no program or date stands in it.
    options = {'movflags': '+faststart', 'fflags': '+bitexact'}
    with av.open(file_url(target), 'w', options=options) as container:
        video = h264_stream(container, (width, size), MODEL_RATE)
        video.options = {**video.options, 'preset': 'fast', 'flags': '+bitexact'}
        audio = None
        if with_audio:
            channels = info.channels if sound is None else probe_audio(sound).channels
            layout = 'mono' if channels == 1 else 'stereo'
            audio = container.add_stream('aac', rate=AUDIO_RATE, layout=layout)
        tick, shown = 0, None
        for item in play(source, audio=sound):
            if isinstance(item, AudioChunk):
                if audio is not None:
                    container.mux(audio.encode(_audio_frame(item)))
                continue
            while shown is not None and tick * NANOSECONDS < item.stamp * MODEL_RATE:
                container.mux(video.encode(video_frame(shown, tick, MODEL_RATE)))
                tick += 1
            shown = fit(item.image, size, width)
        if shown is not None:
            container.mux(video.encode(video_frame(shown, tick, MODEL_RATE)))
        container.mux(video.encode(None))
        if audio is not None:
            container.mux(audio.encode(None))


def _audio_frame(chunk: AudioChunk) -> av.AudioFrame:
    layout = 'mono' if chunk.samples.shape[1] == 1 else 'stereo'
    samples = np.ascontiguousarray(chunk.samples).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(samples, format='s16', layout=layout)
    frame.sample_rate = chunk.sample_rate
    frame.time_base = Fraction(1, chunk.sample_rate)
    frame.pts = round(Fraction(chunk.stamp, NANOSECONDS) * chunk.sample_rate)
    return frame
