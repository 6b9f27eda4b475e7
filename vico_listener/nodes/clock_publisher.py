"""Tells everybody the time of a replay on /clock."""

import threading
import time

from rclpy.node import Node
from rosgraph_msgs.msg import Clock

from vico_listener.clock import NANOSECONDS
from vico_listener.nodes.convert import time_message
from vico_listener.nodes.topics import advertise
from vico_listener.ros_api.replay import CLOCK

PERIOD_NS = 50_000_000
"""Stream time between two messages; every node of the stack has to take each."""

PERIOD = 0.1
"""Seconds after which the time is told again while nothing is to be sent."""


class ClockPublisher:
    """Publishes `/clock` now and then.

    Args:
        node: that owns the publisher.
    """

    def __init__(self, node: Node) -> None:
        self._publisher = advertise(node, CLOCK)
        self._told = 0

    def tell(self, now: int) -> None:
        """Take the time, ns, which is published when it is late enough, or has gone back."""
        if not 0 <= now - self._told < PERIOD_NS:
            self._told = now
            self._publisher.publish(Clock(clock=time_message(now)))

    def wait(self, due: float, now: int, rate: float, stop: threading.Event) -> None:
        """Wait until `due` (s, monotonic), when it is `now` (ns), or until `stop` is set.

        The time is told meanwhile: thus one knows that there is a pause, and not the end. It passes
        `rate` times as fast.
        """
        while (left := due - time.monotonic()) > PERIOD:
            self.tell(now - round(left * rate * NANOSECONDS))
            if stop.wait(PERIOD):
                return
        stop.wait(max(0.0, left))
