"""Defines what a listener's face must do: smile, brows, blinks, mouth and gaze."""

import numpy as np

from vico_listener.lab.evaluation.blinks import Blink
from vico_listener.lab.evaluation.criterion import Criterion
from vico_listener.lab.evaluation.criterion import Figure
from vico_listener.lab.evaluation.criterion import Pool
from vico_listener.lab.evaluation.criterion import count_share
from vico_listener.lab.evaluation.criterion import interval_variation
from vico_listener.lab.evaluation.criterion import mean
from vico_listener.lab.evaluation.criterion import per_minute
from vico_listener.lab.evaluation.criterion import quantile
from vico_listener.lab.evaluation.criterion import ranges
from vico_listener.lab.evaluation.criterion import spread
from vico_listener.lab.evaluation.events import SMILE_LEVEL
from vico_listener.lab.evaluation.signals import runs
from vico_listener.lab.evaluation.signals import velocity
from vico_listener.media.motion_track import FRAME_RATE
from vico_listener.media.motion_track import BoolArray
from vico_listener.media.motion_track import FloatArray
from vico_listener.media.motion_track import MotionTrack
from vico_listener.media.motion_track import coefficient
from vico_listener.media.motion_track import smile

JAW_LEVEL = 0.15
"""jawOpen above this is an open mouth."""

LONG_BLINK = 0.5
"""A longer blink, s, is a closing of the eyes."""

EYE_DEGREES = 30.0
"""Turn of the eyes, deg, that an eyeLook coefficient of 1 stands for."""

GAZE_CONE = 8.0
"""Gaze within this angle, deg, of the base gaze is on the speaker."""

GAZE_BREAK_SECONDS = 0.3
"""Shorter excursions out of the cone are no gaze breaks (a nod passes through)."""


def _smile_rise(pool: Pool) -> Figure:
    reserved = [e for e in pool if float(smile(e.track.reference)) <= SMILE_LEVEL]
    if not reserved:
        return Figure(None, 'the portrait smiles already')
    return Figure(mean(reserved, lambda track: track.smile - smile(track.reference)))


def _smile_speed(pool: Pool) -> Figure:
    return Figure(max(float(np.abs(velocity(events.track.smile)).max()) for events in pool))


def _above_portrait(pool: Pool, name: str) -> float:
    """Return by how much a coefficient of both sides exceeds the portrait's."""
    sides = (f'{name}Left', f'{name}Right')
    return mean(pool, lambda track: coefficient(track.expression - track.reference, *sides))


def _sternest(pool: Pool) -> Figure:
    return Figure(max(_above_portrait(pool, n) for n in ('browDown', 'mouthFrown', 'mouthPress')))


EXPRESSION = (
    Criterion(
        'smile', 'smile', 'smile, mean', '',
        lambda pool: Figure(mean(pool, lambda track: track.smile)),
        ranges((0.35, 0.85), (0.02, 0.35), (0, 0.12)), title='smile',
        source='measured; negative: judged',
    ),
    Criterion(
        'smile_rise', 'smile', 'smile above the portrait', '', _smile_rise,
        ranges((0.15, None), None, None), source='judged',
    ),
    Criterion(
        'smile_sd', 'smile motion', 'smile, sd', '',
        lambda pool: Figure(spread(pool, lambda track: track.smile)),
        ranges((0.12, 0.45), (None, 0.25), (None, 0.08)), pooled=True,
        source='measured: 0.24 of all seven, 0.13 of the neutral one; negative: judged',
    ),
    Criterion(
        'smile_time', 'smile motion', 'smile over 0.3', '%',
        lambda pool: Figure(100 * mean(pool, lambda track: track.smile > SMILE_LEVEL)),
        ranges((30, None), (None, 35), (None, 5)), pooled=True,
        source='measured: 78 of the six who smile, 40 of the least, 11 of the neutral one; judged',
    ),
    Criterion(
        'smile_speed', 'smile motion', 'smile, fastest rise', '/s', _smile_speed,
        ranges((None, 6)), source='measured',
    ),
    Criterion(
        'brow_down', 'brows', 'browDown above the portrait', '',
        lambda pool: Figure(_above_portrait(pool, 'browDown')),
        ranges(None, (-0.1, 0.1), (None, 0.4)), source='judged; it rises with a smile: measured',
    ),
    Criterion(
        'stern', 'brows', 'browDown, frown or press', '', _sternest,
        ranges(None, None, (0.1, None)), source='judged',
    ),
)  # fmt: skip


def _blinks(pool: Pool) -> list[Blink]:
    return [blink for events in pool for blink in events.blinks]


