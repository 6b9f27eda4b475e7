"""Finds blinks: peaks of eye closure above a baseline that follows squinting and smiling."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import percentile_filter
from scipy.signal import find_peaks

from vico_listener.lab.evaluation.signals import crossing
from vico_listener.media.motion_track import FRAME_RATE
from vico_listener.media.motion_track import FloatArray
from vico_listener.media.motion_track import coefficient

PEAK_CLOSURE = 0.2
"""Least peak of eyeBlink above its baseline."""

BASELINE_SECONDS = 3.0
"""Length of the window around each frame from which the baseline is taken."""
BASELINE_PERCENTILE = 25
"""Percentile of the window that is the baseline."""

WHOLE_SHARE = 0.15
"""A blink lasts from this share of its peak to this share again."""

SAME_BLINK_SHARE = 0.5
"""Two peaks with no valley below this share of the smaller one are one blink."""


@dataclass(frozen=True)
class Blink:
    """One blink; times in s from the first frame.

    Attributes:
        peak: time of the largest closure.
        half_width: full width at half height, s.
        whole: width at `WHOLE_SHARE` of the height, s.
        height: peak above the baseline.
    """

    peak: float
    half_width: float
    whole: float
    height: float


def _width(closure: FloatArray, peak: int, share: float) -> float:
    level = share * closure[peak]
    return (crossing(closure, peak, 1, level) - crossing(closure, peak, -1, level)) / FRAME_RATE


def find_blinks(expression: FloatArray) -> list[Blink]:
    """Find the blinks in (T, 52) expressions at 30 Hz, in order of time."""
    closure = coefficient(expression, 'eyeBlinkLeft', 'eyeBlinkRight')
    frames = int(BASELINE_SECONDS * FRAME_RATE) | 1
    closure = closure - percentile_filter(closure, BASELINE_PERCENTILE, frames, mode='nearest')
    # Padding lets a peak on the first or last frame count as one.
    padded = np.pad(closure, 1, constant_values=-1.0)
    candidates = (find_peaks(padded, height=PEAK_CLOSURE)[0] - 1).tolist()
    peaks: list[int] = []
    for index in candidates:
        if peaks:
            valley = closure[peaks[-1] : index].min()
            if valley >= SAME_BLINK_SHARE * min(closure[peaks[-1]], closure[index]):
                peaks[-1] = max(peaks[-1], index, key=lambda i: closure[i])
                continue
        peaks.append(index)
    return [
        Blink(
            peak / FRAME_RATE,
            _width(closure, peak, 0.5),
            _width(closure, peak, WHOLE_SHARE),
            float(closure[peak]),
        )
        for peak in peaks
    ]
