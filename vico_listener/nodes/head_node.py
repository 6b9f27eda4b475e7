"""`motion` in, the robot's head command out; the only writer to the head."""

import threading
import time
from importlib import import_module
from typing import Any

import numpy as np
from geometry_msgs.msg import PointStamped

from vico_listener.frames import ListenerMotion
from vico_listener.nodes.expression_output import ExpressionOutput
from vico_listener.nodes.expression_output import create_expression_output
from vico_listener.nodes.managed_node import ERROR
from vico_listener.nodes.managed_node import OK
from vico_listener.nodes.managed_node import WARN
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.motion_input import subscribe_to_motion
from vico_listener.nodes.parameters import Parameter
from vico_listener.nodes.robot_output import RobotOutput
from vico_listener.nodes.robot_output import create_output
from vico_listener.robot import HeadCommand
from vico_listener.robot import HeadController
from vico_listener.robot import load_profile
from vico_listener.statistics import Durations

REPLAY_SILENCE = 5.0
"""Wall seconds without motion after which a replay counts as dead and the head goes to rest."""


class HeadNode(ManagedNode):
    """Runs a `HeadController` at the robot's rate.

    Live, time is the node's clock. With `use_sim_time` it is the motion's own stamps, so that a
    replay gives the same commands at any speed; should the replay die, wall time takes over.

    Args:
        subscribe: False in the composed stack, where `follow` is called directly.
    """

    PARAMETERS = (
        Parameter(
            'robot',
            '',
            "Robot profile: a name in config/robots or a YAML file; '' = command no robot.",
        ),
        Parameter(
            'avatar', '', "HOST:PORT of an avatar that understands VMC (OSC over UDP); '' = none."
        ),
    )

    def __init__(self, name: str = 'head', subscribe: bool = True, **options: Any) -> None:
        super().__init__(name, **options)
        self._subscribe = subscribe
        self._subscription: Any = None
        self._timer: Any = None
        self._controller: HeadController | None = None
        self._output: RobotOutput | None = None
        self._expression: ExpressionOutput | None = None
        self._avatar: Any = None
        self._publishers_by_topic: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()
        self._latency = Durations()
        self._commands = 0
        self._refused = 0
        self._last_motion = 0.0
        self._last_stamp: int | None = None
        self._replay_offset = 0
        self._awake = False
        self.create_subscription(PointStamped, 'look_at', self._on_look_at, 10)

    def configure(self) -> None:
        """Load the robot's profile; without one the node commands no robot."""
        self._avatar = create_avatar(self.table['avatar']) if self.table['avatar'] else None
        if not self.table['robot']:
            return
        profile = load_profile(self.table['robot'])
        output = create_output(profile, self.get_logger(), self._now, self._publisher)
        with self._lock:
            self._controller = HeadController(profile)
            self._output = output
        self._expression = create_expression_output(self._publisher)
        self._replay = self.get_parameter('use_sim_time').value

    def _publisher(self, kind: Any, topic: str) -> Any:
        """A publisher, kept for good: rclpy never forgets a managed one."""
        key = (kind.__name__, topic)
        if key not in self._publishers_by_topic:
            self._publishers_by_topic[key] = self.create_lifecycle_publisher(kind, topic, 60)
        return self._publishers_by_topic[key]

    def activate(self) -> None:
        """Subscribe to `motion` and start the timer."""
        commands = self._controller is not None and self._output is not None
        if self._subscribe and (commands or self._avatar is not None):
            self._subscription = subscribe_to_motion(self, self.follow)
        if self._controller is None or self._output is None:
            self.get_logger().info('no robot is given: no head commands (robot:=PROFILE)')
            return
        self._output.open()
        # Replaying, commands come with the motion; the timer only watches for the end.
        period = 0.2 if self._replay else 1.0 / self._controller.profile.rate
        self._timer = self.create_timer(period, self._on_timer, clock=self.steady_clock)

    def deactivate(self) -> None:
        """Stop commanding at once."""
        if self._subscription is not None:
            self.destroy_subscription(self._subscription)
            self._subscription = None
        if self._timer is not None:
            self.destroy_timer(self._timer)
            self._timer = None
        if self._output is not None:
            self._output.close()

    def cleanup(self) -> None:
        """Drop the profile."""
        with self._lock:
            self._controller = None
            self._output = None
        if self._avatar is not None:
            self._avatar.close()
            self._avatar = None

    def follow(self, motion: ListenerMotion) -> None:
        """Follow one motion; the command goes out at once."""
        if self._avatar is not None and self.is_active:
            self._avatar.show(motion)
        with self._lock:
            if self._controller is None or not self.is_active:
                return
            if motion.stamp == self._last_stamp:
                return  # a source that froze: no news, so that the watchdog sees to it
            self._last_stamp = motion.stamp
            now = motion.stamp if self._replay else self._now()
            self._replay_offset = motion.stamp - time.monotonic_ns()
            if not self._controller.follow(motion.head_rotation, now):
                self._refused += 1
                self.get_logger().error(
                    'refused a rotation that is not finite', throttle_duration_sec=5.0
                )
                return
            self._last_motion = time.monotonic()
            if self._controller.resting:
                return  # the same rotation for too long is no news either
            self._awake = True
            if self._expression is not None:
                self._expression.show(motion)
            self._publish(self._controller.advance(now, ahead=True), now)
        self._latency.add(time.time() - motion.timing.received)

    def _on_timer(self) -> None:
        with self._lock:
            if self._controller is None or not self._awake:
                return
            now = self._now()
            if self._replay:
                silent = time.monotonic() - self._last_motion
                if silent < REPLAY_SILENCE:
                    return
                now = time.monotonic_ns() + self._replay_offset
            commands = self._controller.advance(now)
            self._publish(commands, now)
            if self._controller.resting:
                self._awake = False
                self.get_logger().info('no motion: the head rests at neutral')

    def _now(self) -> int:
        return int(self.get_clock().now().nanoseconds)

    def _publish(self, commands: list[HeadCommand], now: int) -> None:
        if self._output is None:
            return
        for command in commands:
            self._output.send(command, now, now if self._replay else 0)
            self._commands += 1

    def _on_look_at(self, message: PointStamped) -> None:
        """Aim the base gaze at a point in the head's base frame (x forward, y left, z up)."""
        point = np.array([message.point.x, message.point.y, message.point.z])
        with self._lock:
            if self._controller is None:
                return
            if not np.isfinite(point).all() or np.linalg.norm(point) < 1e-3:
                self.get_logger().error('look_at: the point must be finite and not the origin')
                return
            x, y, z = point
            self._controller.look([0.0, -np.arctan2(z, np.hypot(x, y)), np.arctan2(y, x)])

    def diagnose(self) -> tuple[bytes, str, dict[str, Any]]:
        """Commands sent and their latency since image and audio were in."""
        values: dict[str, Any] = {
            'robot': self.table['robot'],
            'commands': self._commands,
            'refused_motions': self._refused,
        }
        if self._avatar is not None:
            values |= {'avatar_motions': self._avatar.sent, 'avatar_lost': self._avatar.lost}
        values |= {f'command_latency_{k}_ms': v for k, v in self._latency.summary_ms().items()}
        if self._controller is None:
            return OK, 'no robot is given', values
        if self._refused:
            return ERROR, f'{self._refused} motions were not finite', values
        if self._output is not None and self._output.trouble:
            return WARN, f'the robot does not follow: {self._output.trouble}', values
        if not self._awake:
            return WARN, 'no motion: the head rests', values
        return OK, 'following', values


def create_avatar(address: str) -> Any:
    """The avatar at an address; RuntimeError when what it needs is not installed."""
    try:
        module = import_module('vico_listener.robot.avatar')
    except ModuleNotFoundError as error:
        raise RuntimeError(
            f'avatar: needs the Python module {error.name!r}: ./run setup (or pip install '
            'python-osc)'
        ) from error
    return module.Avatar(address)
