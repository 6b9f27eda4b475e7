"""What rclpy calls differently from one ROS to another."""

from rclpy.subscription import Subscription

try:
    from rclpy.event_handler import PublisherEventCallbacks
    from rclpy.event_handler import SubscriptionEventCallbacks
except ModuleNotFoundError:  # Humble
    from rclpy.qos_event import PublisherEventCallbacks
    from rclpy.qos_event import SubscriptionEventCallbacks

__all__ = ['NUMBERED', 'PublisherEventCallbacks', 'SubscriptionEventCallbacks']

NUMBERED = hasattr(Subscription, 'CallbackType')
"""This rclpy tells a callback the sequence number of its message (from Iron on)."""
