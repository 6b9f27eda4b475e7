"""What baselines take from the listeners of a train split: their motion, its mean, its patterns.

A *pattern* is what a listener does within a second, as the change since its first tick.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2

from vico_listener.errors import DataError
from vico_listener.errors import SettingError
from vico_listener.lab.dataset.clip_features import load_features
from vico_listener.lab.dataset.reference import first_face
from vico_listener.lab.dataset.reference import relative_track
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion

PATTERN = 30
"""The length of a pattern, ticks."""

KINDS = 16
"""The number of kinds into which patterns are put; fewer where each would hold fewer than four."""

FREQUENT = 0.5
"""The share of all patterns that the most frequent kinds hold."""

ITERATIONS = 50
STEP = 5
"""Every how many ticks patterns are compared."""


def train_listeners(
    name: str, features: str | Path
) -> list[tuple[Attitude, FaceTrack, FaceMotion]]:
    """Return attitudes, motions and first visible faces of the listeners of a train split.

    Args:
        name: the baseline that needs them, for messages.
        features: a folder of `ClipFeatures`.

    Raises:
        SettingError: no folder is given.
        DataError: nobody is seen in its train split.
    """
    if not str(features):
        raise SettingError(f'the listener {name} needs the option features, a folder')
    clips = [c for c in load_features(Path(features), 'train') if c.listener.valid.any()]
    if not clips:
        raise DataError(f'no listener is ever seen in the train split of {features}')
    return [
        (
            clip.attitude,
            relative_track(clip.listener).rows(clip.listener.valid),
            first_face(clip.listener),
        )
        for clip in clips
    ]


def mean_change(people: list[tuple[FaceTrack, FaceMotion]]) -> tuple[NDArray, NDArray, NDArray]:
    """Return the mean change of expression, rotation and translation since the first faces."""
    return (
        np.concatenate([t.expression - first.expression for t, first in people]).mean(axis=0),
        np.concatenate([t.rotation - t.rotation[0] for t, _ in people]).mean(axis=0),
        np.concatenate([t.translation - t.translation[0] for t, _ in people]).mean(axis=0),
    )


def frequent_patterns(tracks: Sequence[FaceTrack]) -> list[FaceTrack]:
    """Return the patterns of the most frequent kinds, in the order in which they occur.

    The motion is cut into seconds, one after the other. Seconds are of one kind where their changes
    are alike (k-means over the changes every `STEP` ticks, each divided by its deviation); the most
    frequent kinds that together hold `FREQUENT` of all seconds are kept.

    Raises:
        DataError: no track lasts a second.
    """
    patterns = [
        track.rows(slice(begin, begin + PATTERN))
        for track in tracks
        for begin in range(0, len(track) - PATTERN + 1, PATTERN)
    ]
    if not patterns:
        raise DataError('no listener of the train split is seen for a second')
    changes = np.array([_changes(pattern) for pattern in patterns])
    spread = changes.std(axis=0)
    changes /= np.where(spread > 0, spread, 1.0)
    count = max(1, min(KINDS, len(patterns) // 4))
    rng = np.random.default_rng(0)
    _, kinds = kmeans2(changes, count, iter=ITERATIONS, minit='++', missing='warn', rng=rng)
    sizes = np.bincount(kinds, minlength=count)
    order = np.argsort(-sizes, kind='stable')
    held = np.cumsum(sizes[order])
    kept = order[: np.searchsorted(held, FREQUENT * len(patterns)) + 1]
    return [pattern for pattern, kind in zip(patterns, kinds, strict=True) if kind in kept]


def _changes(pattern: FaceTrack) -> NDArray[np.float64]:
    values = np.hstack([pattern.expression, pattern.rotation, pattern.translation])
    return (values[STEP::STEP] - values[0]).astype(np.float64).ravel()
