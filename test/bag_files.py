"""Makes small bags for tests: images and audio that tell when they belong."""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from vico_listener.clock import NANOSECONDS
from vico_listener.frames import AudioChunk
from vico_listener.frames import CameraFrame
from vico_listener.media.bags.definitions import ATTITUDE
from vico_listener.media.bags.definitions import AUDIO_INFO
from vico_listener.media.bags.definitions import AUDIO_PLAIN
from vico_listener.media.bags.definitions import AUDIO_STAMPED
from vico_listener.media.bags.definitions import COMPRESSED_IMAGE
from vico_listener.media.bags.definitions import header_of
from vico_listener.media.bags.definitions import new_message
from vico_listener.media.bags.definitions import typestore
from vico_listener.media.bags.writer import BagWriter

BEGIN = 1_700_000_000 * NANOSECONDS
"""A robot's clock."""
FPS = 10
RATE = 16000
CHUNK = 10_000_000
DELAY = 20_000_000
"""From an image's capture to its recording, ns."""
IMAGES, SOUND, INFO = '/image_raw/compressed', '/audio/audio_stamped', '/audio/audio_info'

Clock = Callable[[int], int]
"""What a clock says at a time (ns)."""


def right(time: int) -> int:
    """What a clock says that is right."""
    return time


@dataclass
class Row:
    """A message: time of recording (ns), topic, type and content."""

    recorded: int
    topic: str
    kind: str
    message: Any


@dataclass
class Recording:
    """A recording of `seconds`; image n has the grey value 2 n, audio the number of its chunk.

    Attributes:
        camera, microphone: clocks of the headers; None = no stamps (of audio: no headers).
        recorder: clock of the recording.
        chunk: length of the messages of audio, ns.
        info: fields of the AudioInfo that differ; None = there is none.
        begin: of it, ns.
    """

    seconds: float = 3.0
    camera: Clock | None = right
    microphone: Clock | None = right
    recorder: Clock = right
    chunk: int = 2 * CHUNK
    info: dict[str, Any] | None = field(default_factory=dict)
    begin: int = BEGIN

    def rows(self) -> list[Row]:
        """Its messages in the order in which they were recorded."""
        timed: list[tuple[int, Row]] = []
        if self.info is not None:
            told = {
                'channels': 1,
                'sample_rate': RATE,
                'sample_format': 'S16LE',
                'bitrate': 0,
                'coding_format': 'wave',
            }
            message = new_message(AUDIO_INFO, **(told | self.info))
            timed.append((self.begin, Row(0, INFO, AUDIO_INFO, message)))
        for n in range(round(self.seconds * FPS)):
            time = self.begin + n * NANOSECONDS // FPS
            stamp = 0 if self.camera is None else self.camera(time)
            timed.append((time + DELAY, Row(0, IMAGES, COMPRESSED_IMAGE, picture(stamp, n))))
        for n in range(round(self.seconds * NANOSECONDS / self.chunk)):
            time = self.begin + n * self.chunk
            sound = samples(n * self.chunk, self.chunk)
            kind = AUDIO_PLAIN if self.microphone is None else AUDIO_STAMPED
            message = new_message(AUDIO_PLAIN, data=sound.view(np.uint8))
            if self.microphone is not None:
                header = header_of(self.microphone(time), '')
                message = new_message(AUDIO_STAMPED, header=header, audio=message)
            timed.append((time + self.chunk, Row(0, SOUND, kind, message)))
        timed.sort(key=lambda pair: pair[0])
        for time, row in timed:
            row.recorded = self.recorder(time)
        return [row for _, row in timed]


def picture(stamp: int, number: int) -> Any:
    """A compressed image."""
    image = np.full((16, 24, 3), 2 * number % 250, np.uint8)
    data = np.asarray(cv2.imencode('.png', image)[1], np.uint8).reshape(-1)
    return new_message(
        COMPRESSED_IMAGE, header=header_of(stamp, 'camera'), format='bgr8; png', data=data
    )


def samples(since: int, length: int) -> np.ndarray:
    """Audio from a time (ns) on: each sample is the number of its 10 ms."""
    first = since * RATE // NANOSECONDS
    count = length * RATE // NANOSECONDS
    return ((first + np.arange(count)) * NANOSECONDS // RATE // CHUNK + 1).astype('<i2')


def attitude(recorded: int, name: str) -> Row:
    """An attitude that was said."""
    return Row(recorded, '/attitude', ATTITUDE, new_message(ATTITUDE, data=name))


def write_bag(path: Path, rows: list[Row], storage: str = 'mcap') -> Path:
    """A bag's folder."""
    with BagWriter(path, storage) as bag:
        for row in rows:
            bag.write(row.topic, row.kind, row.recorded, row.message)
    return path


def write_mcap(path: Path, rows: list[Row], profile: str = 'ros2', **options: Any) -> Path:
    """An .mcap as other programs write it; `options` are those of the library's writer."""
    from mcap.writer import CompressionType
    from mcap.writer import Writer

    options = {'compression': CompressionType.NONE} | options
    store = typestore()
    with path.open('wb') as file:
        writer = Writer(file, **options)
        writer.start(profile=profile, library='test')
        channels: dict[str, int] = {}
        for row in rows:
            if row.topic not in channels:
                text = store.generate_msgdef(row.kind, ros_version=2)[0]
                schema = writer.register_schema(row.kind, 'ros2msg', text.encode())
                channels[row.topic] = writer.register_channel(row.topic, 'cdr', schema)
            data = bytes(store.serialize_cdr(row.message, row.kind))
            writer.add_message(channels[row.topic], row.recorded, data, row.recorded)
        writer.finish()
    return path


def check_in_step(
    items: list[Any], images: int = 30, seconds: float = 3.0, tolerance: int = 25_000_000
) -> None:
    """Every image and all audio are there, once, in order, and belong together.

    Args:
        items: as they are played.
        images: how many there are.
        seconds: of audio.
        tolerance: between image and audio, ns.
    """
    due = [item.available for item in items]
    assert due == sorted(due)
    frames = [item for item in items if isinstance(item, CameraFrame)]
    shown = [round(float(frame.image.mean()) / 2) for frame in frames]
    assert shown == sorted(set(shown)) and len(shown) == images
    chunks = [item for item in items if isinstance(item, AudioChunk)]
    heard = np.concatenate([chunk.samples[:, 0] for chunk in chunks])
    assert len(heard) == round(seconds * RATE)
    assert (np.diff(heard) >= 0).all()
    times = np.concatenate(
        [c.stamp + np.arange(len(c.samples)) * NANOSECONDS // c.sample_rate for c in chunks]
    )
    said = (heard.astype(np.int64) - 1) * CHUNK  # when it was said, to 10 ms
    offset = np.median(times - said)
    assert np.abs(times - said - offset).max() <= tolerance
    for frame, number in zip(frames, shown, strict=True):
        assert abs(frame.stamp - offset - number * NANOSECONDS // FPS) <= tolerance
