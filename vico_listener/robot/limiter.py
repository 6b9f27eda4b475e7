"""The one place where the head's positions, velocities, accelerations and jerks are bounded."""

import math
from collections import deque
from collections.abc import Sequence

import numpy as np

from vico_listener.robot.joints import Joint
from vico_listener.robot.limits import EDGE

Bounds = tuple[float, float]


def braking_speed(distance: float, deceleration: float, dt: float) -> float:
    """Return the highest speed from which a joint stops within `distance` when stepped every `dt`.

    A step at speed v covers v * dt; afterwards each step is slower by deceleration * dt. The exact
    inverse of the distance so covered, so that a limit is met and never crossed.
    """
    if distance <= 0.0:
        return 0.0
    unit = deceleration * dt * dt
    steps = math.floor((math.sqrt(1.0 + 8.0 * distance / unit) - 1.0) / 2.0)
    return (distance + unit * steps * (steps + 1) / 2.0) / ((steps + 1) * dt)


class JointLimiter:
    """Follows a target with one joint, inside its limits at every step.

    The target's own rate is followed as it is and what is missing is made up within
    `time_constant`; both are bounded so that neither the velocity nor the acceleration limit is
    exceeded and the joint can always stop before its position limits, and before a target that
    stands still.

    Args:
        joint: its limits.
        dt: step, s.
        time_constant: in which an error decays, s; at least dt.
    """

    def __init__(self, joint: Joint, dt: float, time_constant: float = 0.04) -> None:
        self._joint = joint
        self._dt = dt
        self._gain = 1.0 / max(dt, time_constant)
        self.position = joint.offset
        self.velocity = 0.0

    def halt(self, position: float) -> None:
        """Stand still at a position (rad)."""
        self.position, self.velocity = position, 0.0

    @property
    def stop(self) -> float:
        """Where the joint stands when it brakes as hard as it may, rad."""
        change = self._joint.max_acceleration * self._dt
        speed = abs(self.velocity)
        steps = math.floor(speed / change)
        distance = self._dt * (steps * speed - change * steps * (steps + 1) / 2.0)
        return self.position + math.copysign(distance, self.velocity)

    @property
    def reach(self) -> Bounds:
        """Lowest and highest position until the joint stands, braking as hard as it may."""
        stop = self.stop
        return min(self.position, stop), max(self.position, stop)

    def step(
        self,
        target: float,
        speed_scale: float = 1.0,
        rate: float = 0.0,
        bounds: Bounds = (-math.inf, math.inf),
    ) -> float:
        """Move one step towards `target` (rad) and return the new position (rad).

        Args:
            target: one that is not finite counts as the present position.
            speed_scale: (0..1], slows the motion down.
            rate: of the target since the last step, rad/s; 0 if it stands still.
            bounds: narrower position limits than the joint's own; `reach` must lie in them.
        """
        joint, dt = self._joint, self._dt
        low, high = max(joint.minimum, bounds[0]), min(joint.maximum, bounds[1])
        if not (math.isfinite(target) and math.isfinite(rate)):
            target, rate = self.position, 0.0
        target = min(max(target, low), high)
        acceleration = joint.max_acceleration
        top = joint.max_velocity * speed_scale
        rate = min(max(rate, -top), top)
        error = target - rate * dt - self.position
        approach = min(top, braking_speed(abs(error), acceleration * speed_scale, dt))
        wanted = rate + min(max(self._gain * error, -approach), approach)
        wanted = min(max(wanted, -top), top)
        up = braking_speed(high - self.position, acceleration, dt)
        down = braking_speed(self.position - low, acceleration, dt)
        change = acceleration * dt
        # The acceleration limit comes last: the braking speeds are such that it is never in the
        # way of the position limits.
        velocity = min(max(wanted, -down), up)
        velocity = min(max(velocity, self.velocity - change), self.velocity + change)
        velocity = min(max(velocity, -joint.max_velocity), joint.max_velocity)
        self.position += velocity * dt
        self.velocity = velocity
        return self.position


