"""Tells a program that is slow from a machine that stands still."""

import threading
import time

from vico_listener.lab.benchmark.machine import stolen_time

BEAT = 0.02
"""Seconds between two beats."""


class MachineWatch:
    """A thread that wakes `1 / BEAT` times a second and keeps how late it was at worst."""

    def __init__(self) -> None:
        self._late = 0.0
        self._stolen, self._time = stolen_time(), time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name='machine watch', daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            start = time.monotonic()
            self._stop.wait(BEAT)
            self._late = max(self._late, time.monotonic() - start - BEAT)

    def since_last(self) -> tuple[float, float]:
        """What happened since the last call.

        Returns:
            the longest time that a waiting thread was not woken, s, and the cores that the
            hypervisor gave to other machines (NaN where the system does not tell).
        """
        late, self._late = self._late, 0.0
        before, then = self._stolen, self._time
        self._stolen, self._time = stolen_time(), time.monotonic()
        return late, (self._stolen - before) / max(self._time - then, 1e-9)

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        self._thread.join()
