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


def slaney_filters(bands: int, span: tuple[float, float], bins: Array) -> Array:
    """Return a mel filter bank (bands, K): triangles of unit area, evenly spaced on Slaney's scale.

    Args:
        bands: the number of filters.
        span: the lowest and highest frequency, Hz.
        bins: (K,) the frequencies of the FFT bins, Hz.
    """
    lowest, highest = _hz_to_mel(np.array(span))
    edges = _mel_to_hz(np.linspace(lowest, highest, bands + 2))
    return triangles(edges, bins) * 2 / (edges[2:, None] - edges[:-2, None])


# Slaney, Auditory Toolbox (1998): linear up to 1 kHz (15 mel), then 27 mel per factor 6.4.
_MEL_HZ = 200 / 3
_MEL_LOG = np.log(6.4) / 27


def _hz_to_mel(hz: Array) -> Array:
    return np.where(hz < 1000, hz / _MEL_HZ, 15 + np.log(np.maximum(hz, 1000) / 1000) / _MEL_LOG)


def _mel_to_hz(mel: Array) -> Array:
    return np.where(mel < 15, mel * _MEL_HZ, 1000 * np.exp(_MEL_LOG * np.maximum(mel - 15, 0)))


def dct_matrix(rows: int, size: int) -> Array:
    """Return the first rows of the orthonormal DCT-II of `size` values: (rows, size)."""
    angles = np.outer(np.arange(rows), np.arange(size) + 0.5) * (np.pi / size)
    matrix = np.cos(angles) * np.sqrt(2 / size)
    matrix[0] /= np.sqrt(2)
    return matrix
