"""Scores answers against the true listener, and summarises the scores over clips."""

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

import numpy as np
from scipy.stats import bootstrap

from vico_listener.errors import DataError
from vico_listener.errors import VicoError
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.evaluation.comparison.generation import Modality
from vico_listener.lab.evaluation.diversity import frame_variation
from vico_listener.lab.evaluation.diversity import temporal_variance
from vico_listener.lab.evaluation.feature_distance import GROUPS
from vico_listener.lab.evaluation.feature_distance import SCALE
from vico_listener.lab.evaluation.feature_distance import FeatureDistance
from vico_listener.lab.evaluation.feature_distance import Groups
from vico_listener.lab.evaluation.feature_distance import Pooling
from vico_listener.lab.evaluation.feature_distance import feature_distance
from vico_listener.lab.evaluation.feature_distance import feature_groups
from vico_listener.lab.evaluation.feature_distance import pose
from vico_listener.lab.evaluation.frechet import frechet_distance
from vico_listener.lab.evaluation.frechet import paired_frechet_distance
from vico_listener.lab.evaluation.synchrony import lagged_correlation
from vico_listener.media.face_track import FaceTrack
from vico_listener.media.motion_track import BoolArray
from vico_listener.media.motion_track import FloatArray
from vico_listener.motion import Attitude

TRUE = 'true listener'
"""Label of the true listener among the models."""

RESAMPLES = 1000
CONFIDENCE = 0.95
LEAST_FRAMES = 2

PARTS = ('exp', 'pose')
"""What newer papers score apart: expression, and angles with translation."""


@dataclass(frozen=True)
class ClipScore:
    """The scores of one answer to one clip.

    Attributes:
        model, modality, clip, split, attitude: what it is.
        distance: the paper's FD; None for the true listener.
        values: other metrics by name; empty where a modality is taken away.
    """

    model: str
    modality: Modality
    clip: str
    split: str
    attitude: Attitude
    distance: FeatureDistance | None
    values: dict[str, float] = field(default_factory=dict)


def parts(groups: Groups) -> dict[str, FloatArray]:
    """Return the samples that newer papers score."""
    return {'exp': groups['exp'], 'pose': pose(groups)}


def motion_values(
    track: FaceTrack, true: FaceTrack, speaker: FaceTrack, seen: BoolArray
) -> dict[str, float]:
    """Compute the newer metrics of one answer where all can be compared, which is `seen` (T,)."""
    groups = feature_groups(track)
    ours, theirs, spoken = (
        parts(groups),
        parts(feature_groups(true)),
        parts(feature_groups(speaker)),
    )
    both = seen & speaker.valid
    values = {f'variation {name}': SCALE * frame_variation(groups[name], seen) for name in GROUPS}
    for part in PARTS:
        values[f'variance {part}'] = temporal_variance(ours[part][seen])
        if track is not true:
            values[f'frechet {part}'] = frechet_distance(ours[part][seen], theirs[part][seen])
        if both.sum() < LEAST_FRAMES:
            continue
        if track is not true:
            values[f'paired frechet {part}'] = paired_frechet_distance(
                ours[part][both], theirs[part][both], spoken[part][both]
            )
        lagged = lagged_correlation(ours[part], spoken[part], seen, speaker.valid)
        values[f'lag {part}'] = abs(lagged.lag)
        values[f'lagged correlation {part}'] = lagged.correlation
    return values


def score(
    model: str, modality: Modality, clip: ClipFeatures, track: FaceTrack, true: FaceTrack
) -> ClipScore:
    """Score one answer; `track is true` scores the true listener itself.

    Raises:
        DataError: nothing to compare, see `feature_distance`.
    """
    try:
        distance = None if track is true else feature_distance(track, true)
    except VicoError as error:
        raise DataError(f'{clip.clip}, {model}: {error}') from None
    seen = track.valid & true.valid
    values = {}
    if modality is Modality.BOTH and seen.sum() >= LEAST_FRAMES:
        values = motion_values(track, true, clip.speaker, seen)
    return ClipScore(model, modality, clip.clip, clip.split, clip.attitude, distance, values)


@dataclass(frozen=True)
class Result:
    """One number of a table.

    Attributes:
        model, modality, split: whose.
        attitude: or 'average' over all clips of the split.
        metric: e.g. 'FD angle', 'frechet exp'.
        value: the number.
        low, high: 95 % interval, clips resampled; None with one clip or where it is not taken.
        clips: over how many.
    """

    model: str
    modality: str
    split: str
    attitude: str
    metric: str
    value: float
    low: float | None
    high: float | None
    clips: int


AVERAGE = 'average'


def _weighted_mean(values: FloatArray, weights: FloatArray, axis: int = -1) -> FloatArray:
    mean: FloatArray = (values * weights).sum(axis=axis) / weights.sum(axis=axis)
    return mean


def interval(values: Sequence[float], weights: Sequence[float]) -> tuple[float, float] | None:
    """Return the 95 % interval of the weighted mean over resampled clips; None for one clip."""
    if len(values) < 2:
        return None
    found = bootstrap(
        (np.array(values, np.float64), np.array(weights, np.float64)),
        _weighted_mean,
        paired=True,
        vectorized=True,
        method='percentile',
        n_resamples=RESAMPLES,
        confidence_level=CONFIDENCE,
        rng=np.random.default_rng(0),
    ).confidence_interval
    return float(found.low), float(found.high)


def _mean_result(
    name: str, attitude: str, metric: str, pairs: Sequence[tuple[float, float]], one: ClipScore
) -> Result:
    values, weights = zip(*pairs, strict=True)
    low, high = interval(values, weights) or (None, None)
    mean = float(np.average(values, weights=weights))
    return Result(
        name, one.modality.value, one.split, attitude, metric, mean, low, high, len(pairs)
    )


def _metrics(scores: Sequence[ClipScore], pooling: Pooling) -> dict[str, list[tuple[float, float]]]:
    """Return every metric's (value, weight) per clip; only the paper's FD is weighted by frames."""
    found: dict[str, list[tuple[float, float]]] = {}
    for one in scores:
        if one.distance is not None:
            weight = float(one.distance.frames if pooling == 'frames' else 1)
            for group in GROUPS:
                pair = (getattr(one.distance, group), weight)
                found.setdefault(f'FD {group}', []).append(pair)
        for metric, value in one.values.items():
            found.setdefault(metric, []).append((value, 1.0))
    return found


def summarise(scores: Iterable[ClipScore], pooling: Pooling = 'frames') -> list[Result]:
    """Compute means and intervals per model, modality, split, attitude, and over all attitudes."""
    pools: dict[tuple[str, Modality, str], list[ClipScore]] = {}
    for one in scores:
        pools.setdefault((one.model, one.modality, one.split), []).append(one)
    results = []
    for (model, _, _), pool in pools.items():
        for attitude in (*Attitude, None):
            mine = [one for one in pool if attitude in (None, one.attitude)]
            name = AVERAGE if attitude is None else attitude.value
            for metric, pairs in _metrics(mine, pooling).items():
                results.append(_mean_result(model, name, metric, pairs, pool[0]))
    return results
