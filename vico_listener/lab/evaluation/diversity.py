"""Measures how varied motion is: variance, Shannon index over clusters, change per frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2
from scipy.cluster.vq import vq

from vico_listener.errors import DataError

Samples = NDArray[np.float64]

EXPRESSION_CLUSTERS = 40
"""Number of clusters of expressions, as in the code of Tran et al., DIM, ECCV 2024."""
POSE_CLUSTERS = 20
"""Number of clusters of poses, as in the same code."""

ITERATIONS = 50


def temporal_variance(samples: Samples) -> float:
    """Return the variance over time of samples (T, D), mean over the dimensions.

    Ng et al., CVPR 2022, section 5.1 ("variation"). The code of DIM takes the variance of all
    values at once instead, in which the dimensions' different means count as motion.
    """
    return float(samples.var(axis=0).mean())


def frame_variation(samples: Samples, seen: NDArray[np.bool_] | None = None) -> float:
    """Return the mean absolute change per frame of samples (T, D), which flicker raises.

    Zhou et al., ECCV 2022, Fig. A5, shows it over time for a non-sequential generator. Changes from
    or to a frame that is not `seen` (T,) are left out; 0 when none is left.
    """
    changes = np.abs(np.diff(samples, axis=0))
    if seen is not None:
        changes = changes[seen[1:] & seen[:-1]]
    return float(changes.mean()) if len(changes) else 0.0


def shannon_index(labels: NDArray[np.integer], size: int) -> float:
    """Return the entropy, bit, of labels 0..size-1: 0 where all are equal, at most log2(size)."""
    shares = np.bincount(labels, minlength=size) / len(labels)
    used = shares[shares > 0]
    return float(max(-(used * np.log2(used)).sum(), 0.0))


@dataclass(frozen=True)
class Codebook:
    """Clusters of true motion; (K, D) their centres."""

    centres: Samples

    @classmethod
    def fit(cls, true: Samples, size: int, seed: int = 0) -> 'Codebook':
        """Cluster true samples (N, D) into `size` by k-means.

        Raises:
            DataError: fewer samples than clusters.
        """
        if len(true) < size:
            raise DataError(f'{len(true)} true frames cannot be put into {size} clusters')
        rng = np.random.default_rng(seed)
        centres, _ = kmeans2(true, size, iter=ITERATIONS, minit='++', missing='warn', rng=rng)
        return cls(centres)

    def diversity(self, samples: Samples) -> float:
        """Return the SID of samples (N, D): Shannon index of the clusters that they visit, bit.

        Ng et al., CVPR 2022, section 5.1, with the logarithm of DIM's code.
        """
        labels, _ = vq(samples, self.centres)
        return shannon_index(labels, len(self.centres))
