"""Computes the Frechet distance of two samples, which newer papers and FID call FD.

Source: Heusel et al., NeurIPS 2017, equation 6 (Dowson & Landau 1982), for normal distributions
fitted to both. On motion: Ng et al., Learning to Listen, CVPR 2022 (FD, P-FD); Tran et al., DIM,
ECCV 2024, whose code takes it clip by clip and averages.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh
from scipy.linalg import svdvals

from vico_listener.errors import DataError

Samples = NDArray[np.float64]


def _moments(samples: Samples) -> tuple[Samples, Samples]:
    """Return the mean (D,) and covariance (D, D) of samples (N, D)."""
    if samples.ndim != 2 or len(samples) < 2:
        raise DataError(f'at least two samples (N, D) are needed, not {samples.shape}')
    covariance = np.cov(samples, rowvar=False)
    return samples.mean(axis=0), np.atleast_2d(covariance)


def _root(covariance: Samples) -> Samples:
    """Return the symmetric square root of a covariance; negative eigenvalues count as 0."""
    values, vectors = eigh(covariance)
    root: Samples = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    return root


def frechet_distance(one: Samples, other: Samples) -> float:
    """Return the squared Frechet distance of normal distributions fitted to (N, D) and (M, D).

    |mu1 - mu2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)). The last trace is the sum of the singular values
    of S1^(1/2) S2^(1/2), which holds for singular covariances (fewer samples than D) too.

    Raises:
        DataError: fewer than two samples.
        ValueError: samples of different dimensions.
    """
    (mean, covariance), (other_mean, other_covariance) = _moments(one), _moments(other)
    if mean.shape != other_mean.shape:
        raise ValueError(f'samples of {len(mean)} and {len(other_mean)} dimensions')
    shared = svdvals(_root(covariance) @ _root(other_covariance)).sum()
    spread = np.trace(covariance) + np.trace(other_covariance) - 2 * shared
    return float(max(np.sum((mean - other_mean) ** 2) + spread, 0.0))


def paired_frechet_distance(generated: Samples, true: Samples, speaker: Samples) -> float:
    """Return P-FD: the distance of the pairs (speaker, listener), (T, D) each, frame by frame.

    It also sees whether the listener moves *with* the speaker as the true one does (Ng et al.,
    CVPR 2022, section 5.1).
    """
    return frechet_distance(np.hstack([speaker, generated]), np.hstack([speaker, true]))
