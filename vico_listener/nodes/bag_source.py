"""A rosbag2 bag as camera frames, audio and attitudes."""

import heapq
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import AUTO
from vico_listener.clock import NANOSECONDS
from vico_listener.clock import STAMPS
from vico_listener.errors import SettingError
from vico_listener.errors import VicoError
from vico_listener.frames import AudioChunk
from vico_listener.frames import CameraFrame
from vico_listener.media.bags.bag_errors import BagError
from vico_listener.media.bags.bag_errors import MessageError
from vico_listener.media.bags.definitions import AUDIO_FOREIGN
from vico_listener.media.bags.definitions import AUDIO_PLAIN
from vico_listener.media.bags.definitions import COMPRESSED_IMAGE
from vico_listener.media.bags.input_topics import choose_inputs
from vico_listener.media.bags.reader import Bag
from vico_listener.media.bags.reader import RawMessage
from vico_listener.media.bags.reader import Topic
from vico_listener.media.bags.stamping import STAMPED
from vico_listener.media.bags.stamping import Evidence
from vico_listener.media.bags.stamping import Stamping
from vico_listener.media.bags.stamping import StreamStamps
from vico_listener.media.bags.stamping import choose_stamping
from vico_listener.media.bags.stamping import header_stamp
from vico_listener.media.bags.stamping import tell_jumps
from vico_listener.media.bags.stamping import time_line
from vico_listener.media.clip import NO_AUDIO
from vico_listener.media.clip import START_NS
from vico_listener.media.clip import ClipInfo
from vico_listener.media.remarks import Remarks
from vico_listener.media.stamps import Continuity
from vico_listener.nodes.bag_audio import SLIGHTLY
from vico_listener.nodes.bag_audio import AudioLine
from vico_listener.nodes.bag_audio import Bursts
from vico_listener.nodes.bag_audio import SampleReader
from vico_listener.nodes.bag_audio import bytes_per_second
from vico_listener.nodes.bag_audio import is_cut_anywhere
from vico_listener.nodes.bag_audio import is_unlike
from vico_listener.nodes.bag_audio import usual_rate
from vico_listener.nodes.convert import foreign_pcm
from vico_listener.nodes.image_codec import ImageError
from vico_listener.nodes.image_codec import compressed_to_bgr
from vico_listener.nodes.image_codec import image_to_bgr
from vico_listener.nodes.source import AttitudeChange
from vico_listener.nodes.source import Item
from vico_listener.speech import DEFAULT_FORMAT
from vico_listener.speech import AudioFormat
from vico_listener.speech.likely_format import likely_format
from vico_listener.speech.pcm import AudioFormatError

SURVEY_NS = 5 * NANOSECONDS
SURVEY_MESSAGES = 1000
"""How much of a stream is looked at before it is played."""

ALL_BAD = 100
"""Messages that cannot be read, none before them, after which a stream counts as unusable."""

