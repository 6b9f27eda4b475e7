"""Simulates a camera and a microphone that can be made to fail while they run."""

import array
import math
import threading
import time
from dataclasses import dataclass
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import audio_common_msgs.msg as audio_msgs
import cv2
import numpy as np
from numpy.typing import NDArray
from rclpy.node import Node
from sensor_msgs.msg import Image

from vico_listener.clock import NANOSECONDS
from vico_listener.media.clip import camera_frames
from vico_listener.media.clip import read_audio
from vico_listener.nodes.convert import time_message
from vico_listener.nodes.rclpy_versions import PublisherEventCallbacks

CHUNK = 0.02
"""Seconds of audio per message."""
IMAGES = 60
"""Number of the clip's images that are shown in turn, forwards and backwards."""
MP3_FRAME = b'\xff\xfb\x90\x64' + bytes(413)
"""One silent MPEG-1 layer III frame of 128 kbit/s."""
_ENCODINGS = {
    'bgr8': None,
    'rgb8': cv2.COLOR_BGR2RGB,
    'bgra8': cv2.COLOR_BGR2BGRA,
    'mono8': cv2.COLOR_BGR2GRAY,
}


@dataclass(frozen=True)
class InputSettings:
    """The settings of camera and microphone.

    Attributes:
        camera, microphone: whether they run at all.
        fps: rate of the camera's images, Hz.
        size: width and height of its images, px.
        encoding: encoding of its images, as in sensor_msgs/Image.
        sample_rate: rate of the microphone, Hz; a change is announced on `audio_info`.
        inverted: send two channels, of which the second is the first with its sign changed.
        announced: say so on `audio_info` when the format changes.
        delay: seconds by which audio comes later than its stamp.
        loss: share of the audio messages that get lost.
        mp3: send MP3 where PCM is announced.
        shift: seconds by which all stamps are off.
        camera_shift: seconds by which the camera's stamps are off besides; NaN = they are all 0.
        chunk: seconds of audio in a message.
        second: another camera and microphone publish on the same topics, 0.3 s older.
    """

    camera: bool = True
    microphone: bool = True
    fps: float = 30.0
    size: tuple[int, int] = (640, 480)
    encoding: str = 'bgr8'
    sample_rate: int = 16000
    inverted: bool = False
    announced: bool = True
    delay: float = 0.0
    loss: float = 0.0
    mp3: bool = False
    shift: float = 0.0
    camera_shift: float = 0.0
    chunk: float = CHUNK
    second: bool = False


