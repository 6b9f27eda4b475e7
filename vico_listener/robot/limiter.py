"""The one place where a joint's position, velocity and acceleration are bounded."""

import math

from vico_listener.robot.profile import Joint


def braking_speed(distance: float, deceleration: float, dt: float) -> float:
    """Highest speed from which a joint stops within `distance` when stepped every `dt`.

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

    The velocity that would reach the target in `time_constant` is bounded so that neither the
    velocity nor the acceleration limit is exceeded and the joint can always stop before both its
    position limits and the target.

    Args:
        joint: its limits.
        dt: step, s.
        time_constant: lag behind a moving target, s; at least dt.
    """

    def __init__(self, joint: Joint, dt: float, time_constant: float = 0.04) -> None:
        self._joint = joint
        self._dt = dt
        self._gain = 1.0 / max(dt, time_constant)
        self.position = joint.offset
        self.velocity = 0.0

    def step(self, target: float, speed_scale: float = 1.0) -> float:
        """Move one step towards `target` (rad) and return the new position (rad).

        A target that is not finite counts as the present position; `speed_scale` (0..1] slows the
        motion down.
        """
        joint, dt = self._joint, self._dt
        if not math.isfinite(target):
            target = self.position
        target = min(max(target, joint.minimum), joint.maximum)
        acceleration = joint.max_acceleration
        top = joint.max_velocity * speed_scale
        error = target - self.position
        wanted = self._gain * error
        approach = min(top, braking_speed(abs(error), acceleration * speed_scale, dt))
        wanted = min(max(wanted, -approach), approach)
        up = braking_speed(joint.maximum - self.position, acceleration, dt)
        down = braking_speed(self.position - joint.minimum, acceleration, dt)
        change = acceleration * dt
        # The acceleration limit comes last: the braking speeds are such that it is never in the
        # way of the position limits.
        velocity = min(max(wanted, -down), up)
        velocity = min(max(velocity, self.velocity - change), self.velocity + change)
        velocity = min(max(velocity, -joint.max_velocity), joint.max_velocity)
        self.position += velocity * dt
        self.velocity = velocity
        return self.position
