"""Turns what somebody wants to have watched into a stream: a video file, or a camera of OpenCV."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from vico_listener.errors import SettingError
from vico_listener.errors import UnavailableError
from vico_listener.frames import AudioChunk
from vico_listener.frames import CameraFrame
from vico_listener.media.remarks import Remarks

WATCHED = 'the path of a video, the number of a webcam, or an OpenCV capture of a camera'

_log = logging.getLogger(__name__)


def file_stream(path: Path, has_ears: bool) -> Iterator[CameraFrame | AudioChunk]:
    """Yield the images and the audio of a video, and log what was chosen or left out.

    Args:
        path: the path of the video.
        has_ears: whether the audio is wanted.

    Raises:
        ClipError: it is no video that can be read.
        ModuleNotFoundError: PyAV is not installed.
    """
    from vico_listener.media.clip import camera_frames
    from vico_listener.media.clip import play
    from vico_listener.media.clip import probe_clip

    for note in probe_clip(path).notes:
        _log.warning('%s: %s', path.name, note)
    remarks = Remarks()
    yield from play(path, remarks) if has_ears else camera_frames(path, remarks=remarks)
    for line in remarks.lines():
        _log.warning('%s: %s', path.name, line)


def camera_stream(camera: int | cv2.VideoCapture) -> Iterator[CameraFrame]:
    """Yield the images of a camera, stamped on arrival, until it ends.

    Args:
        camera: the number of a webcam, or an open capture of a camera.

    Raises:
        SettingError: the capture reads a file, of which OpenCV knows neither the orientation nor
            the audio.
        UnavailableError: the camera cannot be opened.
    """
    with _opened(camera) as capture:
        if not capture.isOpened():
            raise UnavailableError(
                'the camera cannot be opened: check that it is connected and that no other '
                'program uses it'
            )
        if capture.get(cv2.CAP_PROP_FRAME_COUNT) > 0:
            raise SettingError(
                'a capture of a file has neither its audio nor its true orientation: give the path '
                'of the video'
            )
        seen, image = capture.read()
        while seen:
            yield CameraFrame(time.monotonic_ns(), np.asarray(image, np.uint8))
            seen, image = capture.read()


@contextmanager
def _opened(camera: int | cv2.VideoCapture) -> Iterator[cv2.VideoCapture]:
    if not isinstance(camera, int):
        yield camera  # its owner closes it
        return
    capture = cv2.VideoCapture(camera)
    try:
        yield capture
    finally:
        capture.release()
