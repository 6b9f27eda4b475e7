"""One time line through stamps that start anew or jump, and stamps in the order of coding.

Joined transport streams, cameras that restart and simulators that are reset carry on with stamps
that lie anywhere. What follows such a place is moved so that it carries on where the stream was;
streams that jump at the same place are moved by the same amount, which keeps them in step.
"""

from collections import deque
from collections.abc import Hashable
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

    Attributes:
        jumps: (where on the time line, s; by how much what follows is moved, s), in order.
    """

    def __init__(self, ahead: Fraction) -> None:
        self._ahead = ahead
        self._moves = [Fraction(0)]
        self._pass: dict[Hashable, int] = {}
        self._first: dict[Hashable, Fraction] = {}
        self._last: dict[Hashable, Fraction] = {}
        self._due: dict[Hashable, Fraction] = {}
        self.jumps: list[tuple[Fraction, Fraction]] = []

    def place(self, stream: Hashable, stamp: Fraction, duration: Fraction) -> Fraction:
        """What to add to a stamp of a stream (s).

        Args:
            stream: which one.
            stamp: the next one, s; a stream's stamps rise but for small disorder and jumps.
            duration: s until its next one, 0 = unknown.
        """
        if stream not in self._last:
            self._pass[stream] = self._nearest(stamp)
        if self._jumps(stream, stamp + self._moves[self._pass[stream]]):
            self._enter_pass(stream, stamp)
        move = self._moves[self._pass[stream]]
        self._first.setdefault(stream, stamp + move)
        self._last[stream] = stamp + move
        self._due[stream] = stamp + move + (duration if 0 < duration <= LONGEST else 0)
        return move

    @property
    def end(self) -> Fraction | None:
        """Where the last stream ends, s; None before the first stamp."""
        return max(self._due.values(), default=None)

    def _jumps(self, stream: Hashable, placed: Fraction) -> bool:
        if not self._due:
            return False
        back = placed < self._last.get(stream, placed) - BACK
        return back or placed > max(self._due.values()) + self._ahead

    def _nearest(self, stamp: Fraction) -> int:
        """The pass to which the first stamp of a stream belongs."""
        if not self._last:
            return 0
        reached = max(self._last.values())
        passes = range(len(self._moves))
        return min(passes, key=lambda number: abs(stamp + self._moves[number] - reached))

    def _enter_pass(self, stream: Hashable, stamp: Fraction) -> None:
        """Go to a later pass that another stream has begun, else begin one."""
        for later in range(self._pass[stream] + 1, len(self._moves)):
            if not self._jumps(stream, stamp + self._moves[later]):
                self._pass[stream] = later
                return
        # One that jumps with its first stamp begins where the others did.
        due = self._due[stream] if stream in self._due else min(self._first.values())
        self._pass[stream] = len(self._moves)
        self._moves.append(due - stamp)
        self.jumps.append((due, due - stamp))


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
