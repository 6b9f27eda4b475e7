"""Follows values smoothly by a critically damped low-pass filter of second order."""

from collections.abc import Sequence
from math import exp

from vico_listener.clock import MODEL_RATE

STEP = 1.0 / MODEL_RATE
"""The duration of a tick, s."""

END_RATE = 28.0
"""The rate at which what is cut short ends, 1/s: 5 % are left after 0.28 s."""


class Follower:
    """A few values that follow their targets without a jump in position or velocity.

    Each tick applies the exact response of ``x'' = w^2 (target - x) - 2 w x'``. It settles within 5
    % after 4.7 / w seconds and never overshoots a constant target. When the target jumps by d, the
    speed stays below ``d w / e`` and the acceleration below ``d w^2``. The values are plain floats,
    because for so few of them NumPy takes ten times as long.
    """

    def __init__(self, size: int, rate: float) -> None:
        """Follow `size` values; `rate` is w in 1/s."""
        self.hurry(rate)
        self.reset([0.0] * size)

    def hurry(self, rate: float) -> None:
        """Follow at another rate from now on; neither value nor speed jumps."""
        self._rate = rate
        self._decay = exp(-rate * STEP)

    def reset(self, values: Sequence[float]) -> None:
        """Stand still at `values`."""
        self._values = [float(value) for value in values]
        self._speeds = [0.0] * len(self._values)

    def step(self, targets: Sequence[float]) -> list[float]:
        """Advance by one tick towards the targets and return the new values."""
        rate, decay = self._rate, self._decay
        for i, target in enumerate(targets):
            error = self._values[i] - target
            drive = (self._speeds[i] + rate * error) * STEP
            self._values[i] = target + (error + drive) * decay
            self._speeds[i] = (self._speeds[i] - rate * drive) * decay
        return list(self._values)


class GentleFollower:
    """Two followers in a row: when the target jumps, not even the acceleration does.

    It settles within 5 % after 7.8 / w seconds and never overshoots a constant target. When the
    target jumps by d, the speed stays below ``0.23 d w`` and the acceleration below ``0.14 d w^2``.
    """

    def __init__(self, size: int, rate: float) -> None:
        """Follow `size` values; `rate` is w in 1/s."""
        self._pair = Follower(size, rate), Follower(size, rate)

    def hurry(self, rate: float) -> None:
        """Follow at another rate from now on; neither value nor speed jumps."""
        for follower in self._pair:
            follower.hurry(rate)

    def reset(self, values: Sequence[float]) -> None:
        """Stand still at `values`."""
        for follower in self._pair:
            follower.reset(values)

    def step(self, targets: Sequence[float]) -> list[float]:
        """Advance by one tick towards the targets and return the new values."""
        first, second = self._pair
        return second.step(first.step(targets))
