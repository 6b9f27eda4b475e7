"""What a head watches: a video as every other command reads it, or a camera."""

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clip_files import Track
from clip_files import greys
from clip_files import write_media

from vico_listener import ListeningHead
from vico_listener.errors import SettingError
from vico_listener.errors import UnavailableError
from vico_listener.frames import AudioChunk
from vico_listener.frames import CameraFrame
from vico_listener.media import watched
from vico_listener.media.clip import ClipError
from vico_listener.media.clip import play
from vico_listener.media.watched import camera_stream
from vico_listener.media.watched import file_stream


class Webcam:
    """A capture of a camera that delivers three images; OpenCV's own class must not be derived."""

    def __init__(self, number: int = 0, count: float = -1.0, there: bool = True) -> None:
        self.images = [np.full((8, 8, 3), value, np.uint8) for value in (1, 2, 3)]
        self.count, self.there, self.released = count, there, False

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return self.there

    def get(self, which: int) -> float:
        return self.count

    def read(self, image: Any = None) -> tuple[bool, Any]:
        return (True, self.images.pop(0)) if self.images else (False, None)

    def release(self) -> None:
        self.released = True


def test_a_video_is_what_every_command_reads(tmp_path: Path) -> None:
    clip = write_media(tmp_path / 'talk.mp4', greys(20), [Track()])
    items = list(file_stream(clip, has_ears=True))
    assert [type(item) for item in items] == [type(item) for item in play(clip)]
    assert any(isinstance(item, AudioChunk) for item in items)
    assert all(isinstance(item, CameraFrame) for item in file_stream(clip, has_ears=False))


def test_which_stream_was_taken_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clip = write_media(tmp_path / 'talk.mp4', greys(20), [Track(), Track()])
    with caplog.at_level(logging.WARNING):
        list(file_stream(clip, has_ears=True))
    assert 'talk.mp4: audio stream 1 of 2 is taken' in caplog.text


@pytest.mark.parametrize('images', [0, 1])
def test_what_is_no_video_is_refused(tmp_path: Path, images: int) -> None:
    song = write_media(tmp_path / 'song.mp4', greys(images), [Track()])
    with (
        ListeningHead('rules') as head,
        pytest.raises(ClipError, match=r'song\.mp4 (has no video stream|holds a single image)'),
    ):
        list(head.watch(song))


def test_a_camera_is_watched_until_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    camera = Webcam()
    monkeypatch.setattr(watched.cv2, 'VideoCapture', lambda number: camera)
    frames = list(camera_stream(0))
    assert [int(frame.image[0, 0, 0]) for frame in frames] == [1, 2, 3]
    assert all(a.stamp < b.stamp for a, b in zip(frames, frames[1:], strict=False))
    assert camera.released


def test_true_is_no_camera() -> None:
    with ListeningHead('rules') as head, pytest.raises(SettingError, match='not True'):
        list(head.watch(True))


def test_a_capture_stays_its_owners() -> None:
    camera = Webcam()
    assert len(list(camera_stream(camera))) == 3
    assert not camera.released


def test_a_capture_of_a_file_is_refused() -> None:
    with pytest.raises(SettingError, match='give the path of the video'):
        next(camera_stream(Webcam(count=75.0)))


def test_a_camera_that_is_not_there_is_named() -> None:
    with pytest.raises(UnavailableError, match='the camera cannot be opened'):
        next(camera_stream(Webcam(there=False)))
