"""Writes bags of clips: what camera and microphone would have published, and the true listener."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from vico_listener.clock import tick_stamp
from vico_listener.frames import AudioChunk
from vico_listener.frames import CameraFrame
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.dataset.reference import first_face
from vico_listener.lab.dataset.reference import reference_face
from vico_listener.lab.dataset.reference import relative_track
from vico_listener.media.bags.bag_errors import BagError
from vico_listener.media.bags.definitions import ATTITUDE
from vico_listener.media.bags.definitions import AUDIO_INFO
from vico_listener.media.bags.definitions import AUDIO_PLAIN
from vico_listener.media.bags.definitions import AUDIO_STAMPED
from vico_listener.media.bags.definitions import COMPRESSED_IMAGE
from vico_listener.media.bags.definitions import FACE_MOTION
from vico_listener.media.bags.definitions import IMAGE
from vico_listener.media.bags.definitions import LISTENER_MOTION
from vico_listener.media.bags.definitions import header_of
from vico_listener.media.bags.definitions import new_message
from vico_listener.media.bags.definitions import time_of
from vico_listener.media.bags.input_topics import TRUE_MOTION
from vico_listener.media.bags.input_topics import TRUE_REFERENCE
from vico_listener.media.bags.writer import BagWriter
from vico_listener.media.clip import START_NS
from vico_listener.media.clip import audio_chunks
from vico_listener.media.clip import camera_frames
from vico_listener.media.clip import probe_clip
from vico_listener.media.face_track import FaceTrack
from vico_listener.media.remarks import Remarks
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion

VIDEOS = ('.mp4', '.mov', '.mkv', '.webm', '.avi')
SPEAKER = '.speaker'


@dataclass(frozen=True)
class ClipFiles:
    """A clip's name, the speaker's video, its audio (None: that of the video), and its features."""

    name: str
    video: Path
    audio: Path | None = None
    features: Path | None = None

    def known(self) -> tuple[Attitude | None, FaceTrack | None]:
        """Return the listener's attitude and true motion as far as they are known.

        Raises:
            DataError: the feature file is broken.
        """
        if self.features is None:
            return None, None
        clip = ClipFeatures.load(self.features)
        return clip.attitude, clip.listener


def find_clips(source: Path, features: Path | None = None) -> list[ClipFiles]:
    """Find the clips of a video file, of a folder of videos, or of a data set in ViCo's layout.

    ViCo's layout is ``videos/NAME.speaker.mp4`` with ``audio_folder/NAME.wav``; features are
    ``NAME.npz`` in `features`, or in the folder ``features`` of the data set.

    Raises:
        BagError: there is no video.
    """
    if source.is_file():
        return [_clip(source, None, features)]
    if not source.is_dir():
        raise BagError(f'no such clip or data set: {source}')
    if features is None and (source / 'features').is_dir():
        features = source / 'features'
    folder, audio_folder = source, None
    if (source / 'videos').is_dir():
        folder, audio_folder = source / 'videos', source / 'audios'
    videos = sorted(p for p in folder.iterdir() if p.suffix.lower() in VIDEOS)
    speakers = [p for p in videos if p.stem.endswith(SPEAKER)] or videos
    if not speakers:
        raise BagError(f'{folder} holds no video ({", ".join(VIDEOS)})')
    return [_clip(video, audio_folder, features) for video in speakers]


def _clip(video: Path, audio_folder: Path | None, features: Path | None) -> ClipFiles:
    name = video.stem.removesuffix(SPEAKER)
    audio = None if audio_folder is None else audio_folder / f'{name}.wav'
    known = None if features is None else features / f'{name}.npz'
    if audio is not None and not audio.is_file():
        raise BagError(f'{video} has no audio beside it: {audio} is missing')
    return ClipFiles(name, video, audio, known if known is not None and known.is_file() else None)


CAMERA = 'camera'
HEAD = 'head'
JPEG_QUALITY = 95

Progress = Callable[[float], None]


def make_bag(
    clip: ClipFiles,
    folder: Path,
    storage: str = 'mcap',
    images: str = 'raw',
    attitude: Attitude | None = None,
    progress: Progress | None = None,
    remarks: Remarks | None = None,
) -> dict[str, int]:
    """Write the bag of a clip; return the number of messages on each topic.

    Stamps begin at `START_NS`, as when the clip itself is played: with raw images the bag gives
    the same motion as the clip.

    Args:
        clip: the clip to convert.
        folder: folder of the bag; it must not exist.
        storage: 'mcap' or 'sqlite3'.
        images: 'raw' (sensor_msgs/Image) or 'jpeg' (CompressedImage).
        attitude: attitude of the listener; None: that of the clip's features, if known.
        progress: called with the seconds of stream time that are done.
        remarks: takes what was skipped or moved.

    Raises:
        BagError: the folder exists. ClipError: the video cannot be used. DataError: the features
            cannot.
    """
    info = probe_clip(clip.video)
    known, listener = clip.known()
    attitude = attitude or known
    audio = clip.audio or clip.video
    notes = {'clip': clip.name} | ({'attitude': attitude.value} if attitude else {})
    with BagWriter(folder, storage, notes) as writer:
        if attitude is not None:
            message = new_message(ATTITUDE, data=attitude.value)
            writer.write('/attitude', ATTITUDE, START_NS, message)
        truth = iter(()) if listener is None else _true_motions(listener, attitude)
        announced = False
        # Recorded when it came in: audio at its end.
        timed = heapq.merge(
            ((item.available, item) for item in audio_chunks(audio, remarks=remarks)),
            ((item.available, item) for item in camera_frames(clip.video, remarks=remarks)),
            truth,
            key=lambda pair: pair[0],
        )
        for available, item in timed:
            if isinstance(item, AudioChunk):
                if not announced:
                    writer.write('/audio_info', AUDIO_INFO, START_NS, _format(item))
                    announced = True
                writer.write('/audio', AUDIO_STAMPED, START_NS + available, _audio(item))
            elif isinstance(item, CameraFrame):
                kind, message = _image(item, images)
                topic = '/image' if kind == IMAGE else '/image/compressed'
                writer.write(topic, kind, START_NS + available, message)
            else:
                topic, kind, message = item
                writer.write(topic, kind, START_NS + available, message)
            if progress is not None:
                progress(min(info.duration, available / 1e9))
        return dict(writer.counts)


def _image(frame: CameraFrame, images: str) -> tuple[str, Any]:
    header = header_of(START_NS + frame.stamp, CAMERA)
    height, width = frame.image.shape[:2]
    if images == 'raw':
        return IMAGE, new_message(
            IMAGE,
            header=header,
            height=height,
            width=width,
            encoding='bgr8',
            is_bigendian=0,
            step=3 * width,
            data=np.ascontiguousarray(frame.image).reshape(-1),
        )
    if images != 'jpeg':
        raise BagError(f"images are 'raw' or 'jpeg', not '{images}'")
    _, encoded = cv2.imencode('.jpg', frame.image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    data = np.asarray(encoded, np.uint8).reshape(-1)
    return COMPRESSED_IMAGE, new_message(
        COMPRESSED_IMAGE, header=header, format='bgr8; jpeg compressed bgr8', data=data
    )


def _format(chunk: AudioChunk) -> Any:
    channels = chunk.samples.shape[1]
    return new_message(
        AUDIO_INFO,
        channels=channels,
        sample_rate=chunk.sample_rate,
        sample_format='S16LE',
        bitrate=chunk.sample_rate * 16 * channels,
        coding_format='wave',
    )


def _audio(chunk: AudioChunk) -> Any:
    data = np.ascontiguousarray(chunk.samples.astype('<i2')).view(np.uint8).reshape(-1)
    return new_message(
        AUDIO_STAMPED,
        header=header_of(START_NS + chunk.stamp, ''),
        audio=new_message(AUDIO_PLAIN, data=data),
    )


def _true_motions(track: FaceTrack, attitude: Attitude | None) -> Any:
    """Yield the true listener's first face, then its motion relative to it, tick by tick."""
    reference = first_face(track)
    yield 0, ('/' + TRUE_REFERENCE, FACE_MOTION, _face(reference, START_NS, CAMERA))
    relative = relative_track(track)
    rest = reference_face(track)
    for tick in range(len(track)):
        stamp = START_NS + tick_stamp(tick)
        message = new_message(
            LISTENER_MOTION,
            header=header_of(stamp, HEAD),
            source_stamp=time_of(stamp),
            reset=tick == 0,
            face=_face(relative.motion(tick), stamp, HEAD),
            rest_rotation=np.asarray(rest.rotation, np.float32),
            attitude='' if attitude is None else attitude.value,
            intensity=1.0,
            active=True,
            model='true listener',
            place=np.zeros(3, np.float32),
            sound=np.zeros(2, np.float32),
            received=time_of(0),
            audio_wait=0.0,
            face_time=0.0,
            speech_time=0.0,
            listener_time=0.0,
        )
        yield tick_stamp(tick), ('/' + TRUE_MOTION, LISTENER_MOTION, message)


def _face(face: FaceMotion, stamp: int, frame_id: str) -> Any:
    return new_message(
        FACE_MOTION,
        header=header_of(stamp, frame_id),
        basis=face.basis.name,
        expression=np.asarray(face.expression, np.float32),
        rotation=np.asarray(face.rotation, np.float32),
        translation=np.asarray(face.translation, np.float32),
        crop=np.asarray(face.crop, np.float32),
        confidence=float(face.confidence),
    )
