"""The base classes of robot interfaces: one class defines all of how a robot is commanded.

Nothing here needs ROS: a topic is named by its message type, and a command is plain data.
"""

from abc import ABC
from abc import abstractmethod
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any
from typing import Protocol

from vico_listener.clock import NANOSECONDS
from vico_listener.robot.fields import Fields
from vico_listener.robot.joints import ANTENNAS
from vico_listener.robot.joints import HeadCommand
from vico_listener.robot.joints import Joint
from vico_listener.rotation import AXES

Payload = dict[str, Any]
"""A command as plain data: the fields of the robot's message, named as in its type."""

Log = Callable[[str], None]
"""A function that logs one line of text."""


class RobotLink(Protocol):
    """A connection to a robot, open until it is closed."""

    @property
    def connected(self) -> bool:
        """Whether commands reach the robot. While they do not, others may move its head."""

    @property
    def trouble(self) -> str:
        """What is wrong with the robot, or ''."""

    def send(self, command: HeadCommand) -> None:
        """Send a command if the robot is connected, and return without waiting."""

    def measured(self) -> tuple[int, Sequence[float]] | None:
        """Return the time (ns) of the robot's last report of its joint positions, and these (rad).

        Return None if the positions are unknown, e.g. because there was no report since the
        connection. The same time again means that there is no new report. It is only called if the
        interface `measures`, and must return without waiting.
        """

    def close(self) -> None:
        """Close the connection."""


class RobotInterface(ABC):
    """The way in which a robot is commanded.

    The constructor takes its own settings from the fields of the profile and keeps them in public
    attributes, which `vico robot show` prints.

    Args:
        fields: the fields of the profile. Reading a missing or wrong field raises a ProfileError,
            which names it.

    Attributes:
        name: the name of the interface in messages.
        unit: the unit of the angles in a payload, 'rad' or 'deg'.
        lookahead: the seconds from the moment at which a command is due to the moment at which it
            must be reached, if the message tells this time; None if the robot goes to each command
            immediately.
        hold_joints: other joints of the same controller, which are commanded to stay where they
            are.
        axes: the axes of `JOINT_AXES` that it can move.
    """

    name: str
    unit: str = 'rad'
    lookahead: float | None = None
    hold_joints: tuple[str, ...] = ()
    axes: tuple[str, ...] = (*AXES, *ANTENNAS)

    @abstractmethod
    def __init__(self, fields: Fields) -> None: ...

    @property
    @abstractmethod
    def target(self) -> str:
        """The topic or address that commands go to."""

    @abstractmethod
    def payload(self, joints: Sequence[Joint], command: HeadCommand, ahead: float = 0.0) -> Payload:
        """Return the content of the message for a command.

        Args:
            joints: the joints of the profile.
            command: positions (rad) and velocities (rad/s) in the order of `joints`.
            ahead: the seconds until the command is due; negative if it is late.
        """

    def objection(self, joints: Sequence[Joint]) -> str:
        """Return why joints of a profile cannot be commanded in this way, or ''."""
        for joint in joints:
            if joint.axis not in self.axes:
                return (
                    f'the interface {self.name} cannot turn the joint {joint.name}, whose axis is '
                    f'{joint.axis}: only {", ".join(self.axes)}'
                )
        return ''

    def due(self, command: HeadCommand) -> int:
        """Return the time (ns) at which the robot must have reached a command."""
        return command.stamp + round((self.lookahead or 0.0) * NANOSECONDS)


class TopicInterface(RobotInterface):
    """A robot that is commanded on a ROS topic; the profile has the field `topic`.

    The node that publishes fills in the header of the message, if it has one.

    Attributes:
        message: the type of the messages, 'package/msg/Type'.
        frame_id: the frame_id in the header.
        starts_at_stamp: whether the stamp in the header is the time at which the robot must begin.
            Live commands then have the stamp 0, which means "now", whatever the robot's clock is.
    """

    message: str
    frame_id: str = ''
    starts_at_stamp: bool = False

    def __init__(self, fields: Fields) -> None:
        self.topic = fields.topic('topic')

    @property
    def target(self) -> str:
        """The topic."""
        return self.topic


class ActionInterface(RobotInterface):
    """A robot that is commanded by goals of a ROS action; the profile has the field `action`.

    Attributes:
        message: the type of the action, 'package/action/Type'.
    """

    message: str

    def __init__(self, fields: Fields) -> None:
        self.action = fields.topic('action')

    @property
    def target(self) -> str:
        """The action."""
        return self.action


class LinkInterface(RobotInterface):
    """A robot that is commanded without ROS, over a connection of its own.

    Attributes:
        measures: whether its link reports the joint positions.
    """

    measures: bool = False

    @abstractmethod
    def connector(self, joints: Sequence[Joint], inform: Log, warn: Log) -> Callable[[], RobotLink]:
        """Return a function that opens the connection when it is called, without waiting.

        Args:
            joints: the joints of the profile.
            inform: logs a message; it may be called from any thread.
            warn: logs a warning; it may be called from any thread.

        Raises:
            NotInstalledError: something that the connection needs is not installed.
        """
