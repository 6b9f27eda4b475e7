"""Camera and microphone of this computer, or a file in their place, as a stream with stamps."""

import queue
import threading
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from typing import Protocol
from typing import TypeVar

import cv2
import numpy as np

from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.errors import UnavailableError
from vico_listener.media.clip import CameraFrame
from vico_listener.media.clip import ClipError
from vico_listener.media.clip import SoundChunk
from vico_listener.media.clip import camera_frames
from vico_listener.media.clip import probe_clip
from vico_listener.media.clip import sound_chunks
from vico_listener.media.decoding import measure_duration

DEFAULT_MICROPHONE = 'default'
NO_MICROPHONE = 'none'
MISSED_PICTURES = 30
"""Pictures in a row that may fail before the camera counts as gone."""
SILENCE = 2.0
"""Seconds without a sample after which the microphone counts as gone."""

PERIOD_NS = NANOSECONDS // MODEL_RATE

Now = Callable[[], int]
"""The clock of the stamps, ns."""

Item = TypeVar('Item', CameraFrame, SoundChunk)


class SourceError(UnavailableError):
    """A camera or microphone cannot be used; the message says why and what to do."""


class Camera(Protocol):
    """Pictures until `stop` is set."""

    def frames(self, start: int, now: Now, stop: threading.Event) -> Iterator[CameraFrame]:
        """Pictures as they come; a file's first is due at `start` ns. SourceError when it ends."""


class Microphone(Protocol):
    """Sound until `stop` is set, in one format."""

    sample_rate: int
    channels: int

    def chunks(self, start: int, now: Now, stop: threading.Event) -> Iterator[SoundChunk]:
        """Sound as it comes; a file's first is due at `start` ns. SourceError when it ends."""


def open_camera(name: str, width: int, height: int, fps: float) -> Camera:
    """Open a camera.

    Args:
        name: number or device file of a camera, or a video file, played again and again.
        width: of the pictures, px; this and the next two are wishes, a camera may give others.
        height: of the pictures, px.
        fps: pictures per second.

    Raises:
        SourceError: there is no such camera or file, or it gives no picture.
    """
    path = Path(name)
    if path.is_file():
        try:
            probe_clip(path)
        except ClipError as error:
            raise SourceError(f'--camera: {error}') from error
        return ClipCamera(path)
    device = int(name) if name.isdecimal() else name
    if isinstance(device, str) and not path.exists():
        raise SourceError(f"--camera: '{name}' is no number of a camera, no device and no file")
    capture = cv2.VideoCapture(device)
    wishes = {
        cv2.CAP_PROP_FRAME_WIDTH: width,
        cv2.CAP_PROP_FRAME_HEIGHT: height,
        cv2.CAP_PROP_FPS: fps,
        cv2.CAP_PROP_BUFFERSIZE: 1,
    }
    for wish, value in wishes.items():
        capture.set(wish, value)
    if not capture.isOpened() or not capture.read()[0]:
        capture.release()
        devices = ', '.join(sorted(str(p) for p in Path('/dev').glob('video*'))) or 'none'
        raise SourceError(
            f'camera {name} gives no picture: there is none, another program uses it, or this user '
            f'may not (video devices here: {devices}). Try --camera N, or --camera FILE with a '
            'video of a speaker'
        )
    return DeviceCamera(capture, name)


def default_microphone(camera: str) -> str:
    """A video's own sound where the camera is a video, else the microphone of the computer."""
    path = Path(camera)
    if not path.is_file():
        return DEFAULT_MICROPHONE
    return camera if _has_sound(path) else NO_MICROPHONE


def open_microphone(name: str) -> Microphone | None:
    """Open a microphone.

    Args:
        name: `default`, part of the name or number of a device, a file with sound, or `none`.

    Returns:
        The microphone; None for `none`.

    Raises:
        SourceError: there is no such microphone or file, or PortAudio is missing.
    """
    if name == NO_MICROPHONE:
        return None
    path = Path(name)
    if path.is_file():
        if not _has_sound(path):
            raise SourceError(f'--microphone: {path} has no sound')
        return ClipMicrophone(path)
    without = 'or listen with the eyes only: --microphone none'
    try:
        import sounddevice
    except ModuleNotFoundError as error:
        raise SourceError(
            f'a microphone needs the Python module {error.name!r}: ./run live installs it '
            f'(or pip install -r requirements/live.txt), {without}'
        ) from error
    except OSError as error:
        raise SourceError(
            f'a microphone needs PortAudio ({error}): sudo apt install libportaudio2, {without}'
        ) from error
    try:
        device = None if name == DEFAULT_MICROPHONE else int(name) if name.isdecimal() else name
        found = sounddevice.query_devices(device, 'input')
    except (ValueError, sounddevice.PortAudioError) as error:
        inputs = [d['name'] for d in sounddevice.query_devices() if d['max_input_channels'] > 0]
        raise SourceError(
            f"no microphone '{name}' ({error}); there are: {', '.join(inputs) or 'none'}. "
            f'Try --microphone NAME, --microphone FILE with speech, {without}'
        ) from error
    return DeviceMicrophone(sounddevice, found)


