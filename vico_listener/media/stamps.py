"""One time line through stamps that start anew or jump, and stamps in the order of coding.

Joined transport streams, cameras that restart and simulators that are reset carry on with stamps
that lie anywhere. What follows such a place is moved so that it carries on where the stream was;
streams that jump at the same place are moved by the same amount, which keeps them in step.
"""

import heapq
from collections import deque
from collections.abc import Hashable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace
from typing import Generic
from typing import TypeVar

from vico_listener.clock import NANOSECONDS

BACK_NS = NANOSECONDS // 2
"""A stamp that lies this far before the last one of its stream is a new start; less is disorder."""

LEAP_NS = 10 * NANOSECONDS
"""A stamp that lies this far beyond what another clock tells is a jump."""

LONGEST_NS = NANOSECONDS
"""How long an image or packet lasts at most; what is said to last longer counts as nothing."""

MOST_REORDERED = 16
"""So many images are shown, at most, before one that was coded earlier (ISO/IEC 14496-10, A.3)."""

Item = TypeVar('Item')


class Continuity:
    """Where the stamps of several streams lie on one time line that goes on.

    Args:
        ahead: ns beyond all that came so far from which on a stamp counts as a jump, no gap.
        start: where the time line begins, ns; there a stream is put whose first stamp is a jump.

    Attributes:
        start: as given.
        jumps: (where on the time line, by how much what follows is moved), ns, in order.
    """

    def __init__(self, ahead: int, start: int = 0) -> None:
        self._ahead = ahead
        self.start = start
        self._moves = [0]
        self._places: dict[Hashable, _Place] = {}
        self.jumps: list[tuple[int, int]] = []

    def place(self, stream: Hashable, stamp: int, duration: int, elapsed: int | None = None) -> int:
        """Return what to add to a stamp of a stream (ns).

        Args:
            stream: which one.
            stamp: the next one, ns; a stream's stamps rise but for small disorder and jumps.
            duration: ns until its next one; 0 if unknown.
            elapsed: ns since its last one as another clock tells, if there is one.
        """
        place = self._places.get(stream)
        number = self._nearest(stamp) if place is None else place.number
        if place is not None and elapsed is not None:
            place = replace(place, due=place.last + elapsed, told=True)
        number = self._joined_pass(place, number, stamp)
        if self._jumps(place, stamp + self._moves[number]):
            number = self._next_pass(place, number, stamp)
        placed = stamp + self._moves[number]
        if not 0 < duration <= LONGEST_NS:
            step = 0 if place is None else placed - place.last
            duration = step if 0 < step <= LONGEST_NS else 0
        self._places[stream] = _Place(number, placed, placed + duration)
        return self._moves[number]

    @property
    def end(self) -> int | None:
        """Where the last stream ends, ns; None before the first stamp."""
        return max((place.due for place in self._places.values()), default=None)

    def _jumps(self, place: '_Place | None', placed: int) -> bool:
        end = self.end
        if end is None:
            return False
        if place is None:
            return placed > end + self._ahead
        # Where another stream has come, too, time did pass.
        latest = max(place.due, end) + LEAP_NS if place.told else end + self._ahead
        return placed < place.last - BACK_NS or placed > latest

    def _nearest(self, stamp: int) -> int:
        """Return the pass to which the first stamp of a stream belongs."""
        end = self.end
        if end is None:
            return 0
        passes = range(len(self._moves))
        return min(passes, key=lambda number: abs(stamp + self._moves[number] - end))

    def _joined_pass(self, place: '_Place | None', number: int, stamp: int) -> int:
        """Return a later pass, in which a stamp that leaps goes on; else the one there was."""
        if place is None or stamp + self._moves[number] < place.last + LEAP_NS:
            return number
        for later in range(number + 1, len(self._moves)):
            if -BACK_NS < stamp + self._moves[later] - place.last < LEAP_NS:
                return later
        return number

    def _next_pass(self, place: '_Place | None', number: int, stamp: int) -> int:
        """Return a later pass that another stream has begun, else a new one."""
        for later in range(number + 1, len(self._moves)):
            if not self._jumps(place, stamp + self._moves[later]):
                return later
        due = self.start if place is None else place.due
        self._moves.append(due - stamp)
        self.jumps.append((due, due - stamp))
        return len(self._moves) - 1


@dataclass(frozen=True)
class _Place:
    """Where a stream is: number of its pass, its last stamp and its next on the time line, ns.

    `told`: another clock told when the next is due.
    """

    number: int
    last: int
    due: int
    told: bool = False


class CodedStamps(Generic[Item]):
    """Gives images, which come in the order of showing, the stamps of what they were coded in.

    Of a container that knows no stamps of presentation (AVI) the n-th image shown has the n-th
    stamp; the stamps of images that are damaged, and never shown, do not count.
    """

    def __init__(self) -> None:
        self._inside: dict[Hashable, int] = {}
        self._stamps: list[int] = []
        self._images: deque[Item] = deque()

    def put(self, packet: Hashable, stamp: int | None) -> None:
        """Take what a packet that goes to the decoder is known by, and its stamp."""
        if stamp is not None:
            self._inside[packet] = stamp

    def show(self, packet: Hashable, image: Item) -> Iterator[tuple[int | None, Item]]:
        """Take the next image, and what its packet is known by; yield those that are due."""
        if packet in self._inside:
            heapq.heappush(self._stamps, self._inside.pop(packet))
        self._images.append(image)
        yield from self._due(MOST_REORDERED)

    def flush(self) -> Iterator[tuple[int | None, Item]]:
        """Yield the images that are left."""
        yield from self._due(0)

    def _due(self, left: int) -> Iterator[tuple[int | None, Item]]:
        while len(self._images) > left:
            stamp = heapq.heappop(self._stamps) if self._stamps else None
            yield stamp, self._images.popleft()
