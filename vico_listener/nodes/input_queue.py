"""The queue between the ROS callbacks and the thread that computes."""

import threading
from collections import Counter
from collections import deque
from collections.abc import Callable
from typing import Any

Job = Callable[[], None]

LIVE_IMAGES = 2
LIVE_SOUNDS = 200


class InputQueue:
    """Jobs in order of arrival, run by one worker thread.

    When live, no backlog grows, and what is lost of it is counted in `dropped` by its kind. At most
    `LIVE_IMAGES` images wait and a newer one replaces the newest of them, so that a hiccup loses
    nothing and a slow machine does not fall behind; the oldest keeps its place, or sound that piles
    up would keep it from ever being seen. At most `LIVE_SOUNDS` chunks of audio wait, and a newer
    one drops the oldest: a machine that far behind must not answer what was said seconds ago.
    When `lossless`, everything waits its turn.

    Args:
        on_error: told of an exception that a job raised; the worker goes on.
        lossless: keep everything.
    """

    def __init__(self, on_error: Callable[[Exception], None], lossless: bool) -> None:
        self._on_error = on_error
        self._lossless = lossless
        self._jobs: deque[tuple[str, Job]] = deque()
        self._condition = threading.Condition()
        self._running = True
        self.dropped: Counter[str] = Counter()
        self._thread = threading.Thread(target=self._work, name='perception', daemon=True)
        self._thread.start()

    def put(self, kind: str, job: Job) -> None:
        """Add a job; the kinds 'image' and 'audio' are subject to their limits."""
        with self._condition:
            if kind == 'image':
                self._make_room(kind, LIVE_IMAGES, newest=True)
            elif kind == 'audio':
                self._make_room(kind, LIVE_SOUNDS, newest=False)
            self._jobs.append((kind, job))
            self._condition.notify()

    def _make_room(self, kind: str, limit: int, newest: bool) -> None:
        if self._lossless or len(self._jobs) < limit:
            return
        waiting = [i for i, (other, _) in enumerate(self._jobs) if other == kind]
        if len(waiting) >= limit:
            del self._jobs[waiting[-1 if newest else 0]]
            self.dropped[kind] += 1

    def __len__(self) -> int:
        """How many jobs wait."""
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
            return self._jobs.popleft()[1] if self._running else None

    def _work(self) -> None:
        job: Any = self._next()
        while job is not None:
            try:
                job()
            except Exception as error:  # noqa: BLE001 - one bad frame must not end the stream
                self._on_error(error)
            job = self._next()
