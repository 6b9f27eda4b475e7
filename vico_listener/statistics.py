"""Keeps latencies and stage times, and computes their percentiles."""

import numpy as np


class Durations:
    """The newest durations of a stage.

    Args:
        size: the number of durations that are kept; 36,000 is 20 minutes at 30 Hz.
    """

    def __init__(self, size: int = 36_000) -> None:
        self._seconds = np.zeros(size)
        self._count = 0

    def __len__(self) -> int:
        """Return the number of durations recorded, which `size` bounds."""
        return min(self._count, len(self._seconds))

    def add(self, seconds: float) -> None:
        """Record one duration in s."""
        self._seconds[self._count % len(self._seconds)] = seconds
        self._count += 1

    def percentiles_ms(self, *q: float) -> list[float]:
        """Return the q-th percentiles (0 to 100) in ms; NaN before the first duration."""
        if not self._count:
            return [float('nan')] * len(q)
        found: list[float] = (1e3 * np.percentile(self._seconds[: len(self)], q)).tolist()
        return found

    def summary_ms(self) -> dict[str, float]:
        """Return the median (p50), p99 and maximum in ms; NaN before the first duration."""
        return dict(zip(('p50', 'p99', 'max'), self.percentiles_ms(50, 99, 100), strict=True))
