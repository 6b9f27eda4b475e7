"""A measured figure, and the statistics over pooled tracks that figures are made of.

Spreads and correlations are taken within each track and pooled by length, so that two recordings
which differ in their means do not look like one that moves.
"""

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vico_listener.lab.evaluation.events import TrackEvents
from vico_listener.media.motion_track import BoolArray
from vico_listener.media.motion_track import FloatArray
from vico_listener.media.motion_track import MotionTrack

Pool = Sequence[TrackEvents]
"""The tracks of one attitude."""

Signal = Callable[[MotionTrack], FloatArray | BoolArray]

MIN_SPREAD_EVENTS = 5
"""Fewer events than this show no spread and no typical delay."""

MIN_SHARE_EVENTS = 10
"""Fewer events than this show no shares."""

MIN_CORRELATED_SD = 1e-3
"""A signal (rad or coefficient) that varies less has no correlation."""


@dataclass(frozen=True)
class Figure:
    """A measured value; None where there was not enough to measure. The note says on what."""

    value: float | None
    note: str = ''


def quantile(values: Sequence[float], share: float, least: int = 1) -> Figure:
    """A quantile of at least `least` values."""
    value = float(np.quantile(values, share)) if len(values) >= least else None
    return Figure(value, f'n = {len(values)}')


def count_share(part: int, whole: int, least: int = MIN_SHARE_EVENTS) -> Figure:
    """Percentage of at least `least` events."""
    return Figure(100 * part / whole if whole >= least else None, f'{part} of {whole}')


def mean(pool: Pool, signal: Signal) -> float:
    """Mean of a signal (T,) over all frames; of a mask, the share of frames."""
    return float(np.mean(np.concatenate([signal(events.track) for events in pool])))


def spread(pool: Pool, signal: Signal) -> float:
    """Standard deviation of a signal (T,) within the tracks: root of the mean variance."""
    values = [signal(events.track) for events in pool]
    return float(np.concatenate([value - value.mean() for value in values]).std())


def interval_variation(times: Sequence[Sequence[float]]) -> Figure:
    """Coefficient of variation of the intervals between the events of each track."""
    intervals = np.concatenate([np.diff(track) for track in times])
    enough = len(intervals) >= MIN_SPREAD_EVENTS
    variation = float(intervals.std() / intervals.mean()) if enough else None
    return Figure(variation, f'n = {len(intervals)}')


def correlation(pairs: Sequence[tuple[FloatArray, FloatArray]]) -> Figure:
    """Pearson's r of pairs of signals at zero lag, each signal centred within its track."""
    if not pairs:
        return Figure(None, 'no face of the speaker recorded')
    one, other = (
        np.concatenate([pair[side] - pair[side].mean() for pair in pairs]) for side in (0, 1)
    )
    if min(one.std(), other.std()) < MIN_CORRELATED_SD:
        return Figure(None, 'one of the two hardly varies')
    return Figure(float(np.corrcoef(one, other)[0, 1]))
