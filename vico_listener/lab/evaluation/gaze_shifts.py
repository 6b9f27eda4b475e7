"""Finds the shifts of a listener's gaze and the fixations between them.

A *shift* is a run of frames in which the gaze, head and eyes together, turns faster than
`SHIFT_SPEED`; a *fixation* is the time between two shifts. At 30 Hz shifts below about
`LEAST_SHIFT` cannot be told from the rounding of the eyes' compensation, so that the shortest
fixations of an eye tracker are joined here.
"""

from dataclasses import dataclass

import numpy as np

from vico_listener.lab.evaluation.signals import runs
from vico_listener.media.motion_track import FRAME_RATE
from vico_listener.media.motion_track import FloatArray

SHIFT_SPEED = 7.5
"""deg/s, a quarter of a degree per frame; pursuit and drift are slower."""

LEAST_SHIFT = 0.3
"""The smallest shift, deg."""


@dataclass(frozen=True)
class GazeTrace:
    """The shifts, deg, in order of time, and the complete fixations between them, s."""

    shifts: FloatArray
    fixations: FloatArray


def gaze_trace(gaze: FloatArray) -> GazeTrace:
    """Find shifts and fixations in a gaze (T, 2): pitch and yaw, deg, at 30 Hz.

    What comes before the first shift and after the last one is no complete fixation.
    """
    fast = np.hypot(*np.diff(gaze, axis=0).T) * FRAME_RATE > SHIFT_SPEED
    moves = [
        (first, stop, float(np.hypot(*(gaze[stop] - gaze[first])))) for first, stop in runs(fast)
    ]
    kept = [move for move in moves if move[2] >= LEAST_SHIFT]
    gaps = [
        (later[0] - earlier[1]) / FRAME_RATE
        for earlier, later in zip(kept[:-1], kept[1:], strict=True)
    ]
    return GazeTrace(np.array([size for _, _, size in kept]), np.array(gaps))
