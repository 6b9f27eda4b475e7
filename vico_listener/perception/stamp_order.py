"""Puts what several topics bring into the order of its stamps."""

import heapq
from collections import deque
from collections.abc import Callable
from collections.abc import Iterator

from vico_listener.perception.join import JUMP_BACK_NS

Job = Callable[[], None]
Ready = tuple[str, Job]


class StampOrder:
    """Holds each job back until every other stream has come at least as far.

    Topics overtake each other, by chance and more so the faster a bag is played; what is decided
    while they are out of step (who of two people speaks) would depend on that. A stream that is
    silent at a `flush` is no longer waited for until it comes again.

    Args:
        streams: their names; at equal stamps the earlier one goes first.
    """

    def __init__(self, *streams: str) -> None:
        self._held: dict[str, deque[tuple[int, Job]]] = {name: deque() for name in streams}
        self._silent: set[str] = set()
        self._reached: dict[str, int] = {}

    def put(self, stream: str, stamp: int, job: Job) -> Iterator[Ready]:
        """Take a job with its stamp in ns; return the (stream, job) that may run now.

        Stamps of a stream rise. One that goes back by more than `JUMP_BACK_NS` begins a new pass:
        all that was held comes first.
        """
        ready: list[Ready] = []
        if stamp < self._reached.get(stream, stamp) - JUMP_BACK_NS:
            ready = self._merged()
            self._reached.clear()
        self._silent.discard(stream)
        self._reached[stream] = max(stamp, self._reached.get(stream, stamp))
        self._held[stream].append((stamp, job))
        return iter([*ready, *self._due()])

    def flush(self) -> list[Ready]:
        """Everything that is held: nothing more has come for a while."""
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
            others = self._held.keys() - self._silent - {name}
            if any(self._reached.get(other, stamp - 1) < stamp for other in others):
                return
            yield name, self._held[name].popleft()[1]

    def _merged(self) -> list[Ready]:
        streams = [
            [(stamp, place, name, job) for stamp, job in held]
            for place, (name, held) in enumerate(self._held.items())
        ]
        for held in self._held.values():
            held.clear()
        merged = heapq.merge(*streams, key=lambda entry: entry[:2])
        return [(name, job) for _, _, name, job in merged]
