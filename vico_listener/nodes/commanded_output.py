"""Tells where the joints of the head are sent, for whoever cannot ask the robot where they are."""

from collections.abc import Callable
from typing import Any

from rclpy.node import Node
from sensor_msgs.msg import JointState

from vico_listener.nodes.convert import time_message
from vico_listener.robot import HeadCommand
from vico_listener.robot import RobotProfile
from vico_listener.ros_api.perception import COMMANDED


class CommandedOutput:
    """Publishes each command that has gone out, when anybody subscribes.

    Args:
        node: its clock stamps the messages, live.
        profile: of the robot.
        replay: whether the commands' own time is that of the messages.
        publisher_of: makes a publisher of a type for a topic.
    """

    def __init__(
        self, node: Node, profile: RobotProfile, replay: bool, publisher_of: Callable[..., Any]
    ) -> None:
        self._node, self._profile, self._replay = node, profile, replay
        self._publisher = publisher_of(JointState, COMMANDED.name)
        self._names = [joint.name for joint in profile.joints]

    def show(self, command: HeadCommand, now: int) -> None:
        """Publish a command that was sent at `now` (ns), by the clock of the commands."""
        if self._publisher.get_subscription_count() == 0:
            return
        stamp = self._profile.interface.due(command)
        if not self._replay:
            stamp += self._node.get_clock().now().nanoseconds - now
        message = JointState(name=self._names, position=list(command.positions))
        message.header.stamp = time_message(stamp)
        self._publisher.publish(message)
