"""A rosbag2 bag as camera frames, audio and attitudes."""

import heapq
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from vico_listener.choices import parse_attitude
from vico_listener.clock import AUTO
from vico_listener.clock import NANOSECONDS
from vico_listener.clock import STAMPS
from vico_listener.errors import SettingError
from vico_listener.frames import AudioChunk
from vico_listener.frames import CameraFrame
from vico_listener.media.bags.bag_errors import BagError
from vico_listener.media.bags.bag_errors import MessageError
from vico_listener.media.bags.definitions import COMPRESSED_IMAGE
from vico_listener.media.bags.input_topics import choose_inputs
from vico_listener.media.bags.reader import Bag
from vico_listener.media.bags.reader import RawMessage
from vico_listener.media.bags.stamping import Stamping
from vico_listener.media.bags.stamping import StreamStamps
from vico_listener.media.bags.stamping import tell_jumps
from vico_listener.media.bags.stamping import time_line
from vico_listener.media.clip import NO_AUDIO
from vico_listener.media.clip import START_NS
from vico_listener.media.clip import ClipInfo
from vico_listener.media.remarks import Remarks
from vico_listener.media.stamps import Continuity
from vico_listener.nodes.bag_audio import AudioLine
from vico_listener.nodes.bag_audio import SampleReader
from vico_listener.nodes.bag_survey import pcm_of
from vico_listener.nodes.bag_survey import stamp_of
from vico_listener.nodes.bag_survey import survey
from vico_listener.nodes.image_codec import ImageError
from vico_listener.nodes.image_codec import compressed_to_bgr
from vico_listener.nodes.image_codec import image_to_bgr
from vico_listener.nodes.source import AttitudeChange
from vico_listener.nodes.source import Item
from vico_listener.speech import DEFAULT_FORMAT
from vico_listener.speech import AudioFormat
from vico_listener.speech.pcm import AudioFormatError

ALL_BAD = 100
"""Messages that cannot be read, none before them, after which a stream counts as unusable."""

LATE_NS = NANOSECONDS // 2
LATE_MESSAGES = 16
"""How far images may stand out of the order of their stamps."""

FIRST_START_NS, LAST_START_NS = START_NS, 2**31 * NANOSECONDS - 10**5 * NANOSECONDS
"""Stamps of stream time 0 that a message can carry and that count as stamps."""


