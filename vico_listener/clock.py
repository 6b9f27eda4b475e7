"""The 30 Hz model clock, which counts ticks of stream time by the stamps of the input.

Stamps are integer nanoseconds. Ticks lie on an absolute grid, tick k at ``round(k * 1e9 / 30)`` ns,
so that the same recording gives the same ticks, whenever and in whatever order its messages arrive.
"""

MODEL_RATE = 30
"""Ticks per second of stream time; the videos of ViCo have as many frames per second."""

NANOSECONDS = 1_000_000_000

TICK_NS = NANOSECONDS // MODEL_RATE
"""From one tick to the next, rounded down, ns."""

AUTO, HEADER, ARRIVAL = 'auto', 'header', 'arrival'
STAMPS = (AUTO, HEADER, ARRIVAL)
"""What stamps the input: its own header, the moment of arrival, or whichever of them fits."""

EARLY_TICK_NS = 8_000_000
"""A camera frame also makes a tick due that lies up to this many ns after the frame's stamp.

A 30 fps camera whose stamps fall on the ticks with some jitter thus makes one tick due per frame,
instead of none and then two.
"""


def tick_stamp(tick: int) -> int:
    """Return the stamp of a tick, in ns."""
    return (2 * tick * NANOSECONDS + MODEL_RATE) // (2 * MODEL_RATE)


def tick_at(stamp: int) -> int:
    """Return the number of the last tick at or before a stamp, which is in ns."""
    tick = stamp * MODEL_RATE // NANOSECONDS + 1
    while tick_stamp(tick) > stamp:
        tick -= 1
    return tick


class ModelClock:
    """Turns input stamps into the ticks that are due."""

    def __init__(self) -> None:
        self._last: int | None = None

    def reset(self) -> None:
        """Forget the last tick, e.g. after the stream's clock jumped back."""
        self._last = None

    @property
    def last_stamp(self) -> int | None:
        """The stamp of the last tick that became due, in ns; None after a reset."""
        return None if self._last is None else tick_stamp(self._last)

    def advance(self, stamp: int, limit: int = MODEL_RATE) -> list[int]:
        """Return the stamps of the ticks that become due at `stamp` (ns), oldest first.

        The first call after a reset makes one tick due. After a gap longer than `limit` ticks the
        clock skips ahead: only the last `limit` ticks of the gap become due.
        """
        tick = tick_at(stamp + EARLY_TICK_NS)
        if self._last is None:
            self._last = tick - 1
        first = max(self._last + 1, tick - limit + 1)
        self._last = max(self._last, tick)
        return [tick_stamp(k) for k in range(first, tick + 1)]
