"""A subscription that fits whatever quality of service its publisher offers."""

import time
from collections.abc import Callable
from typing import Any

from rclpy.node import Node
from rclpy.qos import HistoryPolicy
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy

from vico_listener.clock import NANOSECONDS
from vico_listener.nodes.rclpy_versions import NUMBERED
from vico_listener.nodes.rclpy_versions import SubscriptionEventCallbacks
from vico_listener.nodes.sequence_gaps import SequenceGaps
from vico_listener.nodes.topics import message_class
from vico_listener.ros_api import Topic

LONGEST_AGE = 10.0
"""Seconds beyond which an age is rather a clock that was set."""


class InputSubscription:
    """Subscribes reliably, and best effort once a publisher appears that offers no more.

    A reliable subscription loses nothing but does not match a best-effort publisher (most camera
    drivers); a best-effort one matches everybody but may lose replayed data.

    Args:
        node: owner.
        topic: its depth is how many messages are kept while the node is busy; what is too much is
            lost, and counted.
        callback: takes each message.

    Attributes:
        age: seconds since the message that is being handed on came here; it waited for the node. 0
            where the middleware does not tell (Humble).
        lost: messages lost on the way or here. Without sequence numbers (Humble, or a middleware
            that has none) only what DDS says it lost, and it does not tell what is too much here.
    """

    def __init__(
        self,
        node: Node,
        topic: Topic,
        callback: Callable[[Any], None],
    ) -> None:
        self._node = node
        self._row = topic
        self._callback = callback
        self.age = 0.0
        self._told = 0
        self._gaps: SequenceGaps | None = None
        self._subscription = self._subscribe(ReliabilityPolicy.RELIABLE)

    def _subscribe(self, reliability: ReliabilityPolicy) -> Any:
        callbacks = SubscriptionEventCallbacks(message_lost=self._on_lost)
        if reliability == ReliabilityPolicy.RELIABLE:
            callbacks.incompatible_qos = self._on_incompatible
        qos = QoSProfile(
            reliability=reliability, history=HistoryPolicy.KEEP_LAST, depth=self._row.depth
        )
        callback = self._on_numbered if NUMBERED else self._callback
        return self._node.create_subscription(
            message_class(self._row.type),
            self._row.name,
            callback,
            qos,
            event_callbacks=callbacks,
        )

    def _on_numbered(self, message: Any, info: dict[str, Any]) -> None:
        number = info['publication_sequence_number']
        if number is not None:
            if self._gaps is None:
                self._gaps = SequenceGaps()
            self._gaps.see(number, info['source_timestamp'])
        self._take(message, info)

    def _take(self, message: Any, info: dict[str, Any]) -> None:
        came = info['received_timestamp']
        age = (time.time_ns() - came) / NANOSECONDS if came else 0.0
        self.age = min(max(0.0, age), LONGEST_AGE)
        self._callback(message)

    @property
    def lost(self) -> int:
        """See the class."""
        return self._told if self._gaps is None else self._gaps.lost

    def _on_lost(self, info: Any) -> None:
        self._told = info.total_count

    def _on_incompatible(self, _: Any) -> None:
        # Not from inside the event of the subscription that goes away.
        self._node.executor.create_task(self._lower)

    def _lower(self) -> None:
        if self._subscription is None:
            return
        name = self._row.name
        self._node.get_logger().info(
            f'{name}: the publisher is best effort, so this subscription is now, too'
        )
        # In this order: now and then a publisher that was told of an end missed the beginning.
        reliable = self._subscription
        self._subscription = self._subscribe(ReliabilityPolicy.BEST_EFFORT)
        self._node.destroy_subscription(reliable)

    @property
    def topic(self) -> str:
        """Full name of the topic; '' once it is no longer subscribed to."""
        return '' if self._subscription is None else str(self._subscription.topic_name)

    def mismatch(self) -> str:
        """Return what is wrong when somebody publishes another type on the topic, or ''."""
        if self._subscription is None:
            return ''
        name = self._subscription.topic_name
        ours = self._row.type
        others = {
            info.topic_type
            for info in self._node.get_publishers_info_by_topic(name)
            if info.topic_type != ours
        }
        return f'{name} carries {", ".join(sorted(others))}, expected {ours}' if others else ''

    def destroy(self) -> None:
        """End the subscription."""
        if self._subscription is not None:
            self._node.destroy_subscription(self._subscription)
            self._subscription = None