class BagSource:
    """Plays a bag's camera and microphone in the order of their stamps.

    What carries no stamp, or one that cannot be joined with the rest, counts as captured when it
    was recorded. Clocks that jump are put right. Audio becomes 16 bit; more than two channels
    become one. Images and audio that cannot be read are skipped.

    Args:
        path: the bag.
        image_topic, audio_topic: as for `choose_inputs`.
        default: format of the audio when no AudioInfo was recorded.
        stamps: as for `choose_stamping`.

    Attributes:
        info, start, attitude, camera_info, notes, remarks, audio_behind, wants_audio: as of
            `Source`.
        inputs: the topics that are played.

    Raises:
        BagError: the bag cannot be read, or lacks a camera or a microphone.
        SettingError: an unknown way to stamp.
    """

    def __init__(
        self,
        path: Path,
        image_topic: str = '',
        audio_topic: str = '',
        default: AudioFormat = DEFAULT_FORMAT,
        stamps: str = AUTO,
    ) -> None:
        if stamps not in STAMPS:
            raise SettingError(f"stamps: '{stamps}' is none of {', '.join(STAMPS)}")
        self._path = path
        self.remarks = Remarks()
        self.wants_audio = audio_topic != NO_AUDIO
        with Bag(path) as bag:
            self.inputs = choose_inputs(path, bag.topics, image_topic, audio_topic)
            self._survey = survey(bag, self.inputs, default, stamps)
            self.audio_behind = self._survey.audio_behind
            self.notes = [*self._survey.notes]
            image = self._first(self._images(bag, self._line()), self.inputs.image.name)
            first_items: list[CameraFrame | AudioChunk] = [image]
            chunk = None
            if self.inputs.audio is not None:
                chunk = self._first(self._audio(bag, self._line()), self.inputs.audio.name)
                first_items.append(chunk)
            self._origin = min(item.stamp for item in first_items)
            fits = FIRST_START_NS <= self._origin < LAST_START_NS
            self.start = self._origin if fits else START_NS
            self.attitude = self._first_attitude(bag)
            self.camera_info = self._intrinsics(bag)
            self.info = ClipInfo(
                path=path,
                width=image.image.shape[1],
                height=image.image.shape[0],
                fps=self.inputs.image.count / max(bag.duration, 1e-9),
                duration=bag.duration,
                sample_rate=0 if chunk is None else chunk.sample_rate,
                channels=0 if chunk is None else chunk.samples.shape[1],
            )
            self.notes += bag.remarks.lines()
        self.remarks = Remarks()

    def play(self) -> Iterator[Item]:
        """Yield everything in the order of its stamps.

        Raises:
            BagError: damaged data.
        """
        self.remarks = Remarks()
        line = self._line()
        with Bag(self._path) as bag:
            streams: list[Iterator[Item]] = [self._images(bag, line)]
            if self.inputs.audio is not None:
                streams.append(self._audio(bag, line))
            if self.inputs.attitude is not None:
                streams.append(self._attitudes(bag, line))
            for item in heapq.merge(*streams, key=lambda item: item.available):
                yield replace(item, stamp=item.stamp - self._origin)
            self.remarks.update(bag.remarks)
        tell_jumps(line, self.remarks)

    def _line(self) -> Continuity:
        return time_line(self._survey.begin)

    def _first(self, items: Iterator[Any], topic: str) -> Any:
        first = next(items, None)
        if first is None:
            reason = '; '.join(self.remarks.examples.values()) or 'nothing was recorded'
            raise BagError(f'{self._path}: {topic}: {reason}')
        return first

    def _first_attitude(self, bag: Bag) -> str:
        """Return the attitude that was said before the first image; '' if there was none."""
        if self.inputs.attitude is None:
            return ''
        said, message = bag.first(self.inputs.attitude.name)
        seen = next(bag.raw_messages([self.inputs.image.name])).recorded
        return str(message.data).strip().lower() if said <= seen else ''

    def _intrinsics(self, bag: Bag) -> Any:
        """Return the first camera_info; None where there is none that can be read."""
        if self.inputs.camera_info is None:
            return None
        try:
            return bag.first(self.inputs.camera_info.name)[1]
        except MessageError as error:
            self.notes.append(f'camera_info cannot be read, fov_deg is used: {error}')
            return None

    def _images(self, bag: Bag, line: Continuity) -> Iterator[CameraFrame]:
        topic = self.inputs.image
        decode = compressed_to_bgr if topic.kind == COMPRESSED_IMAGE else image_to_bgr
        stamps = StreamStamps('images', self._survey.seen, line)
        placed = (
            (stamps.place(raw.recorded, stamp_of(raw)), raw)
            for raw in bag.raw_messages([topic.name])
        )
        tries = _Tries(self._path, 'images', self.remarks)
        for stamp, raw in _by_stamp(placed):
            try:
                image = decode(bag.decode(raw))
            except (MessageError, ImageError) as error:
                tries.fail(topic.name, error)
                continue
            tries.succeed()
            yield CameraFrame(stamp, image)

    def _audio(self, bag: Bag, line: Continuity) -> Iterator[AudioChunk]:
        topic = self.inputs.audio
        assert topic is not None
        stamps = StreamStamps('audio', self._survey.heard, line)
        reader = SampleReader(self._survey.cut_anywhere)
        laid = AudioLine(self._survey.bursts)
        tries = _Tries(self._path, 'pieces of audio', self.remarks)
        for raw in bag.raw_messages([topic.name]):
            try:
                data, format_ = pcm_of(bag, raw, self._survey.format)
                samples = reader.read(data, format_)
            except (MessageError, AudioFormatError) as error:
                tries.fail(topic.name, error)
                continue
            tries.succeed()
            rate = format_.sample_rate
            lasting = len(samples) * NANOSECONDS // rate
            begin = stamps.place(raw.recorded, stamp_of(raw), lasting)
            yield from laid.put(begin, samples, rate)

    def _attitudes(self, bag: Bag, line: Continuity) -> Iterator[AttitudeChange]:
        topic = self.inputs.attitude
        assert topic is not None
        # Without a header; said on the clock of the recorder, as the images were recorded.
        stamping = Stamping(by_header=False, latency=self._survey.seen.latency)
        stamps = StreamStamps('attitudes', stamping, line)
        for raw in bag.raw_messages([topic.name]):
            try:
                attitude = parse_attitude(str(bag.decode(raw).data)).value
            except MessageError as error:
                self.remarks.add('attitudes that cannot be read', example=error)
                continue
            except SettingError as error:
                self.remarks.add('unknown attitudes, left out', example=error)
                continue
            yield AttitudeChange(stamps.place(raw.recorded, 0), attitude)


class _Tries:
    """Counts messages that cannot be read, and gives up when all cannot.

    Args:
        path: of the bag.
        what: the messages hold.
        remarks: where they are counted.
    """

    def __init__(self, path: Path, what: str, remarks: Remarks) -> None:
        self._path, self._what, self._remarks = path, what, remarks
        self._failed: int | None = 0

    def fail(self, topic: str, error: Exception) -> None:
        """Count one.

        Raises:
            BagError: it is one of too many without a good one.
        """
        self._remarks.add(f'{self._what} that cannot be read, left out', example=error)
        if self._failed is not None:
            self._failed += 1
            if self._failed >= ALL_BAD:
                raise BagError(f'{self._path}: {topic}: {error}')

    def succeed(self) -> None:
        """Take note that one can be read."""
        self._failed = None


def _by_stamp(items: Iterator[tuple[int, RawMessage]]) -> Iterator[tuple[int, RawMessage]]:
    """Yield messages by stamp, as far as those that stand close by are out of it."""
    held: list[tuple[int, int, RawMessage]] = []
    for number, (stamp, raw) in enumerate(items):
        heapq.heappush(held, (stamp, number, raw))
        while len(held) > LATE_MESSAGES or held[0][0] < stamp - LATE_NS:
            oldest = heapq.heappop(held)
            yield oldest[0], oldest[2]
    while held:
        oldest = heapq.heappop(held)
        yield oldest[0], oldest[2]
