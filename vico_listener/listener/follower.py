"""Smooth following: a critically damped low-pass whose position and velocity are continuous."""

from math import exp

import numpy as np
from numpy.typing import ArrayLike
from numpy.typing import NDArray

from vico_listener.clock import MODEL_RATE

STEP = 1.0 / MODEL_RATE
"""Duration of a model step in seconds."""


class Follower:
    """A vector that follows its target without a jump in position or velocity.

    The exact step response of ``x'' = w^2 (target - x) - 2 w x'`` over one model step; it settles
    within 5 % after 4.7 / w seconds and never overshoots a target that stays put. A jump of the
    target by d makes a speed of at most ``d w / e`` and an acceleration of at most ``d w^2``.
    """

    def __init__(self, size: int, rate: float) -> None:
        """Follow `size` values; `rate` is w in 1/s."""
        self.value: NDArray[np.float64] = np.zeros(size)
        self.velocity: NDArray[np.float64] = np.zeros(size)
        self._rate = rate
        self._decay = exp(-rate * STEP)

    def reset(self, value: ArrayLike = 0.0) -> None:
        """Stand still at `value`."""
        self.value = np.zeros_like(self.value) + np.asarray(value, np.float64)
        self.velocity = np.zeros_like(self.velocity)

    def step(self, target: ArrayLike) -> NDArray[np.float64]:
        """Advance by one model step towards `target` and return the new value."""
        goal = np.asarray(target, np.float64)
        error = self.value - goal
        drive = (self.velocity + self._rate * error) * STEP
        self.value = goal + (error + drive) * self._decay
        self.velocity = (self.velocity - self._rate * drive) * self._decay
        return self.value
