"""Measures how motion follows the speaker's: residual correlation, and correlation over lags."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import MODEL_RATE
from vico_listener.media.motion_track import BoolArray

Samples = NDArray[np.float64]

MAX_LAG_SECONDS = 2.0
"""The window of the synchrony of Song et al., REACT 2023 (FRSyn)."""

LEAST_DEVIATION = 1e-6
"""A signal that varies less has no correlation."""


def pearson(one: Samples, other: Samples) -> float:
    """Return Pearson's r of two arrays of one shape, flattened; 0 where one does not vary."""
    deviations = one.ravel() - one.mean(), other.ravel() - other.mean()
    scale = float(np.prod([np.sqrt(np.mean(d**2)) for d in deviations]))
    if scale < LEAST_DEVIATION**2:
        return 0.0
    return float(np.mean(deviations[0] * deviations[1])) / scale


def residual_correlation(
    generated: Sequence[Samples], true: Sequence[Samples], speaker: Sequence[Samples]
) -> float:
    """Return rPCC: how far the listener's correlation with the speaker is from the true one's.

    |r(true, speaker) - r(generated, speaker)| over all frames and dimensions of all clips, (T, D)
    each. Source: Tran et al., DIM, ECCV 2024, as in its code.
    """
    pooled = [np.concatenate(list(clips)) for clips in (generated, true, speaker)]
    return abs(pearson(pooled[1], pooled[2]) - pearson(pooled[0], pooled[2]))


@dataclass(frozen=True)
class LaggedCorrelation:
    """The lag at which a listener follows the speaker best.

    Attributes:
        lag: s; positive = the listener comes after the speaker.
        correlation: Pearson's r there, mean over the dimensions; 0 where none is positive.
    """

    lag: float
    correlation: float


def _mean_correlation(one: Samples, other: Samples) -> float:
    """Return Pearson's r, the mean over the dimensions that vary in both."""
    deviations = one - one.mean(axis=0), other - other.mean(axis=0)
    stds = one.std(axis=0), other.std(axis=0)
    vary = (stds[0] > LEAST_DEVIATION) & (stds[1] > LEAST_DEVIATION)
    if not vary.any():
        return 0.0
    products = (deviations[0] * deviations[1]).mean(axis=0)[vary]
    return float((products / (stds[0][vary] * stds[1][vary])).mean())


def lagged_correlation(
    listener: Samples,
    speaker: Samples,
    listener_seen: BoolArray | None = None,
    speaker_seen: BoolArray | None = None,
) -> LaggedCorrelation:
    """Compute the time-lagged cross-correlation of samples (T, D) and (T, D) within +-2 s.

    Song et al., REACT 2023 (FRSyn) reports |lag| of the highest correlation. The masks (T,) say
    where a face is valid. Lags that leave less than half of the frames are not tried.
    """
    count = len(listener)
    all_seen = np.ones(count, np.bool_)
    listener_seen = all_seen if listener_seen is None else listener_seen
    speaker_seen = all_seen if speaker_seen is None else speaker_seen
    reach = min(round(MAX_LAG_SECONDS * MODEL_RATE), count // 2)
    best = LaggedCorrelation(0.0, 0.0)
    # From no lag outwards: of equal correlations the shortest lag counts.
    for lag in sorted(range(-reach, reach + 1), key=abs):
        late = slice(max(lag, 0), count + min(lag, 0))
        early = slice(max(-lag, 0), count - max(lag, 0))
        there = listener_seen[late] & speaker_seen[early]
        if not there.any():
            continue
        correlation = _mean_correlation(listener[late][there], speaker[early][there])
        if correlation > best.correlation:
            best = LaggedCorrelation(lag / MODEL_RATE, correlation)
    return best
