"""From head pose to joint positions: base gaze, targets, limiter and watchdog."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from vico_listener.clock import NANOSECONDS
from vico_listener.robot.limiter import JointLimiter
from vico_listener.robot.profile import AXES
from vico_listener.robot.profile import RobotProfile
from vico_listener.rotation import compose_rpy

STALE_NS = 500_000_000
"""Without a new motion for this long the head eases back to neutral."""

EASING = 0.25
"""Share of the velocity limit at which the head returns to neutral."""


@dataclass(frozen=True)
class HeadCommand:
    """Joint positions (rad) and velocities (rad/s) due at `stamp` (ns), in the profile's order."""

    stamp: int
    positions: tuple[float, ...]
    velocities: tuple[float, ...]


class HeadController:
    """Turns listener rotations into joint commands on a fixed grid of command times.

    Command = base gaze o motion, per joint: sign, gain, offset, then the limiter. `advance` is told
    the time by its caller, so that a live node and a replay run through the same code.
    """

    def __init__(self, profile: RobotProfile) -> None:
        self.profile = profile
        self._period = round(NANOSECONDS / profile.rate)
        dt = self._period / NANOSECONDS
        self._limiters = [JointLimiter(joint, dt) for joint in profile.joints]
        self._axes = [AXES.index(joint.axis) for joint in profile.joints]
        self._base = np.zeros(3)
        self._rotation: np.ndarray | None = None
        self._motion_stamp = 0
        self._next: int | None = None

    @property
    def resting(self) -> bool:
        """True when the head stands still at its base gaze with no motion to follow."""
        return self._rotation is None and all(
            abs(limiter.velocity) < 1e-4 and abs(limiter.position - goal) < 1e-3
            for limiter, goal in zip(self._limiters, self._goals(np.zeros(3)), strict=True)
        )

    def look(self, base_gaze: ArrayLike) -> None:
        """Set the base gaze: roll, pitch, yaw (rad) of the head while the listener is neutral."""
        base = np.asarray(base_gaze, dtype=np.float64)
        if base.shape != (3,) or not np.isfinite(base).all():
            raise ValueError(f'a base gaze is three finite angles, not {base}')
        self._base = base

    def follow(self, rotation: ArrayLike, stamp: int) -> bool:
        """Take the listener's head rotation (roll, pitch, yaw, rad) at `stamp` (ns) as the target.

        Returns False, and changes nothing, when the rotation is not finite.
        """
        rpy = np.asarray(rotation, dtype=np.float64)
        if rpy.shape != (3,) or not np.isfinite(rpy).all():
            return False
        self._rotation = rpy
        self._motion_stamp = stamp
        return True

    def release(self) -> None:
        """Forget the target: the head eases to its base gaze."""
        self._rotation = None

    def advance(self, now: int, ahead: bool = False) -> list[HeadCommand]:
        """Commands for every grid time up to `now` (ns), oldest first.

        With `ahead` the next grid time after `now` is included, so that a new target reaches the
        robot at once. A clock that jumped back, or ahead by more than a second, restarts the grid
        where the head is.
        """
        if (
            self._next is None
            or not -self._period <= now - self._next + self._period <= NANOSECONDS
        ):
            self._next = now
        last = now + self._period if ahead else now
        commands = []
        while self._next <= last:
            commands.append(self._step(self._next))
            self._next += self._period
        return commands

    def _step(self, stamp: int) -> HeadCommand:
        if self._rotation is not None and abs(stamp - self._motion_stamp) > STALE_NS:
            self._rotation = None
        moving = self._rotation is not None
        goals = self._goals(self._rotation if self._rotation is not None else np.zeros(3))
        scale = 1.0 if moving else EASING
        for limiter, goal in zip(self._limiters, goals, strict=True):
            limiter.step(goal, scale)
        return HeadCommand(
            stamp,
            tuple(limiter.position for limiter in self._limiters),
            tuple(limiter.velocity for limiter in self._limiters),
        )

    def _goals(self, rotation: np.ndarray) -> list[float]:
        pose = compose_rpy(self._base, rotation)
        return [
            joint.offset + joint.sign * joint.gain * float(pose[axis])
            for joint, axis in zip(self.profile.joints, self._axes, strict=True)
        ]
