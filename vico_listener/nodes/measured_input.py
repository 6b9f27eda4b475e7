"""Where the joints of the robot are, from whoever says it: a topic, or the robot's connection."""

from typing import Any

from rclpy.clock import Clock
from rclpy.clock import ClockType
from rclpy.node import Node

from vico_listener.errors import NotInstalledError
from vico_listener.nodes.convert import stamp_of
from vico_listener.nodes.input_subscription import InputSubscription
from vico_listener.nodes.state_subscription import StateSubscription
from vico_listener.nodes.topics import message_class
from vico_listener.robot import RobotProfile
from vico_listener.robot.frame_tree import FrameTree
from vico_listener.robot.interfaces import LinkInterface
from vico_listener.robot.interfaces import RobotLink
from vico_listener.robot.measured import MeasuredPositions
from vico_listener.robot.profile import joint_positions
from vico_listener.ros_api import Topic
from vico_listener.ros_api.head import CONTROLLER_STATE
from vico_listener.ros_api.head import TF
from vico_listener.ros_api.head import TF_STATIC
from vico_listener.ros_api.perception import JOINT_STATES
from vico_listener.rotation import rpy_from_matrix


class MeasuredInput:
    """Feeds `MeasuredPositions` while the head node is active.

    Args:
        node: owner of the subscription; positions count from their arrival by a steady clock.
        profile: of the robot; says who measures.

    Attributes:
        positions: what is fed.
        source: who says where the joints are, in words; '' where nobody does.

    Raises:
        NotInstalledError: the package of the topic's messages is not installed.
    """

    def __init__(self, node: Node, profile: RobotProfile) -> None:
        self._node = node
        self._clock = Clock(clock_type=ClockType.STEADY_TIME)
        self._profile = profile
        self._names = [joint.name for joint in profile.joints]
        self._frames = FrameTree()
        self._link: RobotLink | None = None
        self._subscriptions: list[InputSubscription] = []
        self.positions = MeasuredPositions(
            profile.joints, profile.measured.unit, profile.interface.hold_joints
        )
        self._topic: Topic | None = None
        self.source = ''
        if not isinstance(profile.interface, LinkInterface):
            if profile.measured.source == 'none':
                return
            rows = {'controller_state': CONTROLLER_STATE, 'joint_states': JOINT_STATES, 'tf': TF}
            self._topic = rows[profile.measured.source].at(profile.measured.topic)
            self.source = self._topic.name
            _check_installed(profile.name, self._topic.type)
        elif profile.interface.measures:
            self.source = profile.interface.target

    def open(self, link: RobotLink | None) -> None:
        """Listen to the robot."""
        self._link = link
        if self._topic is None:
            return
        take = {
            JOINT_STATES.type: self._on_joints,
            CONTROLLER_STATE.type: self._on_controller,
            TF.type: self._on_frames,
        }[self._topic.type]
        self._subscriptions.append(InputSubscription(self._node, self._topic, take))
        if self._topic.type == TF.type:
            self._subscriptions.append(StateSubscription(self._node, TF_STATIC, self._on_static))

    def close(self) -> None:
        """Listen no more."""
        self._link = None
        for subscription in self._subscriptions:
            subscription.destroy()
        self._subscriptions.clear()

    def poll(self, now: int) -> None:
        """Ask a robot's own connection at `now` (ns)."""
        found = self._link.measured() if self._link is not None and self.source else None
        if found is not None:
            stamp, positions = found
            self.positions.add(self._names, positions, now, stamp)

    def lose(self) -> None:
        """Forget what a robot said over its own connection, which is lost."""
        if self._link is not None:
            self.positions.forget()

    def _on_joints(self, message: Any) -> None:
        self._add(message.name, message.position, message)

    def _on_controller(self, message: Any) -> None:
        # Until Humble it was called `actual`.
        point = message.feedback if hasattr(message, 'feedback') else message.actual
        self._add(message.joint_names, point.positions, message)

    def _on_frames(self, message: Any) -> None:
        """Take a TFMessage; the head is news where it tells of a frame between base and head."""
        self._on_static(message)
        way = self._profile.measured.base, self._profile.measured.frame
        rotation = self._frames.rotation(*way)
        between = self._frames.between(*way)
        news = [t for t in message.transforms if t.child_frame_id.lstrip('/') in between]
        if rotation is None or not news:
            return
        positions = joint_positions(self._profile, rpy_from_matrix(rotation))
        self._add(self._names, positions.tolist(), news[-1])

    def _on_static(self, message: Any) -> None:
        for transform in message.transforms:
            turn = transform.transform.rotation
            quaternion = (turn.x, turn.y, turn.z, turn.w)
            self._frames.add(transform.header.frame_id, transform.child_frame_id, quaternion)

    def _add(self, names: list[str], positions: Any, message: Any) -> None:
        now = self._clock.now().nanoseconds
        self.positions.add(names, list(positions), now, stamp_of(message.header.stamp))


def _check_installed(robot: str, kind: str) -> None:
    try:
        message_class(kind)
    except ModuleNotFoundError:
        package = kind.partition('/')[0]
        raise NotInstalledError(
            f"robot '{robot}': measured: needs the ROS package {package}, which is not installed "
            f'(sudo apt install ros-$ROS_DISTRO-{package.replace("_", "-")}); source: joint_states '
            'needs none'
        ) from None
