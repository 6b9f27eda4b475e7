"""From head pose to joint positions: base gaze, shaping, limiter and watchdog."""

from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from vico_listener.clock import NANOSECONDS
from vico_listener.errors import SettingError
from vico_listener.robot.joints import JOINT_AXES
from vico_listener.robot.joints import HeadCommand
from vico_listener.robot.limiter import HeadLimiter
from vico_listener.robot.profile import RobotProfile
from vico_listener.robot.shaping import Angles
from vico_listener.robot.shaping import NodScaler
from vico_listener.robot.shaping import TickAverage
from vico_listener.robot.shaping import soften
from vico_listener.rotation import AXES
from vico_listener.rotation import compose_rpy

SILENCE_NS = 500_000_000
"""Without a new motion for this long the head eases back to neutral."""

FROZEN_NS = 5_000_000_000
"""A motion that stays the same to the last bit for this long counts as none either."""

EASING = 0.25
"""Share of the velocity limit at which the head returns to neutral."""

RETURN_SPARE = 2.0
"""Seconds that the way to neutral may take longer than across the whole range at that speed."""

NOD_ROOM = 0.5
"""Share of the soft zone that a base gaze leaves free: two thirds of a nod are seen there."""

BODY_TURNS = np.radians(25.0)
"""A body turns to where the head looks when that is further to its side than this, rad."""

STILL = (0.0, 0.0, 0.0)
"""Antennas and light at rest."""

EASE_IN_NS = 2_000_000_000
"""A head that begins elsewhere than at its target goes there within this time."""

NEAR = 0.1
"""From a start that is nearer to its target than this (rad), it follows at once."""


