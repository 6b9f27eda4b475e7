"""Filters and cosines of which cepstra are made, whatever the mel scale, for both layouts."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def triangles(edges: Array, bins: Array) -> Array:
    """Return triangular filters (N, K) of height 1, each from one edge to the next but one.

    Args:
        edges: (N + 2,) rising places on an axis, in Hz or mel.
        bins: (K,) the places of the FFT bins on the same axis.
    """
    low, centre, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    return np.maximum(np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre)), 0)


def dct_matrix(rows: int, size: int) -> Array:
    """Return the first rows of the orthonormal DCT-II of `size` values: (rows, size)."""
    angles = np.outer(np.arange(rows), np.arange(size) + 0.5) * (np.pi / size)
    matrix = np.cos(angles) * np.sqrt(2 / size)
    matrix[0] /= np.sqrt(2)
    return matrix
