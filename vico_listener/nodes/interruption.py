"""SIGINT and SIGTERM as a request that is answered between two callbacks."""

import os
import signal
import threading
import time
from collections.abc import Callable

SIGNALS = (signal.SIGINT, signal.SIGTERM)
GRACE = 3.0
"""Seconds that a process has to end by itself; `ros2 launch` loses patience after 5."""


class Interruption:
    """Takes SIGINT and SIGTERM in a thread of its own.

    Python would raise KeyboardInterrupt in the middle of anything, and again during the cleanup
    when a second signal comes, as it does on ^C under `ros2 launch`; rclpy's own handlers take the
    context away from running callbacks. Make this before any other thread starts: threads inherit
    the blocked signals. The exit code is 0: ending on request is no failure.
    """

    def __init__(self) -> None:
        self._requested = threading.Event()
        self._wake: Callable[[], object] | None = None
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        threading.Thread(target=self._watch, name='signals', daemon=True).start()

    @property
    def requested(self) -> bool:
        """True once a signal has come."""
        return self._requested.is_set()

    def end_gracefully(self, wake: Callable[[], object]) -> None:
        """From now on call `wake` and leave it to the main thread to end the process.

        Before this call a signal ends the process at once: there is nothing to clean up yet.
        """
        self._wake = wake

    def _watch(self) -> None:
        signal.sigwait(SIGNALS)
        self._requested.set()
        if self._wake is not None:
            self._wake()
            time.sleep(GRACE)
        os._exit(0)
