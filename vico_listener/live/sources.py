"""Reads this computer's camera and microphone, or files in their place, as streams with stamps."""

import queue
import threading
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path
from typing import Any
from typing import Protocol
from typing import TypeVar

import cv2
import numpy as np

from vico_listener.clock import NANOSECONDS
from vico_listener.clock import TICK_NS
from vico_listener.dependencies import remedy
from vico_listener.errors import UnavailableError
from vico_listener.frames import AudioChunk
from vico_listener.frames import CameraFrame
from vico_listener.media.clip import ClipError
from vico_listener.media.clip import audio_chunks
from vico_listener.media.clip import camera_frames
from vico_listener.media.clip import probe_clip
from vico_listener.media.decoding import measure_duration

DEFAULT_MICROPHONE = 'default'
NO_MICROPHONE = 'none'
MISSED_IMAGES = 30
"""The number of consecutive images that may fail before the camera counts as disconnected."""
SILENCE = 2.0
"""The time without a sample after which the microphone counts as disconnected, s."""

"""The period of a tick, ns."""

Now = Callable[[], int]
"""The clock of the stamps, which returns ns."""

Item = TypeVar('Item', CameraFrame, AudioChunk)


class SourceError(UnavailableError):
    """A camera or microphone cannot be used; the message says why and what to do."""


class Camera(Protocol):
    """Delivers images."""

    def frames(self, start: int, now: Now, stop: threading.Event) -> Iterator[CameraFrame]:
        """Yield images as they arrive, until `stop` is set.

        Args:
            start: when the first image of a file is due, ns.
            now: the clock of the stamps.
            stop: ends the stream when it is set.

        Raises:
            SourceError: the camera delivers no more images.
        """


class Microphone(Protocol):
    """Delivers audio in one format.

    Attributes:
        sample_rate: Hz.
        channels: the number of channels.
    """

    sample_rate: int
    channels: int

    def chunks(self, start: int, now: Now, stop: threading.Event) -> Iterator[AudioChunk]:
        """Yield chunks of audio as they arrive, until `stop` is set.

        Args:
            start: when the first sample of a file is due, ns.
            now: the clock of the stamps.
            stop: ends the stream when it is set.

        Raises:
            SourceError: the microphone delivers no more audio.
        """


def open_camera(name: str, width: int, height: int, fps: float) -> Camera:
    """Open a camera.

    Args:
        name: the number or device file of a camera, or a video file, which is repeated.
        width: the width of the images to request from the camera, px; it may deliver others.
        height: the height of the images to request from the camera, px.
        fps: the images per second to request from the camera.

    Raises:
        SourceError: there is no such camera or file, or it delivers no image.
    """
    path = Path(name)
    if path.is_file():
        try:
            probe_clip(path)
        except ClipError as error:
            raise SourceError(f'camera: {error}') from error
        return ClipCamera(path)
    device = int(name) if name.isdecimal() else name
    if isinstance(device, str) and not path.exists():
        raise SourceError(f"camera '{name}' is neither the number of a camera nor a device or file")
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
            f'camera {name} gives no image: there is no such camera, another program uses it, or '
            f'this user may not use it (video devices here: {devices}). Give the number '
            'of another one, or a file with a video of a speaker'
        )
    return DeviceCamera(capture, name)


def default_microphone(camera: str) -> str:
    """Return the microphone for a camera: the audio of a video, else the computer's microphone."""
    path = Path(camera)
    if not path.is_file():
        return DEFAULT_MICROPHONE
    return camera if _has_audio(path) else NO_MICROPHONE


def open_microphone(name: str) -> Microphone | None:
    """Open a microphone.

    Args:
        name: `default`, the number or a part of the name of a device, a file with audio, or `none`.

    Returns:
        the microphone, or None for `none`.

    Raises:
        SourceError: there is no such microphone or file, or PortAudio is missing.
    """
    if name == NO_MICROPHONE:
        return None
    path = Path(name)
    if path.is_file():
        if not _has_audio(path):
            raise SourceError(f'microphone: {path} has no audio')
        return ClipMicrophone(path)
    without = "or do without audio: microphone 'none'"
    try:
        import sounddevice
    except ModuleNotFoundError as error:
        raise SourceError(
            f'a microphone needs the Python module {error.name!r}: {remedy(error.name or "")}, '
            f'{without}'
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
            f"no microphone '{name}' ({error}); microphones here: {', '.join(inputs) or 'none'}. "
            f'Give one of these, a file with speech, {without}'
        ) from error
    return DeviceMicrophone(sounddevice, found)


