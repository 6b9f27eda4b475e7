"""The One-Euro filter, which has little jitter at rest and little lag in motion.

Source: Casiez, Roussel and Vogel, 1 Euro Filter: A Simple Speed-based Low-pass Filter for Noisy
Input in Interactive Systems, CHI 2012, algorithm 1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from numpy.typing import NDArray

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class OneEuroSettings:
    """Settings of a One-Euro filter.

    Attributes:
        min_cutoff: the cutoff at rest, Hz; a lower one removes more jitter.
        beta: by how much the cutoff rises with speed, Hz / (unit/s); a higher one lags less.
        speed_cutoff: the cutoff of the filter of the speed, Hz.
    """

    min_cutoff: float
    beta: float
    speed_cutoff: float = 1.0


class OneEuroFilter:
    """Filters a vector, each element by its own speed, with the time steps of the stamps."""

    def __init__(self, settings: OneEuroSettings, max_gap: float = 0.5) -> None:
        """Make a filter that starts afresh after `max_gap` s without a value."""
        self._settings = settings
        self._max_gap_ns = round(max_gap * 1e9)
        self.reset()

    def reset(self) -> None:
        """Forget everything, so that the next value passes unchanged."""
        self._stamp: int | None = None
        self._raw: Vector = np.zeros(0)
        self._value: Vector = np.zeros(0)
        self._speed: Vector = np.zeros(0)

    @property
    def value(self) -> Vector | None:
        """The last filtered value; None after a reset."""
        return None if self._stamp is None else self._value

    def update(self, raw: ArrayLike, stamp: int) -> Vector:
        """Return the filtered value at `stamp` (ns), given the raw value.

        A stamp that goes back, or a gap, starts the filter afresh. A repeated stamp changes
        nothing.
        """
        x = np.asarray(raw, dtype=np.float64)
        if self._stamp is None or not 0 <= stamp - self._stamp <= self._max_gap_ns:
            self._value, self._speed = x, np.zeros_like(x)
        elif stamp == self._stamp:
            return self._value
        else:
            dt = (stamp - self._stamp) * 1e-9
            settings = self._settings
            speed = (x - self._raw) / dt
            self._speed = self._speed + _weight(settings.speed_cutoff, dt) * (speed - self._speed)
            cutoff = settings.min_cutoff + settings.beta * np.abs(self._speed)
            self._value = self._value + _weight(cutoff, dt) * (x - self._value)
        self._raw, self._stamp = x, stamp
        return self._value


def _weight(cutoff: Vector | float, dt: float) -> Vector | float:
    """Return the weight of a new sample in a first-order low-pass: 1 / (1 + tau / dt)."""
    return 1 / (1 + 1 / (2 * np.pi * cutoff * dt))
