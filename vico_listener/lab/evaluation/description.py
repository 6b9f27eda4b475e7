"""`describe`: measure recorded motion and hold every figure against its range."""

from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Any

from vico_listener.lab.evaluation.events import TrackEvents
from vico_listener.lab.evaluation.figure import Figure
from vico_listener.lab.evaluation.figures import measure
from vico_listener.lab.evaluation.ranges import CRITERIA
from vico_listener.lab.evaluation.ranges import MAX_SOFT_MISSES
from vico_listener.lab.evaluation.ranges import MIN_POOL_MINUTES
from vico_listener.lab.evaluation.ranges import ORDER_MARGIN
from vico_listener.lab.evaluation.ranges import TRACKED_JITTER
from vico_listener.lab.evaluation.ranges import Criterion
from vico_listener.lab.evaluation.ranges import Range
from vico_listener.media.motion_track import MotionTrack
from vico_listener.motion import Attitude

ORDER_ROW = 'order of attitudes'


class Verdict(str, Enum):
    """What a figure or a whole description comes to."""

    OK = 'ok'
    MISS = 'miss'
    HARD_MISS = 'HARD MISS'
    FREE = 'free'
    NOT_APPLICABLE = 'n/a'


@dataclass(frozen=True)
class Row:
    """One figure beside its range.

    Attributes:
        key, row, label, unit: see `Criterion`.
        value: None where it could not be measured.
        limits: None where the attitude leaves the figure free.
        note: what it was measured on, or why not.
    """

    key: str
    row: str
    label: str
    unit: str
    value: float | None
    limits: Range | None
    verdict: Verdict
    note: str


@dataclass(frozen=True)
class AttitudeDescription:
    """The rows of one attitude, over all tracks in it."""

    attitude: Attitude
    tracks: int
    seconds: float
    speech_seconds: float
    rows: tuple[Row, ...]

    @property
    def soft_misses(self) -> tuple[str, ...]:
        """Names of the missed rows of the table, hard ones left out."""
        missed = dict.fromkeys(row.row for row in self.rows if row.verdict is Verdict.MISS)
        return tuple(name for name in missed if name not in self.hard_misses)

    @property
    def hard_misses(self) -> tuple[str, ...]:
        """Names of the rows of the table whose hard criterion is missed."""
        return tuple(
            dict.fromkeys(row.row for row in self.rows if row.verdict is Verdict.HARD_MISS)
        )

    @property
    def passed(self) -> bool:
        """False with a hard miss or with more than `MAX_SOFT_MISSES` soft ones."""
        return not self.hard_misses and len(self.soft_misses) <= MAX_SOFT_MISSES

    def row(self, label: str) -> Row:
        """The row with a label; KeyError when there is none."""
        for row in self.rows:
            if row.label == label:
                return row
        raise KeyError(label)


@dataclass(frozen=True)
class Description:
    """Every attitude found, and the order of their nod rates where there are several.

    The order row is soft and counts against the attitude that should nod less.
    """

    attitudes: tuple[AttitudeDescription, ...]

    @property
    def passed(self) -> bool:
        """True when every attitude passed."""
        return all(part.passed for part in self.attitudes)

    def __getitem__(self, attitude: Attitude) -> AttitudeDescription:
        for part in self.attitudes:
            if part.attitude is attitude:
                return part
        raise KeyError(attitude)


def _judge(
    criterion: Criterion, attitude: Attitude, figure: Figure, minutes: float, tracked: bool
) -> Row:
    limits = criterion.ranges[attitude]
    if tracked and criterion.key == 'jitter':
        limits = TRACKED_JITTER
    value, note = figure.value, figure.note
    if limits is None:
        verdict = Verdict.FREE
    elif criterion.pooled and minutes < MIN_POOL_MINUTES:
        verdict = Verdict.NOT_APPLICABLE
        note = f'only {minutes:.1f} min of speech; rates need {MIN_POOL_MINUTES:g}'
    elif value is None:
        verdict = Verdict.NOT_APPLICABLE
    elif limits.holds(value):
        verdict = Verdict.OK
    else:
        verdict = Verdict.HARD_MISS if criterion.hard else Verdict.MISS
    return Row(
        criterion.key, criterion.row, criterion.label, criterion.unit, value, limits, verdict, note
    )


def _order_rows(rates: dict[Attitude, float]) -> dict[Attitude, Row]:
    """The order of the nod rates of neighbouring attitudes, a row for each but the first."""
    rows = {}
    known = [attitude for attitude in Attitude if attitude in rates]
    for above, below in pairwise(known):
        margin = ORDER_MARGIN if below is Attitude.NEGATIVE else 0.0
        limits = Range(margin, None)
        excess = rates[above] - rates[below]
        rows[below] = Row(
            'order', ORDER_ROW, f'nods, {above.value} less {below.value}', '/min', excess, limits,
            Verdict.OK if limits.holds(excess) else Verdict.MISS, '',
        )  # fmt: skip
    return rows


def describe(tracks: Sequence[MotionTrack], tracked: bool = False) -> Description:
    """Measure tracks, pooled by attitude, and judge them by the acceptance ranges.

    Args:
        tracks: at least one.
        tracked: the motion was tracked from video (more jitter allowed), not commanded.

    Raises:
        ValueError: no tracks.
    """
    if not tracks:
        raise ValueError('no tracks to describe')
    pools = {
        attitude: [TrackEvents(track) for track in tracks if track.attitude is attitude]
        for attitude in Attitude
    }
    figures = {attitude: measure(pool) for attitude, pool in pools.items() if pool}
    speech = {attitude: sum(e.speech_seconds for e in pools[attitude]) for attitude in figures}
    rates = {
        attitude: figures[attitude]['nod_rate'].value
        for attitude in figures
        if speech[attitude] >= 60 * MIN_POOL_MINUTES
    }
    orders = _order_rows({a: rate for a, rate in rates.items() if rate is not None})
    parts = []
    for attitude, found in figures.items():
        rows = [
            _judge(criterion, attitude, found[criterion.key], speech[attitude] / 60, tracked)
            for criterion in CRITERIA
        ]
        if attitude in orders:
            rows.insert(1, orders[attitude])
        pool = pools[attitude]
        seconds = sum(events.track.seconds for events in pool)
        parts.append(
            AttitudeDescription(attitude, len(pool), seconds, speech[attitude], tuple(rows))
        )
    return Description(tuple(parts))


def to_json(description: Description) -> dict[str, Any]:
    """Plain values of a description, ready for `json.dump`."""
    return {
        'passed': description.passed,
        'attitudes': {
            part.attitude.value: {
                'passed': part.passed,
                'tracks': part.tracks,
                'seconds': part.seconds,
                'speech_seconds': part.speech_seconds,
                'soft_misses': list(part.soft_misses),
                'hard_misses': list(part.hard_misses),
                'rows': [{**asdict(row), 'verdict': row.verdict.value} for row in part.rows],
            }
            for part in description.attitudes
        },
    }
