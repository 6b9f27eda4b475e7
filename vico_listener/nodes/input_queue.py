"""The queue between the ROS callbacks and the thread that computes."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

Job = Callable[[], None]

LIVE_IMAGES = 2


class InputQueue:
    """Jobs in order of arrival, run by one worker thread.

    Images are special: when live, at most `LIVE_IMAGES` wait and a newer one replaces the newest of
    them (the loss is counted), so that a hiccup loses nothing and a slow machine does not fall
    behind; the oldest keeps its place, or sound that piles up would keep it from ever being seen.
    When `lossless`, every image waits its turn.

    Args:
        on_error: told of an exception that a job raised; the worker goes on.
        lossless: keep every image.
    """

    def __init__(self, on_error: Callable[[Exception], None], lossless: bool) -> None:
        self._on_error = on_error
        self._lossless = lossless
        self._jobs: deque[tuple[str, Job]] = deque()
        self._condition = threading.Condition()
        self._running = True
        self.dropped = 0
        self._thread = threading.Thread(target=self._work, name='perception', daemon=True)
        self._thread.start()

    def put(self, kind: str, job: Job) -> None:
        """Add a job; `kind` 'image' is subject to this limit."""
        with self._condition:
            if kind == 'image' and not self._lossless:
                waiting = [i for i, (other, _) in enumerate(self._jobs) if other == 'image']
                if len(waiting) >= LIVE_IMAGES:
                    del self._jobs[waiting[-1]]
                    self.dropped += 1
            self._jobs.append((kind, job))
            self._condition.notify()

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
