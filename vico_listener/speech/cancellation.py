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
        self._channels = np.zeros(channels)
        self._mean = 0.0
        self._samples = 0.0

    def hear(self, frames: NDArray[np.float32], mean: NDArray[np.float32]) -> None:
        """Take the next samples.

        Args:
            frames: (N, channels), full scale +-1.
            mean: (N,) of the channels.
        """
        kept = 0.5 ** (len(frames) / MEMORY)
        self._samples = kept * self._samples + len(frames)
        self._channels = kept * self._channels + np.einsum('nc,nc->c', frames, frames)
        self._mean = kept * self._mean + float(mean @ mean)
        loud = float(self._channels.mean())
        if loud <= AUDIBLE * self._samples:
            return
        share = self._mean / self._channels.max() * len(self._channels) ** 2
        if share < (CANCELLED if self._samples > MEMORY else SILENCED):
            # To and fro between two that are as loud would click.
            if self.channel is None or self._channels[self.channel] * LOUDER < self._channels.max():
                self.channel = int(self._channels.argmax())
        elif share > RETURN:
            self.channel = None
