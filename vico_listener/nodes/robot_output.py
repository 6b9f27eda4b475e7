"""Moves a robot: motions in, commands out to a topic, an action, or the robot's own connection."""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING
from typing import Any

from rclpy.node import Node

from vico_listener.frames import ListenerMotion
from vico_listener.nodes.controller_watch import ControllerWatch
from vico_listener.nodes.expression_output import ExpressionOutput
from vico_listener.nodes.goal_output import GoalOutput
from vico_listener.nodes.graph_watch import Takers
from vico_listener.nodes.graph_watch import at_command_topic
from vico_listener.nodes.head_report import HeadReport
from vico_listener.nodes.head_report import rest
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.measured_input import MeasuredInput
from vico_listener.nodes.rare_warnings import RareWarnings
from vico_listener.nodes.robot_message import CommandMessages
from vico_listener.robot import HeadCommand
from vico_listener.robot import RobotHead
from vico_listener.robot import RobotProfile
from vico_listener.robot.goal_answers import GoalAnswers
from vico_listener.robot.interfaces import ActionInterface
from vico_listener.robot.interfaces import LinkInterface
from vico_listener.robot.interfaces import RobotLink
from vico_listener.robot.interfaces import TopicInterface
from vico_listener.robot.interfaces.follow_joint_trajectory import FollowJointTrajectory
from vico_listener.robot.interfaces.joint_trajectory import JointTrajectory
from vico_listener.robot.replay_clock import ReplayClock
from vico_listener.statistics import Durations

if TYPE_CHECKING:  # it needs an extra
    from vico_listener.robot.avatar import Avatar


GRACE = 3.0
"""Seconds after the start in which nothing is logged of a robot that is not there yet."""


class HeadMover:
    """Follows motions with a `RobotHead`, and sends what it commands by a `RobotOutput`.

    Motions come from another thread than the timer's. Whatever is None is not there, or not yet.

    Args:
        node: the node for which it works while that is active; its steady clock counts live.

    Attributes:
        lock: is held while the parts work, and has to be while one of them is exchanged.
        head: the head that follows.
        output: where the commands go.
        measured: who says where the joints are.
        replay: the time of a replay, which counts in place of the node's clock.
        expression: is shown the faces of the motions.
        avatar: is shown every motion, whether or not there is a robot.
        latency: of commands, since image and audio were in.
    """

    def __init__(self, node: ManagedNode) -> None:
        self._node = node
        self.lock = threading.Lock()
        self.head: RobotHead | None = None
        self.output: RobotOutput | None = None
        self.measured: MeasuredInput | None = None
        self.replay: ReplayClock | None = None
        self.expression: ExpressionOutput | None = None
        self.avatar: Avatar | None = None
        self.latency = Durations()
        self._report = HeadReport(node.get_logger())
        self._received: float | None = None  # of the motion that the next command answers first

    def follow(self, motion: ListenerMotion) -> list[HeadCommand]:
        """Follow one motion; the commands that are due go out at once, and are returned."""
        if self.avatar is not None and self._node.is_active:
            self.avatar.show(motion)
        with self.lock:
            head = self.head
            if head is None or not self._node.is_active:
                return []
            if self.output is not None and not self.output.is_heard():
                self._lose(head)
                return []
            now = self.now() if self.replay is None else motion.stamp
            refused = head.refused
            commands = head.follow(motion, now)
            if head.following and head.awake:
                self._received = motion.timing.received
            commands = self._send(head, commands, now)
            if head.refused > refused:
                self._node.get_logger().error(
                    'refused a rotation that is not finite', throttle_duration_sec=5.0
                )
            if head.following and self.replay is not None:
                self.replay.hear(motion.stamp)
            if head.following and self.expression is not None and not head.resting:
                self.expression.show(motion)
        return commands

    def advance(self) -> None:
        """Send the commands that are due now, without a new motion; called at the robot's rate."""
        with self.lock:
            head = self.head
            now = self.now() if self.replay is None else self.replay.now()
            if head is None or not head.awake or now is None:
                return
            if self.measured is not None:
                self.measured.poll(now)
            commands = head.advance(now)
            rests = not head.awake
            self._send(head, commands, now)
            if rests:
                self._node.get_logger().info(rest(head))

    def _send(self, head: RobotHead, commands: list[HeadCommand], now: int) -> list[HeadCommand]:
        """Send commands that were made at `now` (ns), unless it is too late; return those sent."""
        sent = []
        for command in commands:
            # Live, it has become later since then.
            moment = self.now() if self.replay is None else now
            if not head.may_send(command, moment) or self.output is None:
                continue
            if not self.output.send(command, moment):
                self._lose(head)
                break
            head.sent(command)
            sent.append(command)
        self._report.look(head, self.measured)
        if sent and self._received is not None:
            self.latency.add(time.time() - self._received)
            self._received = None
        return sent

    def _lose(self, head: RobotHead) -> None:
        """Leave a head that nobody takes commands for; it begins where that is once somebody does.

        Nobody knows where that will be.
        """
        head.release()
        if self.measured is not None:
            self.measured.lose()

    def release(self) -> None:
        """Command nothing more at once, and let go of the robot, which may take a while."""
        with self.lock:
            close = None if self.output is None else self.output.detach()
            if self.head is not None:
                self.head.release()
        if close is not None:
            close()

    def now(self) -> int:
        """Return the time of the node's steady clock, ns."""
        return int(self._node.steady_clock.now().nanoseconds)


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
            found = at_command_topic(self._node, self._publisher, self._takers, following)
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
