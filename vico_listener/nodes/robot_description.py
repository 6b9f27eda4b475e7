"""Hears the URDF that a running robot says, as robot_state_publisher does."""

import time

import rclpy
from rclpy.executors import SingleThreadedExecutor
from std_msgs.msg import String

from vico_listener.errors import SettingError
from vico_listener.errors import UnavailableError
from vico_listener.nodes.ros import start_ros
from vico_listener.nodes.state_subscription import StateSubscription
from vico_listener.ros_api import Topic
from vico_listener.topic_name import objection_to

ROBOT_DESCRIPTION = Topic(
    'robot_description', 'std_msgs/msg/String', 'The URDF of the robot.', 1, state=True
)


def hear_description(topic: str, patience: float) -> str:
    """Return the URDF on a topic.

    Args:
        topic: its name.
        patience: the longest time to wait for it, s.

    Raises:
        SettingError: it is no name of a topic.
        UnavailableError: nobody says it, or ROS does not start.
    """
    if objection_to(topic):
        raise SettingError(f'topic: {objection_to(topic)}')
    start_ros(['from_urdf'])
    executor = SingleThreadedExecutor()
    node = rclpy.create_node('_vico_from_urdf')
    heard: list[str] = []

    def on_text(message: String) -> None:
        heard.append(message.data)

    try:
        executor.add_node(node)
        subscription = StateSubscription(node, ROBOT_DESCRIPTION.at(topic), on_text)
        deadline = time.monotonic() + patience
        while not heard and time.monotonic() < deadline:
            executor.spin_once(timeout_sec=0.1)
        mismatch = subscription.mismatch()
    finally:
        executor.shutdown()
        node.destroy_node()
        rclpy.try_shutdown()
    if not heard:
        raise UnavailableError(
            mismatch
            or f'nobody publishes a URDF on {topic}: start robot_state_publisher, or give FILE'
        )
    return heard[-1]
