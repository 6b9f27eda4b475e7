"""Shapes what the listener does into what a neck can follow: smooth, in range, not too fast."""

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import NANOSECONDS
from vico_listener.clock import TICK_NS
from vico_listener.robot.joints import Joint

Angles = NDArray[np.float64]

SLOW = 0.25
"""Time constant (s), twice over, that tells pose (kept) from nods (which may be made smaller)."""

MEMORY = 0.3
"""For so long (s) the fastest moment counts: more than half a period of a slow nod."""

RECOVERY = 0.15
"""Time constant (s) in which nods then get their size back."""

HEADROOM = 0.9
"""Share of the limits that a nod may use; the rest is for what comes on top of it."""

SMALLEST = 5.0
"""Nods are made smaller by this factor at most: what is faster yet is not meant as a nod."""


class TickAverage:
    """Mean over the last model tick of a value that is held between its changes.

    For a value that changes at every tick this is the straight line from tick to tick, half a
    tick late on top of holding, and it takes jitter of the ticks in its stride.

    Args:
        value: held until the first change.
        window: averaged over, ns, where commands are rarer than ticks.
    """

    def __init__(self, value: Angles, window: int = TICK_NS) -> None:
        self._window = max(window, TICK_NS)
        self._changes: deque[tuple[int, Angles]] = deque([(-(2**63), value)])

    def hold(self, value: Angles, stamp: int) -> None:
        """Change to `value` at `stamp` (ns); what was to come after that is forgotten."""
        while len(self._changes) > 1 and self._changes[-1][0] >= stamp:
            self._changes.pop()
        self._changes.append((stamp, value))

    def at(self, stamp: int) -> Angles:
        """Return the mean over the window that ends at `stamp` (ns)."""
        begin = stamp - self._window
        while len(self._changes) > 1 and self._changes[1][0] <= begin:
            self._changes.popleft()
        total = np.zeros_like(self._changes[0][1])
        end = stamp
        for since, value in reversed(self._changes):
            share = max(0, end - max(since, begin))
            total = total + share * value
            end = min(end, max(since, begin))
        return np.asarray(total / self._window)


class NodScaler:
    """Makes nods smaller that are too fast for a neck, instead of letting it lag behind.

    Each joint's motion is split into a slow part, which stays, and a fast part, which is divided
    by how far its recent peak of velocity or acceleration exceeds the joint's limits.

    Args:
        joints: of the profile.
        dt: step, s.
    """

    def __init__(self, joints: tuple[Joint, ...], dt: float) -> None:
        self._dt = dt
        self._velocity = HEADROOM * np.array([joint.max_velocity for joint in joints])
        self._acceleration = HEADROOM * np.array([joint.max_acceleration for joint in joints])
        # The way from tick to tick has corners; over two ticks they do not count.
        tick = TICK_NS / NANOSECONDS
        self._lag = round(2 * tick / dt) if dt < 0.99 * tick else 1
        self._slower = np.zeros(len(joints))
        self._slow = np.zeros(len(joints))
        self._last = np.zeros(len(joints))
        self._rates = deque([np.zeros(len(joints))] * (self._lag + 1), maxlen=self._lag + 1)
        remembered = max(1, round(MEMORY / dt))
        self._demands = deque([np.zeros(len(joints))] * remembered, maxlen=remembered)
        self._excess = np.ones(len(joints))

    def step(self, motion: Angles) -> Angles:
        """Scale one step of motion (rad, away from neutral)."""
        share = 1.0 - math.exp(-self._dt / SLOW)
        self._slower = self._slower + (motion - self._slower) * share
        self._slow = self._slow + (self._slower - self._slow) * share
        fast = motion - self._slow
        self._rates.append((fast - self._last) / self._dt)
        self._last = fast
        acceleration = (self._rates[-1] - self._rates[0]) / (self._lag * self._dt)
        self._demands.append(
            np.maximum(
                np.abs(self._rates[-1]) / self._velocity, np.abs(acceleration) / self._acceleration
            )
        )
        recovered = 1.0 + (self._excess - 1.0) * math.exp(-self._dt / RECOVERY)
        demand = np.max(self._demands, axis=0)
        self._excess = np.minimum(np.maximum(np.maximum(demand, recovered), 1.0), SMALLEST)
        return np.asarray(self._slow + fast / self._excess)


def soften(goal: float, joint: Joint, minimum: float, maximum: float) -> float:
    """Compress a goal (rad) in the outer part of a range, so that it nears the limit and bends off.

    Inside, the goal stays as it is. From `soft_zone` before a limit on, it follows a hyperbolic
    tangent with the same slope at the start, which stays short of the limit.

    Args:
        goal: where the joint should go.
        joint: its offset and soft zone.
        minimum: of the range.
        maximum: of the range.
    """
    centre = min(max(joint.offset, minimum), maximum)
    room = maximum - centre if goal > centre else centre - minimum
    zone = joint.soft_zone * room
    beyond = abs(goal - centre) - (room - zone)
    if beyond <= 0.0:
        return goal
    kept = room - zone + (zone * math.tanh(beyond / zone) if zone > 0.0 else 0.0)
    return centre + math.copysign(kept, goal - centre)
