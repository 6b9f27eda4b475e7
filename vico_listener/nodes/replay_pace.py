"""How far replay may run ahead of the stack: back-pressure, so that nothing is lost on the way."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from vico_listener.clock import NANOSECONDS
from vico_listener.clock import tick_at
from vico_listener.clock import tick_stamp
from vico_listener.errors import UnavailableError

LEAD_NS = 400_000_000
"""How far replay may run ahead of the newest `speaker` frame, stream time."""

SLOW_LEAD_NS = 1_500_000_000
"""The same while fewer than `LEAD_IMAGES` are on their way: the stack may wait for the next."""

LEAD_IMAGES = 2

PAUSE_NS = 250_000_000
"""Stream time in which nothing is sent counts as no more than this: the stack cannot answer what it
was not given, and would wait for replay while replay waits for it."""

STALL = 60.0
"""Seconds of standstill after which replay gives up on a stack that stopped answering: on a machine
with ten times more to do than it can, twenty were not enough."""

MISSED = 1.0
"""Seconds without a first answer after which replay goes on: it may have been sent too early."""

QUIET = 1.5
"""Seconds without an answer after which the stack has answered all: longer than its own wait for
the end of a replay (perception's `END_OF_REPLAY`)."""

LOOK = 0.03
"""Seconds of standstill after which, and as often, replay says how far it has come."""


@dataclass(frozen=True)
class Standstill:
    """How far a replay has come that waits for the stack, ns.

    Attributes:
        image, audio: the stamps of the newest image and of the newest audio sent, or 0.
        tick: the newest tick to which it knows the answer.
    """

    image: int
    audio: int
    tick: int


class ReplayPace:
    """Makes the thread that plays wait for the thread that hears the stack's answers.

    Args:
        stop: set when replay shall end; no wait outlasts it by more than a tenth of a second.
        answering: whether anybody answers at all; nothing waits for nobody.
        on_standstill: is told again and again how far it has come while it waits, so that a stack
            that holds something until more comes knows that nothing will.
    """

    def __init__(
        self,
        stop: threading.Event,
        answering: Callable[[], bool],
        on_standstill: Callable[[Standstill], None] = lambda _: None,
    ) -> None:
        self._stop = stop
        self._answering = answering
        self._on_standstill = on_standstill
        self._news = threading.Condition()
        self._consumed_stamp = self._image = self._audio = 0
        self._answered = False
        self._answered_at = 0.0
        self._under_way: deque[int] = deque()
        self._reached = 0
        self._pauses: deque[tuple[int, int]] = deque()

    def begin(self, origin: int) -> None:
        """Start a pass whose first stamp is `origin` (ns)."""
        self._consumed_stamp = self._reached = origin
        self._image = self._audio = 0
        self._under_way.clear()
        self._pauses.clear()
        self._answered = False

    def sent(self, stamp: int, image: bool = True) -> None:
        """Note that an image, or audio, with this stamp (ns) is on its way."""
        if not image:
            self._audio = stamp
            return
        self._image = stamp
        self._under_way.append(stamp)

    def _stand(self) -> None:
        self._on_standstill(Standstill(self._image, self._audio, self._consumed_stamp))

    def answered(self, tick: int) -> None:
        """Note that the stack has come to this tick (ns)."""
        with self._news:
            self._consumed_stamp = tick
            self._answered = True
            self._answered_at = time.monotonic()
            self._news.notify()

    def wait_for_consumer(self, stamp: int) -> float:
        """Wait until the stack has come near `stamp` (ns); return the seconds waited.

        Call it for everything that is sent, in its order: that shows where there are pauses.

        Raises:
            UnavailableError: the stack has stopped answering.
        """
        if stamp - self._reached > PAUSE_NS:
            self._pauses.append((self._reached, stamp))
        self._reached = max(stamp, self._reached)
        if not self._answering():
            return 0.0
        began = time.monotonic()
        with self._news:
            while self._too_far(stamp) and not self._stop.is_set():
                if not self._news.wait(LOOK):
                    self._stand()
                if not self._answered and time.monotonic() - began > MISSED:
                    break
                if time.monotonic() - began > STALL:
                    raise UnavailableError(
                        f'the stack has not answered for {STALL:.0f} s at stream time '
                        f'{stamp / NANOSECONDS:.2f} s: see its log'
                    )
        return time.monotonic() - began

    def _too_far(self, stamp: int) -> bool:
        while self._under_way and self._under_way[0] <= self._consumed_stamp:
            self._under_way.popleft()
        lead = LEAD_NS if len(self._under_way) >= LEAD_IMAGES else SLOW_LEAD_NS
        return stamp - self._consumed_stamp - self._paused() > lead

    def _paused(self) -> int:
        """Return for how long nothing was sent of what the stack has not answered yet, ns."""
        while self._pauses and self._pauses[0][1] <= self._consumed_stamp:
            self._pauses.popleft()
        return sum(
            max(0, end - max(begin, self._consumed_stamp) - PAUSE_NS) for begin, end in self._pauses
        )

    def wait_for_rest(self) -> None:
        """Wait until the stack has answered all that was published."""
        if not self._answering():
            return
        began = time.monotonic()
        last = tick_stamp(tick_at(self._image))
        while not self._stop.wait(0.05):
            self._stand()
            late = time.monotonic() - max(began, self._answered_at)
            if late > (QUIET if self._consumed_stamp >= last else STALL):
                return
