"""An executor for nodes with much data and with many services that are hardly ever called."""

import time
from typing import Any

from rclpy.executors import SingleThreadedExecutor
from rclpy.subscription import Subscription
from rclpy.timer import Timer

TURN = 0.1
"""Seconds at most until services and quality-of-service events are looked at."""


class DataExecutor(SingleThreadedExecutor):
    """Waits for topics and timers always, for everything else ten times a second.

    rclpy makes its wait set anew for every message, in Python, and twice (the end of a callback
    wakes it again). A managed node has a dozen services and about as many quality-of-service
    events; with the four nodes of the stack that took 2.7 ms of the interpreter per message, in
    which the thread that computes had to wait. So it takes half.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._next_turn = 0.0
        self._all = True
        self._all_waited_for = False

    def can_execute(self, entity: Any) -> bool:
        """True for what is to be waited for now; see the base class."""
        if not isinstance(entity, Subscription | Timer):
            if not self._all:
                return False
            self._all_waited_for = True
        return super().can_execute(entity)

    def spin_once(self, timeout_sec: float | None = None) -> None:
        """Run one callback; return when there is none within `timeout_sec`, at most `TURN`."""
        self._all = time.monotonic() >= self._next_turn
        forever = timeout_sec is None or timeout_sec < 0
        super().spin_once(TURN if forever else min(timeout_sec, TURN))
        if self._all_waited_for:
            self._all_waited_for = False
            self._next_turn = time.monotonic() + TURN
