"""A subscription to a topic that says how something is, once, also to those who come later."""

from collections import deque
from collections.abc import Callable
from typing import Any

from rclpy.node import Node

from vico_listener.nodes.input_subscription import InputSubscription
from vico_listener.nodes.rclpy_versions import NUMBERED
from vico_listener.nodes.rclpy_versions import SubscriptionEventCallbacks
from vico_listener.nodes.topics import STATE_QOS
from vico_listener.nodes.topics import message_class
from vico_listener.ros_api import Topic

REMEMBERED = 16
"""Messages that are recognised when they come twice."""


class StateSubscription(InputSubscription):
    """Subscribes to a state, whatever its publisher offers.

    One subscription asks for what was said before it came, which fits no publisher that keeps
    nothing (`audio_capture`); a second one takes what such a publisher says from now on. What comes
    through both is handed on once.
    """

    def __init__(self, node: Node, topic: Topic, callback: Callable[[Any], None]) -> None:
        super().__init__(node, topic, callback)
        self._seen: deque[tuple[Any, ...]] = deque(maxlen=REMEMBERED)
        # That it does not fit is no news: the other one does.
        quiet = SubscriptionEventCallbacks(incompatible_qos=lambda _: None)
        self._kept = node.create_subscription(
            message_class(topic.type),
            topic.name,
            self._on_numbered if NUMBERED else callback,
            STATE_QOS,
            event_callbacks=quiet,
        )

    def _take(self, message: Any, info: dict[str, Any]) -> None:
        key = info['source_timestamp'], info['publication_sequence_number']
        if key not in self._seen:
            self._seen.append(key)
            super()._take(message, info)

    def destroy(self) -> None:
        """End both."""
        if self._kept is not None:
            self._node.destroy_subscription(self._kept)
            self._kept = None
        super().destroy()
