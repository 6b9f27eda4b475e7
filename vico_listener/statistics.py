"""Running percentiles for latencies and stage times."""

import numpy as np


class Durations:
    """The newest durations of a stage, for percentiles.

    Args:
        size: how many are kept (36,000 = 20 minutes at 30 Hz).
    """

    def __init__(self, size: int = 36_000) -> None:
        self._seconds = np.zeros(size)
        self._count = 0

    def __len__(self) -> int:
        """How many durations are kept."""
        return min(self._count, len(self._seconds))

    def add(self, seconds: float) -> None:
        """Record one duration in s."""
        self._seconds[self._count % len(self._seconds)] = seconds
        self._count += 1

    def percentiles_ms(self, *q: float) -> list[float]:
        """The q-th percentiles (0..100) in ms; NaN while there are none."""
        if not self._count:
            return [float('nan')] * len(q)
        found: list[float] = (1e3 * np.percentile(self._seconds[: len(self)], q)).tolist()
        return found

    def summary_ms(self) -> dict[str, float]:
        """p50, p99 and maximum in ms; NaN while there are none."""
        return dict(zip(('p50', 'p99', 'max'), self.percentiles_ms(50, 99, 100), strict=True))
