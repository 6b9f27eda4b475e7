"""Cuts one clip out of a two-person video: a square image of each person, and the audio."""

from collections.abc import Iterable
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import cv2
import numpy as np
from scipy.signal import resample_poly

from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.face import FaceBackend
from vico_listener.frames import AudioChunk
from vico_listener.frames import CameraFrame
from vico_listener.frames import Image
from vico_listener.lab.dataset.audio_file import write_audio
from vico_listener.lab.dataset.vico.annotations import Annotation
from vico_listener.lab.dataset.vico.two_people import Followed
from vico_listener.lab.dataset.vico.two_people import RejectedClipError
from vico_listener.lab.dataset.vico.two_people import check_person
from vico_listener.lab.dataset.vico.two_people import follow_two
from vico_listener.media.clip import audio_between
from vico_listener.media.clip import camera_frames
from vico_listener.media.clip import probe_clip
from vico_listener.media.film import Film
from vico_listener.media.video import write_video
from vico_listener.render.portrait import FACE_LEVEL

SIZE = 384
"""Side of the images, px, as in ViCo."""
AUDIO_RATE = 44_100
ROOM = 2.0
"""Side of a crop in face heights, where there is room."""
LEAST_ROOM = 1.1
"""Least distance of the face from the crop's edge: its box times this must fit."""
LATEST_END = 0.5
"""Seconds by which a clip may end after its video."""

Window = tuple[int, int, int]
"""Left, top and side of a square in an image, px."""


def cut_clip(annotation: Annotation, folder: Path, backend: FaceBackend, fov_deg: float) -> None:
    """Write a clip into `videos`, `audios` and `side_by_side` of `folder`.

    Raises:
        RejectedClipError: it breaks a rule.
        ClipError: the video cannot be read.
    """
    info = probe_clip(annotation.video)
    if annotation.end > info.duration + LATEST_END:
        raise RejectedClipError(
            f'it ends at {annotation.end:.1f} s, the video at {info.duration:.1f} s'
        )
    if not info.has_audio:
        raise RejectedClipError(f'{annotation.video.name} has no audio')
    left, right = follow_two(_images(annotation), backend, fov_deg)
    for person, side in ((left, 'left'), (right, 'right')):
        who = 'speaker' if side == annotation.side else 'listener'
        check_person(person, f'the {who} ({side})')
    shape = info.height, info.width
    windows = {'left': crop_window(left, right, shape), 'right': crop_window(right, left, shape)}
    speaker = windows[annotation.side]
    listener = windows['right' if annotation.side == 'left' else 'left']
    count = round((annotation.end - annotation.start) * MODEL_RATE)
    audio, rate = audio_between(annotation.video, annotation.start, annotation.end)
    samples = round(count * AUDIO_RATE / MODEL_RATE)
    audio = fitted(np.asarray(resample_poly(audio, AUDIO_RATE, rate), np.float32), samples)
    for window, suffix in ((listener, '0'), (speaker, '1')):
        path = folder / 'videos' / f'{annotation.name}.{suffix}.mp4'
        write_video(path, (crop(image, window) for image in _ticks(annotation, count)), MODEL_RATE)
    _side_by_side(
        folder / 'side_by_side' / f'{annotation.name}.mp4',
        ((crop(i, speaker), crop(i, listener)) for i in _ticks(annotation, count)),
        audio,
    )
    write_audio(folder / 'audios' / f'{annotation.name}.wav', audio, AUDIO_RATE)


def _images(annotation: Annotation) -> Iterator[CameraFrame]:
    end = round(annotation.end * NANOSECONDS)
    frames = camera_frames(annotation.video, annotation.start)
    return takewhile(lambda frame: frame.stamp < end, frames)


def _ticks(annotation: Annotation, count: int) -> Iterator[Image]:
    return at_model_rate(_images(annotation), annotation.start, count)


def at_model_rate(frames: Iterable[CameraFrame], start: float, count: int) -> Iterator[Image]:
    """Yield the image with the nearest stamp for each of `count` ticks from `start` s on.

    Images are repeated or left out; what comes before the first one shows the first.
    """
    begin = round(start * NANOSECONDS)
    tick = 0
    shown: CameraFrame | None = None
    for frame in frames:
        between = frame.stamp if shown is None else (shown.stamp + frame.stamp) / 2
        while shown is not None and tick < count and begin + _since(tick) < between:
            yield shown.image
            tick += 1
        shown = frame
    while shown is not None and tick < count:
        yield shown.image
        tick += 1


def _since(tick: int) -> float:
    return tick * NANOSECONDS / MODEL_RATE


def crop_window(person: Followed, other: Followed, shape: tuple[int, int]) -> Window:
    """Return the square that shows one person throughout a clip without the other one's face.

    One window for the whole clip: a head that moves is seen to move.

    Args:
        person: whom to show.
        other: the other person.
        shape: height and width of the images, px.

    Raises:
        RejectedClipError: the two are too close to each other.
    """
    boxes, theirs = np.array(person.boxes, np.float64), np.array(other.boxes, np.float64)
    x0, y0 = np.nanmin(boxes[:, :2], axis=0)
    x1, y1 = np.nanmax(boxes[:, 2:], axis=0)
    height, width = shape
    low, high = 0.0, float(width)
    if np.nanmean(theirs[:, 0]) > np.nanmean(boxes[:, 0]):
        high = min(high, (x1 + float(np.nanmin(theirs[:, 0]))) / 2)
    else:
        low = max(low, (x0 + float(np.nanmax(theirs[:, 2]))) / 2)
    face = float(np.nanmedian(boxes[:, 3] - boxes[:, 1]))
    needed = LEAST_ROOM * max(x1 - x0, y1 - y0)
    room = min(high - low, height)
    if x0 < low or x1 > high:
        raise RejectedClipError('the two faces are not apart from each other')
    if needed > room:
        raise RejectedClipError(
            f'a square with the whole face is {needed:.0f} px wide, there is room for {room:.0f}'
        )
    side = float(int(min(max(ROOM * face, needed), room)))
    left = min(max((x0 + x1 - side) / 2, low), high - side)
    top = min(max((y0 + y1) / 2 - FACE_LEVEL * side, 0.0), height - side)
    return int(np.ceil(left - 1e-6)), int(top), int(side)


def crop(image: Image, window: Window) -> Image:
    """Return the square of an image, scaled to (SIZE, SIZE, 3)."""
    left, top, side = window
    square = image[top : top + side, left : left + side]
    method = cv2.INTER_AREA if side > SIZE else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(square, (SIZE, SIZE), interpolation=method))


def fitted(audio: np.ndarray, count: int) -> np.ndarray:
    """Return `audio`, cut or padded with silence to `count` samples."""
    return np.pad(audio[:count], (0, max(0, count - len(audio))))


def _side_by_side(path: Path, pairs: Iterable[tuple[Image, Image]], audio: np.ndarray) -> None:
    samples = np.round(np.clip(audio, -1, 1) * 32767).astype(np.int16)[:, None]
    film = Film(path, SIZE, (AUDIO_RATE, 1))
    per_tick = AUDIO_RATE // MODEL_RATE
    for tick, (speaker, listener) in enumerate(pairs):
        stamp = round(_since(tick))
        film.add_audio(
            AudioChunk(stamp, samples[tick * per_tick : (tick + 1) * per_tick], AUDIO_RATE)
        )
        film.add_picture(stamp, speaker, listener)
    film.close()
