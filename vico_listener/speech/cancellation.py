"""Notices that the channels of a recording cancel each other out: one of them is inverted.

A cable or a driver that swaps the poles of one channel leaves a mean that is quiet, or silence,
although every channel by itself is fine.
"""

import numpy as np
from numpy.typing import NDArray

CANCELLED = 0.6
"""The mean has less than this share of the energy that it would have if all channels but the
loudest were silent: the others take away from it more than they add. (Of channels that have
nothing to do with each other it has more than all of that energy.)"""

SILENCED = 0.04
"""So small a share cannot be chance, however little was heard."""

RETURN = 0.9
"""From this share on the mean is heard again."""

LOUDER = 4.0
"""Another channel is taken instead when it has so many times the energy."""

AUDIBLE = 1e-6
"""Mean square, full scale 1, from which on audio is loud enough to judge: -60 dB."""

MEMORY = 8192
"""After so many samples what was heard counts half."""


class Cancellation:
    """Follows the energy of the channels and of their mean.

    Attributes:
        channel: the loudest one while the others cancel it; None to hear the mean.
    """

    def __init__(self, channels: int) -> None:
        self.channel: int | None = None
        self._channels = [0.0] * channels
        self._mean = 0.0
        self._samples = 0.0

    def hear(self, frames: NDArray[np.float32], mean: NDArray[np.float32]) -> None:
        """Take the next samples.

        Args:
            frames: (channels, N), full scale +-1.
            mean: (N,) of the channels.
        """
        count = len(mean)
        kept = 0.5 ** (count / MEMORY)
        self._samples = kept * self._samples + count
        energies = self._channels = [
            kept * energy + float(channel.dot(channel))
            for energy, channel in zip(self._channels, frames, strict=True)
        ]
        self._mean = kept * self._mean + float(mean.dot(mean))
        if sum(energies) <= AUDIBLE * self._samples * len(energies):
            return
        loudest = max(energies)
        share = self._mean / loudest * len(energies) ** 2
        if share < (CANCELLED if self._samples > MEMORY else SILENCED):
            # To and fro between two that are as loud would click.
            if self.channel is None or energies[self.channel] * LOUDER < loudest:
                self.channel = energies.index(loudest)
        elif share > RETURN:
            self.channel = None
