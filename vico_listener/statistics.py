"""Running percentiles for latencies and stage times."""

from collections import deque

import numpy as np


class Durations:
    """The newest durations of a stage, for percentiles.

    Args:
        size: how many are kept (36,000 = 20 minutes at 30 Hz).
    """

    def __init__(self, size: int = 36_000) -> None:
        self._seconds: deque[float] = deque(maxlen=size)

    def __len__(self) -> int:
        """How many durations are kept."""
        return len(self._seconds)

    def add(self, seconds: float) -> None:
        """Record one duration in s."""
        self._seconds.append(seconds)

    def percentile_ms(self, q: float) -> float:
        """The q-th percentile (0..100) in ms; NaN while there are none."""
        if not self._seconds:
            return float('nan')
        return 1e3 * float(np.percentile(np.array(self._seconds), q))

    def summary_ms(self) -> dict[str, float]:
        """p50, p99 and maximum in ms; NaN while there are none."""
        return {
            'p50': self.percentile_ms(50),
            'p99': self.percentile_ms(99),
            'max': self.percentile_ms(100),
        }
