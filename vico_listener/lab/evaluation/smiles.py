"""Finds smiles: rises of the smile from a valley to the next peak."""

from dataclasses import dataclass

import numpy as np

from vico_listener.lab.evaluation.signals import smooth
from vico_listener.media.motion_track import FRAME_RATE
from vico_listener.media.motion_track import FloatArray

SMILE_RISE = 0.2
"""Least rise that counts as the beginning of a smile."""

ONSET_SHARE = 0.1
"""A rise begins when this share of it is done."""
FULL_SHARE = 0.9
"""A rise is over when this share of it is done."""

PLATEAU_SECONDS = 0.8
"""A smile that has stopped growing for this long has risen; what comes later is another rise."""


@dataclass(frozen=True)
class SmileRise:
    """A rise of the smile.

    Attributes:
        onset: where `ONSET_SHARE` of it is done, s from the first frame.
        rise: how much it rises.
        seconds: how long it takes from `ONSET_SHARE` to `FULL_SHARE`.
    """

    onset: float
    rise: float
    seconds: float


def find_smile_rises(smile: FloatArray, least: float = SMILE_RISE) -> list[SmileRise]:
    """Find the rises of a smile (T,) by at least `least`, from a valley to the next peak.

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
            done = (level[valley : peak + 1] - level[valley]) / rise
            begun, full = (int(np.argmax(done >= s)) for s in (ONSET_SHARE, FULL_SHARE))
            onset, seconds = (valley + begun) / FRAME_RATE, (full - begun) / FRAME_RATE
            rises.append(SmileRise(onset, rise, seconds))
        if ended or level[index] < level[valley]:
            valley = peak = index
    return rises
