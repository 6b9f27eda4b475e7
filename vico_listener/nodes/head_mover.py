"""Moves a robot's head: motions in, commands out by a `RobotOutput`."""

import threading
import time
from typing import TYPE_CHECKING

from vico_listener.frames import ListenerMotion
from vico_listener.nodes.expression_output import ExpressionOutput
from vico_listener.nodes.head_report import HeadReport
from vico_listener.nodes.head_report import rest
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.measured_input import MeasuredInput
from vico_listener.nodes.robot_output import RobotOutput
from vico_listener.robot import HeadCommand
from vico_listener.robot import RobotHead
from vico_listener.robot.replay_clock import ReplayClock
from vico_listener.statistics import Durations

if TYPE_CHECKING:  # it needs an extra
    from vico_listener.robot.avatar import Avatar


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
        motion_latency: from image and audio being in until their motion is here.
        command_latency: from the same moment until the command goes out, for which a robot's next
            turn is waited for.
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
        self.motion_latency = Durations()
        self.command_latency = Durations()
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
                self.motion_latency.add(time.time() - self._received)
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
            self.command_latency.add(time.time() - self._received)
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