def _long_blinks(pool: Pool) -> Figure:
    blinks = _blinks(pool)
    return count_share(sum(blink.whole > LONG_BLINK for blink in blinks), len(blinks))


BLINKS = (
    Criterion(
        'blink_rate', 'blinks', 'blinks', '/min',
        lambda pool: per_minute(pool, lambda events: [blink.peak for blink in events.blinks]),
        ranges((8, 40)), pooled=True, title='blinks /min',
        source='Doughty 2001; Bentivoglio et al. 1997; measured',
    ),
    Criterion(
        'blink_half', 'blink shape', 'blink width at half height, median', 'ms',
        lambda pool: quantile([1000 * blink.half_width for blink in _blinks(pool)], 0.5),
        ranges((80, 200)), source='measured',
    ),
    Criterion(
        'blink_whole', 'blink shape', 'blink, whole, median', 'ms',
        lambda pool: quantile([1000 * blink.whole for blink in _blinks(pool)], 0.5),
        ranges((150, 450)), source='measured; Hömke et al. 2018',
    ),
    Criterion(
        'blink_long', 'blink shape', 'blinks over 500 ms', '%', _long_blinks,
        ranges((None, 10)), source='measured; Hömke et al. 2018',
    ),
    Criterion(
        'blink_cv', 'blink shape', 'blink interval CV', '',
        lambda pool: interval_variation([[b.peak for b in events.blinks] for events in pool]),
        ranges((0.15, None)), pooled=True, source='measured: 0.18 to 0.43 of single people',
    ),
)  # fmt: skip


def _jaw_open(track: MotionTrack) -> FloatArray:
    return coefficient(track.expression, 'jawOpen')


JAW = (
    Criterion(
        'jaw', 'jaw', 'jawOpen, mean', '', lambda pool: Figure(mean(pool, _jaw_open)),
        ranges((None, 0.05), (None, 0.03), (None, 0.03)), source='measured',
    ),
    Criterion(
        'jaw_time', 'jaw', 'jawOpen over 0.15', '%',
        lambda pool: Figure(100 * mean(pool, lambda track: _jaw_open(track) > JAW_LEVEL)),
        ranges((None, 3), (None, 1), (None, 1)), source='measured',
    ),
)  # fmt: skip


def gaze_direction(track: MotionTrack) -> FloatArray:
    """Return (T, 2) pitch and yaw of the gaze in deg: rotation of the head plus that of the eyes.

    The eyes turn by `EYE_DEGREES` times their eyeLook coefficients (mean of both eyes), less those
    of the reference, where the portrait looks at its viewer.
    """
    eyes = track.expression - track.reference

    def turn(positive: tuple[str, str], negative: tuple[str, str]) -> FloatArray:
        return EYE_DEGREES * (coefficient(eyes, *positive) - coefficient(eyes, *negative))

    down = turn(('eyeLookDownLeft', 'eyeLookDownRight'), ('eyeLookUpLeft', 'eyeLookUpRight'))
    left = turn(('eyeLookOutLeft', 'eyeLookInRight'), ('eyeLookInLeft', 'eyeLookOutRight'))
    return np.stack([track.angles[:, 1] + down, track.angles[:, 2] + left], axis=1)


def gaze_breaks(track: MotionTrack) -> list[tuple[int, int]]:
    """Return (start, stop) frames of every gaze break, a gaze outside the cone of the base gaze.

    The base gaze is the median over the track, where the listener looks when it attends.
    """
    gaze = gaze_direction(track)
    off: BoolArray = np.hypot(*(gaze - np.median(gaze, axis=0)).T) > GAZE_CONE
    shortest = GAZE_BREAK_SECONDS * FRAME_RATE
    return [(first, stop) for first, stop in runs(off) if stop - first >= shortest]


def _break_lengths(pool: Pool) -> list[float]:
    """Return the length of every gaze break, s."""
    found = [gaze_breaks(events.track) for events in pool]
    return [(stop - first) / FRAME_RATE for breaks in found for first, stop in breaks]


def _gaze(pool: Pool) -> Figure:
    seconds = sum(events.track.seconds for events in pool)
    return Figure(100 * (1 - sum(_break_lengths(pool)) / seconds))


GAZE = (
    Criterion(
        'gaze', 'gaze', 'gaze on the speaker', '%', _gaze,
        ranges((65, 98), (60, 98), (45, 98)),
        source='IFADV (elpaco-escience/ifadv): 94 and 97 in one dyad; Rogers et al. 2018; judged',
    ),
    Criterion(
        'gaze_break', 'gaze', 'gaze break, median', 's',
        lambda pool: quantile(_break_lengths(pool), 0.5),
        ranges((0.5, 2)), source='Andrist et al. 2013 (quoted)',
    ),
)  # fmt: skip
