"""Where the packets of a file lie in time, although their stamps jump."""

from fractions import Fraction
from typing import Any

from vico_listener.clock import NANOSECONDS
from vico_listener.media.container import Media
from vico_listener.media.stamps import Continuity

AHEAD_NS = 60 * NANOSECONDS
AHEAD_RESTARTING_NS = 10 * NANOSECONDS
"""How long neither image nor audio may come until that counts as a jump of the stamps; the second
where stamps may start anew."""

LAG_NS = NANOSECONDS
"""How long an image may wait between decoding and showing; more is a jump between the two."""

STAMP_LIMIT = 2**62
"""A stamp beyond is damage, and would run over when moved."""


class PacketTimes:
    """Where the packets of a file's parts lie in time.

    Args:
        media: the first part.
        whole: it is read from its beginning.

    Attributes:
        whole: as given.
        start: stamp of stream time 0, s.
        line: moves stamps that jump.
        last: time of the last image, s.
        counts: kind of the stream whose reader counts the jumps, which are those of all.
    """

    def __init__(self, media: Media, whole: bool = True) -> None:
        self._ahead = AHEAD_RESTARTING_NS if media.restarts else AHEAD_NS
        self.counts = 'audio' if media.video is None else 'video'
        self.whole = self._first = whole
        self.last: Fraction | None = None
        self.start = media.start
        self.line = Continuity(self._ahead, round(self.start * NANOSECONDS))
        self._orders: dict[str, _Order] = {}

    def of(self, stamp: int | None, stream: Any) -> Fraction | None:
        """Return the stream time (s) of a settled stamp of a stream; None if it is not known."""
        if stamp is None or stream.time_base is None:
            return None
        return stamp * stream.time_base - self.start

    def settle(self, packet: Any) -> None:
        """Move the stamps of a packet to where they belong."""
        for name in ('pts', 'dts'):
            if abs(getattr(packet, name) or 0) > STAMP_LIMIT:
                setattr(packet, name, None)
        stamp = packet.pts if packet.dts is None else packet.dts
        if stamp is None or packet.time_base is None:
            return
        base = packet.time_base
        time = _nanoseconds(stamp, base)
        if self._first and abs(time - self.line.start) > self._ahead:
            # The head and the packets do not agree.
            self.start, self.line.start = stamp * base, time
        self._first = False
        length = _nanoseconds(packet.duration or 0, base)
        shown = time if packet.pts is None else _nanoseconds(packet.pts, base)
        order = self._orders.setdefault(packet.stream.type, _Order())
        move = order.place(self.line, packet.stream.type, time, shown, length)
        if move:
            ticks = round(Fraction(move, NANOSECONDS) / base)
            packet.pts = None if packet.pts is None else packet.pts + ticks
            packet.dts = None if packet.dts is None else packet.dts + ticks


class _Order:
    """Where jumps of the stamps lie in a stream that is coded in another order than it is shown.

    Around a jump there are packets that are coded before it and shown behind it, whose stamps lie
    far apart, and after those some that are still shown before it.
    """

    def __init__(self) -> None:
        self._lag = 0
        self._shown = 0
        self._before: int | None = None
        self._move_before = 0

    def place(self, line: Continuity, stream: str, time: int, shown: int, length: int) -> int:
        """Return what to add to the stamps of a packet, ns.

        Args:
            line: on which it lies.
            stream: its kind.
            time: when it is decoded, ns.
            shown: when it is shown, ns.
            length: how long, ns.
        """
        if abs(shown - time) > LAG_NS:
            if self._before is None:
                self._move_before = line.place(stream, time, max(length, self._lag))
            self._before = time
            return line.place(stream, shown, length)
        if self._before is not None and abs(time - self._before) < LAG_NS:
            self._before = time
            return self._move_before
        self._before = None
        self._lag = max(self._lag, shown - time)
        end = shown + length
        self._shown = max(end, self._shown) if self._shown - end < LAG_NS else end
        return line.place(stream, time, max(length, self._shown - time))


def _nanoseconds(ticks: int, base: Fraction) -> int:
    return ticks * base.numerator * NANOSECONDS // base.denominator