class HeadController:
    """Turns listener rotations into joint commands on a fixed grid of command times.

    Command = base gaze o motion, per joint: sign, gain, offset, then shaping (`shaping.py`) and
    limits (`limiter.py`). `advance` is told the time by its caller, so that a live node and a
    replay run through the same code.

    Attributes:
        wanted: the last target, rad, as if there were no leash.
        leash: lowest and highest target, rad, of a head that does not follow; None without. With
            one the way to neutral ends in time, wherever the head is then.
    """

    def __init__(self, profile: RobotProfile) -> None:
        self.profile = profile
        self._period = round(NANOSECONDS / profile.rate)
        self._dt = self._period / NANOSECONDS
        self._limiter = HeadLimiter(profile.joints, self._dt)
        self._scaler = NodScaler(profile.joints, self._dt)
        self._axes = [JOINT_AXES.index(joint.axis) for joint in profile.joints]
        self._body = 0.0  # yaw to which the body turns
        self._signs = np.array([joint.sign for joint in profile.joints])
        self._gains = np.array([joint.gain for joint in profile.joints])
        self._roll_gains = np.array([joint.roll_gain for joint in profile.joints])
        self._offsets = np.array([joint.offset for joint in profile.joints])
        ways = ((j.maximum - j.minimum) / (EASING * j.max_velocity) for j in profile.joints)
        self._patience = round((max(ways) + RETURN_SPARE) * NANOSECONDS)
        # Whose range depends on another joint comes last; the other one's goal decides.
        names = [joint.name for joint in profile.joints]
        self._leaders = {
            n: names.index(joint.range_by.joint)
            for n, joint in enumerate(profile.joints)
            if joint.range_by is not None
        }
        self._order = sorted(range(len(names)), key=lambda n: n in self._leaders)
        self._held = TickAverage(self._offsets, self._period)
        self._looked = TickAverage(self._offsets, self._period)
        self._target = self._soften(self._offsets)
        self._home: ArrayLike = (0.0, 0.0, 0.0)
        self._base = np.zeros(3)
        self._room = np.zeros(len(names))
        self._neutral = self._offsets
        self._rotation: np.ndarray | None = None
        self._shown: tuple[float, ...] = STILL
        self._motion_stamp = 0
        self._last_motion: tuple[list[float], tuple[float, ...]] | None = None
        self._changed = 0
        self._next: int | None = None
        self._start: Angles | None = None  # while the head is eased in from there
        self._began: int | None = None
        self._surely = True
        self._stops: Angles | None = None  # where a head ends that does not get to neutral
        self.leash: tuple[Angles, Angles] | None = None
        self.wanted: Angles = self._target

    @property
    def positions(self) -> Angles:
        """Where the head has been commanded to be, rad."""
        return self._limiter.positions

    @property
    def speed(self) -> float:
        """The speed of the fastest joint, as it is commanded, rad/s."""
        return float(np.abs(self._limiter.velocities).max())

    @property
    def resting(self) -> bool:
        """True when the head stands still at its base gaze with no motion to follow.

        One on a leash stands still as near to that as the leash allows, or where it is when it has
        had time enough to get there: what holds a joint need not ever let go of it.
        """
        if self._rotation is not None or (np.abs(self._limiter.velocities) >= 1e-4).any():
            return False
        rest = self._soften(self._neutral) if self._stops is None else self._stops
        if self.leash is not None and self._stops is None:
            rest = np.clip(rest, *self.leash)
        return bool((np.abs(self._limiter.positions - rest) < 1e-3).all())

    @property
    def moving(self) -> bool:
        """Whether there is a motion to follow."""
        return self._rotation is not None

    def look(self, base_gaze: ArrayLike, home: ArrayLike | None = None) -> None:
        """Set the base gaze: roll, pitch, yaw (rad) of the head while the listener is neutral.

        The gains of the joints do not count for it. One at the edge of the range is brought so far
        inside that a nod about it is seen: about one that the neck cannot reach, straight down, the
        motion would turn the head aside.

        Args:
            base_gaze: roll, pitch and yaw, rad.
            home: that to which the head returns when no motion comes any more; None for the same.
        """
        base = np.array(base_gaze, dtype=np.float64)
        if base.shape != (3,) or not np.isfinite(base).all():
            raise SettingError(f'a base gaze is three finite angles, not {base}')
        # Further round, as eyes see what is below them, is a head upside down that looks behind.
        pitch = AXES.index('pitch')
        base[pitch] = np.clip(base[pitch], -np.pi / 2, np.pi / 2)
        base[[axis for axis in range(len(AXES)) if axis not in self._axes]] = 0.0
        self._base, self._home = base, base if home is None else home
        if abs(base[AXES.index('yaw')] - self._body) > BODY_TURNS:
            self._body = float(base[AXES.index('yaw')])
        self._room = np.zeros(len(self._axes))
        neutral = self._goals(np.zeros(3), STILL)
        self._neutral = self._inside(neutral)
        moved = self._signs * (self._neutral - neutral)
        for axis, by in zip(self._axes, moved, strict=True):
            if axis < len(AXES):
                base[axis] += by
        self._room = self._neutral - self._goals(np.zeros(3), STILL)

    def follow(
        self, rotation: ArrayLike, stamp: int, shown: tuple[float, float, float] = STILL
    ) -> bool:
        """Take the listener's head rotation (roll, pitch, yaw, rad) at `stamp` (ns) as the target.

        One that stays the same to the last bit for `FROZEN_NS` is not followed on. Returns False,
        and changes nothing, when a number is not finite.

        Args:
            rotation: (3,), rad.
            stamp: ns.
            shown: by antennas and light, see `shown_positions`.
        """
        rpy = np.array(rotation, dtype=np.float64)
        if rpy.shape != (3,) or not np.isfinite(rpy).all() or not np.isfinite(shown).all():
            return False
        motion = rpy.tolist(), shown
        if motion != self._last_motion:
            self._changed = stamp
        self._last_motion = motion
        if abs(stamp - self._changed) <= FROZEN_NS:
            self._rotation, self._shown = rpy, shown
            self._motion_stamp = stamp
        return True

    def advance(self, now: int, ahead: bool = False) -> list[HeadCommand]:
        """Return the commands for every grid time up to `now` (ns), oldest first.

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

    def halt(self, positions: Sequence[float]) -> None:
        """Stand still at positions (rad); the next step begins a new grid."""
        self._limiter.halt(positions)
        self._next = self._stops = None

    def begin(self, positions: Sequence[float], now: int, surely: bool = True) -> None:
        """Stand still at positions (rad) and go to the target from `now` (ns) on.

        It takes `EASE_IN_NS` where the target is not near, or where the head may not be there. The
        new grid lies between calls in even steps from `now` on, so that jitter of these never
        makes two steps due at once.
        """
        self.halt(positions)
        self._next = now - self._period // 2
        self.leash = None
        self._start, self._surely, self._began = np.array(positions), surely, None

    def _step(self, stamp: int) -> HeadCommand:
        if self._rotation is not None and abs(stamp - self._motion_stamp) > SILENCE_NS:
            self._rotation = None
            self.look(self._home)
        moving = self._rotation is not None
        goals = self._neutral
        if self._rotation is not None:
            goals = self._goals(self._rotation, self._shown)
        self._held.hold(goals, min(stamp, self._motion_stamp) if moving else stamp)
        self._looked.hold(self._neutral, min(stamp, self._motion_stamp) if moving else stamp)
        # Where the head looks is not made smaller, only what the listener does there.
        held, looked = self._held.at(stamp), self._looked.at(stamp)
        scaled = looked + self._scaler.step(held - looked)
        self.wanted = self._eased(self._soften(scaled if moving else held), stamp)
        target = self.wanted if self.leash is None else np.clip(self.wanted, *self.leash)
        if moving or self.leash is None:
            self._stops = None
        elif self._stops is None and abs(stamp - self._motion_stamp) > self._patience:
            self._stops = self._limiter.stops
        if self._stops is not None:
            target = self._stops
        rates = (target - self._target) / self._dt
        self._target = target
        self._limiter.step(target, rates, 1.0 if moving else EASING)
        return HeadCommand(
            stamp, tuple(self._limiter.positions.tolist()), tuple(self._limiter.velocities.tolist())
        )

    def _eased(self, target: Angles, stamp: int) -> Angles:
        """Return a target on the way to it from where the head began, with gentle ends."""
        if self._start is None:
            return target
        if self._began is None:
            self._began = stamp
            # What the target did while nobody looked is no motion.
            self._target = self._start
            if self._surely and (np.abs(target - self._start) < NEAR).all():
                self._start = None
                return target
        share = (stamp - self._began) / EASE_IN_NS
        if not 0.0 <= share < 1.0:
            self._start = None
            return target
        weight = share**3 * (10.0 - 15.0 * share + 6.0 * share**2)  # minimum jerk
        return np.asarray(self._start + weight * (target - self._start))

    def _goals(self, rotation: np.ndarray, shown: tuple[float, ...]) -> Angles:
        """Return joint positions (rad) for a rotation, without regard to what the joints can do."""
        pose = np.array([*compose_rpy(self._base, rotation), self._body, *shown])
        base = np.array([*self._base, self._body, *STILL])[self._axes]
        angles = base + self._gains * (pose[self._axes] - base)
        angles = angles + self._roll_gains * pose[AXES.index('roll')]
        return np.asarray(self._offsets + self._signs * angles + self._room)

    def _inside(self, goals: Angles) -> Angles:
        """Return goals no further out than where half of a joint's soft zone is left."""
        inside = np.array(goals)
        for n, low, high in self._ranges(inside):
            joint = self.profile.joints[n]
            centre = min(max(joint.offset, low), high)
            share = 1.0 - NOD_ROOM * joint.soft_zone
            low, high = centre - share * (centre - low), centre + share * (high - centre)
            inside[n] = min(max(float(inside[n]), low), high)
        return inside

    def _ranges(self, goals: Angles) -> Iterator[tuple[int, float, float]]:
        """Yield joints with their ranges, those first whose goals decide about others."""
        for n in self._order:
            joint = self.profile.joints[n]
            low, high = joint.minimum, joint.maximum
            if joint.range_by is not None:
                leader = float(goals[self._leaders[n]])
                coupled = joint.range_by.over(leader, leader)
                low, high = max(low, coupled[0]), min(high, coupled[1])
            yield n, low, high

    def _soften(self, goals: Angles) -> Angles:
        """Return goals inside the joints' ranges."""
        inside = np.array(goals)
        for n, low, high in self._ranges(inside):
            inside[n] = soften(float(inside[n]), self.profile.joints[n], low, high)
        return inside
