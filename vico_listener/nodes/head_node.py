"""`motion` in, the robot's head command out; the only writer to the head."""

import threading
import time
from functools import cache
from functools import partial
from typing import Any

from geometry_msgs.msg import PointStamped

from vico_listener.errors import VicoError
from vico_listener.frames import ListenerMotion
from vico_listener.nodes.expression_output import create_avatar
from vico_listener.nodes.expression_output import create_expression_output
from vico_listener.nodes.head_diagnosis import diagnosis
from vico_listener.nodes.head_report import HeadReport
from vico_listener.nodes.head_report import concern
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.measured_input import MeasuredInput
from vico_listener.nodes.motion_input import subscribe_to_motion
from vico_listener.nodes.robot_output import RobotOutput
from vico_listener.nodes.topics import subscribe_to
from vico_listener.robot import HeadCommand
from vico_listener.robot import RobotHead
from vico_listener.robot import load_profile
from vico_listener.robot.robot_head import ReplayClock
from vico_listener.ros_api import HEAD
from vico_listener.ros_api.head import COMMAND_DEPTH
from vico_listener.ros_api.head import LOOK_AT
from vico_listener.statistics import Durations


class HeadNode(ManagedNode):
    """Runs a `RobotHead` at the robot's rate.

    Live, time is a steady clock, which nobody can set, commands go out evenly, and the head begins
    where it is measured. In a replay, with `use_sim_time` and `lossless`, time is the motion's own
    stamps, and nothing is measured, so that it gives the same commands at any speed; should the
    replay die, wall time takes over.

    Args:
        subscribe: False in the composed stack, where `follow` is called directly.
    """

    API = HEAD

    def __init__(self, name: str = 'head', subscribe: bool = True, **options: Any) -> None:
        super().__init__(name, **options)
        self._subscribe = subscribe
        self._subscription: Any = None
        self._timer: Any = None
        self._head: RobotHead | None = None
        self._output: RobotOutput | None = None
        self._measured: MeasuredInput | None = None
        self._report = HeadReport(self.get_logger())
        self._expression: Any = None
        self._avatar: Any = None
        self._replay: ReplayClock | None = None
        # Each publisher is made once and kept for good: rclpy never forgets a managed one.
        make = partial(self.create_lifecycle_publisher, qos_profile=COMMAND_DEPTH)
        self._publisher_of = cache(make)
        self._lock = threading.Lock()  # motions come from another thread than the timer's
        self._latency = Durations()
        self._received: float | None = None  # of the motion that the next command answers first
        subscribe_to(self, LOOK_AT, self._on_look_at)

    def configure(self) -> None:
        """Load the robot's profile; without one the node commands no robot."""
        self._avatar = create_avatar(self.table['avatar']) if self.table['avatar'] else None
        if not self.table['robot']:
            return
        replay = bool(self.get_parameter('use_sim_time').value) and self.table['lossless']
        self._replay = ReplayClock() if replay else None
        profile = load_profile(self.table['robot'])
        self._output = RobotOutput(self, profile, replay, self._publisher_of, self.table['command'])
        self._measured = None if replay else MeasuredInput(self, profile)
        self._expression = create_expression_output(self._publisher_of)
        with self._lock:
            self._head = RobotHead(profile)
            if self._measured is not None:
                wait = self.table['measured_wait'] if self._measured.source else 0.0
                self._head = RobotHead(profile, self._measured.positions, wait)

    def activate(self) -> None:
        """Take hold of the robot, subscribe to `motion` and start the timer."""
        if self._output is not None:
            self._output.open()
            if self._measured is not None:
                self._measured.open(self._output.link)
        if self._subscribe and (self._head is not None or self._avatar is not None):
            self._subscription = subscribe_to_motion(self, self.follow)
        if self._head is None:
            self.get_logger().info('no robot is given: no head commands (robot:=PROFILE)')
            return
        # Replaying, commands come with the motion; the timer takes over when the replay dies.
        period = 1.0 / self._head.profile.rate
        self._timer = self.create_timer(period, self._on_timer, clock=self.steady_clock)

    def deactivate(self) -> None:
        """Stop commanding at once."""
        if self._subscription is not None:
            self.destroy_subscription(self._subscription)
            self._subscription = None
        if self._timer is not None:
            self.destroy_timer(self._timer)
            self._timer = None
        if self._measured is not None:
            self._measured.close()
        with self._lock:
            close = None if self._output is None else self._output.detach()
            if self._head is not None:
                self._head.release()
        if close is not None:
            close()

    def cleanup(self) -> None:
        """Drop the profile."""
        with self._lock:
            self._head = self._output = self._measured = None
        if self._avatar is not None:
            self._avatar.close()
            self._avatar = None

    def follow(self, motion: ListenerMotion) -> list[HeadCommand]:
        """Follow one motion; the commands that are due go out at once, and are returned."""
        if self._avatar is not None and self.is_active:
            self._avatar.show(motion)
        with self._lock:
            head = self._head
            if head is None or not self.is_active:
                return []
            now = self._now() if self._replay is None else motion.stamp
            refused = head.refused
            commands = head.follow(motion, now)
            if head.following and head.awake:
                self._received = motion.timing.received
            commands = self._send(head, commands, now)
            if head.refused > refused:
                self.get_logger().error(
                    'refused a rotation that is not finite', throttle_duration_sec=5.0
                )
            if head.following and self._replay is not None:
                self._replay.hear(motion.stamp)
            if head.following and self._expression is not None and not head.resting:
                self._expression.show(motion)
        return commands

    def _on_timer(self) -> None:
        with self._lock:
            head = self._head
            now = self._now() if self._replay is None else self._replay.now()
            if head is None or not head.awake or now is None:
                return
            if self._measured is not None:
                self._measured.poll(now)
            self._send(head, head.advance(now), now)
            if not head.awake:
                self.get_logger().info('no motion: the head rests at neutral')

    def _send(self, head: RobotHead, commands: list[HeadCommand], now: int) -> list[HeadCommand]:
        """Send commands that were made at `now` (ns), unless it is too late; return those sent."""
        sent = []
        for command in commands:
            # Live, it has become later since then.
            moment = self._now() if self._replay is None else now
            if not head.may_send(command, moment) or self._output is None:
                continue
            if self._output.send(command, moment):
                sent.append(command)
            else:
                head.release()  # once somebody takes them, it begins where the head is
        self._report.look(head, self._measured, now)
        if sent and self._received is not None:
            self._latency.add(time.time() - self._received)
            self._received = None
        return sent

    def _now(self) -> int:
        return int(self.steady_clock.now().nanoseconds)

    def _on_look_at(self, message: PointStamped) -> None:
        """Aim the base gaze at a point in the frame of the head's base."""
        with self._lock:
            if self._head is None:
                return
            try:
                self._head.look_at([message.point.x, message.point.y, message.point.z])
            except VicoError as error:
                self.get_logger().error(str(error))

    def diagnose(self) -> tuple[bytes, str, dict[str, Any]]:
        """Return the commands sent and their latency since image and audio were in."""
        with self._lock:  # a head that rests has sent its last command
            head, output = self._head, self._output
            trouble = '' if output is None else output.trouble
            at_topic = [] if output is None or head is None else output.at_topic(head.awake)
            whereabouts = concern(head, self._measured, self._now())
            whereabouts[1]['controller'] = '' if output is None else output.controller
            return diagnosis(head, whereabouts, trouble, at_topic, self._avatar, self._latency)
