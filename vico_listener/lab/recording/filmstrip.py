"""Evenly spaced thumbnails of a stream whose length is not known beforehand."""

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]


class Filmstrip:
    """Keeps between `keep` and twice as many evenly spaced pairs of thumbnails.

    Args:
        keep: how many pairs are wanted at least.
        height: of a thumbnail, px.
    """

    def __init__(self, keep: int = 24, height: int = 192) -> None:
        self._keep = keep
        self._height = height
        self._stride = 1
        self._count = 0
        self._pairs: list[tuple[int, Image, Image]] = []

    def add(self, stamp: int, speaker: Image, listener: Image) -> None:
        """Offer the pictures at `stamp` (ns)."""
        if self._count % self._stride == 0:
            self._pairs.append((stamp, self._shrink(speaker), self._shrink(listener)))
            if len(self._pairs) >= 2 * self._keep:
                self._pairs = self._pairs[::2]
                self._stride *= 2
        self._count += 1

    def _shrink(self, image: Image) -> Image:
        height, width = image.shape[:2]
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        square = image[top : top + side, left : left + side]
        return np.asarray(cv2.resize(square, (self._height, self._height), None, 0, 0, 3))

    def pick(self, number: int) -> list[tuple[int, Image, Image]]:
        """`number` evenly spaced (stamp, speaker, listener), fewer if there are fewer."""
        if not self._pairs:
            return []
        wanted = np.linspace(0, len(self._pairs) - 1, min(number, len(self._pairs)))
        return [self._pairs[round(index)] for index in wanted]
