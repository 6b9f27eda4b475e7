"""Moves a robot's head from the command line, from where it is and within its limits."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from typing import Protocol

from vico_listener.errors import NotInstalledError
from vico_listener.errors import SettingError
from vico_listener.errors import UnavailableError
from vico_listener.frames import ListenerMotion
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.robot import HeadCommand
from vico_listener.robot import RobotHead
from vico_listener.robot import RobotProfile
from vico_listener.robot.following import Lag
from vico_listener.robot.interfaces import LinkInterface
from vico_listener.robot.measured import MeasuredPositions
from vico_listener.topic_name import objection_to

if TYPE_CHECKING:  # they need ROS
    from vico_listener.nodes.measured_input import MeasuredInput
    from vico_listener.nodes.robot_output import RobotOutput

AT_ONCE = 10
"""Messages that are taken in between two commands, at most."""

MEASURED_WAIT = 2.0
"""For so long the head waits until it is known where it is, s."""


@dataclass(frozen=True)
class RobotNames:
    """How a robot's topics are called, where not as in its profile.

    Attributes:
        command: topic or action of the commands.
        joint_states: topic of the joints.
        namespace: of all that does not begin with a slash.

    Raises:
        SettingError: one is no such name.
    """

    command: str = ''
    joint_states: str = ''
    namespace: str = ''

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value and objection_to(value):
                raise SettingError(f'{name.replace("_", " ")}: {objection_to(value)}')

    @property
    def arguments(self) -> list[str]:
        """The ROS arguments that make it so, but for the commands."""
        given = ['check', '--ros-args']
        if self.namespace:
            given += ['-r', f'__ns:=/{self.namespace.strip("/")}']
        if self.joint_states:
            given += ['-r', f'joint_states:={self.joint_states}']
        return given


class Connection(Protocol):
    """A robot that can be told and asked.

    Attributes:
        measured: where its joints are.
        says: whether the robot says so at all.
    """

    measured: MeasuredPositions
    says: bool

    def trouble(self) -> str:
        """Return why the robot cannot be commanded, or ''."""

    def look(self) -> bool:
        """Take in what the robot has said; return whether it is there."""

    def send(self, command: HeadCommand, now: int) -> None:
        """Send a command."""

    def close(self) -> None:
        """Let go of the robot."""


class RobotMover:
    """A robot's head that is turned to rotations, one after the other.

    Args:
        profile: of the robot.
        patience: the longest time for it to answer, s.
        names: of its topics.

    Attributes:
        rate: of its commands, Hz.

    Raises:
        UnavailableError: the robot does not answer.
        NotInstalledError: ROS, or a package that it needs, is not installed.
        SettingError: it has no topics, but names for them are given.
    """

    def __init__(
        self, profile: RobotProfile, patience: float, names: RobotNames = RobotNames()
    ) -> None:
        linked = isinstance(profile.interface, LinkInterface)
        if linked and names != RobotNames():
            raise SettingError(
                f"robot '{profile.name}' has no topics, because it is commanded at "
                f'{profile.interface.target}: leave out --command, --joint-states and '
                '--namespace'
            )
        self._robot: Connection = _Link(profile) if linked else _ros_robot(profile, names)
        deadline = time.monotonic() + patience
        while found := self._robot.trouble():
            if time.monotonic() > deadline:
                self.close()
                raise UnavailableError(f'there is no connection to the robot: {found}')
            time.sleep(0.05)
        self._profile, self._patience = profile, patience
        self._head = self._head_anew()
        self.rate = profile.rate

    def begin(self, face: FaceMotion) -> str:
        """Ease the head in to a pose; return where it began, in words.

        Raises:
            UnavailableError: the robot is lost.
        """
        start, place = '', ''
        while not start or self._head.eases_in(time.monotonic_ns()):
            self.turn(face)
            if not start and self._head.start not in ('', 'waiting'):
                # A machine that stalls lets it begin anew on the way.
                start = self._head.start
                place = ', '.join(f'{position:+.3f}' for position in self._head.began_at)
        if start != 'assumed':
            return f'It began where it is: {place} rad'
        reason = self._head.reason if self._robot.says else 'the robot does not report it'
        return f'Where the head was, was not known ({reason}): it was eased in from {place} rad'

    @property
    def under_way(self) -> bool:
        """Whether the head follows: it has begun, and does not ease in (anew, after a stall)."""
        return self._head.start not in ('', 'waiting') and not self._head.eases_in(
            time.monotonic_ns()
        )

    @property
    def lags(self) -> list[Lag]:
        """The joints that do not follow."""
        return self._head.watch.lags

    def turn(self, face: FaceMotion) -> None:
        """Go on towards a pose and what antennas show of a face for one period of the robot.

        Raises:
            UnavailableError: the robot is lost, and does not come back in time.
        """
        if not self._robot.look():
            self._wait_for_robot()
        now = time.monotonic_ns()
        motion = ListenerMotion(now, now, face, Attitude.NEUTRAL, 1.0, True, 'check')
        self._head.follow(motion, now)
        for command in self._head.advance(now):
            sent = time.monotonic_ns()
            if self._head.may_send(command, sent):
                self._robot.send(command, sent)
                self._head.sent(command)
        time.sleep(1.0 / self.rate)

    def _wait_for_robot(self) -> None:
        """Wait for a robot that is lost; once it is back its head may be elsewhere."""
        deadline = time.monotonic() + self._patience
        while not self._robot.look():
            if time.monotonic() > deadline:
                raise UnavailableError(
                    f'the connection to the robot is lost: {self._robot.trouble()}'
                )
            time.sleep(1.0 / self.rate)
        self._robot.measured.forget()
        self._head = self._head_anew()
        print('The robot was lost, and is back: its head is eased in anew', file=sys.stderr)

    def _head_anew(self) -> RobotHead:
        """Return a head that begins where the robot says it is, or eases in."""
        wait = MEASURED_WAIT if self._robot.says else 0.0
        return RobotHead(self._profile, self._robot.measured, wait)

    def close(self) -> None:
        """Let go of the robot."""
        self._robot.close()


class _Link:
    """A robot over a connection of its own."""

    def __init__(self, profile: RobotProfile) -> None:
        interface = profile.interface
        assert isinstance(interface, LinkInterface)
        self._names = [joint.name for joint in profile.joints]
        self._link = interface.connector(profile.joints, print, partial(print, file=sys.stderr))()
        self.measured, self.says = MeasuredPositions(profile.joints), interface.measures

    def trouble(self) -> str:
        return '' if self._link.connected else self._link.trouble

    def look(self) -> bool:
        found = self._link.measured() if self.says else None
        if found is not None:
            stamp, positions = found
            self.measured.add(self._names, positions, time.monotonic_ns(), stamp)
        return self._link.connected

    def send(self, command: HeadCommand, now: int) -> None:
        self._link.send(command)

    def close(self) -> None:
        self._link.close()


def _ros_robot(profile: RobotProfile, names: RobotNames) -> Connection:
    """Return a robot behind a ROS topic or action."""
    try:
        import rclpy

        from vico_listener.nodes.measured_input import MeasuredInput
        from vico_listener.nodes.robot_output import RobotOutput
        from vico_listener.nodes.ros import start_ros
    except ModuleNotFoundError as error:
        raise NotInstalledError(
            f'--move needs ROS 2 ({error}): ./run vico robot check ...'
        ) from error
    start_ros(names.arguments)
    node = rclpy.create_node('vico_robot_check')

    def end() -> None:
        node.destroy_node()
        rclpy.try_shutdown()

    try:
        output = RobotOutput(
            node,
            profile,
            False,
            lambda kind, topic: node.create_publisher(kind, topic, 60),
            names.command,
        )
        state = MeasuredInput(node, profile)
    except NotInstalledError:
        end()
        raise
    return _RosRobot(output, state, partial(rclpy.spin_once, node, timeout_sec=0.0), end)


class _RosRobot:
    """See `_ros_robot`; made of a `RobotOutput` and a `MeasuredInput`."""

    def __init__(
        self,
        output: 'RobotOutput',
        state: 'MeasuredInput',
        spin: Callable[[], None],
        end: Callable[[], None],
    ) -> None:
        self._output, self._state, self._spin, self._end = output, state, spin, end
        self.measured, self.says = state.positions, bool(state.source)
        output.open()
        state.open(output.link)

    def trouble(self) -> str:
        if self.look():
            return ''
        found = '; '.join(self._output.at_topic(following=False))
        return found.replace('command:=', '--command ') or f'no node takes {self._output.target}'

    def look(self) -> bool:
        for _ in range(AT_ONCE):
            self._spin()
        return self._output.is_heard()

    def send(self, command: HeadCommand, now: int) -> None:
        self._output.send(command, now)

    def close(self) -> None:
        self._state.close()
        self._output.detach()()
        self._end()
