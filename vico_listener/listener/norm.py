"""Learns what is usual of one quantity, such as a speaker's level, while it comes in."""

from math import sqrt

OUTLIER = 2.0
"""The largest deviation from the mean that is learned, in spreads."""
SPREAD_TRUST = 30.0
"""The number of additional values as which the usual spread counts."""


class Norm:
    """The running mean and spread of one quantity.

    Outliers count as `OUTLIER` spreads only, so that the silence in which voice activity still
    lasts is not taken for a quiet voice.
    """

    def __init__(self, mean: float, spread: float, trust: float, memory: float) -> None:
        """Start from a usual mean and spread.

        Args:
            mean: the usual mean.
            spread: the usual spread.
            trust: the number of values as which they count; at 0 the first value replaces the mean.
            memory: the number of values over which old ones are forgotten.
        """
        self._mean = mean
        self._variance = spread * spread
        self._least = spread / 3
        self._trust = trust
        self._memory = memory
        self._count = 0

    def update(self, value: float) -> None:
        """Learn from a value."""
        self._count += 1
        if self._count == 1 and not self._trust:
            self._mean = value
        reach = OUTLIER * sqrt(self._variance)
        offset = min(max(value - self._mean, -reach), reach)
        self._mean += offset * max(1 / (self._count + self._trust), 1 / self._memory)
        # A few values determine the spread poorly, so the usual spread counts for more.
        gain = max(1 / (self._count + self._trust + SPREAD_TRUST), 1 / self._memory)
        self._variance += gain * (offset * offset - self._variance)

    def score(self, value: float) -> float:
        """Return the distance of a value from the mean, in spreads."""
        return (value - self._mean) / max(sqrt(self._variance), self._least)
