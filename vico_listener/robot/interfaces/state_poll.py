"""Asks a robot over HTTP how something is, in a thread, five times a second."""

import json
import threading
import time
from collections.abc import Callable
from http.client import HTTPException
from typing import Any
from typing import Generic
from typing import TypeVar
from urllib.request import urlopen

from vico_listener.clock import NANOSECONDS

PERIOD = 0.2
"""Seconds from one question to the next."""

PATIENCE = 1.0
"""Seconds in which the robot must answer; what is older is not known any more."""


Found = TypeVar('Found')


class StatePoll(Generic[Found]):
    """Keeps the newest answer; a robot that does not answer is asked on.

    Args:
        url: of the state, which is JSON.
        read: returns what a state says, e.g. the positions of the joints (rad), or None.
    """

    def __init__(self, url: str, read: Callable[[Any], Found | None]) -> None:
        self._url = url
        self._read = read
        self._newest: tuple[int, Found] | None = None
        self._closed = threading.Event()
        threading.Thread(target=self._run, name='robot state', daemon=True).start()

    def newest(self) -> tuple[int, Found] | None:
        """Return when the robot answered (ns), and what.

        None where that is not known just now.
        """
        newest = self._newest
        fresh = newest is not None and time.monotonic_ns() - newest[0] < PATIENCE * NANOSECONDS
        return newest if fresh else None

    def close(self) -> None:
        """Ask no more."""
        self._closed.set()

    def _run(self) -> None:
        while not self._closed.wait(PERIOD):
            try:
                with urlopen(self._url, timeout=PATIENCE) as answer:
                    found = self._read(json.load(answer))
            except (OSError, HTTPException, ValueError):
                continue  # that nothing new comes is noticed where the positions are used
            if found is not None:
                self._newest = time.monotonic_ns(), found
