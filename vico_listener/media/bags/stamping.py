"""When the messages of a bag were captured: their own stamps, or the times of recording.

A camera or microphone whose clock is not the recorder's stamps what cannot be joined with the rest:
since its start, always alike, or not at all. What was recorded together belongs together then.
"""

import struct
from dataclasses import dataclass
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import ARRIVAL
from vico_listener.clock import AUTO
from vico_listener.clock import NANOSECONDS
from vico_listener.media.bags.bag_errors import MessageError
from vico_listener.media.bags.definitions import AUDIO_FOREIGN
from vico_listener.media.bags.definitions import AUDIO_STAMPED
from vico_listener.media.bags.definitions import COMPRESSED_IMAGE
from vico_listener.media.bags.definitions import IMAGE
from vico_listener.media.bags.reader import RawMessage
from vico_listener.media.remarks import Remarks
from vico_listener.media.stamps import BACK_NS
from vico_listener.media.stamps import LEAP_NS
from vico_listener.media.stamps import Continuity

STAMPED = (IMAGE, COMPRESSED_IMAGE, AUDIO_STAMPED, AUDIO_FOREIGN)
"""Types that begin with a header."""

FARTHEST_NS = 10 * NANOSECONDS
"""How far the stamps of what was recorded together may lie apart at most."""

NEAREST_NS = NANOSECONDS // 2
"""How far they may in any case, however short the bag is."""

FAR_NS = NANOSECONDS
"""What is recorded later after its stamp was stamped by another clock."""

WORTH_TELLING_NS = NANOSECONDS // 10
"""An offset from which on it is told."""

PAUSE_NS = 3600 * NANOSECONDS
"""How long nothing may be recorded; more is a clock that jumped."""

MOSTLY = 0.5


@dataclass(frozen=True)
class Evidence:
    """The first messages of a stream.

    Attributes:
        name: 'images' or 'audio'.
        recorded: (N,) time of recording, ns.
        stamps: (N,) of the headers, ns; 0 where there is none.
        lasting: (N,) how long each is, ns; 0 for images.
        headed: its messages have headers.
    """

    name: str
    recorded: NDArray[np.int64]
    stamps: NDArray[np.int64]
    lasting: NDArray[np.int64]
    headed: bool = True

    def steady(self) -> 'Evidence':
        """Return the longest part of it in which no clock jumps."""
        passed = np.diff(self.recorded)
        stamped = (self.stamps[1:] != 0) & (self.stamps[:-1] != 0)
        steps = np.where(stamped, np.diff(self.stamps), passed)
        jumps = (passed < -BACK_NS) | (steps < -BACK_NS) | (np.abs(steps - passed) > LEAP_NS)
        edges = np.concatenate([[0], np.flatnonzero(jumps) + 1, [len(self.recorded)]])
        longest = int(np.argmax(np.diff(edges)))
        part = slice(edges[longest], edges[longest + 1])
        return replace(
            self,
            recorded=self.recorded[part],
            stamps=self.stamps[part],
            lasting=self.lasting[part],
        )

    def fault(self) -> str:
        """Return why the stamps cannot be used; '' if they can."""
        stamped = self.stamps[self.stamps != 0]
        if not len(stamped) or len(stamped) < MOSTLY * len(self.stamps):
            return 'no stamps'
        steps = np.diff(stamped)
        if len(steps) and np.mean(steps > 0) <= MOSTLY:
            return 'stamps that do not rise'
        return ''

    def latency(self) -> int:
        """Return how long after its capture (audio: its end) a message is recorded, ns, median."""
        stamped = self.stamps != 0
        late = self.recorded[stamped] - self.stamps[stamped] - self.lasting[stamped]
        return int(np.median(late.astype(float))) if len(late) else 0


@dataclass(frozen=True)
class Stamping:
    """How a stream is stamped.

    Attributes:
        by_header: by its own stamps, else by the times of recording.
        latency: from capture to recording, ns, where that shows another clock; else 0.
    """

    by_header: bool
    latency: int

    def captured(self, evidence: 'Evidence') -> NDArray[np.int64]:
        """Return when the first messages of the stream were captured, (N,) ns."""
        told = evidence.stamps if self.by_header else np.zeros_like(evidence.stamps)
        counted = evidence.recorded - evidence.lasting - self.latency
        return np.where(told != 0, told, counted)


