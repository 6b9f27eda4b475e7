"""What a robot interface is: one class that says everything about how a robot is commanded.

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
"""What takes one line of text."""


class RobotLink(Protocol):
    """A connection to a robot, open until it is closed."""

    @property
    def connected(self) -> bool:
        """Whether commands reach the robot. Where they do not, its head may go elsewhere."""

    @property
    def trouble(self) -> str:
        """What is wrong with the robot, or ''."""

    def send(self, command: HeadCommand) -> None:
        """Have a command sent, unless it is not connected; returns at once."""

    def measured(self) -> tuple[int, Sequence[float]] | None:
        """Return when (ns) the robot said where its joints are, and where (rad).

        None if that is not known just now, or not since it is connected; the same time again is no
        news. Only asked of an interface that `measures`; returns at once.
        """

    def close(self) -> None:
        """Let go of the robot."""


class RobotInterface(ABC):
    """The way in which a robot is commanded.

    The constructor takes what it requires of a profile from the profile's fields and keeps it in
    public attributes, which `vico robot show` prints.

    Args:
        fields: of the profile; ProfileError names the one that is missing or wrong.

    Attributes:
        name: the interface as messages call it.
        unit: of the angles in a payload, 'rad' or 'deg'.
        lookahead: seconds from the moment at which a command is due to that at which it shall be
            reached, where the message says when; None where a robot goes to what comes as it comes.
        hold_joints: joints of its controller that are not the head's: they are told to stay where
            they are.
        axes: what it can turn, of `JOINT_AXES`.
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
        """Return the message that carries a command.

        Args:
            joints: of the profile.
            command: positions (rad) and velocities (rad/s) in the order of `joints`.
            ahead: seconds until the command is due; negative where it is late.
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
        """Return when (ns) the robot shall be where a command says."""
        return command.stamp + round((self.lookahead or 0.0) * NANOSECONDS)


class TopicInterface(RobotInterface):
    """A robot that is commanded on a ROS topic; the profile has the field `topic`.

    The node that publishes fills the message's header, where it has one.

    Attributes:
        message: type of the topic's messages, 'package/msg/Type'.
        frame_id: of the header.
        starts_at_stamp: True where the header's stamp says when the robot shall begin. Live
            commands then carry 0, which means at once, whatever the robot's clock says.
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
        message: type of the action, 'package/action/Type'.
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
        measures: whether its link says where the joints are.
    """

    measures: bool = False

    @abstractmethod
    def connector(self, joints: Sequence[Joint], inform: Log, warn: Log) -> Callable[[], RobotLink]:
        """Return what takes hold of the robot when it is called, without waiting for it.

        Args:
            joints: of the profile.
            inform: takes messages for the log, from any thread.
            warn: takes warnings.

        Raises:
            NotInstalledError: something that the connection needs is not installed.
        """