class HeadLimiter:
    """Follows targets with all joints of a head, inside every limit of its profile.

    Each joint has a `JointLimiter`; where the range of one depends on another, they keep clear of
    each other's way until they stand. The command is the mean over the last few steps: a mean of
    allowed positions is allowed, its velocity and acceleration are means of allowed ones, and its
    jerk is at most twice the acceleration limit over the time averaged, which is how the
    jerk limit sets that time. All joints share it, so that they stay in step.

    Args:
        joints: of the profile.
        dt: step, s.
    """

    def __init__(self, joints: Sequence[Joint], dt: float) -> None:
        self._dt = dt
        self.limiters = [JointLimiter(joint, dt) for joint in joints]
        names = [joint.name for joint in joints]
        self._coupled = [
            (n, names.index(joint.range_by.joint), joint.range_by)
            for n, joint in enumerate(joints)
            if joint.range_by is not None
        ]
        # Leading joints move first: what depends on them then keeps within what is left.
        followers = {n for n, _, _ in self._coupled}
        self._order = sorted(range(len(joints)), key=lambda n: n in followers)
        length = max(math.ceil(2.0 * j.max_acceleration / (j.max_jerk * dt) - 1e-9) for j in joints)
        start = np.array([joint.offset for joint in joints])
        self._positions = deque([start] * max(1, length), maxlen=max(1, length))
        self._velocities = deque([np.zeros(len(joints))] * max(1, length), maxlen=max(1, length))

    @property
    def positions(self) -> np.ndarray:
        """Commanded positions (rad), in the joints' order."""
        return np.asarray(sum(self._positions)) / len(self._positions)

    @property
    def velocities(self) -> np.ndarray:
        """The velocities of the joints (rad/s)."""
        return np.asarray(sum(self._velocities)) / len(self._velocities)

    @property
    def stops(self) -> np.ndarray:
        """Where the joints stand when they brake as hard as they may, rad."""
        return np.array([limiter.stop for limiter in self.limiters])

    def halt(self, positions: Sequence[float]) -> None:
        """Stand still at positions (rad), wherever the head is."""
        for limiter, position in zip(self.limiters, positions, strict=True):
            limiter.halt(position)
        for _ in range(len(self._positions)):
            self._positions.append(np.array(positions))
            self._velocities.append(np.zeros(len(self.limiters)))

    @property
    def delay(self) -> float:
        """By how much averaging is late, s."""
        return (len(self._positions) - 1) / 2.0 * self._dt

    def step(self, targets: np.ndarray, rates: np.ndarray, speed_scale: float = 1.0) -> None:
        """Move one step towards targets (rad) that move at rates (rad/s)."""
        for n in self._order:
            low, high = self._free_range(n)
            # Where the joint is on its way to is free already, but for the last bit of rounding.
            first, last = self.limiters[n].reach
            target = float(targets[n])
            if low <= high and not low - EDGE <= first <= last <= high + EDGE:
                # It began in another one's way, and has to come out of it first.
                target = min(max(target, low), high)
            bounds = min(low, first), max(high, last)
            self.limiters[n].step(target, speed_scale, float(rates[n]), bounds)
        self._positions.append(np.array([limiter.position for limiter in self.limiters]))
        self._velocities.append(np.array([limiter.velocity for limiter in self.limiters]))

    def _free_range(self, joint: int) -> Bounds:
        """Return what other joints leave a joint, whatever way they brake."""
        low, high = -math.inf, math.inf
        for follower, leader, coupled in self._coupled:
            if joint == follower:
                free = coupled.over(*self.limiters[leader].reach)
            elif joint == leader:
                free = coupled.others(*self.limiters[follower].reach)
            else:
                continue
            low, high = max(low, free[0]), min(high, free[1])
        return low, high
