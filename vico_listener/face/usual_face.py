"""Learns how a face usually is, because faces at rest are not alike: one's brows seem to frown.

An expression is what differs from that.
"""

import numpy as np
from numpy.typing import NDArray

QUANTILE = 0.25
"""The share of the time for which a coefficient is below what counts as usual."""
RATE = 0.1
"""How fast what is usual moves up and down together, 1/s."""


class UsualFace:
    """Follows a quantile of each coefficient of one face, from the first face on.

    A low quantile is hardly moved by smiles and the like, which only ever add; and one that was
    taken for usual at the beginning is soon forgotten when it ends.
    """

    def __init__(self) -> None:
        self._usual: NDArray[np.float64] | None = None

    def difference(self, expression: NDArray[np.float32], seconds: float) -> NDArray[np.float32]:
        """Return by how much each coefficient is above its usual value, 0 or more, and learn.

        Args:
            expression: (N,) the coefficients of the face.
            seconds: the time since the last one.
        """
        if self._usual is None:
            self._usual = expression.astype(np.float64)
        above = expression > self._usual
        step = RATE * seconds * np.where(above, QUANTILE, QUANTILE - 1.0)
        # Not beyond what is seen, or a still face would never come to rest.
        self._usual = np.where(
            above,
            np.minimum(self._usual + step, expression),
            np.maximum(self._usual + step, expression),
        )
        return np.maximum(expression - self._usual, 0.0).astype(np.float32)
