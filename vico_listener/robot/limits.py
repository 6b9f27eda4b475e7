"""Measures whether commands keep the limits of a head, by the times at which they are due."""

import math
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from numpy.typing import NDArray

from vico_listener.clock import NANOSECONDS
from vico_listener.robot.joints import Joint

Numbers = NDArray[np.float64]

SLACK = 1e-3
"""Share of a limit of velocity, acceleration or jerk by which rounding may exceed it."""

EDGE = 1e-6
"""A joint that is beyond a limit of its position by less (rad) is only rounded."""

AT_ONCE = 1000
"""Commands that a watch keeps at most, however seldom it is asked."""


@dataclass(frozen=True)
class Demand:
    """What commands ask of one joint, at most.

    Attributes:
        room: smallest distance to the position limits, rad; negative = beyond one.
        velocity, acceleration, jerk: largest share of the limit; above 1 it is exceeded.
    """

    room: float
    velocity: float
    acceleration: float
    jerk: float

    def joined(self, other: 'Demand') -> 'Demand':
        """Return the most that either asks."""
        return Demand(
            min(self.room, other.room),
            max(self.velocity, other.velocity),
            max(self.acceleration, other.acceleration),
            max(self.jerk, other.jerk),
        )

    def excess(self) -> dict[str, str]:
        """Return the limits that are exceeded, by their names, with by how much in words."""
        found = {}
        if not self.room >= -EDGE:
            found['position'] = f'{math.degrees(-self.room):.2f} deg beyond'
        for name in ('velocity', 'acceleration', 'jerk'):
            share = getattr(self, name)
            if not share <= 1.0 + SLACK:
                found[name] = f'{share:.2f} times'
        return found


def demands(joints: Sequence[Joint], stamps: ArrayLike, positions: ArrayLike) -> dict[str, Demand]:
    """Return what a path of commands asks of each joint, by the joint's name.

    Args:
        joints: of the profile.
        stamps: (N,) int64 ns, when each command is due, in the order in which they were sent.
            Where they go back, another clock begins, and with it another path.
        positions: (N, joints) rad.
    """
    times, path = np.asarray(stamps, np.int64), np.asarray(positions, np.float64)
    cuts = np.flatnonzero(np.diff(times) < 0) + 1
    parts = [
        slopes((piece - piece[0]) / NANOSECONDS, part)
        for piece, part in zip(np.split(times, cuts), np.split(path, cuts), strict=True)
        if len(piece)
    ]
    left = rooms(joints, path)
    found = {}
    for n, joint in enumerate(joints):
        limits = joint.max_velocity, joint.max_acceleration, joint.max_jerk
        shares = [
            max((float(np.abs(part[order][:, n]).max(initial=0.0)) for part in parts), default=0.0)
            / limit
            for order, limit in enumerate(limits)
        ]
        found[joint.name] = Demand(left[n], *shares)
    return found


def slopes(seconds: Numbers, path: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Return velocities, accelerations and jerks of a path (N, joints) at times (N,) in s.

    They are divided differences: a curve through the positions has the value somewhere between
    them. So where one is beyond a limit no way through the positions keeps it, and whatever is
    looked at of a curve within its limits, at whatever times, stays within them.
    """
    found, values = [], path
    for order in range(1, 4):
        span = (seconds[order:] - seconds[:-order])[:, None] / order
        with np.errstate(divide='ignore', invalid='ignore'):
            # Two commands at once ask for what no head can do, unless they are the same.
            change = np.diff(values, axis=0)
            values = np.where(change == 0.0, 0.0, change / span)
        found.append(values)
    return found[0], found[1], found[2]


class LimitWatch:
    """Watches commands as they are sent.

    Args:
        joints: of the profile.
    """

    def __init__(self, joints: Sequence[Joint]) -> None:
        self._joints = joints
        self._stamps: list[int] = []
        self._positions: list[Sequence[float]] = []
        self._found = {joint.name: Demand(math.inf, 0.0, 0.0, 0.0) for joint in joints}
        self._beyond = [0.0] * len(joints)

    def begin(self, due: int, positions: Sequence[float], period: int) -> None:
        """Begin another path where the head stands, at positions (rad), which may be out of range.

        Args:
            due: when the first command of that path is due at the earliest, ns.
            positions: of the joints.
            period: between commands, ns.
        """
        self.found()
        self._beyond = [max(0.0, -room) for room in rooms(self._joints, np.array([positions]))]
        self._stamps = [due - n * period for n in (3, 2, 1)]
        self._positions = [positions] * 3

    def add(self, due: int, positions: Sequence[float]) -> None:
        """Take a command for positions (rad) that are due at a time (ns)."""
        self._stamps.append(due)
        self._positions.append(positions)
        if len(self._stamps) == AT_ONCE:
            self.found()

    def found(self) -> dict[str, Demand]:
        """Return what commands have asked of each joint so far, by the joint's name."""
        if self._stamps:
            newest = demands(self._joints, self._stamps, self._positions)
            if any(self._beyond):
                newest = self._excused(newest)
            self._found = {
                name: demand.joined(newest[name]) for name, demand in self._found.items()
            }
            # The next ones are seen together with the last three: so many a jerk takes.
            del self._stamps[:-3], self._positions[:-3]
        return self._found

    def _excused(self, newest: dict[str, Demand]) -> dict[str, Demand]:
        """Let a head that began out of range come back, as long as it goes no further out."""
        left = rooms(self._joints, np.array(self._positions[-3:]))
        excused = {
            name: replace(demand, room=demand.room + beyond)
            for (name, demand), beyond in zip(newest.items(), self._beyond, strict=True)
        }
        self._beyond = [
            min(beyond, max(0.0, -room)) for beyond, room in zip(self._beyond, left, strict=True)
        ]
        return excused


def verdict(found: Mapping[str, Demand]) -> str:
    """Return 'ok', or the limits that are exceeded and by how much."""
    exceeded = [
        f'{limit} of {joint} {amount}'
        for joint, demand in found.items()
        for limit, amount in demand.excess().items()
    ]
    return '; '.join(exceeded) or 'ok'


def rooms(joints: Sequence[Joint], path: Numbers) -> list[float]:
    """Return the least distance (rad) of each joint to its limits, those by another joint included.

    Infinite for a path (N, joints) without a position.
    """
    names = [joint.name for joint in joints]
    found = []
    for n, joint in enumerate(joints):
        low, high = np.full(len(path), joint.minimum), np.full(len(path), joint.maximum)
        if joint.range_by is not None:
            table = joint.range_by
            other = path[:, names.index(table.joint)]
            low = np.maximum(low, np.interp(other, table.knots, table.minimum))
            high = np.minimum(high, np.interp(other, table.knots, table.maximum))
        room = np.minimum(high - path[:, n], path[:, n] - low)
        found.append(float(room.min(initial=math.inf)))
    return found
