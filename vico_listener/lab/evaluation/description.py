"""Judges every figure of recorded motion against its range, for the table of `vico describe`.

A row is missed when one of its criteria is. Rows are soft: one miss asks for a look, more fail; a
missed hard criterion fails alone.
"""

from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Any

from vico_listener.errors import DataError
from vico_listener.lab.evaluation.answer_criteria import MIRRORING
from vico_listener.lab.evaluation.answer_criteria import PHRASE_ANSWERS
from vico_listener.lab.evaluation.answer_criteria import SMILE_ANSWERS
from vico_listener.lab.evaluation.criterion import Criterion
from vico_listener.lab.evaluation.criterion import Figure
from vico_listener.lab.evaluation.criterion import Range
from vico_listener.lab.evaluation.events import TrackEvents
from vico_listener.lab.evaluation.face_criteria import BLINKS
from vico_listener.lab.evaluation.face_criteria import EXPRESSION
from vico_listener.lab.evaluation.face_criteria import GAZE
from vico_listener.lab.evaluation.face_criteria import JAW
from vico_listener.lab.evaluation.gesture_criteria import GESTURES
from vico_listener.lab.evaluation.gesture_criteria import NOD_RATE
from vico_listener.lab.evaluation.life_criteria import LIFE
from vico_listener.lab.evaluation.motion_criteria import MOTION
from vico_listener.media.motion_track import MotionTrack
from vico_listener.motion import Attitude

CRITERIA: tuple[Criterion, ...] = (
    *GESTURES,
    *PHRASE_ANSWERS,
    *EXPRESSION,
    *BLINKS,
    *MOTION,
    *JAW,
    *GAZE,
    *LIFE,
    *SMILE_ANSWERS,
    *MIRRORING,
)
"""All criteria, in the order in which they are printed."""

MAX_SOFT_MISSES = 1
"""More missed soft rows than this fail."""

MIN_POOL_MINUTES = 2.0
"""Minutes of speech below which the criteria marked `pooled` are not judged."""

ORDER_ROW = 'order of attitudes'
ORDER_MARGIN = 2.0
"""Nods per minute by which a neutral listener exceeds a negative one."""


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
        """Return the row with a label.

        Raises:
            KeyError: there is none.
        """
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
    if tracked and criterion.tracked is not None:
        limits = criterion.tracked
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
    """Return the order of the nod rates of neighbouring attitudes, a row for each but the first."""
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
        DataError: no tracks.
    """
    if not tracks:
        raise DataError('no tracks to describe')
    pools = {
        attitude: [TrackEvents(track) for track in tracks if track.attitude is attitude]
        for attitude in Attitude
    }
    pools = {attitude: pool for attitude, pool in pools.items() if pool}
    speech = {
        attitude: sum(events.speech_seconds for events in pool) for attitude, pool in pools.items()
    }
    rates = {
        attitude: NOD_RATE.measure(pool).value
        for attitude, pool in pools.items()
        if speech[attitude] >= 60 * MIN_POOL_MINUTES
    }
    orders = _order_rows({a: rate for a, rate in rates.items() if rate is not None})
    parts = []
    for attitude, pool in pools.items():
        minutes = speech[attitude] / 60
        rows = [_judge(one, attitude, one.measure(pool), minutes, tracked) for one in CRITERIA]
        if attitude in orders:
            rows.insert(1, orders[attitude])
        seconds = sum(events.track.seconds for events in pool)
        parts.append(
            AttitudeDescription(attitude, len(pool), seconds, speech[attitude], tuple(rows))
        )
    return Description(tuple(parts))


def to_json(description: Description) -> dict[str, Any]:
    """Return a description as plain values, ready for `json.dump`."""
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


def _number(value: float) -> str:
    """Format a number with three significant digits, never in powers of ten."""
    size = abs(value)
    return f'{value:.0f}' if size >= 100 else f'{value:.1f}' if size >= 10 else f'{value:.2f}'


def _cells(row: Row) -> tuple[str, ...]:
    # A rate over too little speech is noise: it is not shown at all.
    judged = row.value is not None and row.verdict is not Verdict.NOT_APPLICABLE
    value = _number(row.value) if judged and row.value is not None else '-'
    note = f' ({row.note})' if row.note else ''
    return row.label, value, row.unit, str(row.limits or 'free'), row.verdict.value + note


def _verdict(part: AttitudeDescription) -> str:
    word = 'pass' if part.passed else 'FAIL'
    misses = [f'{name} (hard)' for name in part.hard_misses] + list(part.soft_misses)
    return f'{word}: {len(misses)} missed' + (f' ({", ".join(misses)})' if misses else '')


def format_table(description: Description) -> str:
    """Format a block per attitude: every figure, its unit, its range, its verdict and a note."""
    lines = []
    for part in description.attitudes:
        recordings = 'track' if part.tracks == 1 else 'tracks'
        lines.append(
            f'{part.attitude.value}: {part.tracks} {recordings}, {part.seconds / 60:.1f} min, '
            f'{part.speech_seconds / 60:.1f} min of speech'
        )
        rows = [('figure', 'value', 'unit', 'range', 'verdict'), *map(_cells, part.rows)]
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        for label, value, unit, limits, verdict in rows:
            lines.append(
                f'  {label:<{widths[0]}}  {value:>{widths[1]}} {unit:<{widths[2]}}  '
                f'{limits:<{widths[3]}}  {verdict}'
            )
        lines += [f'  {_verdict(part)}', '']
    return '\n'.join(lines)
