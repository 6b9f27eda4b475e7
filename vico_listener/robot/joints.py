"""The joints of a head: how far and fast they turn, and what they are commanded.

One joint's range may depend on where another joint stands, as in NAO's neck.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from vico_listener.robot.fields import Fields
from vico_listener.robot.fields import ProfileError
from vico_listener.robot.fields import check_number
from vico_listener.rotation import AXES

BODY = 'body'
"""The axis of a joint that turns the body under the head, about z."""

ANTENNAS = ('right_antenna', 'left_antenna')
"""The axes of a robot's antennas, or ears: 1 = perked up, -1 = drooping."""

LIGHT = 'light'
"""The axis of a coloured light: 1 = warm, as the listener is glad, -1 = cold, as it is not."""

JOINT_AXES = (*AXES, BODY, *ANTENNAS, LIGHT)
"""What the joints of a profile may turn, in the order in which a head's pose is given."""

UNITS = ('rad', 'deg')
"""The units in which robots take and tell angles."""

JERK = 40.0
"""Jerk limit of a joint without one, per unit of acceleration: full acceleration in 1/40 s."""

LEAST_JERK = 10.0
"""The same, at least: smoother motion would come too late (1/10 s)."""

SOFT_ZONE = 0.2
"""Outer share of the way to a limit in which motion is compressed, where a joint says nothing."""

FLAT = 1e-9
"""Slopes that differ by less count as equal (rad per rad)."""


@dataclass(frozen=True)
class CoupledRange:
    """Range of one joint as a function of the position of another, linear between knots.

    The allowed pairs of positions form a convex region, so that every mean of allowed pairs is
    allowed.

    Attributes:
        joint: the other joint's name.
        knots: positions of the other joint, rad, increasing.
        minimum, maximum: range of this joint at each knot, rad.
    """

    joint: str
    knots: tuple[float, ...]
    minimum: tuple[float, ...]
    maximum: tuple[float, ...]

    def over(self, low: float, high: float) -> tuple[float, float]:
        """Return the range that is allowed wherever in ``low..high`` the other joint stands."""
        # Convex: the ends decide.
        minimum = np.interp([low, high], self.knots, self.minimum)
        maximum = np.interp([low, high], self.knots, self.maximum)
        return float(minimum.max()), float(maximum.min())

    def others(self, low: float, high: float) -> tuple[float, float]:
        """Return where the other joint may stand while this one moves within ``low..high``.

        Returns an empty interval (inf, -inf) when it may stand nowhere.
        """
        allowed = []
        for (a, b), (min_a, min_b), (max_a, max_b) in zip(
            pairwise(self.knots), pairwise(self.minimum), pairwise(self.maximum), strict=True
        ):
            start, end = 0.0, 1.0  # share of the way from a to b
            for at_a, at_b in ((max_a - high, max_b - high), (low - min_a, low - min_b)):
                if at_a < 0.0 and at_b < 0.0:
                    start, end = 1.0, 0.0
                elif at_a < 0.0:
                    start = max(start, at_a / (at_a - at_b))
                elif at_b < 0.0:
                    end = min(end, at_a / (at_a - at_b))
            if start <= end:
                allowed += [a + start * (b - a), a + end * (b - a)]
        return (min(allowed), max(allowed)) if allowed else (np.inf, -np.inf)


@dataclass(frozen=True)
class Joint:
    """One joint of the head.

    The joint turns to ``offset + sign * (gain * angle + roll_gain * roll)`` where angle is the
    commanded roll, pitch or yaw in rad (REP-103: pitch > 0 looks down, yaw > 0 to its left,
    roll > 0 right ear down), the yaw of the body, or how far an antenna is perked up or a
    light is warm, -1 to 1.

    Attributes:
        name: as the robot's controller knows it.
        axis: one of `JOINT_AXES`.
        sign: +1 or -1.
        gain: scales the angle; 1 to turn as far as the listener does.
        offset: joint position that looks straight ahead, rad.
        minimum, maximum: position limits, rad.
        max_velocity, max_acceleration: rad/s, rad/s^2.
        max_jerk: rad/s^3.
        soft_zone: outer share of the way from offset to a limit in which motion is compressed.
        roll_gain: share of the roll that this joint shows, on a head without a roll joint.
        range_by: the joint's range where it depends on another joint's position.
    """

    name: str
    axis: str
    sign: int
    gain: float
    offset: float
    minimum: float
    maximum: float
    max_velocity: float
    max_acceleration: float
    max_jerk: float = math.inf
    soft_zone: float = 0.0
    roll_gain: float = 0.0
    range_by: CoupledRange | None = None


@dataclass(frozen=True)
class HeadCommand:
    """Joint positions (rad) and velocities (rad/s) due at `stamp` (ns), in the profile's order.

    Attributes:
        earlier: the commands before it, oldest first, for a robot that is told a piece of the way.
        held: positions of joints that are no part of the head, for a controller that wants them.
    """

    stamp: int
    positions: tuple[float, ...]
    velocities: tuple[float, ...]
    earlier: tuple['HeadCommand', ...] = ()
    held: tuple[float, ...] = ()


