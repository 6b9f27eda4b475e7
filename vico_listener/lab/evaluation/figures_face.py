"""Figures of the face: smile, brows, jaw, blinks and gaze."""

import numpy as np

from vico_listener.lab.evaluation.events import SMILE_LEVEL
from vico_listener.lab.evaluation.face import gaze_breaks
from vico_listener.lab.evaluation.figure import Figure
from vico_listener.lab.evaluation.figure import Pool
from vico_listener.lab.evaluation.figure import count_share
from vico_listener.lab.evaluation.figure import interval_variation
from vico_listener.lab.evaluation.figure import mean
from vico_listener.lab.evaluation.figure import quantile
from vico_listener.lab.evaluation.figure import spread
from vico_listener.lab.evaluation.signals import velocity
from vico_listener.media.motion_track import FRAME_RATE
from vico_listener.media.motion_track import FloatArray
from vico_listener.media.motion_track import MotionTrack
from vico_listener.media.motion_track import coefficient
from vico_listener.media.motion_track import smile

JAW_LEVEL = 0.15
"""jawOpen above this is an open mouth."""

LONG_BLINK = 0.5
"""A longer blink, s, is a closing of the eyes."""


def smile_figures(pool: Pool) -> dict[str, Figure]:
    """Level, spread and speed of the smile."""
    reserved = [e for e in pool if float(smile(e.track.reference)) <= SMILE_LEVEL]
    rise = (
        Figure(mean(reserved, lambda track: track.smile - smile(track.reference)))
        if reserved
        else Figure(None, 'the portrait smiles already')
    )
    fastest = max(float(np.abs(velocity(events.track.smile)).max()) for events in pool)
    return {
        'smile': Figure(mean(pool, lambda track: track.smile)),
        'smile_rise': rise,
        'smile_sd': Figure(spread(pool, lambda track: track.smile)),
        'smile_time': Figure(100 * mean(pool, lambda track: track.smile > SMILE_LEVEL)),
        'smile_speed': Figure(fastest),
    }


def brow_figures(pool: Pool) -> dict[str, Figure]:
    """How far brows and mouth are lowered, frowning or pressed beyond the portrait's."""

    def above(name: str) -> float:
        sides = (f'{name}Left', f'{name}Right')

        def excess(track: MotionTrack) -> FloatArray:
            return coefficient(track.expression - track.reference, *sides)

        return mean(pool, excess)

    brow = above('browDown')
    sternest = max(brow, above('mouthFrown'), above('mouthPress'))
    return {'brow_down': Figure(brow), 'stern': Figure(sternest)}


def jaw_figures(pool: Pool) -> dict[str, Figure]:
    """How far and how long the mouth is open."""

    def jaw_open(track: MotionTrack) -> FloatArray:
        return coefficient(track.expression, 'jawOpen')

    return {
        'jaw': Figure(mean(pool, jaw_open)),
        'jaw_time': Figure(100 * mean(pool, lambda track: jaw_open(track) > JAW_LEVEL)),
    }


def blink_figures(pool: Pool) -> dict[str, Figure]:
    """Shape and regularity of the blinks."""
    blinks = [blink for events in pool for blink in events.blinks]
    long = sum(blink.whole > LONG_BLINK for blink in blinks)
    return {
        'blink_half': quantile([1000 * blink.half_width for blink in blinks], 0.5),
        'blink_whole': quantile([1000 * blink.whole for blink in blinks], 0.5),
        'blink_long': count_share(long, len(blinks)),
        'blink_cv': interval_variation([[b.peak for b in events.blinks] for events in pool]),
    }


def gaze_figures(pool: Pool) -> dict[str, Figure]:
    """Share of time with the gaze on the speaker, and length of the breaks."""
    found = [gaze_breaks(events.track) for events in pool]
    lengths = [(stop - first) / FRAME_RATE for breaks in found for first, stop in breaks]
    seconds = sum(events.track.seconds for events in pool)
    return {
        'gaze': Figure(100 * (1 - sum(lengths) / seconds)),
        'gaze_break': quantile(lengths, 0.5),
    }
