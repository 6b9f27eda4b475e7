"""Measures of how the head moves: speed, stillness, jitter, frozen output."""

import numpy as np
from scipy.ndimage import maximum_filter1d
from scipy.ndimage import minimum_filter1d

from vico_listener.lab.evaluation.signals import highpass
from vico_listener.lab.evaluation.signals import runs
from vico_listener.lab.evaluation.signals import smooth
from vico_listener.lab.evaluation.signals import velocity
from vico_listener.media.motion_track import FRAME_RATE
from vico_listener.media.motion_track import FloatArray
from vico_listener.media.motion_track import MotionTrack

STILL_RANGE = 1.0
"""A head is still while each angle stays within this range, deg."""

SLOW_SPEED = 3.0
"""A head below this angular speed, deg/s, is slow."""

FAST_CUTOFF = 0.3
"""Hz; above it lies the fast part of the motion."""

JITTER_CUTOFF = 8.0
"""Hz; above it lies jitter."""

NO_CHANGE = 1e-6
"""Frames whose rad, m and coefficients all differ by no more than this are the same frame."""


def angular_speed(rotation: FloatArray) -> FloatArray:
    """(T,) deg/s of (T, 3) roll, pitch, yaw in rad: length of the angular velocity.

    Angular velocity in the head frame of ``R = Rz(yaw) @ Ry(pitch) @ Rx(roll)``.
    """
    roll, pitch, _ = smooth(rotation).T
    roll_rate, pitch_rate, yaw_rate = velocity(rotation).T
    about_x = roll_rate - np.sin(pitch) * yaw_rate
    about_y = np.cos(roll) * pitch_rate + np.sin(roll) * np.cos(pitch) * yaw_rate
    about_z = -np.sin(roll) * pitch_rate + np.cos(roll) * np.cos(pitch) * yaw_rate
    return np.degrees(np.sqrt(about_x**2 + about_y**2 + about_z**2))


def longest_still(angles: FloatArray) -> float:
    """Longest time, s, in which each of (T, 3) angles, deg, stays within `STILL_RANGE`."""
    smoothed = smooth(angles)

    def fits(frames: int) -> bool:
        """Whether some window of this many frames is still."""
        spans = maximum_filter1d(smoothed, frames, axis=0) - minimum_filter1d(
            smoothed, frames, axis=0
        )
        inside = spans[frames // 2 : len(spans) - (frames - 1) // 2]
        return bool((inside <= STILL_RANGE).all(axis=1).any())

    # Part of a still window is still too: halve the search.
    still, moving = 1, len(smoothed) + 1
    while moving - still > 1:
        middle = (still + moving) // 2
        still, moving = (middle, moving) if fits(middle) else (still, middle)
    return still / FRAME_RATE


def longest_frozen(track: MotionTrack) -> float:
    """Longest time, s, in which nothing of the face changes at all."""
    whole = np.hstack([track.rotation, track.translation, track.expression])
    same = np.abs(np.diff(whole, axis=0)).max(axis=1) <= NO_CHANGE
    return max((stop - first for first, stop in runs(same)), default=0) / FRAME_RATE


def fast_part(angle: FloatArray) -> FloatArray:
    """The part of an angle above `FAST_CUTOFF` (second-order Butterworth, zero phase)."""
    return highpass(angle, FAST_CUTOFF, order=2)


def jitter(angles: FloatArray) -> FloatArray:
    """The part of angles above `JITTER_CUTOFF` (eighth-order Butterworth, zero phase)."""
    return highpass(angles, JITTER_CUTOFF, order=8)
