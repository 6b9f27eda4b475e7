"""A robot's neck as a node: it does what it is told, and says where it is."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rclpy.node import Node
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory

from vico_listener.robot import RobotProfile


class Neck(Node):
    """Joints that go to what they are told at once, and say where they are 50 times a second.

    Args:
        profile: of the robot; one that takes trajectories.
        positions: where it stands, rad; straight ahead if None.

    Attributes:
        asked: positions of every command.
        blocked: whether it does not move.
        silent: whether it does not say where it is.
    """

    def __init__(
        self, profile: RobotProfile, positions: list[float] | None = None, **options: Any
    ) -> None:
        super().__init__('neck', **options)
        self._names = [joint.name for joint in profile.joints]
        straight = [joint.offset for joint in profile.joints]
        self.positions: NDArray[np.float64] = np.array(positions or straight)
        self.asked: list[NDArray[np.float64]] = []
        self.blocked = False
        self.silent = False
        self._states = self.create_publisher(JointState, 'joint_states', 10)
        self.create_subscription(JointTrajectory, profile.topic, self._on_command, 100)
        self.create_timer(0.02, self._say)

    def _on_command(self, message: JointTrajectory) -> None:
        self.asked.append(np.array(message.points[-1].positions))
        if not self.blocked:
            self.positions = self.asked[-1]

    def _say(self) -> None:
        if self.silent:
            return
        state = JointState(name=['wheel', *self._names])
        state.header.stamp = self.get_clock().now().to_msg()
        state.position = [7.0, *self.positions.tolist()]
        self._states.publish(state)
