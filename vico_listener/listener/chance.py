"""The seeded chance of a listener: random numbers in the order in which behaviour needs them."""

import zlib
from math import exp
from math import log

import numpy as np

from vico_listener.frames import SpeakerFrame

STREAM = 2**63
"""Distinguishes the random numbers of a listener from those of its idle layer."""
BRANCH = 2**32
"""Distinguishes the random numbers of a branch from those of the next one."""


class Chance:
    """Draws random numbers, the same ones for the same seed after every `reset`.

    Args:
        seed: the seed.
        part: the part of the listener that draws; what one part needs does not change what another
            one gets.
    """

    def __init__(self, seed: int, part: int = 0) -> None:
        self._seed = seed
        self._part = part
        self.reset()

    def reseed(self, seed: int) -> None:
        """Draw from another seed after the next `reset`."""
        self._seed = seed

    def reset(self, branch: int = 0) -> None:
        """Return to the first random number of a branch: each has others."""
        number = STREAM + BRANCH * branch + self._part
        self._rng = np.random.Generator(np.random.Philox(key=[self._seed, number]))

    def happens(self, share: float) -> bool:
        """Return True with a probability of `share`."""
        return bool(self._rng.random() < share)

    def between(self, low: float, high: float) -> float:
        """Return a number between two limits, all equally likely."""
        return float(self._rng.uniform(low, high))

    def around(self, median: float, spread: float, low: float, high: float) -> float:
        """Return a log-normal number.

        Args:
            median: its median, above 0.
            spread: the standard deviation of its logarithm.
            low: the smallest number.
            high: the largest number.
        """
        return min(max(exp(float(self._rng.normal(log(median), spread))), low), high)

    def side(self) -> float:
        """Return 1 (left) or -1 (right)."""
        return 1.0 if self.happens(0.5) else -1.0

    def choice(self, weights: tuple[float, ...]) -> int:
        """Return an index, as probable as its weight."""
        left = self.between(0.0, sum(weights))
        for index, weight in enumerate(weights):
            left -= weight
            if left < 0.0:
                return index
        return len(weights) - 1


def seed_of(frame: SpeakerFrame) -> int:
    """Return the seed that a frame gives: that of its stamp, audio and face, bit for bit.

    No two streams of a camera begin with the same frame, so that no two starts are alike; a
    recording always does, so that it is answered in the same way every time.
    """
    face = frame.face
    code = zlib.crc32(frame.stamp.to_bytes(8, 'little', signed=True))
    for values in (frame.acoustic, face.expression, face.rotation, face.translation):
        code = zlib.crc32(np.ascontiguousarray(values, np.float32).tobytes(), code)
    return code >> 1
