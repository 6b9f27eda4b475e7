"""How images and audio reach perception: everything in order (lossless), or the newest (live).

What the senses bring is taken in whatever thread it comes and is worked off by one thread, job by
job. Live, no backlog grows: what is too much is dropped and counted. For a replay nothing is
dropped, and the jobs of the streams are put into the order of their stamps.
"""

import heapq
import threading
import time
from collections import Counter
from collections import deque
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

from vico_listener.perception.join import JUMP_BACK_NS

Job = Callable[[], None]
Ready = tuple[str, Job]

OWN_VOICE = 'own_voice'
"""The stream of what the robot says itself."""

LIVE_IMAGES = 2
LIVE_CHUNKS = 200
LOSSLESS_WAIT = 60.0
"""Wait for audio while replaying, s of stream time: images run far ahead of many small chunks."""


class Feed:
    """Runs what the streams bring in one worker thread, by the policy *live* or *lossless*.

    Live, at most `LIVE_IMAGES` images wait and a newer one replaces the newest of them, so that a
    hiccup loses nothing and a slow machine does not fall behind; the oldest keeps its place, or
    audio that piles up would keep it from ever being seen. At most `LIVE_CHUNKS` chunks of audio
    wait, and a newer one drops the oldest: a machine that far behind must not answer what was said
    seconds ago. Lossless, everything waits its turn, in the order of its stamps.

    Args:
        on_error: is told of an exception that a job raised; the worker goes on.
        lossless: keep everything.
        ordered: the streams that wait for one another when lossless; none for the order of arrival.
        patience: see `StampOrder`.

    Attributes:
        dropped: how many jobs were dropped, by stream.
    """

    def __init__(
        self,
        on_error: Callable[[Exception], None],
        lossless: bool,
        ordered: tuple[str, ...] = ('image', 'audio'),
        patience: Callable[[], int] = lambda: 0,
    ) -> None:
        self._on_error = on_error
        self._limits = {} if lossless else {'image': (LIVE_IMAGES, -1), 'audio': (LIVE_CHUNKS, 0)}
        self._order = StampOrder(*ordered, patience=patience) if lossless and ordered else None
        self._jobs: deque[Ready] = deque()
        self._condition = threading.Condition()
        self._running = True
        self._last_arrival = self._last_end = 0.0
        self._busy = False
        self._began = time.monotonic()
        self._arrivals: dict[str, float] = {}
        self._newest: dict[str, int] = {}
        self.dropped: Counter[str] = Counter()
        self._thread = threading.Thread(target=self._work, name='perception', daemon=True)
        self._thread.start()

    def put(self, stream: str, stamp: int, job: Job) -> None:
        """Take what a stream brings, with its stamp in ns; 0 if it has none to order it by."""
        self._last_arrival = self._arrivals[stream] = time.monotonic()
        self._newest[stream] = stamp
        if self._order is None or stamp == 0:
            self.call(job, stream)
            return
        for ready_stream, ready in self._order.put(stream, stamp, job):
            self.call(ready, ready_stream)

    def call(self, job: Job, stream: str = '') -> None:
        """Run a job after everything that waits; it is dropped only as a stream's."""
        with self._condition:
            if stream in self._limits:
                self._make_room(stream, *self._limits[stream])
            self._jobs.append((stream, job))
            self._condition.notify()

    def _make_room(self, stream: str, limit: int, victim: int) -> None:
        if len(self._jobs) < limit:
            return
        waiting = [i for i, (other, _) in enumerate(self._jobs) if other == stream]
        if len(waiting) >= limit:
            del self._jobs[waiting[victim]]
            self.dropped[stream] += 1

    @property
    def quiet(self) -> float:
        """Seconds since a stream brought something."""
        return time.monotonic() - self._last_arrival

    @property
    def rest(self) -> float:
        """Seconds since a stream brought something or a job ended; 0 while there is one to do."""
        with self._condition:
            if self._busy or self._jobs:
                return 0.0
            return time.monotonic() - max(self._last_arrival, self._last_end)

    def silence(self, stream: str) -> float:
        """Return seconds since a stream brought something, or since the start."""
        return time.monotonic() - self._arrivals.get(stream, self._began)

    def newest(self, stream: str) -> int:
        """Return the stamp of the newest that a stream brought, ns; 0 before it brought any."""
        return self._newest.get(stream, 0)

    def release(self, silent: bool) -> None:
        """Run everything that waits for another stream.

        Args:
            silent: nothing has come for a while, and what is silent is no longer waited for.
        """
        for stream, job in [] if self._order is None else self._order.flush(silent):
            self.call(job, stream)

    def __len__(self) -> int:
        """Return how many jobs wait for the worker."""
        return len(self._jobs)

    def stop(self) -> None:
        """End the thread; waiting jobs are dropped."""
        with self._condition:
            self._running = False
            self._jobs.clear()
            self._condition.notify()
        self._thread.join()

    def _next(self) -> Job | None:
        with self._condition:
            while self._running and not self._jobs:
                self._condition.wait()
            self._busy = self._running
            return self._jobs.popleft()[1] if self._running else None

    def _work(self) -> None:
        job: Any = self._next()
        while job is not None:
            try:
                job()
            except Exception as error:  # noqa: BLE001 - one bad frame must not end the stream
                self._on_error(error)
            with self._condition:
                self._busy, self._last_end = False, time.monotonic()
            job = self._next()