DISORDER_NS = NANOSECONDS // 2
DISORDER_MESSAGES = 16
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
        info, start, attitude, notes, remarks, audio_behind, wants_audio: as of `Source`.
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
        self.notes: list[str] = []
        self.wants_audio = audio_topic != NO_AUDIO
        with Bag(path) as bag:
            self.inputs = choose_inputs(path, bag.topics, image_topic, audio_topic)
            self._format = self._announced(bag, default)
            self._examine(bag, stamps)
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
        return time_line(self._begin)

    def _announced(self, bag: Bag, default: AudioFormat) -> AudioFormat:
        """Return the format that the bag tells; the default where it does not."""
        self._is_told = default != DEFAULT_FORMAT
        if self.inputs.audio_info is None:
            return default
        info = bag.first(self.inputs.audio_info.name)[1]
        announced = default.announced(info)
        if announced.coding != 'wave':
            raise BagError(
                f'{self._path}: the audio is {announced.coding}, PCM is needed: record it with '
                'format:=wave of audio_capture'
            )
        self._is_told |= info.sample_rate > 0 and info.channels > 0
        return announced

    def _examine(self, bag: Bag, stamps: str) -> None:
        """Find out from their beginning how the streams are stamped and cut."""
        rows = [(raw.recorded, _stamp(raw)) for raw in _beginning(bag, self.inputs.image)]
        recorded, told = _columns(rows, 2)
        seen = Evidence('images', recorded, told, np.zeros_like(recorded)).steady()
        heard = None if self.inputs.audio is None else self._examine_audio(bag, self.inputs.audio)
        duration = round(bag.duration * NANOSECONDS)
        self._seen, self._heard, notes = choose_stamping(seen, heard, duration, stamps)
        self.notes += notes
        self.audio_behind: float | None = None
        if heard is not None and self._seen.by_header and self._heard.by_header:
            self.audio_behind = (heard.latency() - seen.latency()) / NANOSECONDS
        begins = [self._seen.captured(seen)]
        self._bursts = Bursts()
        if heard is not None:
            begins.append(self._heard.captured(heard))
            self._bursts = Bursts.of(begins[-1], heard.lasting)
        self._begin = min((int(times[0]) for times in begins if len(times)), default=0)

    def _examine_audio(self, bag: Bag, topic: Topic) -> Evidence:
        rows = []
        loudest = b''
        for raw in _beginning(bag, topic):
            try:
                data, self._format = self._pcm(bag, raw)
            except VicoError:
                continue  # it is told when it is played
            rows.append((raw.recorded, _stamp(raw), len(data)))
            loudest = max(loudest, data, key=lambda pcm: len(set(pcm)))
        recorded, told, sizes = _columns(rows, 3)
        rate = bytes_per_second(sizes, recorded)
        if topic.kind != AUDIO_FOREIGN:
            if self._is_doubtful(rate, usual_rate(sizes, recorded)):
                self._doubt_format(rate, loudest)
            elif not self._is_told:
                self.notes.append(f'no format of the audio is told: {_named(self._format)} assumed')
        self._joined = is_cut_anywhere(sizes, self._format)
        frames = sizes // self._format.frame_bytes
        lasting = frames * NANOSECONDS // self._format.sample_rate
        return Evidence('audio', recorded, told, lasting, topic.kind in STAMPED).steady()

    def _is_doubtful(self, rate: float, usual: float) -> bool:
        """Return whether audio of `rate` bytes a second, mostly `usual`, has another format."""
        if is_unlike(self._format, rate):
            # Lost messages leave too little audio, but not between most of the others.
            return not self._is_told or is_unlike(self._format, usual)
        agree = usual > 0 and abs(rate / usual - 1) < SLIGHTLY / 2
        return agree and is_unlike(self._format, rate, SLIGHTLY)

    def _doubt_format(self, rate: float, data: bytes) -> None:
        likely = likely_format(rate, data)
        source = ', as the bag says' if self._is_told else ''
        heard = f'the audio has {rate:.0f} bytes a second, which is not {_named(self._format)}'
        if likely is None:
            self.notes.append(f'{heard}{source}: it plays too fast or too slowly')
        else:
            self.notes.append(f'{heard}{source}: taken for {_named(likely)}')
            self._format = likely

    def _first(self, items: Iterator[Any], topic: str) -> Any:
        first = next(items, None)
        if first is None:
            reason = '; '.join(self.remarks.examples.values()) or 'nothing was recorded'
            raise BagError(f'{self._path}: {topic}: {reason}')
        return first

    def _first_attitude(self, bag: Bag) -> str:
        """Return the attitude that was said before the first image, '' = none."""
        if self.inputs.attitude is None:
            return ''
        said, message = bag.first(self.inputs.attitude.name)
        seen = next(bag.raw_messages([self.inputs.image.name])).recorded
        return str(message.data) if said <= seen else ''

    def _images(self, bag: Bag, line: Continuity) -> Iterator[CameraFrame]:
        topic = self.inputs.image
        decode = compressed_to_bgr if topic.kind == COMPRESSED_IMAGE else image_to_bgr
        stamps = StreamStamps('images', self._seen, line)
        placed = (
            (stamps.place(raw.recorded, _stamp(raw)), raw) for raw in bag.raw_messages([topic.name])
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
        stamps = StreamStamps('audio', self._heard, line)
        reader = SampleReader(self._joined)
        laid = AudioLine(self._bursts)
        tries = _Tries(self._path, 'pieces of audio', self.remarks)
        for raw in bag.raw_messages([topic.name]):
            try:
                data, format_ = self._pcm(bag, raw)
                samples = reader.read(data, format_)
            except (MessageError, AudioFormatError) as error:
                tries.fail(topic.name, error)
                continue
            tries.succeed()
            rate = format_.sample_rate
            lasting = len(samples) * NANOSECONDS // rate
            begin = stamps.place(raw.recorded, _stamp(raw), lasting)
            yield from laid.put(begin, samples, rate)

    def _pcm(self, bag: Bag, raw: RawMessage) -> tuple[bytes, AudioFormat]:
        """Return the bytes and format of a message of audio.

        Raises:
            MessageError, AudioFormatError: it cannot be read.
        """
        message = bag.decode(raw)
        if raw.topic.kind == AUDIO_FOREIGN:
            return foreign_pcm(message)
        data = message.data if raw.topic.kind == AUDIO_PLAIN else message.audio.data
        return np.asarray(data).tobytes(), self._format

    def _attitudes(self, bag: Bag, line: Continuity) -> Iterator[AttitudeChange]:
        topic = self.inputs.attitude
        assert topic is not None
        # Without a header; said on the clock of the recorder, as the images were recorded.
        stamping = Stamping(by_header=False, latency=self._seen.latency)
        stamps = StreamStamps('attitudes', stamping, line)
        for raw in bag.raw_messages([topic.name]):
            try:
                attitude = str(bag.decode(raw).data)
            except MessageError as error:
                self.remarks.add('attitudes that cannot be read', example=error)
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
        """Count one; BagError when it is one of too many without a good one."""
        self._remarks.add(f'{self._what} that cannot be read, left out', example=error)
        if self._failed is not None:
            self._failed += 1
            if self._failed >= ALL_BAD:
                raise BagError(f'{self._path}: {topic}: {error}')

    def succeed(self) -> None:
        """Take note that one can be read."""
        self._failed = None


def _named(format_: AudioFormat) -> str:
    channels = {1: 'mono', 2: 'stereo'}.get(format_.channels, f'{format_.channels} channels')
    return f'{format_.sample_rate} Hz {channels} {format_.sample_format}'


def _stamp(raw: RawMessage) -> int:
    try:
        return header_stamp(raw)
    except MessageError:
        return 0


def _beginning(bag: Bag, topic: Topic) -> Iterator[RawMessage]:
    """Yield the first messages of a topic."""
    first: int | None = None
    for raw in islice(bag.raw_messages([topic.name]), SURVEY_MESSAGES):
        first = raw.recorded if first is None else first
        if raw.recorded > first + SURVEY_NS:
            return
        yield raw


def _columns(rows: Sequence[tuple[int, ...]], count: int) -> NDArray[np.int64]:
    return np.array(rows, np.int64).reshape(-1, count).T


def _by_stamp(items: Iterator[tuple[int, RawMessage]]) -> Iterator[tuple[int, RawMessage]]:
    """Yield messages by stamp, as far as those that stand close by are out of it."""
    held: list[tuple[int, int, RawMessage]] = []
    for number, (stamp, raw) in enumerate(items):
        heapq.heappush(held, (stamp, number, raw))
        while len(held) > DISORDER_MESSAGES or held[0][0] < stamp - DISORDER_NS:
            oldest = heapq.heappop(held)
            yield oldest[0], oldest[2]
    while held:
        oldest = heapq.heappop(held)
        yield oldest[0], oldest[2]
