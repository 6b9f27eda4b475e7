"""Makes publishers, subscriptions and services from the rows of `vico_listener.ros_api`."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from rclpy.lifecycle import LifecycleNode
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy
from rclpy.qos import QoSProfile
from rclpy.subscription import Subscription

from vico_listener.ros_api import Topic

STATE_QOS = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
"""The quality of service of a state: its last message is kept for those who come later."""


def message_class(name: str) -> Any:
    """Return the class of a message or service: 'package/msg/Type' or 'package/srv/Type'.

    Raises:
        ModuleNotFoundError: its package is not installed.
    """
    package, kind, type_name = name.split('/')
    return getattr(import_module(f'{package}.{kind}'), type_name)


def advertise(node: LifecycleNode, topic: Topic) -> Any:
    """Return a publisher that publishes while the node is active."""
    qos = STATE_QOS if topic.state else topic.depth
    return node.create_lifecycle_publisher(message_class(topic.type), topic.name, qos)


def subscribe_to(node: Node, topic: Topic, callback: Callable[[Any], object]) -> Subscription:
    """Return a reliable subscription, e.g. to topics of this package."""
    return node.create_subscription(message_class(topic.type), topic.name, callback, topic.depth)


def offer(node: Node, service: Topic, callback: Callable[[Any, Any], Any]) -> None:
    """Offer a service."""
    node.create_service(message_class(service.type), service.name, callback)
