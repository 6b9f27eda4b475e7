"""Measures whether a face lives between its gestures: what moves, where it rests, what repeats.

A still portrait with nods cut into it passes every measure of the nods themselves. These measures
look at the rest: how many coefficients move, how the head moves outside nods and shakes, whether it
always comes back to one pose, whether its sway is a pendulum, and whether every recording begins in
the same way.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from scipy.signal import detrend
from scipy.signal import periodogram

from vico_listener.lab.evaluation.diversity import frame_variation
from vico_listener.lab.evaluation.nods import HeadGesture
from vico_listener.lab.evaluation.signals import smooth
from vico_listener.media.motion_track import FRAME_RATE
from vico_listener.media.motion_track import BoolArray
from vico_listener.media.motion_track import FloatArray
from vico_listener.motion import ARKIT_INDEX

EYES = ('eyeBlink', 'eyeLook')
"""Beginnings of the coefficients of lids and gaze, which have rows of their own."""
FACE_COLUMNS = [column for name, column in ARKIT_INDEX.items() if not name.startswith(EYES)]
"""The 42 coefficients of the face without lids and gaze: a blink is no expression."""

MOVING_SD = 0.01
"""A coefficient whose standard deviation exceeds this moves."""

HOME_RANGE = 1.0
"""A head is at home while each angle is within this of its median, deg."""

REST_SPEED = 3.0
"""A head below this angular speed, deg/s, rests."""

LINE_BAND = (0.08, 5.0)
"""Hz; a line is searched for in this band. Below it lie shifts of posture."""
LINE_WIDTH = 0.025
"""Hz to either side of a peak that belong to its line."""
LINE_SECONDS = 30.0
"""A shorter track, s, does not tell a line from a slow wander."""

START_SECONDS = 5.0
"""How long a recording begins, s."""
LEAST_STARTS = 4
"""Fewer recordings than this do not show whether all begin alike."""


def pooled_sd(tracks: Sequence[FloatArray]) -> FloatArray:
    """Return the standard deviation (D,) within tracks (T, D): root of the mean variance."""
    return np.concatenate([track - track.mean(axis=0) for track in tracks]).std(axis=0)


def moving_coefficients(faces: Sequence[FloatArray]) -> int:
    """Count the coefficients of faces (T, D) that move, see `MOVING_SD`."""
    return int((pooled_sd(faces) > MOVING_SD).sum())


def mean_variance(faces: Sequence[FloatArray]) -> float:
    """Return `temporal_variance` of faces (T, D), mean over tracks by their lengths."""
    return float(np.square(pooled_sd(faces)).mean())


def mean_change(faces: Sequence[FloatArray]) -> float:
    """Return `frame_variation` of faces (T, D), mean over tracks by their lengths."""
    lengths = [len(track) - 1 for track in faces]
    return float(np.average([frame_variation(track) for track in faces], weights=lengths))


def outside(gestures: Sequence[HeadGesture], count: int) -> BoolArray:
    """Return (count,) where no gesture is under way."""
    free = np.ones(count, np.bool_)
    for gesture in gestures:
        first = int(np.floor(gesture.start * FRAME_RATE))
        free[first : int(np.ceil(gesture.end * FRAME_RATE)) + 1] = False
    return free


def at_home(angles: FloatArray, speed: FloatArray) -> tuple[int, int]:
    """Return in how many frames a head rests at home, and in how many it rests.

    Args:
        angles: (T, 3) deg.
        speed: (T,) angular speed, deg/s.
    """
    position = smooth(angles)
    home = (np.abs(position - np.median(position, axis=0)) <= HOME_RANGE).all(axis=1)
    resting = speed < REST_SPEED
    return int((home & resting).sum()), int(resting.sum())


def line_share(angle: FloatArray) -> float:
    """Return the share of the strongest line in the power of an angle (T,) within `LINE_BAND`.

    Hann periodogram of the whole track without its linear trend; 0 for a constant. A sinusoid has
    nearly 1, white noise nearly 0, a random walk about a third.
    """
    frequency, power = periodogram(detrend(angle), FRAME_RATE, window='hann')
    inside = (frequency >= LINE_BAND[0]) & (frequency <= LINE_BAND[1])
    frequency, power = frequency[inside], power[inside]
    whole = float(power.sum())
    # The power that detrending leaves of a constant is rounding.
    if whole <= np.finfo(np.float64).eps * max(1.0, float(np.square(angle).max())):
        return 0.0
    peak = frequency[int(np.argmax(power))]
    return float(power[np.abs(frequency - peak) <= LINE_WIDTH].sum()) / whole


def start_difference(tracks: Sequence[FloatArray]) -> float | None:
    """Return how much recordings differ in their first seconds: 0 alike, 1 as if independent.

    It is the root mean square over all pairs of the difference within `START_SECONDS`, without the
    means of these seconds, in terms of what two independent pieces of the same recordings would
    differ by: the root of twice their variance. Real people have 1, because a recording of a
    conversation begins anywhere.

    Args:
        tracks: (T, D) of each recording.

    Returns:
        None with fewer than `LEAST_STARTS` recordings of twice `START_SECONDS`, or where nothing
        moves.
    """
    size = round(START_SECONDS * FRAME_RATE)
    long = [track for track in tracks if len(track) >= 2 * size]
    if len(long) < LEAST_STARTS:
        return None
    pieces = [
        track[first : first + size]
        for track in long
        for first in range(0, len(track) - size + 1, size)
    ]
    variance = float(np.mean([piece.var(axis=0).mean() for piece in pieces]))
    if variance <= np.finfo(np.float32).eps ** 2:
        return None
    starts = [track[:size] - track[:size].mean(axis=0) for track in long]
    squares = [float(np.square(one - other).mean()) for one, other in combinations(starts, 2)]
    return float(np.sqrt(np.mean(squares) / (2 * variance)))


def constant_share(level: FloatArray, least: float, most_sd: float, seconds: float) -> float:
    """Return the share of a level (T,) that lies in pieces where it is up and hardly moves.

    Args:
        level: of a smile, 0 to 1.
        least: the lowest level that counts as up.
        most_sd: a piece with a smaller standard deviation hardly moves.
        seconds: the length of the pieces; the last one is what remains.
    """
    size = round(seconds * FRAME_RATE)
    pieces = [level[first : first + size] for first in range(0, len(level), size)]
    constant = [p for p in pieces if p.min() > least and p.std() < most_sd]
    return sum(map(len, constant)) / len(level)
