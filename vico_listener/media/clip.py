"""Reads a speaker clip (mp4, mov, mkv, webm, ...) as a stream of camera frames and audio chunks.

Stamps come from the container, never from frame number / frame rate, so that variable frame rates
and streams that start late stay in step. Stream time 0 is the first stamp in the file.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import NANOSECONDS
from vico_listener.frames import AudioChunk
from vico_listener.frames import CameraFrame
from vico_listener.media.container import ClipError
from vico_listener.media.container import Media
from vico_listener.media.decoded_audio import cut_audio
from vico_listener.media.decoded_image import fit
from vico_listener.media.decoded_image import shown_image
from vico_listener.media.decoding import count_packets
from vico_listener.media.decoding import decoded_frames
from vico_listener.media.decoding import measure_duration
from vico_listener.media.decoding import open_clip
from vico_listener.media.remarks import Remarks
from vico_listener.speech.pcm import PcmDecoder
from vico_listener.speech.resampler import RATE_RANGE

__all__ = [
    'START_NS',
    'CameraFrame',
    'ClipError',
    'ClipInfo',
    'AudioChunk',
    'AudioFileInfo',
    'camera_frames',
    'count_images',
    'play',
    'probe_clip',
    'probe_audio',
    'read_audio',
    'audio_between',
    'audio_chunks',
]

START_NS = NANOSECONDS
"""Stamp of stream time 0 wherever a clip is played: a stamp of 0 counts as none."""

NO_AUDIO = 'none'
"""Name of a microphone with which a recording is played without its audio."""

MAX_CHANNELS = 2
"""The most channels of the audio that is given out; what has more is mixed."""

LOW_RATE, HIGH_RATE = 16000, 48000
"""Hz at which audio is given out whose own rate is below or above what can be heard."""


@dataclass(frozen=True)
class AudioFileInfo:
    """Audio of a file: sample rate (Hz), channels, duration that the head of the file tells (s)."""

    sample_rate: int
    channels: int
    duration: float


@dataclass(frozen=True)
class ClipInfo:
    """What a clip holds: size in px, mean frame rate, duration in s, audio format (0 if none).

    `notes` are lines for whoever plays it, such as which of several streams is taken.
    """

    path: Path
    width: int
    height: int
    fps: float
    duration: float
    sample_rate: int
    channels: int
    notes: tuple[str, ...] = ()

    @property
    def has_audio(self) -> bool:
        """True when there is an audio stream."""
        return self.sample_rate > 0


def probe_clip(path: str | Path) -> ClipInfo:
    """Look into a clip without playing it.

    Raises:
        ClipError: no such file, not a video, no video stream, or not two images in it.
    """
    path = Path(path)
    with open_clip(path) as media:
        if media.video is None:
            raise ClipError(f'{path.name} {_without_images(media)}: give a video of the speaker')
        fps = float(media.video.average_rate or 0.0)
        audio = media.audio
        rate, channels = (0, 0) if audio is None else (given_rate(audio), audio.channels)
        notes = tuple(media.choices())
        if audio is not None and rate != audio.sample_rate:
            notes += (f'the audio has {audio.sample_rate} Hz: it is played with {rate} Hz',)
    first = list(islice(camera_frames(path), 2))
    if len(first) < 2:
        holds = 'holds a single image, it is no video' if first else 'holds no image: it is empty'
        raise ClipError(f'{path.name} {holds}; give a video of the speaker')
    height, width = first[0].image.shape[:2]
    # What the head tells is not how long it plays where stamps jump, or begin elsewhere than at 0.
    return ClipInfo(path, width, height, fps, measure_duration(path), rate, channels, notes)


def _without_images(media: Media) -> str:
    if media.has_cover:
        return 'is a song with an image on its cover, no video'
    if media.container.streams.video:
        return 'has images of a kind that cannot be decoded here'
    return 'has no video stream'


def given_rate(audio: av.AudioStream) -> int:
    """Return the rate (Hz) at which the audio of a file is given out: its own, if it is usual."""
    rate = int(audio.sample_rate)
    lowest, highest = RATE_RANGE
    return LOW_RATE if rate < lowest else HIGH_RATE if rate > highest else rate


def count_images(path: Path) -> int:
    """Return how many images a clip holds, counted without decoding them.

    Raises:
        ClipError: it cannot be read, or has no video stream.
    """
    count = count_packets(path, 'video')
    if count == 0:
        with open_clip(path) as media:
            if media.video is None:
                raise ClipError(f'{path.name} {_without_images(media)}')
    return count


def probe_audio(path: Path) -> AudioFileInfo:
    """Return what audio a file holds.

    Raises:
        ClipError: it cannot be read, or holds no audio.
    """
    with open_clip(path) as media:
        if media.audio is None:
            raise ClipError(f'{path.name} holds no audio')
        rate, channels = given_rate(media.audio), media.audio.channels
        duration = media.duration
    return AudioFileInfo(rate, channels, duration)


def camera_frames(
    path: Path, since: float = 0.0, remarks: Remarks | None = None
) -> Iterator[CameraFrame]:
    """Yield the images of a clip from `since` s on, upright and with square pixels.

    Damaged ones are skipped, stamps strictly rise, and all have the size of the first.

    Args:
        path: of the clip.
        since: s of stream time.
        remarks: takes what was skipped or changed.

    Raises:
        ClipError: the file cannot be read.
    """
    remarks = Remarks() if remarks is None else remarks
    size: tuple[int, int] | None = None
    last: Fraction | None = None
    for frame in decoded_frames(path, 'video', since, remarks):
        time = frame.time
        if time is None or (last is not None and time <= last):
            remarks.add('images whose stamp is not later than the one before, left out')
            continue
        last = time
        if time < since:
            continue
        try:
            image = shown_image(frame.decoded, frame.aspect, frame.matrix)
        except ValueError:
            remarks.add('images that cannot be shown')
            continue
        size = size or image.shape[:2]
        if image.shape[:2] != size:
            remarks.add('images of another size than the first, scaled to its size')
            image = fit(image, *size)
        yield CameraFrame(round(time * NANOSECONDS), image)


def audio_chunks(
    path: Path, since: float = 0.0, remarks: Remarks | None = None
) -> Iterator[AudioChunk]:
    """Yield the audio of a clip in chunks of 10 ms, at `given_rate`; nothing when there is none.

    The first chunk may begin some time before `since` (s). Of more than two channels two are made.

    Raises:
        ClipError: the file cannot be read.
    """
    with open_clip(path) as media:
        if media.audio is None:
            return
        rate, channels = given_rate(media.audio), min(MAX_CHANNELS, media.audio.channels)
    frames = decoded_frames(path, 'audio', since, remarks)
    for time, samples in cut_audio(frames, rate, channels):
        yield AudioChunk(round(time * NANOSECONDS), samples, rate)


def read_audio(path: Path) -> tuple[NDArray[np.int16], int]:
    """Return all samples of a file's audio, (N, channels), and their rate in Hz.

    Raises:
        ClipError: it cannot be read, or holds no audio.
    """
    chunks = list(audio_chunks(path))
    if not chunks:
        raise ClipError(f'{path} has no audio')
    return np.concatenate([c.samples for c in chunks]), chunks[0].sample_rate


def audio_between(path: Path, since: float, until: float) -> tuple[NDArray[np.float32], int]:
    """Return the audio of a stretch of time, mixed to one channel; zeros where there is none.

    Where an inverted channel cancels the others out, the loudest one is taken.

    Args:
        path: the clip.
        since: beginning, s of stream time.
        until: end, s of stream time.

    Returns:
        samples (N,) -1..1, and their rate in Hz.

    Raises:
        ClipError: it cannot be read, or holds no audio.
    """
    rate = probe_audio(path).sample_rate
    audio = np.zeros(round((until - since) * rate), np.float32)
    decoder: PcmDecoder | None = None
    for chunk in audio_chunks(path, since):
        channels = chunk.samples.shape[1]
        if decoder is None or decoder.channels != channels:
            decoder = PcmDecoder(channels)
        mono = decoder.decode(chunk.samples)
        begin = round((chunk.stamp / NANOSECONDS - since) * rate)
        if begin >= len(audio):
            break
        mono = mono[max(0, -begin) : len(audio) - begin]
        begin = max(0, begin)
        audio[begin : begin + len(mono)] = mono
    return audio, rate


def play(
    path: str | Path, remarks: Remarks | None = None, audio: Path | None = None
) -> Iterator[CameraFrame | AudioChunk]:
    """Yield images and audio of a clip in the order in which they would be captured.

    Args:
        path: of the clip.
        remarks: takes what was skipped or changed.
        audio: another file, whose audio is played instead of the clip's.

    Raises:
        ClipError: the file cannot be read.
    """
    path = Path(path)
    return heapq.merge(
        audio_chunks(path if audio is None else audio, remarks=remarks),
        camera_frames(path, remarks=remarks),
        key=lambda item: item.available,
    )
