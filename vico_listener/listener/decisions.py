"""When a learned listener makes a gesture: chance decides, with the probabilities it was told.

The probabilities add up. When their sum has passed a threshold drawn around 1, the gesture begins
at the next good moment, and the threshold is paid back from the sum (a renewal process). In the
long run there are as many gestures as the sum of the probabilities, as with throwing a coin at
every step, but they neither pile up nor stay away for long, and most begin where the probability is
high.
"""

import numpy as np
from numpy.typing import NDArray

SPREAD = 0.5
"""Thresholds are drawn from 1 +- this; 0 would be a metronome where the probability is even."""

GOOD_MOMENT = 0.05
"""Probability (per step) of a moment at which a gesture that is due may begin."""
PATIENCE = 0.5
"""By how much the sum may pass the threshold before any moment will do.

What it is late by is left over for the next gesture. The first has nothing left over, so for that
one any moment will do at once: or a kind that comes seldom, such as a shake, would stay away from
short clips.
"""


class Decisions:
    """Decides for several kinds of gesture; the same seed and probabilities, the same decisions."""

    def __init__(self, kinds: int, seed: int) -> None:
        self._kinds = kinds
        self._seed = seed
        self.reset()

    def reset(self) -> None:
        """Start anew."""
        self._drawn = 0
        self._sums = [0.0] * self._kinds
        self._thresholds = [self._first_threshold() for _ in range(self._kinds)]
        self._patience = [0.0] * self._kinds

    def draw(self) -> np.random.Generator:
        """A fresh generator; the n-th is the same in every run of this seed."""
        self._drawn += 1
        return np.random.Generator(np.random.Philox(key=[self._seed, self._drawn]))

    def _threshold(self) -> float:
        return float(self.draw().uniform(1 - SPREAD, 1 + SPREAD))

    def _first_threshold(self) -> float:
        """What is left of a threshold for somebody who comes in at any time.

        With a whole one, a gesture that comes every ten seconds would not come in the first five.
        """
        part, whole = self.draw().uniform(size=2)
        # Long intervals are more often met: their density is that of the thresholds times length.
        low, high = (1 - SPREAD) ** 2, (1 + SPREAD) ** 2
        return float(part * np.sqrt(low + whole * (high - low)))

    def step(self, probabilities: NDArray[np.float32]) -> list[int]:
        """The kinds that begin at this step, whose probabilities (kinds,) are 0..1."""
        begun = []
        for kind, probability in enumerate(probabilities.tolist()):
            self._sums[kind] += probability
            due = self._sums[kind] - self._thresholds[kind]
            if due >= (0.0 if probability >= GOOD_MOMENT else self._patience[kind]):
                # What is left over is not lost, but two in a row are one too many.
                self._sums[kind] = min(due, PATIENCE)
                self._thresholds[kind] = self._threshold()
                self._patience[kind] = PATIENCE
                begun.append(kind)
        return begun
