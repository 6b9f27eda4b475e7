"""One time line through stamps that start anew or jump, and stamps in the order of coding.

Joined transport streams, cameras that restart and simulators that are reset carry on with stamps
that lie anywhere. What follows such a place is moved so that it carries on where the stream was;
streams that jump at the same place are moved by the same amount, which keeps them in step.
"""

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction

BACK = Fraction(1, 2)
"""Seconds by which a stamp that lies before the last one of its stream is a new start; less is
disorder."""

LONGEST = Fraction(1)
"""Seconds that a picture or packet lasts at most; what is said to last longer counts as nothing."""


class Continuity:
    """Where the stamps of several streams lie on one time line that goes on.

    Args:
        ahead: seconds beyond all that came so far from which on a stamp counts as a jump, no gap.
        start: where the time line begins, s; there a stream is put whose first stamp is a jump.

    Attributes:
        start: as given.
        jumps: (where on the time line, s; by how much what follows is moved, s), in order.
    """

    def __init__(self, ahead: Fraction, start: Fraction = Fraction(0)) -> None:
        self._ahead = ahead
        self.start = start
        self._moves = [Fraction(0)]
        self._places: dict[Hashable, _Place] = {}
        self.jumps: list[tuple[Fraction, Fraction]] = []

    def place(self, stream: Hashable, stamp: Fraction, duration: Fraction) -> Fraction:
        """What to add to a stamp of a stream (s).

        Args:
            stream: which one.
            stamp: the next one, s; a stream's stamps rise but for small disorder and jumps.
            duration: s until its next one, 0 = unknown.
        """
        place = self._places.get(stream)
        number = self._nearest(stamp) if place is None else place.number
        if self._jumps(place, stamp + self._moves[number]):
            number = self._next_pass(place, number, stamp)
        placed = stamp + self._moves[number]
        if not 0 < duration <= LONGEST:
            step = Fraction(0) if place is None else placed - place.last
            duration = step if 0 < step <= LONGEST else Fraction(0)
        self._places[stream] = _Place(number, placed, placed + duration)
        return self._moves[number]

    @property
    def end(self) -> Fraction | None:
        """Where the last stream ends, s; None before the first stamp."""
        return max((place.due for place in self._places.values()), default=None)

    def _jumps(self, place: '_Place | None', placed: Fraction) -> bool:
        end = self.end
        if end is None:
            return False
        return (place is not None and placed < place.last - BACK) or placed > end + self._ahead

    def _nearest(self, stamp: Fraction) -> int:
        """The pass to which the first stamp of a stream belongs."""
        end = self.end
        if end is None:
            return 0
        passes = range(len(self._moves))
        return min(passes, key=lambda number: abs(stamp + self._moves[number] - end))

    def _next_pass(self, place: '_Place | None', number: int, stamp: Fraction) -> int:
        """A later pass that another stream has begun, else a new one."""
        for later in range(number + 1, len(self._moves)):
            if not self._jumps(place, stamp + self._moves[later]):
                return later
        due = self.start if place is None else place.due
        self._moves.append(due - stamp)
        self.jumps.append((due, due - stamp))
        return len(self._moves) - 1


@dataclass(frozen=True)
class _Place:
    """Of a stream: number of its pass, its last stamp and its next on the time line, s."""

    number: int
    last: Fraction
    due: Fraction


class CodedStamps:
    """Gives pictures, which come in the order of showing, stamps that came in that of coding.

    Of a container that knows no stamps of presentation (AVI) the n-th picture shown has the n-th
    stamp.
    """

    def __init__(self) -> None:
        self._waiting: deque[int] = deque()

    def put(self, stamp: int | None) -> None:
        """Take the stamp of a packet that goes to the decoder."""
        if stamp is not None:
            self._waiting.append(stamp)

    def drop(self) -> None:
        """Forget the stamp taken last: its packet gives no picture."""
        if self._waiting:
            self._waiting.pop()

    def next(self) -> int | None:
        """The stamp of the next picture, None when there is none left."""
        return self._waiting.popleft() if self._waiting else None