def choose_stamping(
    images: Evidence, audio: Evidence | None, duration: int, mode: str = AUTO
) -> tuple[Stamping, Stamping, list[str]]:
    """Return how images and audio are stamped, and what is to be told of it.

    Args:
        images: first of them.
        audio: the first stamp of the audio; None if there is none.
        duration: of the bag, ns.
        mode: 'header': by their own stamps, where there are any; 'arrival': by the times of
            recording; 'auto': by their own, unless these cannot be.
    """
    streams = [images] if audio is None else [images, audio]
    faults = [stream.fault() for stream in streams]
    latencies = [stream.latency() for stream in streams]
    by_header = [mode != ARRIVAL and not fault for fault in faults]
    notes = []
    if mode == AUTO:
        limit = min(FARTHEST_NS, max(NEAREST_NS, duration // 2))
        # The one whose stamps lie farther from the recorder's clock first.
        for number in sorted(range(len(streams)), key=lambda n: -abs(latencies[n])):
            others = [
                latencies[n] if by_header[n] else 0 for n in range(len(streams)) if n != number
            ]
            apart = max((abs(latencies[number] - other) for other in others), default=0)
            if by_header[number] and apart > limit:
                by_header[number] = False
                faults[number] = f'stamps that lie {_seconds(apart)} from the rest'
    for stream, used, fault in zip(streams, by_header, faults, strict=True):
        if fault and not used and stream.headed and mode != ARRIVAL:
            notes.append(f'{stream.name}: {fault}, so the times of recording count')
    late = [latency if used else 0 for used, latency in zip(by_header, latencies, strict=True)]
    offset = late[0] - late[-1]
    if any(by_header) and abs(offset) > WORTH_TELLING_NS:
        where = 'before' if offset > 0 else 'behind'
        notes.append(
            f'{images.name}: stamped {_seconds(abs(offset))} {where} the audio that was recorded '
            'with them, and played so (with stamps=arrival as they were recorded)'
        )
    chosen = [
        Stamping(used, latency if used and abs(latency) > FAR_NS else 0)
        for used, latency in zip(by_header, latencies, strict=True)
    ]
    return chosen[0], chosen[-1], notes


def _seconds(nanoseconds: int) -> str:
    return f'{nanoseconds / NANOSECONDS:,.2f} s'


def header_stamp(message: RawMessage) -> int:
    """Return the stamp of a message's header, ns; 0 if it has none.

    Raises:
        MessageError: the message ends too early.
    """
    if message.topic.kind not in STAMPED:
        return 0
    data = message.data
    try:
        order = '<' if data[1] & 1 else '>'
        seconds, nanoseconds = struct.unpack_from(f'{order}iI', data, 4)
    except (struct.error, IndexError):
        raise MessageError(f'{message.topic.name}: {len(data)} bytes are no message') from None
    return int(seconds * NANOSECONDS + nanoseconds)


class StreamStamps:
    """Where the messages of a stream lie on the time line of a bag.

    Args:
        name: of the stream.
        stamping: how it is stamped.
        line: that of the bag, shared by its streams.
    """

    def __init__(self, name: str, stamping: Stamping, line: Continuity) -> None:
        self._name = name
        self._stamping = stamping
        self._line = line
        self._recorded: int | None = None

    def place(self, recorded: int, stamp: int, lasting: int = 0) -> int:
        """Return when a message was captured, ns.

        Args:
            recorded: time of recording, ns.
            stamp: of its header, ns; 0 if it has none.
            lasting: how long it is, ns.
        """
        elapsed = None
        captured = recorded - lasting - self._stamping.latency
        if self._stamping.by_header:
            # A clock that begins at 0 may well say 0.
            if stamp != 0 or abs(captured) < NEAREST_NS:
                captured = stamp
            if self._recorded is not None and 0 <= recorded - self._recorded < PAUSE_NS:
                elapsed = recorded - self._recorded
        self._recorded = recorded
        return captured + self._line.place(self._name, captured, lasting, elapsed)


def time_line(start: int) -> Continuity:
    """Return the time line of a bag that begins at `start` ns."""
    return Continuity(PAUSE_NS, start)


def tell_jumps(line: Continuity, remarks: Remarks) -> None:
    """Count the jumps that were taken out of a time line."""
    if line.jumps:
        remarks.add('jumps of the clocks, taken out', len(line.jumps))
