"""Defines the figures of `vico describe`, their ranges, and the statistics behind them.

A figure is measured on all tracks of one attitude together. Spreads and correlations are taken
within each track and pooled by length, so that two recordings which differ in their means do not
look like one that moves.

Sources of the ranges: 'measured' is on seven real listeners (61 s in all, pictures un-stretched)
with the tracker that smooths for live use; that of videos reads larger turns, see docs/measures.md;
publications marked 'quoted' were read in works that cite them; 'judged' has no data behind it.
Limits that are known of positive listeners only (90 % of the nods' frequencies, the largest nod,
nod length, the smile's speed, gaze breaks) hold for the others too.
"""

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vico_listener.lab.evaluation.events import TrackEvents
from vico_listener.media.motion_track import BoolArray
from vico_listener.media.motion_track import FloatArray
from vico_listener.media.motion_track import MotionTrack
from vico_listener.motion import Attitude

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
    """A measured value, None where there was too little to measure; the note names its basis."""

    value: float | None
    note: str = ''


@dataclass(frozen=True)
class Range:
    """Inclusive limits; None is open."""

    low: float | None
    high: float | None

    def holds(self, value: float) -> bool:
        """Return whether the value lies within the limits."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def __str__(self) -> str:
        if self.low is None:
            return 'free' if self.high is None else f'<= {self.high:g}'
        return f'>= {self.low:g}' if self.high is None else f'{self.low:g} .. {self.high:g}'


@dataclass(frozen=True)
class Criterion:
    """One figure and where it must lie.

    Attributes:
        key: name of the figure; one with a soft and a hard limit has two criteria.
        row: what it counts as: a row is missed when one of its criteria is.
        label: name in the printed table.
        unit: unit of the figure and its limits; shares are '%'.
        measure: takes the figure of the tracks of one attitude.
        ranges: per attitude; None where the figure is free.
        source: where the limits come from.
        title: what the tables of `vico evaluate` call the figure; '' where it is not compared.
        tracked: holds in place of `ranges` for motion that was tracked from video.
        hard: a miss fails alone.
        pooled: a rate or share that needs `MIN_POOL_MINUTES` of speech.
    """

    key: str
    row: str
    label: str
    unit: str
    measure: Callable[[Pool], Figure]
    ranges: dict[Attitude, Range | None]
    source: str
    title: str = ''
    tracked: Range | None = None
    hard: bool = False
    pooled: bool = False


Limits = tuple[float | None, float | None] | None


def ranges(*limits: Limits) -> dict[Attitude, Range | None]:
    """Return ranges from the limits of positive, neutral and negative, or from one for all."""
    each = limits * 3 if len(limits) == 1 else limits
    return {
        attitude: None if pair is None else Range(*pair)
        for attitude, pair in zip(Attitude, each, strict=True)
    }


def quantile(values: Sequence[float], share: float, least: int = 1) -> Figure:
    """Return a quantile of at least `least` values."""
    value = float(np.quantile(values, share)) if len(values) >= least else None
    return Figure(value, f'n = {len(values)}')


def count_share(part: int, whole: int, least: int = MIN_SHARE_EVENTS) -> Figure:
    """Return the percentage of at least `least` events."""
    return Figure(100 * part / whole if whole >= least else None, f'{part} of {whole}')


def per_minute(pool: Pool, onsets: Callable[[TrackEvents], Sequence[float]]) -> Figure:
    """Return the events per minute in which the speaker talks.

    Both the events and the minutes are those of the speaker's floor, pauses within it included.
    """
    minutes = sum(events.speech_seconds for events in pool) / 60
    count = sum(events.count_in(events.floor, onsets(events)) for events in pool)
    return Figure(count / minutes if minutes else None, f'{count} in {minutes:.1f} min')


def mean(pool: Pool, signal: Signal) -> float:
    """Return the mean of a signal (T,) over all frames; of a mask, the share of frames."""
    return float(np.mean(np.concatenate([signal(events.track) for events in pool])))


def spread(pool: Pool, signal: Signal) -> float:
    """Return the standard deviation of a signal (T,) within tracks: root of the mean variance."""
    values = [signal(events.track) for events in pool]
    return float(np.concatenate([value - value.mean() for value in values]).std())


def interval_variation(times: Sequence[Sequence[float]]) -> Figure:
    """Return the coefficient of variation of the intervals between the events of each track."""
    intervals = np.concatenate([np.diff(track) for track in times])
    enough = len(intervals) >= MIN_SPREAD_EVENTS
    variation = float(intervals.std() / intervals.mean()) if enough else None
    return Figure(variation, f'n = {len(intervals)}')


def correlation(pairs: Sequence[tuple[FloatArray, FloatArray]]) -> Figure:
    """Return Pearson's r of pairs of signals at zero lag, each centred within its track."""
    if not pairs:
        return Figure(None, 'no face of the speaker recorded')
    one, other = (
        np.concatenate([pair[side] - pair[side].mean() for pair in pairs]) for side in (0, 1)
    )
    if min(one.std(), other.std()) < MIN_CORRELATED_SD:
        return Figure(None, 'one of the two hardly varies')
    return Figure(float(np.corrcoef(one, other)[0, 1]))
