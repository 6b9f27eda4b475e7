"""Looks into the beginning of a bag: how its streams are stamped, and the format of its audio."""

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import NANOSECONDS
from vico_listener.errors import VicoError
from vico_listener.media.bags.bag_errors import BagError
from vico_listener.media.bags.bag_errors import MessageError
from vico_listener.media.bags.definitions import AUDIO_FOREIGN
from vico_listener.media.bags.definitions import AUDIO_PLAIN
from vico_listener.media.bags.input_topics import Inputs
from vico_listener.media.bags.reader import Bag
from vico_listener.media.bags.reader import RawMessage
from vico_listener.media.bags.reader import Topic
from vico_listener.media.bags.stamping import STAMPED
from vico_listener.media.bags.stamping import Evidence
from vico_listener.media.bags.stamping import Stamping
from vico_listener.media.bags.stamping import choose_stamping
from vico_listener.media.bags.stamping import header_stamp
from vico_listener.nodes.bag_audio import SLIGHTLY
from vico_listener.nodes.bag_audio import Bursts
from vico_listener.nodes.bag_audio import bytes_per_second
from vico_listener.nodes.bag_audio import is_cut_anywhere
from vico_listener.nodes.bag_audio import is_unlike
from vico_listener.nodes.bag_audio import usual_rate
from vico_listener.nodes.convert import foreign_pcm
from vico_listener.speech import DEFAULT_FORMAT
from vico_listener.speech import AudioFormat
from vico_listener.speech.likely_format import better_reading
from vico_listener.speech.likely_format import likely_format

SURVEY_NS = 5 * NANOSECONDS
SURVEY_MESSAGES = 1000
"""How much of a stream is looked at before it is played."""


@dataclass(frozen=True)
class Survey:
    """What the beginning of a bag tells.

    Attributes:
        seen, heard: how images and audio are stamped.
        begin: when the first of both was captured, ns.
        bursts: how unevenly audio comes.
        audio_behind: by how much audio was recorded later after its stamps than images, s; None
            where stamps do not tell.
        format: the format of the audio.
        cut_anywhere: messages of audio end within a sample.
        notes: lines about what was found, for the user.
    """

    seen: Stamping
    heard: Stamping
    begin: int
    bursts: Bursts
    audio_behind: float | None
    format: AudioFormat
    cut_anywhere: bool
    notes: Sequence[str]


def survey(bag: Bag, inputs: Inputs, default: AudioFormat, stamps: str) -> Survey:
    """Look into the beginning of a bag.

    Args:
        bag: that is open.
        inputs: its topics.
        default: format of the audio when no AudioInfo was recorded.
        stamps: as for `choose_stamping`.

    Raises:
        BagError: the audio is compressed.
    """
    notes: list[str] = []
    format_, is_told = _announced(bag, inputs, default)
    rows = [(raw.recorded, stamp_of(raw)) for raw in _beginning(bag, inputs.image)]
    recorded, told = _columns(rows, 2)
    seen = Evidence('images', recorded, told, np.zeros_like(recorded)).steady()
    heard, cut_anywhere = None, False
    if inputs.audio is not None:
        heard, format_, cut_anywhere = _listen(bag, inputs.audio, format_, is_told, notes)
    duration = round(bag.duration * NANOSECONDS)
    by_sight, by_ear, faults = choose_stamping(seen, heard, duration, stamps)
    behind = None
    begins, bursts = [by_sight.captured(seen)], Bursts()
    if heard is not None:
        if by_sight.by_header and by_ear.by_header:
            behind = (heard.latency() - seen.latency()) / NANOSECONDS
        begins.append(by_ear.captured(heard))
        bursts = Bursts.of(begins[-1], heard.lasting)
    return Survey(
        seen=by_sight,
        heard=by_ear,
        begin=min((int(times[0]) for times in begins if len(times)), default=0),
        bursts=bursts,
        audio_behind=behind,
        format=format_,
        cut_anywhere=cut_anywhere,
        notes=[*notes, *faults],
    )


def stamp_of(raw: RawMessage) -> int:
    """Return the stamp of a message, ns; 0 where it has none that can be read."""
    try:
        return header_stamp(raw)
    except MessageError:
        return 0


