"""Sends commands to a robot: to a topic, an action, or over the robot's own connection."""

import time
from collections.abc import Callable
from typing import Any

from rclpy.node import Node

from vico_listener.errors import SettingError
from vico_listener.nodes.commanded_output import CommandedOutput
from vico_listener.nodes.controller_watch import ControllerWatch
from vico_listener.nodes.goal_output import GoalOutput
from vico_listener.nodes.graph_watch import ADD
from vico_listener.nodes.graph_watch import START
from vico_listener.nodes.graph_watch import Takers
from vico_listener.nodes.graph_watch import at_command_topic
from vico_listener.nodes.rare_warnings import RareWarnings
from vico_listener.nodes.robot_message import CommandMessages
from vico_listener.robot import HeadCommand
from vico_listener.robot import RobotProfile
from vico_listener.robot.goal_answers import GoalAnswers
from vico_listener.robot.interfaces import ActionInterface
from vico_listener.robot.interfaces import LinkInterface
from vico_listener.robot.interfaces import RobotLink
from vico_listener.robot.interfaces import TopicInterface
from vico_listener.robot.interfaces.follow_joint_trajectory import FollowJointTrajectory
from vico_listener.robot.interfaces.joint_trajectory import JointTrajectory
from vico_listener.ros_api.head import OFFSET

GRACE = 3.0
"""Seconds after the start in which nothing is logged of a robot that is not there yet."""


class RobotOutput:
    """Sends commands to one robot.

    Args:
        node: the owner of the publisher.
        profile: the profile of the robot.
        replay: whether time is that of a replay, which every header then says.
        publisher_of: makes a publisher of a type for a topic.
        topic: where to send, a topic or an action; '' for that of the profile.

    Raises:
        NotInstalledError: the robot needs a package that is not installed.
        SettingError: a topic is given for a robot that has none.
    """

    def __init__(
        self,
        node: Node,
        profile: RobotProfile,
        replay: bool,
        publisher_of: Callable[[Any, str], Any],
        topic: str = '',
    ) -> None:
        self._node = node
        self._interface = profile.interface
        self._profile = profile
        self._controller: ControllerWatch | None = None
        self._target = topic or profile.interface.target
        self._replay = replay
        self._commanded = CommandedOutput(node, profile, replay, publisher_of)
        self._messages: CommandMessages | None = None
        self._connect: Callable[[], RobotLink] | None = None
        self._link: RobotLink | None = None
        self._goals: GoalOutput | None = None
        interface, log = profile.interface, node.get_logger()
        self._warnings = RareWarnings(log)
        self._opened = 0.0
        if isinstance(interface, TopicInterface):
            self._messages = CommandMessages(interface, profile, replay)
            self._publisher = publisher_of(self._messages.kind, self._target)
            self._takers = Takers(node, self._publisher)
        elif isinstance(interface, ActionInterface):
            self._goals = GoalOutput(node, interface, profile, self._target)
        elif topic:
            raise SettingError(
                f"command: '{topic}' is for robots with a topic or an action; '{profile.name}' is "
                f'commanded at {interface.target}, as its profile says'
            )
        else:
            self._connect = interface.connector(profile.joints, log.info, log.warning)

    def open(self) -> None:
        """Take hold of the robot."""
        self._opened = time.monotonic()
        if self._connect is not None:
            self._link = self._connect()
        if self._goals is not None:
            self._goals.open()
        if not self._replay and isinstance(
            self._interface, JointTrajectory | FollowJointTrajectory
        ):
            joints = [joint.name for joint in self._profile.joints]
            self._controller = ControllerWatch(
                self._node,
                self.target,
                [*joints, *self._interface.hold_joints],
                self._profile.measured.source == 'controller_state',
            )

    def detach(self) -> Callable[[], None]:
        """Send nothing more; return what lets go of the robot, which may take a while."""
        link, self._link = self._link, None
        if self._controller is not None:
            self._controller.close()
            self._controller = None
        if self._goals is not None:
            return self._goals.close
        return link.close if link is not None else lambda: None

    def send(self, command: HeadCommand, now: int) -> bool:
        """Send a command at `now` (ns), by the clock of the commands.

        Returns:
            whether it went out: not where an action has no server, or a robot is not connected.
        """
        if not self._send(command, now):
            return False
        self._commanded.show(command, now)
        return True

    def _send(self, command: HeadCommand, now: int) -> bool:
        if self._messages is not None:
            # Live, headers are of another clock.
            stamp = now if self._replay else self._node.get_clock().now().nanoseconds
            self._publisher.publish(self._messages.make(command, now, stamp))
        elif self._goals is not None:
            return self._goals.send(command, now)
        elif self._link is not None:
            self._link.send(command)
            return self._replay or self._link.connected
        return True

    @property
    def target(self) -> str:
        """The full name of the topic or action that commands go to, or the robot's address."""
        if isinstance(self._interface, LinkInterface):
            return self._interface.target
        return self._node.resolve_topic_name(self._target)

    def is_heard(self) -> bool:
        """Return whether anybody takes the commands; in a replay nobody needs to."""
        if self._replay:
            return True
        if self._messages is not None:
            return self._takers.any()
        if self._goals is not None:
            return self._goals.is_heard()
        return self._link is not None and self._link.connected

    def at_topic(self, following: bool) -> list[str]:
        """Say what is wrong where the robot is commanded, in the log now and then, too.

        Called once a second.

        Args:
            following: the head is moved now.
        """
        found = []
        if self._messages is not None:
            remedy = ADD if self._profile.topic == OFFSET.name else START
            found = at_command_topic(self._node, self._publisher, self._takers, following, remedy)
        if self._controller is not None:
            self._controller.look()
            found = [*found, *self._controller.problems]
        if time.monotonic() - self._opened >= GRACE:
            lost = f'the robot does not follow: {self.trouble}'
            for problem in [*found, lost] if self._goals and self.trouble else found:
                self._warnings.tell(problem)
        return found

    @property
    def goals(self) -> dict[str, int]:
        """What became of goals: values of the diagnostics, 0 without an action."""
        answers = GoalAnswers() if self._goals is None else self._goals.answers
        return {'refused_goals': answers.refused, 'failed_goals': answers.failed}

    @property
    def controller(self) -> str:
        """`ok`, or what could be set better at the robot's controller; '' where it is not known."""
        if self._controller is None or self._controller.advice is None:
            return ''
        return '; '.join([*self._controller.problems, *self._controller.advice]) or 'ok'

    @property
    def trouble(self) -> str:
        """What is wrong with the robot, or ''."""
        to = self._goals or self._link
        return to.trouble if to is not None else ''

    @property
    def link(self) -> RobotLink | None:
        """The connection to a robot without a topic, while there is one."""
        return self._link
