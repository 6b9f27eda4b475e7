"""A `joint_trajectory_controller` as ros2_controllers documents it, without ROS.

Written anew from its documented and observed behaviour, to try commands on it: what it accepts,
what it refuses and with which words, and where it sends the joints.
"""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import NANOSECONDS

Angles = NDArray[np.float64]


@dataclass(frozen=True)
class Point:
    """Where the joints shall be, some time after a trajectory begins.

    Attributes:
        time: from the start, ns.
        positions: rad, in the order of the trajectory's joints.
    """

    time: int
    positions: tuple[float, ...]


@dataclass(frozen=True)
class Trajectory:
    """A trajectory of positions.

    Attributes:
        joints: their names.
        points: in the order of time.
        stamp: when it begins, ns; 0 for at once.
    """

    joints: tuple[str, ...]
    points: tuple[Point, ...]
    stamp: int = 0


def trajectory_of(payload: Mapping[str, object], stamp: int = 0) -> Trajectory:
    """Return the trajectory of a message of the type trajectory_msgs/JointTrajectory."""
    points = []
    for point in payload['points']:  # type: ignore[attr-defined]
        time = point['time_from_start']
        points.append(Point(time['sec'] * NANOSECONDS + time['nanosec'], tuple(point['positions'])))
    return Trajectory(tuple(payload['joint_names']), tuple(points), stamp)  # type: ignore[arg-type]


class TrajectoryController:
    """Takes trajectories at any time, and is updated at its own rate.

    Args:
        joints: names of its joints.
        positions: where they are, rad.
        interpolate_from_desired_state: whether a new trajectory leads on from the last command;
            otherwise, as by default, from the measured position.
        allow_partial_joints_goal: whether a trajectory may name some of the joints only.

    Attributes:
        accepted, refused: how many trajectories.
        replaced: those that were accepted, and replaced by another one before the next update.
        reason: of the last refusal.
    """

    def __init__(
        self,
        joints: Sequence[str],
        positions: Sequence[float],
        interpolate_from_desired_state: bool = False,
        allow_partial_joints_goal: bool = False,
    ) -> None:
        self.accepted = self.refused = self.replaced = 0
        self.reason = ''
        self._joints = list(joints)
        self._from_desired = interpolate_from_desired_state
        self._partial = allow_partial_joints_goal
        self._command: Angles = np.array(positions, np.float64)
        self._commanded_at: int | None = None
        self._news: Trajectory | None = None
        self._times: list[int] = []
        self._path: list[Angles] = []

    def receive(self, trajectory: Trajectory, now: int) -> bool:
        """Take a trajectory at `now` (ns); return whether it is accepted."""
        self.reason = self._objection(trajectory, now)
        if self.reason:
            self.refused += 1
            return False
        self.accepted += 1
        self.replaced += self._news is not None
        self._news = trajectory
        return True

    def _objection(self, trajectory: Trajectory, now: int) -> str:
        names, points = trajectory.joints, trajectory.points
        if not names:
            return 'Empty joint names on incoming trajectory.'
        if not points:
            return 'Empty trajectory received.'
        if trajectory.stamp and trajectory.stamp + points[-1].time < now:
            return 'Received trajectory with non-zero start time that ends in the past'
        if not self._partial and len(names) != len(self._joints):
            return "Joints on incoming trajectory don't match the controller joints."
        for name in names:
            if name not in self._joints:
                return f"Incoming joint {name} doesn't match the controller's joints."
        last = -1
        for number, point in enumerate(points):
            if point.time <= last:
                return f'Time between points {number - 1} and {number} is not strictly increasing'
            last = point.time
            if len(point.positions) != len(names):
                return f'Mismatch between joint_names size and positions at point #{number}.'
        return ''

    def update(self, now: int, measured: Sequence[float]) -> Angles:
        """Return where the joints are sent (rad) at `now` (ns), from where they are (rad)."""
        if self._news is not None:
            self._begin(self._news, now, np.array(measured, np.float64))
            self._news = None
        if self._times:
            columns = np.array(self._path).T
            self._command = np.array([np.interp(now, self._times, column) for column in columns])
        self._commanded_at = now
        return self._command

    def _begin(self, trajectory: Trajectory, now: int, measured: Angles) -> None:
        """Lay the path of a trajectory: linear, since there are positions only."""
        before, since = measured, now
        if self._from_desired and self._commanded_at is not None:
            before, since = self._command, self._commanded_at
        start = trajectory.stamp or now
        places = [self._joints.index(name) for name in trajectory.joints]
        times, path = [], []
        for point in trajectory.points:
            # Joints that are not named stay where they are.
            positions = np.array(self._command)
            positions[places] = point.positions
            times.append(start + point.time)
            path.append(positions)
        if times[0] > since:
            times.insert(0, since)
            path.insert(0, before)
        self._times, self._path = times, path
