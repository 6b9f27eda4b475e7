"""Follows the pitch of a voice over the autocorrelations that the voice detector computes anyway.

The highest peak within the range of human pitch is the period (Boersma, Proc. IFA 17, 1993). An
octave too high or too low has a peak nearly as high, so that a pitch counts for less the further it
lies from where the voice has been; what is left of the choice is refined by a parabola.

On recordings of six people this differs from the network SwiftF0 (its pitch where it is sure) by
0.15 semitones in the median and by more than two semitones in 0 to 8 % of the voiced ticks, and
the ranks of the two agree with r = 0.76 to 0.98. The network takes 2 ms a tick, this 10 us.
"""

from math import log2

import numpy as np
from numpy.typing import NDArray

from vico_listener.speech.resampler import INTERNAL_RATE

PITCH_RANGE = (70, 400)
"""Range of human pitch, Hz: the inverse of the lags at which the autocorrelation may peak."""

LAGS = np.arange(INTERNAL_RATE // PITCH_RANGE[1], INTERNAL_RATE // PITCH_RANGE[0] + 1)
"""The lags of `PITCH_RANGE`, samples at the internal rate."""

AWAY = 0.2
"""What a pitch loses an octave or more from the voice's middle, of a whole autocorrelation."""
LEARNING = 0.1
"""The share of a new pitch in the voice's middle, per voiced tick."""


class PitchFollower:
    """Finds the pitch of one voice, voiced tick by voiced tick."""

    def __init__(self) -> None:
        self._octaves = np.log2(INTERNAL_RATE / LAGS)
        self.reset()

    def reset(self) -> None:
        """Forget the voice."""
        self._middle: float | None = None

    def follow(self, correlation: NDArray[np.float64]) -> float:
        """Return the pitch at a voiced tick, Hz.

        Args:
            correlation: (`LAGS`,) normalised autocorrelation, 1 at lag 0.
        """
        score = correlation
        if self._middle is not None:
            score = correlation - AWAY * np.minimum(np.abs(self._octaves - self._middle), 1.0)
        best = int(score.argmax())
        lag = int(LAGS[best]) + _summit(correlation, best)
        octave = log2(INTERNAL_RATE / lag)
        self._middle = (
            octave if self._middle is None else self._middle + LEARNING * (octave - self._middle)
        )
        return float(np.float32(INTERNAL_RATE / lag))  # as messages carry it


def _summit(values: NDArray[np.float64], best: int) -> float:
    """Return where the parabola through a peak and its neighbours is highest, from the peak."""
    if not 0 < best < len(values) - 1:
        return 0.0
    left, middle, right = values[best - 1 : best + 2].tolist()
    bend = left - 2 * middle + right
    if bend >= 0:  # no peak, but the flank of one that lies outside
        return 0.0
    return float(min(max(0.5 * (left - right) / bend, -0.5), 0.5))
