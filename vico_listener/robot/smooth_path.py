"""Joins the steps of a head to a path that keeps their limits at every moment."""

from collections import deque

import numpy as np
from numpy.typing import ArrayLike

from vico_listener.clock import NANOSECONDS
from vico_listener.robot.shaping import Angles

POSITION = np.array([[1, 4, 1, 0], [-3, 0, 3, 0], [3, -6, 3, 0], [-1, 3, -3, 1]]) / 6.0
"""Weights (power of the share of a step, position) of a uniform cubic B-spline."""

VELOCITY = np.arange(1, 4)[:, None] * POSITION[1:]
"""The same of its derivative."""


class SmoothPath:
    """The cubic B-spline through evenly timed steps of a head.

    Each derivative of it is a mean of the steps' differences of that order. So velocity,
    acceleration and jerk stay within what holds for the steps, at every moment between them.

    Args:
        start: where the head stands, rad.
        period: time from step to step, ns.
    """

    def __init__(self, start: ArrayLike, period: int) -> None:
        self._period = period
        self._steps: deque[Angles] = deque(maxlen=4)
        self._newest = 0
        self.halt(start)

    def halt(self, positions: ArrayLike) -> None:
        """Stand still at positions (rad)."""
        self._steps.extend([np.asarray(positions, np.float64)] * 4)

    def add(self, positions: ArrayLike, stamp: int) -> None:
        """Go on by one step, to positions (rad) at `stamp` (ns)."""
        self._steps.append(np.asarray(positions, np.float64))
        self._newest = stamp

    def at(self, stamp: int) -> tuple[Angles, Angles]:
        """Return positions (rad) and velocities (rad/s) at `stamp` (ns), one to two periods ago.

        That is, between the two steps in the middle of the newest four.
        """
        share = (stamp - self._newest) / self._period + 2.0
        powers = min(max(share, 0.0), 1.0) ** np.arange(4)
        steps = np.array(self._steps)
        velocities = powers[:3] @ VELOCITY @ steps * (NANOSECONDS / self._period)
        return powers @ POSITION @ steps, velocities