def _has_sound(path: Path) -> bool:
    try:
        return next(sound_chunks(path), None) is not None
    except ClipError as error:
        raise SourceError(f'--microphone: {error}') from error


@dataclass
class DeviceCamera:
    """A camera that OpenCV reads."""

    capture: cv2.VideoCapture
    name: str

    def frames(self, start: int, now: Now, stop: threading.Event) -> Iterator[CameraFrame]:
        """Pictures, stamped when they arrive."""
        missed = 0
        try:
            while not stop.is_set():
                good, picture = self.capture.read()
                stamp = now()
                if good:
                    missed = 0
                    yield CameraFrame(stamp, np.asarray(picture))
                    continue
                missed += 1
                if missed > MISSED_PICTURES:
                    raise SourceError(f'camera {self.name} gives no more pictures: plugged out?')
                stop.wait(0.02)
        finally:
            self.capture.release()


@dataclass
class ClipCamera:
    """A video in place of a camera, again and again."""

    path: Path

    def frames(self, start: int, now: Now, stop: threading.Event) -> Iterator[CameraFrame]:
        """Pictures of the video, when they are due."""
        return _again(lambda: camera_frames(self.path), self.path, start, now, stop)


class DeviceMicrophone:
    """A microphone that PortAudio reads, mono.

    Args:
        sounddevice: the module.
        device: what its `query_devices` says of the device.
    """

    channels = 1

    def __init__(self, sounddevice: Any, device: dict[str, Any]) -> None:
        self._sounddevice = sounddevice
        self._device = device
        self.sample_rate = int(device['default_samplerate'])

    def chunks(self, start: int, now: Now, stop: threading.Event) -> Iterator[SoundChunk]:
        """Chunks of 10 ms, stamped with the capture of their first sample."""
        waiting: queue.SimpleQueue[SoundChunk] = queue.SimpleQueue()

        def hear(data: np.ndarray, frames: int, time: Any, _: Any) -> None:
            ago = time.currentTime - time.inputBufferAdcTime
            # Some drivers do not say when; then the last sample is of this moment.
            if not 0.0 < ago < 1.0:
                ago = frames / self.sample_rate
            stamp = now() - round(ago * NANOSECONDS)
            waiting.put(SoundChunk(stamp, data.copy(), self.sample_rate))

        try:
            stream = self._sounddevice.InputStream(
                samplerate=self.sample_rate,
                device=self._device['index'],
                channels=self.channels,
                dtype='int16',
                blocksize=self.sample_rate // 100,
                callback=hear,
            )
            with stream:
                while not stop.is_set():
                    yield waiting.get(timeout=SILENCE)
        except self._sounddevice.PortAudioError as error:
            raise SourceError(f'microphone {self._device["name"]}: {error}') from error
        except queue.Empty:
            raise SourceError(f'microphone {self._device["name"]} gives no more sound') from None


class ClipMicrophone:
    """The sound of a file in place of a microphone, again and again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        first = next(sound_chunks(path))
        self.sample_rate = first.sample_rate
        self.channels = first.samples.shape[1]

    def chunks(self, start: int, now: Now, stop: threading.Event) -> Iterator[SoundChunk]:
        """Chunks of 10 ms, when they are due."""
        return _again(lambda: sound_chunks(self.path), self.path, start, now, stop)


def _again(
    items: Callable[[], Iterator[Item]], path: Path, start: int, now: Now, stop: threading.Event
) -> Iterator[Item]:
    """Items of a file when they are due, with stamps that go on from round to round."""
    period = round(measure_duration(path) * NANOSECONDS)
    origin = start
    while not stop.is_set():
        end = 0
        for item in items():
            # The padding of a codec runs into the next round.
            if period > 0 and (item.stamp >= period or item.available > period):
                break
            end = item.available
            item.stamp += origin
            stop.wait(max(0, item.available - now()) / NANOSECONDS)
            if stop.is_set():
                return
            yield item
        origin += period if period > 0 else end + PERIOD_NS
