"""Sends head commands to a robot: as messages on a topic, or over a WebSocket."""

from collections.abc import Callable
from importlib import import_module
from typing import Any
from typing import Protocol

from builtin_interfaces.msg import Duration
from trajectory_msgs.msg import JointTrajectoryPoint

from vico_listener.clock import NANOSECONDS
from vico_listener.nodes.convert import time_message
from vico_listener.robot import HeadCommand
from vico_listener.robot import RobotProfile
from vico_listener.robot.payload import Payload
from vico_listener.robot.payload import make_payload

MESSAGES = {
    'joint_trajectory': ('trajectory_msgs', 'JointTrajectory'),
    'float64_multi_array': ('std_msgs', 'Float64MultiArray'),
    'joint_angles_with_speed': ('naoqi_bridge_msgs', 'JointAnglesWithSpeed'),
    'joint_state': ('sensor_msgs', 'JointState'),
    'pose': ('geometry_msgs', 'PoseStamped'),
}
"""Package and type of the message of every interface that is a topic."""


class RobotOutput(Protocol):
    """Where head commands go."""

    def open(self) -> None:
        """Take hold of the robot."""

    def send(self, command: HeadCommand, now: int, stamp: int) -> None:
        """Send a command at `now` (ns), with a header stamp (ns); 0 = live."""

    def close(self) -> None:
        """Let go of the robot."""

    @property
    def trouble(self) -> str:
        """What is wrong with the robot, or ''."""


class TopicOutput:
    """Publishes commands.

    Args:
        profile: of a robot with a topic.
        publisher: for its message type.
        message_type: of the topic.
        clock: time (ns) for messages that need a true stamp.
    """

    trouble = ''

    def __init__(
        self, profile: RobotProfile, publisher: Any, message_type: Any, clock: Callable[[], int]
    ) -> None:
        self._profile = profile
        self._publisher = publisher
        self._type = message_type
        self._clock = clock

    def open(self) -> None:
        """Nothing to do."""

    def send(self, command: HeadCommand, now: int, stamp: int) -> None:
        """Publish a command."""
        ahead = max(0, command.stamp - now) / NANOSECONDS + self._profile.lookahead
        payload = make_payload(self._profile, command, ahead)
        # A trajectory with stamp 0 starts at once, whatever the controller's clock says.
        if not stamp and self._profile.interface != 'joint_trajectory':
            stamp = self._clock()
        self._publisher.publish(fill(self._type, payload, stamp, self._profile.frame_id))

    def close(self) -> None:
        """Nothing to do: the publisher belongs to the node."""


class LinkOutput:
    """Sends commands over a WebSocket, from another thread.

    Args:
        profile: of a robot with a URL.
        logger: of the node.
    """

    def __init__(self, profile: RobotProfile, logger: Any) -> None:
        try:
            self._link_class = import_module('vico_listener.robot.link').RobotLink
        except ModuleNotFoundError as error:
            raise RuntimeError(
                f"interface '{profile.interface}' needs the Python module {error.name!r}: "
                './run setup (or pip install websockets)'
            ) from error
        self._profile = profile
        self._logger = logger
        self._link: Any = None

    def open(self) -> None:
        """Connect, in the background."""
        self._link = self._link_class(self._profile, self._logger.info, self._logger.warning)

    @property
    def trouble(self) -> str:
        """Why the robot cannot be reached, or ''."""
        return str(self._link.trouble) if self._link is not None else ''

    def send(self, command: HeadCommand, now: int, stamp: int) -> None:
        """Hand a command to the link."""
        self._link.send(command)

    def close(self) -> None:
        """Disconnect."""
        if self._link is not None:
            self._link.close()
            self._link = None


def create_output(
    profile: RobotProfile, logger: Any, clock: Callable[[], int], make_publisher: Callable[..., Any]
) -> RobotOutput:
    """The output of a profile.

    Args:
        profile: of the robot.
        logger: of the node.
        clock: the node's, ns.
        make_publisher: makes one from message type and topic.

    Raises:
        RuntimeError: what the interface needs is not installed.
    """
    if profile.interface not in MESSAGES:
        return LinkOutput(profile, logger)
    package, name = MESSAGES[profile.interface]
    try:
        kind = getattr(import_module(f'{package}.msg'), name)
    except ModuleNotFoundError as error:
        raise RuntimeError(
            f"robot '{profile.name}' needs the ROS package {package}, which is not installed "
            f'(sudo apt install ros-$ROS_DISTRO-{package.replace("_", "-")}, or build its source)'
        ) from error
    return TopicOutput(profile, make_publisher(kind, profile.topic), kind, clock)


def fill(message_type: Any, payload: Payload, stamp: int, frame_id: str) -> Any:
    """A message with the fields of a payload; `stamp` (ns) and frame where it has a header."""
    message = message_type()
    if hasattr(message, 'header'):
        message.header.stamp = time_message(stamp)
        message.header.frame_id = frame_id
    _set(message, payload)
    return message


def _set(message: Any, fields: Payload) -> None:
    """Set the fields of a message, nested ones too."""
    for name, value in fields.items():
        if name == 'points':
            message.points = [JointTrajectoryPoint() for _ in value]
            for point, entry in zip(message.points, value, strict=True):
                _set(point, entry)
        elif name == 'time_from_start':
            seconds, nanoseconds = divmod(round(value * NANOSECONDS), NANOSECONDS)
            message.time_from_start = Duration(sec=seconds, nanosec=nanoseconds)
        elif isinstance(value, dict):
            _set(getattr(message, name), value)
        else:
            setattr(message, name, value)