class StampOrder:
    """Holds each job back until every other stream has come at least as far.

    Topics overtake each other, by chance and more so the faster a bag is played; what is decided
    while they are out of step (who of two people speaks) would depend on that.

    What the robot says (`OWN_VOICE`) is in the order, too, but comes only now and then: the others
    wait for it no longer than until they have come further by some patience.

    Args:
        streams: their names; at equal stamps the earlier one goes first.
        patience: returns for how much stream time the others wait for `OWN_VOICE`, ns.
    """

    def __init__(self, *streams: str, patience: Callable[[], int] = lambda: 0) -> None:
        names = (OWN_VOICE, *streams)
        self._patience = patience
        self._held: dict[str, deque[tuple[int, Job]]] = {name: deque() for name in names}
        self._silent: set[str] = set()
        self._reached: dict[str, int] = {}

    def put(self, stream: str, stamp: int, job: Job) -> Iterator[Ready]:
        """Take a job with its stamp in ns; return the (stream, job) that may run now.

        Stamps of a stream rise. One that goes back by more than `JUMP_BACK_NS` begins a new pass:
        all that was held comes first.
        """
        ready: list[Ready] = []
        back = stamp < self._reached.get(stream, stamp) - JUMP_BACK_NS
        if back and stream != OWN_VOICE:
            ready = self._merged()
            self._reached.clear()
        self._silent.discard(stream)
        self._reached[stream] = max(stamp, self._reached.get(stream, stamp))
        self._held[stream].append((stamp, job))
        return iter([*ready, *self._due()])

    def flush(self, silent: bool) -> list[Ready]:
        """Return everything that is held.

        Args:
            silent: a stream of which nothing is held is not waited for until it comes again.
        """
        if silent:
            self._silent = {name for name, held in self._held.items() if not held}
        return self._merged()

    def _due(self) -> Iterator[Ready]:
        while True:
            heads = [
                (held[0][0], place, name)
                for place, (name, held) in enumerate(self._held.items())
                if held
            ]
            if not heads:
                return
            stamp, _, name = min(heads)
            others = self._held.keys() - self._silent - {name, OWN_VOICE}
            if any(self._reached.get(other, stamp - 1) < stamp for other in others):
                return
            if name != OWN_VOICE and self._may_be_spoken(stamp):
                return
            yield name, self._held[name].popleft()[1]

    def _may_be_spoken(self, stamp: int) -> bool:
        """Return whether something that the robot said before a stamp may still come."""
        patience = self._patience()
        if not patience or self._reached.get(OWN_VOICE, stamp - 1) >= stamp:
            return False
        newest = max(at for name, at in self._reached.items() if name != OWN_VOICE)
        return newest < stamp + patience

    def _merged(self) -> list[Ready]:
        streams = [
            [(stamp, place, name, job) for stamp, job in held]
            for place, (name, held) in enumerate(self._held.items())
        ]
        for held in self._held.values():
            held.clear()
        merged = heapq.merge(*streams, key=lambda entry: entry[:2])
        return [(name, job) for _, _, name, job in merged]
