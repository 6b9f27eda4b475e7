"""Watches what the stack puts out, as somebody who judges it."""

import time
from dataclasses import dataclass
from dataclasses import field
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray
from numpy.typing import NDArray
from rclpy.node import Node
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory

import vico_listener.msg as msg
from vico_listener.nodes.convert import stamp_of
from vico_listener.nodes.status_name import node_of
from vico_listener.robot.limits import EDGE
from vico_listener.robot.limits import rooms
from vico_listener.robot.profile import RobotProfile


@dataclass
class Seen:
    """What has been published since the watch was set.

    Attributes:
        motions: arrival (`time.monotonic()`, s) and source stamp (ns) of each motion.
        commands: joint positions (rad) in the order of the profile.
        not_finite: motions with a number that is not finite.
    """

    motions: list[tuple[float, int]] = field(default_factory=list)
    commands: list[tuple[float, ...]] = field(default_factory=list)
    not_finite: int = 0


class Watcher(Node):
    """Keeps motions and head commands since `watch`, and the newest diagnostics.

    Args:
        profile: of the robot.
        neck: whether it stands in for the robot's neck.

    Attributes:
        seen: see `Seen`.
        diagnostics: node -> its newest values.
        levels: node -> worst message of a level above OK since `watch`.
    """

    def __init__(self, profile: RobotProfile, neck: bool = True, **options: Any) -> None:
        super().__init__('watcher', **options)
        self.profile = profile
        self.seen = Seen()
        self.diagnostics: dict[str, dict[str, str]] = {}
        self.levels: dict[str, str] = {}
        self.told = 0
        self.create_subscription(msg.ListenerMotion, 'motion', self._on_motion, 200)
        self.create_subscription(JointTrajectory, profile.topic, self._on_command, 200)
        self.create_subscription(DiagnosticArray, '/diagnostics', self._on_diagnostics, 100)
        # As a neck it follows at once and says where it is.
        self._neck = JointState(name=[joint.name for joint in profile.joints])
        self._neck.position = [joint.offset for joint in profile.joints]
        if neck:
            states = self.create_publisher(JointState, 'joint_states', 10)
            self.create_timer(0.05, lambda: states.publish(self._neck))

    def watch(self) -> Seen:
        """Start anew; return what was seen before."""
        before, self.seen, self.levels = self.seen, Seen(), {}
        return before

    def _on_motion(self, message: msg.ListenerMotion) -> None:
        self.seen.motions.append((time.monotonic(), stamp_of(message.source_stamp)))
        face = message.face
        numbers = np.concatenate([face.expression, face.rotation, face.translation])
        self.seen.not_finite += not np.isfinite(numbers).all()

    def _on_command(self, message: JointTrajectory) -> None:
        self.seen.commands += [tuple(point.positions) for point in message.points]
        self._neck.position = message.points[-1].positions

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        for status in message.status:
            name = node_of(status.name, self.get_namespace())
            if not name:
                continue
            if status.values:  # a node that is not active has none
                self.diagnostics[name] = {item.key: item.value for item in status.values}
            if status.level != b'\x00':
                self.levels[name] = status.message
            self.told += name == 'perception'

    def count(self, node: str, key: str) -> int:
        """Return a counter of the diagnostics, 0 while it is unknown."""
        return int(self.diagnostics.get(node, {}).get(key, 0))


def longest_gap(seen: Seen, start: float, end: float) -> float:
    """Return the longest time without a motion between two times of `time.monotonic()`, s."""
    times = [start, *(t for t, _ in seen.motions if start < t < end), end]
    return float(np.diff(times).max())


def beyond_range(commands: NDArray[np.float64], profile: RobotProfile) -> float:
    """Return by how much commands (N, joints) leave a joint's range at most (rad), or 0."""
    largest = -min(rooms(profile.joints, commands))
    return largest if largest > EDGE else 0.0