class FaultyInput(Node):
    """Publishes `image`, `audio` and `audio_info` in real time as `settings` says.

    Args:
        clip: clip whose images and audio are repeated.
        seed: seed by which messages get lost.

    Attributes:
        settings: may be replaced at any time.
        images: number of images published so far.
    """

    def __init__(self, clip: Path, seed: int = 0, **options: Any) -> None:
        super().__init__('faulty_input', **options)
        self.settings = InputSettings()
        self.images = 0
        self._rng = np.random.default_rng(seed)
        frames = [frame.image for frame in islice(camera_frames(clip), IMAGES)]
        self._shown = frames + frames[-2:0:-1]
        audio, self._audio_rate = read_audio(clip)
        self._samples = audio.mean(axis=1).astype(np.float32)
        self._resampled: dict[int, NDArray[np.int16]] = {}
        self._messages: dict[tuple[Any, ...], Image] = {}
        self._image = self.create_publisher(Image, 'image', 10)
        self._audio = self.create_publisher(audio_msgs.AudioDataStamped, 'audio', 100)
        # Like `audio_capture` it keeps nothing for those who come later. That this does not fit
        # one of the two subscriptions of the stack is no news.
        quiet = PublisherEventCallbacks(incompatible_qos=lambda _: None)
        self._audio_info = self.create_publisher(
            audio_msgs.AudioInfo, 'audio_info', 1, event_callbacks=quiet
        )
        self._announced = (0, 0)
        self._late: list[tuple[float, audio_msgs.AudioDataStamped]] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name='faulty input', daemon=True)

    def start(self) -> None:
        """Begin to publish."""
        self._thread.start()

    def stop(self) -> None:
        """Stop publishing for good."""
        self._stop.set()
        self._thread.join()

    def show_one(self) -> None:
        """Publish an image while the camera stands still."""
        self._show(self.settings)

    def _run(self) -> None:
        image = audio = time.monotonic()
        while not self._stop.is_set():
            settings = self.settings
            if settings.announced:
                self._announce(settings.sample_rate, 1 + settings.inverted)
            now = time.monotonic()
            if now >= image:
                image = max(image + 1 / settings.fps, now - 1 / settings.fps)
                if settings.camera:
                    self._show(settings)
            if now >= audio:
                audio = max(audio + settings.chunk, now - 5 * settings.chunk)
                if settings.microphone:
                    self._sing(settings, now)
            self._send_late(now)
            self._stop.wait(max(0.0, min(image, audio) - time.monotonic()))

    def _announce(self, rate: int, channels: int) -> None:
        if self._announced == (rate, channels):
            return
        info = audio_msgs.AudioInfo(
            channels=channels, sample_rate=rate, sample_format='S16LE', coding_format='wave'
        )
        self._audio_info.publish(info)
        self._announced = rate, channels

    def _stamp(self, settings: InputSettings, age: float = 0.0) -> int:
        now = self.get_clock().now().nanoseconds
        return int(now + round((settings.shift - age) * NANOSECONDS))

    def _show(self, settings: InputSettings) -> None:
        number = int(time.monotonic() * 12) % len(self._shown)
        message = self._image_message(number, settings)
        for age in (0.0, 0.3) if settings.second else (0.0,):
            stamp = 0
            if math.isfinite(settings.camera_shift):
                stamp = self._stamp(settings, age - settings.camera_shift)
            message.header.stamp = time_message(stamp)
            self._image.publish(message)
            self.images += 1

    def _image_message(self, number: int, settings: InputSettings) -> Image:
        key = (number, settings.size, settings.encoding)
        if key not in self._messages:
            if len(self._messages) > 2 * len(self._shown):
                self._messages.clear()
            image = cv2.resize(self._shown[number], settings.size)
            conversion = _ENCODINGS[settings.encoding]
            if conversion is not None:
                image = cv2.cvtColor(image, conversion)
            width, height = settings.size
            message = Image(width=width, height=height, encoding=settings.encoding)
            message.header.frame_id = 'camera'
            message.step = image.nbytes // height
            message.data = array.array('B', image.tobytes())
            self._messages[key] = message
        return self._messages[key]

    def _sing(self, settings: InputSettings, now: float) -> None:
        if self._rng.random() < settings.loss:
            return
        rate = settings.sample_rate
        count = round(settings.chunk * rate)
        audio = self._audio_at(rate)
        first = int(now * rate) % (len(audio) - count)
        heard = audio[first : first + count]
        if settings.inverted:
            heard = np.column_stack([heard, -np.maximum(heard, -32767)])
        data = MP3_FRAME if settings.mp3 else heard.tobytes()
        for age in (settings.chunk, settings.chunk + 0.3)[: 1 + settings.second]:
            message = audio_msgs.AudioDataStamped()
            message.header.stamp = time_message(self._stamp(settings, age))
            message.audio.data = data
            self._late.append((now + settings.delay, message))

    def _send_late(self, now: float) -> None:
        while self._late and self._late[0][0] <= now:
            self._audio.publish(self._late.pop(0)[1])

    def _audio_at(self, rate: int) -> NDArray[np.int16]:
        if rate not in self._resampled:
            length = len(self._samples) * rate // self._audio_rate
            places = np.arange(length) * (self._audio_rate / rate)
            heard = np.interp(places, np.arange(len(self._samples)), self._samples)
            self._resampled[rate] = heard.astype('<i2')
        return self._resampled[rate]

    def change(self, **changes: Any) -> None:
        """Change some of the settings."""
        self.settings = replace(self.settings, **changes)