def pcm_of(bag: Bag, raw: RawMessage, format_: AudioFormat) -> tuple[bytes, AudioFormat]:
    """Return the bytes and format of a message of audio; `format_` where it does not tell one.

    Raises:
        MessageError, AudioFormatError: it cannot be read.
    """
    message = bag.decode(raw)
    if raw.topic.kind == AUDIO_FOREIGN:
        return foreign_pcm(message)
    data = message.data if raw.topic.kind == AUDIO_PLAIN else message.audio.data
    return np.asarray(data).tobytes(), format_


def _announced(bag: Bag, inputs: Inputs, default: AudioFormat) -> tuple[AudioFormat, bool]:
    """Return the format that the bag tells, or the default, and whether somebody told it."""
    is_told = default != DEFAULT_FORMAT
    if inputs.audio_info is None:
        return default, is_told
    info = bag.first(inputs.audio_info.name)[1]
    announced = default.announced(info)
    if announced.coding != 'wave':
        raise BagError(
            f'{bag.path}: the audio is {announced.coding}, PCM is needed: record it with '
            'format:=wave of audio_capture'
        )
    if announced.fault:
        raise BagError(f'{bag.path}: the audio cannot be used: {announced.fault}')
    return announced, is_told or (info.sample_rate > 0 and info.channels > 0)


def _listen(
    bag: Bag, topic: Topic, format_: AudioFormat, is_told: bool, notes: list[str]
) -> tuple[Evidence, AudioFormat, bool]:
    """Return the first messages of audio, its likely format, and whether it is cut anywhere."""
    rows = []
    loudest, joined = b'', bytearray()
    for raw in _beginning(bag, topic):
        try:
            data, format_ = pcm_of(bag, raw, format_)
        except VicoError:
            continue  # it is told when it is played
        rows.append((raw.recorded, stamp_of(raw), len(data)))
        joined += data
        loudest = max(loudest, data, key=lambda pcm: len(set(pcm)))
    recorded, told, sizes = _columns(rows, 3)
    rate = bytes_per_second(sizes, recorded)
    if topic.kind != AUDIO_FOREIGN:
        if _is_doubtful(format_, is_told, rate, usual_rate(sizes, recorded)):
            format_, note = _doubted(format_, is_told, rate, loudest)
            notes.append(note)
        elif (other := better_reading(format_, bytes(joined))) is not None:
            source = ', as the bag says' if is_told else ''
            notes.append(
                f'the audio is noise as {_named(format_)}{source}: taken for {_named(other)}'
            )
            format_ = other
        elif not is_told:
            notes.append(f'the format of the audio is not recorded: {_named(format_)} is assumed')
    lasting = sizes // format_.frame_bytes * NANOSECONDS // format_.sample_rate
    evidence = Evidence('audio', recorded, told, lasting, topic.kind in STAMPED).steady()
    return evidence, format_, is_cut_anywhere(sizes, format_)


def _is_doubtful(format_: AudioFormat, is_told: bool, rate: float, usual: float) -> bool:
    """Return whether audio of `rate` bytes a second, mostly `usual`, has another format."""
    if is_unlike(format_, rate):
        # Lost messages leave too little audio, but not between most of the others.
        return not is_told or is_unlike(format_, usual)
    agree = usual > 0 and abs(rate / usual - 1) < SLIGHTLY / 2
    return agree and is_unlike(format_, rate, SLIGHTLY)


def _doubted(
    format_: AudioFormat, is_told: bool, rate: float, data: bytes
) -> tuple[AudioFormat, str]:
    """Return the likely format instead of a doubtful one, and what is to be told of it."""
    likely = likely_format(rate, data)
    source = ', as the bag says' if is_told else ''
    heard = f'the audio has {rate:.0f} bytes a second, which is not {_named(format_)}'
    if likely is None:
        return format_, f'{heard}{source}: it plays too fast or too slowly'
    return likely, f'{heard}{source}: taken for {_named(likely)}'


def _named(format_: AudioFormat) -> str:
    channels = {1: 'mono', 2: 'stereo'}.get(format_.channels, f'{format_.channels} channels')
    return f'{format_.sample_rate} Hz {channels} {format_.sample_format}'


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
