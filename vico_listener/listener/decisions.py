"""Decides at random when a learned listener makes a gesture, given the network's probabilities.

The probabilities of all ticks are added up. When the sum has passed a threshold drawn around 1, the
gesture begins at the next good moment, and the threshold is subtracted from the sum (a renewal
process). In the long run the number of gestures is the sum of the probabilities, as if a coin were
tossed at every tick. Unlike with coins, however, gestures neither cluster nor stay away for long,
and most begin where the probability is high.

Soon after a gesture, however, a coin does decide: whether another one follows is not due, and the
nods of people come in clusters.
"""

from collections.abc import Collection
from math import log1p

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import MODEL_RATE

SPREAD = 0.5
"""Thresholds are drawn from 1 +- this; at 0 a constant probability would give a metronome."""

GOOD_MOMENT = 0.05
"""The least probability per tick of a moment that is good for a gesture that is due."""
PATIENCE = 0.5
"""By how much the sum may exceed the threshold before a gesture begins at any moment.

The excess remains for the next gesture. The first gesture has no excess to start from and therefore
begins at any moment; otherwise a rare kind, such as a shake, would be missing in short clips.
"""

CLUSTERING = 1.8
"""By how much more likely another gesture of a kind that comes in clusters is meanwhile.

A network learns from the mean over all that might have followed a gesture, in which it is less
clear that another one follows than it is for the teacher. Fitted with its nods in 24 minutes.
"""

BRANCH = 2**40
"""Distinguishes the random numbers of a branch from those of the next one."""
SUREST = 0.999
"""The largest probability that a coin takes."""
SOON = (round(0.7 * MODEL_RATE), round(3.7 * MODEL_RATE))
"""From how many ticks to how many after a gesture a coin decides whether another one follows."""


class Decisions:
    """Decides for several kinds of gesture, reproducibly for a seed and probabilities.

    Args:
        kinds: the number of kinds.
        seed: the seed of all decisions.
        clustered: the kinds that come in clusters.
    """

    def __init__(self, kinds: int, seed: int, clustered: Collection[int] = ()) -> None:
        self._kinds = kinds
        self._clustered = clustered
        self._seed = seed
        self.reset()

    def reseed(self, seed: int) -> None:
        """Draw from another seed after the next `reset`."""
        self._seed = seed

    def reset(self, branch: int = 0) -> None:
        """Return to the start, with the same random numbers for the same branch."""
        self._drawn = BRANCH * branch
        self._sums = [0.0] * self._kinds
        self._thresholds = [self._first_threshold() for _ in range(self._kinds)]
        self._patience = [0.0] * self._kinds
        self._since = [SOON[1]] * self._kinds
        self._coins = [float(self.draw().exponential()) for _ in range(self._kinds)]

    def draw(self) -> np.random.Generator:
        """Return a new random generator; the n-th one is the same in every run with this seed."""
        self._drawn += 1
        return np.random.Generator(np.random.Philox(key=[self._seed, self._drawn]))

    def _threshold(self) -> float:
        return float(self.draw().uniform(1 - SPREAD, 1 + SPREAD))

    def _first_threshold(self) -> float:
        """Return what remains of a threshold when observation begins at a random time.

        With a whole threshold, a gesture that comes every ten seconds would not come in the first
        five.
        """
        part, whole = self.draw().uniform(size=2)
        # A random time falls into long intervals more often: their density is weighted by length.
        low, high = (1 - SPREAD) ** 2, (1 + SPREAD) ** 2
        return float(part * np.sqrt(low + whole * (high - low)))

    def step(self, probabilities: NDArray[np.float32]) -> list[int]:
        """Return the kinds that begin at this tick, given their probabilities (kinds,), 0 to 1."""
        begun = []
        for kind, probability in enumerate(probabilities.tolist()):
            self._since[kind] += 1
            soon = SOON[0] <= self._since[kind] <= SOON[1]
            if self._tossed(kind, probability) if soon else self._due(kind, probability):
                self._since[kind] = 0
                begun.append(kind)
        return begun

    def _tossed(self, kind: int, probability: float) -> bool:
        """Return whether the coin says so; one draw for many tosses: it lasts so long at random."""
        if kind in self._clustered:
            probability *= CLUSTERING
        self._coins[kind] += log1p(-min(probability, SUREST))
        if self._coins[kind] > 0.0:
            return False
        self._coins[kind] = float(self.draw().exponential())
        return True

    def _due(self, kind: int, probability: float) -> bool:
        """Return whether a gesture that is due begins now."""
        self._sums[kind] += probability
        due = self._sums[kind] - self._thresholds[kind]
        if due < (0.0 if probability >= GOOD_MOMENT else self._patience[kind]):
            return False
        # The excess is kept, but limited, so that no two gestures follow at once.
        self._sums[kind] = min(due, PATIENCE)
        self._thresholds[kind] = self._threshold()
        self._patience[kind] = PATIENCE
        return True