def _has_audio(path: Path) -> bool:
    try:
        return next(audio_chunks(path), None) is not None
    except ClipError as error:
        raise SourceError(f'microphone: {error}') from error


@dataclass
class DeviceCamera:
    """A camera that OpenCV reads.

    Attributes:
        capture: the open device.
        name: its name in messages.
    """

    capture: cv2.VideoCapture
    name: str

    def frames(self, start: int, now: Now, stop: threading.Event) -> Iterator[CameraFrame]:
        """Yield images, stamped when they arrive (see `Camera.frames`)."""
        missed = 0
        try:
            while not stop.is_set():
                good, image = self.capture.read()
                stamp = now()
                if good:
                    missed = 0
                    yield CameraFrame(stamp, np.asarray(image))
                    continue
                missed += 1
                if missed > MISSED_IMAGES:
                    raise SourceError(f'camera {self.name} gives no more images: is it unplugged?')
                stop.wait(0.02)
        finally:
            self.capture.release()


@dataclass
class ClipCamera:
    """A video in place of a camera, which is repeated."""

    path: Path

    def frames(self, start: int, now: Now, stop: threading.Event) -> Iterator[CameraFrame]:
        """Yield the images of the video when they are due (see `Camera.frames`)."""
        return _again(lambda: camera_frames(self.path), self.path, start, now, stop)


class DeviceMicrophone:
    """A mono microphone that PortAudio reads.

    Args:
        sounddevice: the module of this name.
        device: the device as the module's `query_devices` describes it.
    """

    channels = 1

    def __init__(self, sounddevice: Any, device: dict[str, Any]) -> None:
        self._sounddevice = sounddevice
        self._device = device
        self.sample_rate = int(device['default_samplerate'])

    def chunks(self, start: int, now: Now, stop: threading.Event) -> Iterator[AudioChunk]:
        """Yield chunks of 10 ms, stamped with the capture of their first sample."""
        waiting: queue.SimpleQueue[AudioChunk] = queue.SimpleQueue()

        def hear(data: np.ndarray, frames: int, time: Any, _: Any) -> None:
            ago = time.currentTime - time.inputBufferAdcTime
            # Some drivers do not report the time; the last sample then counts as captured now.
            if not 0.0 < ago < 1.0:
                ago = frames / self.sample_rate
            stamp = now() - round(ago * NANOSECONDS)
            waiting.put(AudioChunk(stamp, data.copy(), self.sample_rate))

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
            raise SourceError(f'microphone {self._device["name"]} gives no more audio') from None


class ClipMicrophone:
    """The audio of a file in place of a microphone, which is repeated."""

    def __init__(self, path: Path) -> None:
        self.path = path
        first = next(audio_chunks(path))
        self.sample_rate = first.sample_rate
        self.channels = first.samples.shape[1]

    def chunks(self, start: int, now: Now, stop: threading.Event) -> Iterator[AudioChunk]:
        """Yield chunks of 10 ms when they are due (see `Microphone.chunks`)."""
        return _again(lambda: audio_chunks(self.path), self.path, start, now, stop)


def _again(
    items: Callable[[], Iterator[Item]], path: Path, start: int, now: Now, stop: threading.Event
) -> Iterator[Item]:
    """Yield the items of a file when they are due, with stamps that continue in each round."""
    period = round(measure_duration(path) * NANOSECONDS)
    origin = start
    while not stop.is_set():
        end = 0
        for item in items():
            # The padding of a codec would extend into the next round.
            if period > 0 and (item.stamp >= period or item.available > period):
                break
            end = item.available
            item = replace(item, stamp=item.stamp + origin)
            stop.wait(max(0, item.available - now()) / NANOSECONDS)
            if stop.is_set():
                return
            yield item
        origin += period if period > 0 else end + TICK_NS
