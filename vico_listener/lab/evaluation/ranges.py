"""The acceptance ranges of a listening head, per attitude.

They are the last table of the listening behaviour notes (section 5): measured on real listeners,
published, or judged. A *row* of that table holds one or several *criteria*; a row is missed when
one of its criteria is. Rows are soft: one miss asks for a look, two or more fail; a missed hard
criterion fails alone.

Where the table gives a figure for positive and leaves it out for the others, the others take it
over: 90 % of the nods' frequencies, the largest nod, the nod length, the smile's rate, gaze breaks.
The row 'nod interval variation' is not in the table: the notes demand that a metronome fail on its
"CV", and its figure is that of the blinks' intervals.
"""

from dataclasses import dataclass

from vico_listener.motion import Attitude

MIN_POOL_MINUTES = 2.0
"""Minutes of speech below which the criteria marked `pooled` say nothing."""

ORDER_MARGIN = 2.0
"""Nods per minute by which a neutral listener exceeds a negative one."""

MAX_SOFT_MISSES = 1
"""More missed soft rows than this fail."""


@dataclass(frozen=True)
class Range:
    """Inclusive limits; None is open."""

    low: float | None
    high: float | None

    def holds(self, value: float) -> bool:
        """True when the value lies within."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True)
class Criterion:
    """One figure and where it must lie.

    Attributes:
        key: name of the figure that `vico_listener.lab.evaluation.figures` measures.
        row: row of the table it belongs to.
        label: what is printed.
        unit: of the figure and its limits; shares are '%'.
        ranges: per attitude; None where the figure is free.
        hard: a miss fails alone.
        pooled: a rate or share that needs `MIN_POOL_MINUTES` of speech.
    """

    key: str
    row: str
    label: str
    unit: str
    ranges: dict[Attitude, Range | None]
    hard: bool = False
    pooled: bool = False


Limits = tuple[float | None, float | None] | None


def _criterion(
    key: str,
    row: str,
    label: str,
    unit: str,
    *limits: Limits,
    hard: bool = False,
    pooled: bool = False,
) -> Criterion:
    """A criterion from the limits of positive, neutral, negative, or one for all."""
    each = limits * 3 if len(limits) == 1 else limits
    ranges = {
        attitude: None if pair is None else Range(*pair)
        for attitude, pair in zip(Attitude, each, strict=True)
    }
    return Criterion(key, row, label, unit, ranges, hard, pooled)


CRITERIA: tuple[Criterion, ...] = (
    _criterion('nod_rate', 'nods', 'nods', '/min', (6, 25), (4, 20), (0, 8), pooled=True),
    _criterion('shake_rate', 'shakes', 'shakes', '/min', (0, 2), (0, 2), (1, 8), pooled=True),
    _criterion(
        'nod_hz', 'nod frequency', 'nod frequency, median', 'Hz', (1.4, 3.2), (1, 3), (1, 3)
    ),
    _criterion('nod_hz_low', 'nod frequency', 'nod frequency, 5 %', 'Hz', (0.8, None)),
    _criterion('nod_hz_high', 'nod frequency', 'nod frequency, 95 %', 'Hz', (None, 4.5)),
    _criterion('nod_size', 'nod size', 'nod size, median', 'deg', (3, 7), (2.5, 6), (2, 6)),
    _criterion(
        'nod_size_high', 'nod size', 'nod size, 95 %', 'deg', (None, 15), (None, 12), (None, 12)
    ),
    _criterion('nod_size_max', 'nod size', 'nod size, largest', 'deg', (None, 25), hard=True),
    _criterion('nod_single', 'nod cycles', 'nods of one cycle', '%', (15, 65), pooled=True),
    _criterion('nod_upto5', 'nod cycles', 'nods of up to 5 cycles', '%', (95, None), pooled=True),
    _criterion('nod_kinds', 'nod cycles', 'different cycle counts', '', (2, None), pooled=True),
    _criterion('nod_decay', 'nod cycles', 'last stroke / first', '', (0.4, 0.95)),
    _criterion('nod_length_low', 'nod length', 'nod length, 10 %', 's', (0.4, None)),
    _criterion('nod_length_high', 'nod length', 'nod length, 90 %', 's', (None, 1.9)),
    _criterion(
        'nod_share', 'nod length', 'time nodding', '%', (8, 35), (4, 25), (0, 12), pooled=True
    ),
    _criterion(
        'nod_interval_cv', 'nod interval variation', 'nod interval CV', '', (0.25, None),
        pooled=True,
    ),
    _criterion('delay', 'nod delay', 'nod after phrase end, median', 's', (0.15, 0.8)),
    _criterion('delay_sd', 'nod delay', 'nod after phrase end, sd', 's', (0.15, None)),
    _criterion(
        'answered', 'phrase ends answered', 'phrase ends answered', '%', (25, 75), (15, 60),
        (0, 40), pooled=True,
    ),
    _criterion(
        'contingency', 'contingency', 'answered / chance', 'x', (1.2, None), (1.2, None), None,
        pooled=True,
    ),
    _criterion(
        'during_speech', 'nods during speech', 'nods begun during speech', '%', (40, None),
        (40, None), None, pooled=True,
    ),
    _criterion('smile', 'smile', 'smile, mean', '', (0.35, 0.85), (0.02, 0.35), (0, 0.12)),
    _criterion('smile_rise', 'smile', 'smile above the portrait', '', (0.15, None), None, None),
    _criterion(
        'smile_sd', 'smile motion', 'smile, sd', '', (0.06, None), (None, 0.2), (None, 0.08)
    ),
    _criterion(
        'smile_time', 'smile motion', 'smile over 0.3', '%', (50, None), (None, 35), (None, 5)
    ),
    _criterion('smile_speed', 'smile motion', 'smile, fastest rise', '/s', (None, 6)),
    _criterion(
        'brow_down', 'brows', 'browDown above the portrait', '', None, (-0.1, 0.1), (None, 0.4)
    ),
    _criterion('stern', 'brows', 'browDown, frown or press', '', None, None, (0.1, None)),
    _criterion('blink_rate', 'blinks', 'blinks', '/min', (8, 40), pooled=True),
    _criterion('blink_half', 'blink shape', 'blink width at half height, median', 'ms', (80, 200)),
    _criterion('blink_whole', 'blink shape', 'blink, whole, median', 'ms', (150, 450)),
    _criterion('blink_long', 'blink shape', 'blinks over 500 ms', '%', (None, 10)),
    _criterion('blink_cv', 'blink shape', 'blink interval CV', '', (0.25, None), pooled=True),
    _criterion('pitch_sd', 'head sd', 'pitch sd', 'deg', (0.8, 5), (0.7, 4), (0.7, 5)),
    _criterion('yaw_sd', 'head sd', 'yaw sd', 'deg', (0.3, 5), (0.3, 4), (0.5, 8)),
    _criterion('roll_sd', 'head sd', 'roll sd', 'deg', (0.3, 4), (0.3, 3), (0.3, 5)),
    _criterion(
        'fast_pitch', 'fast part', 'pitch above 0.3 Hz, rms', 'deg', (0.6, 3.2), (0.5, 2.2),
        (0.4, 2.2),
    ),
    _criterion(
        'pitch_1_3', 'spectrum', 'pitch power at 1-3 Hz', '%', (15, None), (12, None), (8, None)
    ),
    _criterion('speed_rms', 'speed', 'angular speed, rms', 'deg/s', (5, 18), (3, 14), (3, 16)),
    _criterion('speed_p95', 'speed', 'angular speed, 95 %', 'deg/s', (9, 45), (6, 35), (6, 45)),
    _criterion(
        'speed_max', 'max speed', 'angular speed, max', 'deg/s', (None, 100), (None, 80),
        (None, 100),
    ),
    _criterion('speed_max', 'max speed', 'angular speed, limit', 'deg/s', (None, 150), hard=True),
    _criterion('acceleration', 'acceleration', 'pitch acceleration, 99 %', 'deg/s2', (None, 700)),
    _criterion(
        'acceleration', 'acceleration', 'pitch acceleration, limit', 'deg/s2', (None, 1500),
        hard=True,
    ),
    _criterion('still', 'stillness', 'longest still', 's', (None, 5), (None, 8), (None, 10)),
    _criterion('slow', 'slow', 'time below 3 deg/s', '%', (10, 75), (30, 90), (30, 90)),
    _criterion('frozen', 'frozen', 'longest without any change', 's', (None, 0.5)),
    _criterion('jitter', 'jitter', 'jitter above 8 Hz, worst axis', 'deg', (None, 0.05)),
    _criterion('jaw', 'jaw', 'jawOpen, mean', '', (None, 0.05), (None, 0.03), (None, 0.03)),
    _criterion('jaw_time', 'jaw', 'jawOpen over 0.15', '%', (None, 3), (None, 1), (None, 1)),
    _criterion('gaze', 'gaze', 'gaze on the speaker', '%', (65, 95), (60, 90), (45, 85)),
    _criterion('gaze_break', 'gaze', 'gaze break, median', 's', (0.5, 2)),
    _criterion('smile_delay', 'smile answer', 'smile answer, median', 's', (0.2, 1.0), None, None),
    _criterion(
        'smile_late', 'smile answer', 'smile answers after 2 s', '%', (None, 20), None, None
    ),
    _criterion('smile_gain', 'smile answer', 'answer / speaker', '', None, (None, 1), (None, 0.1)),
    _criterion('pitch_r', 'mirroring', 'pitch correlation', '', (-0.5, 0.5)),
    _criterion('smile_r', 'mirroring', 'smile correlation', '', (-0.5, 0.5)),
)  # fmt: skip
"""All criteria, in the order in which they are printed."""

TRACKED_JITTER = Range(None, 0.25)
"""Jitter, deg, of motion that was tracked from video instead of commanded."""
