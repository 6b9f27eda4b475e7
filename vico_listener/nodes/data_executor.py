"""An executor for nodes with much data and with many services that are hardly ever called."""

import time
from collections.abc import Iterator
from typing import Any

from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

TURN = 0.1
"""The longest time until services and quality-of-service events are looked at, s."""


class DataOf:
    """The part of a node that is always waited for: its topics and timers."""

    clients = guards = services = ()

    def __init__(self, node: Node) -> None:
        self._node = node

    @property
    def subscriptions(self) -> Iterator[Any]:
        """The subscriptions of the node."""
        return self._node.subscriptions

    @property
    def waitables(self) -> list[Any]:
        """The clients of actions that say of themselves that they bring data."""
        return [w for w in self._node.waitables if getattr(w, 'is_data', False)]

    @property
    def timers(self) -> Iterator[Any]:
        """The timers of the node."""
        return self._node.timers


class NoGuard:
    """A guard condition that wakes nobody."""

    def trigger(self) -> None:
        """Do nothing."""


class DataExecutor(SingleThreadedExecutor):
    """Waits for topics and timers always, for everything else ten times a second.

    rclpy makes its wait set anew for every message, in Python, and twice: before and after a
    callback it wakes itself, for the sake of other threads, which only a multi-threaded executor
    has. A managed node has a dozen services and about as many quality-of-service events; with the
    four nodes of the stack that took 2.7 ms of the interpreter per message, in which the thread
    that computes had to wait. So it takes half a millisecond.
    """

    _guard: Any

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._next_turn = 0.0

    def get_nodes(self) -> list[Any]:
        """Return the nodes to wait for now: whole ones when it is their turn, else their data."""
        nodes = super().get_nodes()
        if time.monotonic() < self._next_turn:
            return [DataOf(node) for node in nodes]
        self._next_turn = time.monotonic() + TURN
        return nodes

    def _make_handler(self, *arguments: Any) -> Any:
        """Make what runs a callback as rclpy does, but without waking this thread, which runs."""
        guard, self._guard = self._guard, NoGuard()
        try:
            return super()._make_handler(*arguments)
        finally:
            self._guard = guard

    def spin_once(self, timeout_sec: float | None = None) -> None:
        """Run one callback; return when there is none within `timeout_sec`, at most `TURN`."""
        if timeout_sec is None or not 0 <= timeout_sec < TURN:
            timeout_sec = TURN
        super().spin_once(timeout_sec)
