"""How the stamps of one live stream lie to the arrival of its messages, measured all the time.

A message arrives after its stamp by the latency of its driver, give or take some jitter. Stamps
that are far from that, jump or stand still are of a clock that has nothing to do with ours.
"""

from collections import deque
from statistics import median

from vico_listener.clock import NANOSECONDS

STEP_NS = NANOSECONDS // 2
"""A stamp that lies this far from where the last ones led us to expect it has jumped."""

BELIEVED_NS = NANOSECONDS // 4
"""Stamps that have gone on for so long after a jump are a clock that was set."""

ASTRAY_NS = 2 * NANOSECONDS
"""Stamps that for so long neither went on nor came back jump about."""

STILL_NS = NANOSECONDS // 2
"""A stamp that comes again and again for so long stands still..."""

STILL = 3
"""...when it has come more often than this."""

WINDOW_NS = NANOSECONDS
"""What the delay is the median of."""

CHUNK_KEPT = 0.95
"""What the longest message counts when the next one has come."""

FOLLOWED = 0.2
"""Share of a second's deviation that the count of samples takes over in a second."""

PAUSE_NS = 250_000_000
"""Audio that arrives so much later than the count of its samples says was interrupted."""

BURST_NS = NANOSECONDS
"""How far audio may be ahead of its arrival by the count of samples: it comes in bursts."""


class StreamClock:
    """Measures one stream. All times are ns.

    Attributes:
        fault: what is wrong with the stamps by themselves, as in 'image stamps ...', or ''.
        chunk: how long its longest messages of late last; 0 for images.
        arrival: when the newest message came; None before the first.
    """

    def __init__(self) -> None:
        self.fault = ''
        self.chunk = 0
        self.arrival: int | None = None
        self._delays: deque[tuple[int, int]] = deque()
        self._delay: int | None = None  # read by another thread than the one that measures
        self._late: int | None = None
        self._astray: tuple[int, int] | None = None
        self._strange_since: int | None = None
        self._stamp = 0
        self._same = 0
        self._since = 0
        self._end: int | None = None

    def see(self, stamp: int, arrival: int, duration: int = 0) -> int | None:
        """Take the stamp of a message; return the one that it should have by its own clock.

        A stamp that has jumped is put where it was expected, until more of its kind have come.

        Args:
            stamp: of its header; 0 if it has none.
            arrival: when it came, by this computer's clock.
            duration: how much audio it holds.

        Returns:
            None when nobody can say.
        """
        self.arrival, self.chunk = arrival, max(duration, round(CHUNK_KEPT * self.chunk))
        if stamp == 0:
            self.fault = 'are 0'
            return None
        if self._stands_still(stamp, arrival):
            self.fault = 'stand still'
            return None
        late = arrival - stamp - duration
        if not self._is_believed(late, arrival):
            return None if self._late is None else arrival - duration - self._late
        self.fault, self._late = '', late
        self._delays.append((arrival, late))
        while arrival - self._delays[0][0] > WINDOW_NS:
            self._delays.popleft()
        self._delay = round(median(late for _, late in self._delays))
        return stamp

    def _stands_still(self, stamp: int, arrival: int) -> bool:
        if stamp != self._stamp:
            self._stamp, self._same, self._since = stamp, 0, arrival
        self._same += 1
        return self._same > STILL and arrival - self._since > STILL_NS

    def _is_believed(self, late: int, arrival: int) -> bool:
        if self._late is None or abs(late - self._late) < STEP_NS:
            self._astray = self._strange_since = None
            return True
        if self._strange_since is None:
            self._strange_since = arrival
        elif arrival - self._strange_since > ASTRAY_NS:
            self.fault = 'jump about'
        if self._astray is None or abs(late - self._astray[1]) >= STEP_NS:
            self._astray = arrival, late
        elif arrival - self._astray[0] > BELIEVED_NS:
            self._astray = self._strange_since = None
            self._delays.clear()
            return True
        return False

    @property
    def delay(self) -> int | None:
        """How long after its stamp (its end, of audio) a message arrives; None if unknown."""
        return None if self.fault else self._delay

    def arrived(self, arrival: int, duration: int = 0) -> int:
        """Return when the message was captured, as far as its arrival says.

        Audio is laid evenly by the count of its samples, however unevenly it comes.
        """
        begin = arrival - duration
        if duration == 0:
            return begin
        if self._end is not None and -BURST_NS < begin - self._end < PAUSE_NS:
            share = min(1.0, FOLLOWED * duration / NANOSECONDS)
            begin = self._end + round(share * (begin - self._end))
        self._end = begin + duration
        return begin