def by_axis(joints: Sequence[Joint], positions: Sequence[float]) -> dict[str, float]:
    """Return positions by axis: roll, pitch and yaw; 0 where the head has no such joint."""
    found = {joint.axis: position for joint, position in zip(joints, positions, strict=True)}
    return {axis: found.get(axis, 0.0) for axis in AXES}


def parse_joints(entries: Sequence[Any], name: str) -> tuple[Joint, ...]:
    """Build the joints of the profile called `name` from the mappings of its YAML file.

    Raises:
        ProfileError: a field is missing, unknown or wrong, or the joints do not fit each other.
    """
    joints = tuple(_parse_joint(data, f'{name}: joints[{n}]') for n, data in enumerate(entries))
    _check_joints(joints, name)
    return joints


def _parse_joint(data: Any, where: str) -> Joint:
    fields = Fields(data, where)
    sign = fields.number('sign', -1, 1)
    acceleration = fields.number('max_acceleration', 1e-2, 10_000.0)
    range_by = None
    if 'range_by' in fields:
        range_by = parse_coupled_range(fields.take('range_by'), f'{where}: range_by')
    joint = Joint(
        name=fields.text('name'),
        axis=fields.choice('axis', JOINT_AXES),
        sign=int(sign),
        gain=fields.number('gain', 0.0, 10.0),
        offset=fields.number('offset', -math.tau, math.tau),
        minimum=fields.number('minimum', -math.tau, math.tau),
        maximum=fields.number('maximum', -math.tau, math.tau),
        max_velocity=fields.number('max_velocity', 1e-3, 100.0),
        max_acceleration=acceleration,
        max_jerk=fields.number(
            'max_jerk', LEAST_JERK * acceleration, 1e6 * acceleration, JERK * acceleration
        ),
        soft_zone=fields.number('soft_zone', 0.0, 1.0, SOFT_ZONE),
        roll_gain=fields.number('roll_gain', -2.0, 2.0, 0.0),
        range_by=range_by,
    )
    fields.finish()
    if sign not in (-1.0, 1.0):
        raise ProfileError(f'{where}: sign must be 1 or -1')
    if not joint.minimum < joint.maximum:
        raise ProfileError(f'{where}: minimum must be less than maximum')
    if not joint.minimum <= joint.offset <= joint.maximum:
        raise ProfileError(f'{where}: offset must lie between minimum and maximum')
    return joint


def parse_coupled_range(data: Any, where: str) -> CoupledRange:
    """Build one from ``{joint: NAME, table: [[position, minimum, maximum], ...]}``.

    Raises:
        ProfileError: a field is missing, unknown or wrong, or the region is not convex.
    """
    fields = Fields(data, where)
    joint = fields.text('joint')
    rows = fields.entries('table')
    fields.finish()
    for n, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != 3:
            raise ProfileError(
                f'{where}: table[{n}] must be [position, minimum, maximum], not {row!r}'
            )
    table = np.array(
        [
            [check_number(value, f'{where}: table[{n}]', -np.pi, np.pi) for value in row]
            for n, row in enumerate(rows)
        ]
    )
    if len(table) < 2 or (np.diff(table[:, 0]) <= 0).any():
        raise ProfileError(f'{where}: table must hold two or more rows with increasing positions')
    for n, (_, minimum, maximum) in enumerate(table):
        if not minimum < maximum:
            raise ProfileError(f'{where}: table[{n}]: minimum must be less than maximum')
    slopes = np.diff(table[:, 1:], axis=0) / np.diff(table[:, :1], axis=0)
    bent = (np.diff(slopes[:, 0]) < -FLAT) | (np.diff(slopes[:, 1]) > FLAT)
    if bent.any():
        raise ProfileError(
            f'{where}: table[{int(bent.argmax()) + 1}] bends inwards: the allowed positions must '
            'form a convex region; leave some of it out'
        )
    knots, minimum, maximum = (tuple(map(float, column)) for column in table.T)
    return CoupledRange(joint, knots, minimum, maximum)


def _check_joints(joints: Sequence[Joint], name: str) -> None:
    """Refuse joints that do not fit each other."""
    for what in ('name', 'axis'):
        values = [getattr(joint, what) for joint in joints]
        if len(set(values)) < len(values):
            raise ProfileError(f'{name}: two joints have the same {what}')
    by_name = {joint.name: joint for joint in joints}
    has_roll = any(joint.axis == 'roll' for joint in joints)
    for n, joint in enumerate(joints):
        where = f'{name}: joints[{n}]'
        if joint.roll_gain and has_roll:
            raise ProfileError(f'{where}: roll_gain is for heads without a roll joint')
        if joint.range_by is None:
            continue
        other = by_name.get(joint.range_by.joint)
        if other is None or other is joint or other.range_by is not None:
            raise ProfileError(
                f'{where}: range_by: joint must name another joint without range_by, '
                f'not {joint.range_by.joint!r}'
            )
        knots = joint.range_by.knots
        if knots[0] > other.minimum or knots[-1] < other.maximum:
            raise ProfileError(
                f'{where}: range_by: table must reach from minimum to maximum of {other.name}'
            )
        low, high = joint.range_by.over(other.offset, other.offset)
        if not low <= joint.offset <= high:
            raise ProfileError(f'{where}: range_by: table leaves out where the head looks ahead')
