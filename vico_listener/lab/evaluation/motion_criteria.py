"""Defines how a listener's head must move: spread, spectrum, speed, stillness, jitter."""

from collections.abc import Callable

import numpy as np
from scipy.ndimage import maximum_filter1d
from scipy.ndimage import minimum_filter1d

from vico_listener.lab.evaluation.criterion import Criterion
from vico_listener.lab.evaluation.criterion import Figure
from vico_listener.lab.evaluation.criterion import Pool
from vico_listener.lab.evaluation.criterion import Range
from vico_listener.lab.evaluation.criterion import ranges
from vico_listener.lab.evaluation.criterion import spread
from vico_listener.lab.evaluation.signals import acceleration
from vico_listener.lab.evaluation.signals import band_powers
from vico_listener.lab.evaluation.signals import highpass
from vico_listener.lab.evaluation.signals import runs
from vico_listener.lab.evaluation.signals import smooth
from vico_listener.lab.evaluation.signals import velocity
from vico_listener.media.motion_track import FRAME_RATE
from vico_listener.media.motion_track import FloatArray
from vico_listener.media.motion_track import MotionTrack

NOD_BAND = (1.0, 3.0)
"""Hz; nods put pitch power there, drift does not."""

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
    """Return the angular speed (T,), deg/s, of (T, 3) roll, pitch, yaw in rad.

    Angular velocity in the head frame of ``R = Rz(yaw) @ Ry(pitch) @ Rx(roll)``.
    """
    roll, pitch, _ = smooth(rotation).T
    roll_rate, pitch_rate, yaw_rate = velocity(rotation).T
    about_x = roll_rate - np.sin(pitch) * yaw_rate
    about_y = np.cos(roll) * pitch_rate + np.sin(roll) * np.cos(pitch) * yaw_rate
    about_z = -np.sin(roll) * pitch_rate + np.cos(roll) * np.cos(pitch) * yaw_rate
    return np.degrees(np.sqrt(about_x**2 + about_y**2 + about_z**2))


def longest_still(angles: FloatArray) -> float:
    """Return the longest time, s, for which all (T, 3) angles, deg, stay within `STILL_RANGE`."""
    smoothed = smooth(angles)

    def fits(frames: int) -> bool:
        """Return whether some window of this many frames is still."""
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
    """Return the longest time, s, in which nothing in the face changes."""
    whole = np.hstack([track.rotation, track.translation, track.expression])
    same = np.abs(np.diff(whole, axis=0)).max(axis=1) <= NO_CHANGE
    return max((stop - first for first, stop in runs(same)), default=0) / FRAME_RATE


def fast_part(angle: FloatArray) -> FloatArray:
    """Return the part of an angle above `FAST_CUTOFF` (second-order Butterworth, zero phase)."""
    return highpass(angle, FAST_CUTOFF, order=2)


def jitter(angles: FloatArray) -> FloatArray:
    """Return the part of angles above `JITTER_CUTOFF` (eighth-order Butterworth, zero phase)."""
    return highpass(angles, JITTER_CUTOFF, order=8)


def _joined(pool: Pool, measure: Callable[[MotionTrack], FloatArray]) -> FloatArray:
    """Return a measure of every frame of all tracks."""
    return np.concatenate([measure(events.track) for events in pool])


def _rms(values: FloatArray) -> FloatArray:
    """Return the root mean square over the frames."""
    return np.sqrt(np.mean(values**2, axis=0))


def _speed(pool: Pool) -> FloatArray:
    return _joined(pool, lambda track: angular_speed(track.rotation))


def _bend(pool: Pool) -> Figure:
    pitch = _joined(pool, lambda track: np.abs(acceleration(track.angles[:, 1])))
    return Figure(float(np.quantile(pitch, 0.99)))


def _nod_power(pool: Pool) -> Figure:
    tracks = [events.track for events in pool]
    powers = np.array([band_powers(track.angles[:, 1], NOD_BAND) for track in tracks])
    # Welch's powers are means over time: a longer track weighs more.
    inside, whole = np.array([track.seconds for track in tracks]) @ powers
    return Figure(100 * float(inside / whole) if whole > 0 else 0.0)


