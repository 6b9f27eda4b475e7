"""Measures of what the face does: smile onsets and gaze."""

from dataclasses import dataclass

import numpy as np

from vico_listener.lab.evaluation.signals import runs
from vico_listener.lab.evaluation.signals import smooth
from vico_listener.media.motion_track import FRAME_RATE
from vico_listener.media.motion_track import BoolArray
from vico_listener.media.motion_track import FloatArray
from vico_listener.media.motion_track import MotionTrack
from vico_listener.media.motion_track import coefficient

SMILE_RISE = 0.2
"""Least rise that counts as the beginning of a smile."""

ONSET_SHARE = 0.1
"""A rise begins when this share of it is done."""

EYE_RANGE = 30.0
"""Turn of the eyes, deg, that an eyeLook coefficient of 1 stands for."""

GAZE_CONE = 8.0
"""Gaze within this angle, deg, of the base gaze is on the speaker."""

GAZE_BREAK_SECONDS = 0.3
"""Shorter excursions out of the cone are no gaze breaks (a nod passes through)."""


@dataclass(frozen=True)
class SmileRise:
    """A rise of the smile: onset in s from the first frame, and how much it rises."""

    onset: float
    rise: float


PLATEAU_SECONDS = 0.8
"""A smile that has stopped growing for this long has risen; what comes later is another rise."""


def find_smile_rises(smile: FloatArray, least: float = SMILE_RISE) -> list[SmileRise]:
    """Rises of at least `least` of a smile (T,), from a valley to the next peak.

    A rise is over once the smile has fallen by half of `least` from its peak, or grown by less than
    half of `least` in `PLATEAU_SECONDS`; smaller wobbles neither end a rise nor start one.
    """
    level = smooth(smile)
    plateau = round(PLATEAU_SECONDS * FRAME_RATE)
    rises = []
    valley = peak = 0
    for index in range(len(level)):
        if level[index] > level[peak]:
            peak = index
        ended = index == len(level) - 1 or level[peak] - level[index] > least / 2
        if index - valley > plateau and level[peak] - level[valley] >= least:
            ended |= bool(level[index] - level[index - plateau] < least / 2)
        rise = float(level[peak] - level[valley])
        if ended and rise >= least:
            begun = level[valley : peak + 1] >= level[valley] + ONSET_SHARE * rise
            rises.append(SmileRise((valley + int(np.argmax(begun))) / FRAME_RATE, rise))
        if ended or level[index] < level[valley]:
            valley = peak = index
    return rises


def gaze_direction(track: MotionTrack) -> FloatArray:
    """(T, 2) pitch and yaw of the gaze in deg: rotation of the head plus that of the eyes.

    The eyes turn by `EYE_RANGE` times their eyeLook coefficients (mean of both eyes), less those
    of the reference, where the portrait looks at its viewer.
    """
    eyes = track.expression - track.reference

    def turn(positive: tuple[str, str], negative: tuple[str, str]) -> FloatArray:
        return EYE_RANGE * (coefficient(eyes, *positive) - coefficient(eyes, *negative))

    down = turn(('eyeLookDownLeft', 'eyeLookDownRight'), ('eyeLookUpLeft', 'eyeLookUpRight'))
    left = turn(('eyeLookOutLeft', 'eyeLookInRight'), ('eyeLookInLeft', 'eyeLookOutRight'))
    return np.stack([track.angles[:, 1] + down, track.angles[:, 2] + left], axis=1)


def gaze_breaks(track: MotionTrack) -> list[tuple[int, int]]:
    """(start, stop) frames of every gaze break: gaze out of the cone around the base gaze.

    The base gaze is the median over the track, where the listener looks when it attends.
    """
    gaze = gaze_direction(track)
    off: BoolArray = np.hypot(*(gaze - np.median(gaze, axis=0)).T) > GAZE_CONE
    shortest = GAZE_BREAK_SECONDS * FRAME_RATE
    return [(first, stop) for first, stop in runs(off) if stop - first >= shortest]
