"""Notices that the channels of a recording cancel each other out: one of them is inverted.

A cable or a driver that swaps the poles of one channel leaves a mean of silence, although every
channel by itself is fine.
"""

import numpy as np
from numpy.typing import NDArray

RESIDUE = 0.02
"""The mean of inverted channels has less than this share, over their number, of their energy. (Of
channels that have nothing to do with each other it has one over their number.)"""

RETURN = 0.2
"""From this share on, over their number, the mean is heard again."""

LOUDER = 4.0
"""Another channel is taken instead when it has so many times the energy."""

AUDIBLE = 1e-6
"""Mean square, full scale 1, from which on sound is loud enough to judge: -60 dB."""

MEMORY = 8192
"""After so many samples what was heard counts half."""


class Cancellation:
    """Follows the energy of the channels and of their sum.

    Attributes:
        channel: the loudest one while the mean is silent beside it; None = hear the mean.
    """

    def __init__(self, channels: int) -> None:
        self.channel: int | None = None
        self._products = np.zeros((channels, channels))
        self._samples = 0.0

    def hear(self, frames: NDArray[np.float32]) -> None:
        """Take the next samples, (N, channels), full scale +-1."""
        kept = 0.5 ** (len(frames) / MEMORY)
        self._samples = kept * self._samples + len(frames)
        self._products *= kept
        self._products += frames.T @ frames
        energies = self._products.diagonal()
        total = float(energies.sum())
        if total <= AUDIBLE * self._samples * len(energies):
            return
        # Energy of the mean over that of the channels, times their number.
        share = float(self._products.sum()) / total
        if share < RESIDUE:
            # To and fro between two that are as loud would click.
            if self.channel is None or energies[self.channel] * LOUDER < energies.max():
                self.channel = int(energies.argmax())
        elif share > RETURN:
            self.channel = None