MOTION = (
    Criterion(
        'pitch_sd', 'head sd', 'pitch sd', 'deg',
        lambda pool: Figure(spread(pool, lambda track: track.angles[:, 1])),
        ranges((0.8, 5), (0.7, 4), (0.7, 5)), title='pitch sd, deg',
        source='measured; negative: judged',
    ),
    Criterion(
        'yaw_sd', 'head sd', 'yaw sd', 'deg',
        lambda pool: Figure(spread(pool, lambda track: track.angles[:, 2])),
        ranges((0.3, 5), (0.3, 4), (0.5, 8)), source='measured; negative: judged',
    ),
    Criterion(
        'roll_sd', 'head sd', 'roll sd', 'deg',
        lambda pool: Figure(spread(pool, lambda track: track.angles[:, 0])),
        ranges((0.3, 4), (0.3, 3), (0.3, 5)), source='measured; negative: judged',
    ),
    Criterion(
        'fast_pitch', 'fast part', 'pitch above 0.3 Hz, rms', 'deg',
        lambda pool: Figure(
            float(_rms(_joined(pool, lambda track: fast_part(track.angles[:, 1]))))
        ),
        ranges((0.6, 3.2), (0.5, 2.2), (0.4, 2.2)), source='measured',
    ),
    Criterion(
        'pitch_1_3', 'spectrum', 'pitch power at 1-3 Hz', '%', _nod_power,
        ranges((15, None), (12, None), (8, None)), source='measured',
    ),
    Criterion(
        'speed_rms', 'speed', 'angular speed, rms', 'deg/s',
        lambda pool: Figure(float(_rms(_speed(pool)))),
        ranges((5, 18), (3, 14), (3, 16)), source='measured', title='head speed rms, deg/s',
    ),
    Criterion(
        'speed_p95', 'speed', 'angular speed, 95 %', 'deg/s',
        lambda pool: Figure(float(np.quantile(_speed(pool), 0.95))),
        ranges((9, 45), (6, 35), (6, 45)), source='measured',
    ),
    Criterion(
        'speed_max', 'max speed', 'angular speed, max', 'deg/s',
        lambda pool: Figure(float(_speed(pool).max())),
        ranges((None, 100), (None, 80), (None, 100)), source='measured; judged',
    ),
    Criterion(
        'speed_max', 'max speed', 'angular speed, limit', 'deg/s',
        lambda pool: Figure(float(_speed(pool).max())),
        ranges((None, 150)), hard=True, source='judged',
    ),
    Criterion(
        'acceleration', 'acceleration', 'pitch acceleration, 99 %', 'deg/s2', _bend,
        ranges((None, 700)), source='measured; judged',
    ),
    Criterion(
        'acceleration', 'acceleration', 'pitch acceleration, limit', 'deg/s2', _bend,
        ranges((None, 1500)), hard=True, source='judged',
    ),
    Criterion(
        'still', 'stillness', 'longest still', 's',
        lambda pool: Figure(max(longest_still(events.track.angles) for events in pool)),
        ranges((None, 5), (None, 8), (None, 10)), source='measured; judged',
    ),
    Criterion(
        'slow', 'slow', 'time below 3 deg/s', '%',
        lambda pool: Figure(100 * float(np.mean(_speed(pool) < SLOW_SPEED))),
        ranges((10, 75), (30, 90), (30, 90)), source='measured; Hadar et al. 1983 (quoted)',
    ),
    Criterion(
        'frozen', 'frozen', 'longest without any change', 's',
        lambda pool: Figure(max(longest_frozen(events.track) for events in pool)),
        ranges((None, 0.5)), source='judged',
    ),
    Criterion(
        'jitter', 'jitter', 'jitter above 8 Hz, worst axis', 'deg',
        lambda pool: Figure(float(_rms(_joined(pool, lambda track: jitter(track.angles))).max())),
        ranges((None, 0.05)), tracked=Range(None, 0.25),
        source='judged; tracked from video: measured',
    ),
)  # fmt: skip
