"""Posture of the idle layer: breathing, a restless head and rest poses that are kept for a while.

The head does not swing around one pose: it takes a new one every few seconds, stays, and wanders
a little meanwhile. Seven real listeners have a spread of 1.0 to 1.5 deg about each axis and move at
4.3 deg/s (root mean square) outside nods, without a line in the spectrum.
"""

from functools import lru_cache
from math import cos
from math import pi
from math import radians

from vico_listener.listener.random_blocks import Wander
from vico_listener.listener.random_blocks import block_of
from vico_listener.listener.random_blocks import draw_wander
from vico_listener.listener.random_blocks import stream

BREATH_STREAM, POSE_STREAM, UNREST_STREAM, DRIFT_STREAM = 4, 5, 7, 13
"""The first of the random streams of each part."""

BREATH_PITCH = radians(0.2)
"""By how much breathing tips the head, rad."""
BREATH_RISE = 0.002
"""By how much breathing lifts the head, m."""

POSE = (radians(1.0), radians(0.75), radians(1.0), 0.006, 0.005)
"""Spread of the rest poses: roll, pitch, yaw in rad, forward and to the left in m."""
POSE_MOVE, POSE_STAY = (0.7, 1.5), (2.0, 10.0)
"""How long it takes to reach a rest pose and how long it is kept, s."""

UNREST = (radians(0.65), radians(0.5), radians(0.62))
"""Spread of the restless motion of roll, pitch and yaw around the rest pose, rad."""
UNREST_MOVE, UNREST_STAY = (0.45, 1.0), (0.02, 0.4)
"""The same times of the restless motion, s; each axis has its own."""

DRIFT = (radians(0.4), radians(0.3), radians(0.5))
"""Spread of a slow drift of roll, pitch and yaw, rad."""
DRIFT_MOVE, DRIFT_STAY = (3.0, 9.0), (0.05, 2.0)
"""The same times of the drift, s."""


@lru_cache(maxsize=64)
def _breath(seed: int) -> tuple[float, float]:
    """Return the frequency (Hz) and phase (rad) of breathing."""
    rng = stream(seed, BREATH_STREAM, 0)
    return float(rng.uniform(0.2, 0.28)), float(rng.uniform(0.0, 2 * pi))


@lru_cache(maxsize=64)
def rest_poses(seed: int, block: int) -> Wander:
    """Return how the rest pose changes within a block."""
    return draw_wander(seed, POSE_STREAM, block, POSE, POSE_MOVE, POSE_STAY)


@lru_cache(maxsize=64)
def _drift(seed: int, block: int) -> Wander:
    return draw_wander(seed, DRIFT_STREAM, block, DRIFT, DRIFT_MOVE, DRIFT_STAY)


@lru_cache(maxsize=64)
def _unrest(seed: int, block: int) -> tuple[Wander, ...]:
    return tuple(
        draw_wander(seed, UNREST_STREAM + 2 * axis, block, (spread,), UNREST_MOVE, UNREST_STAY)
        for axis, spread in enumerate(UNREST)
    )


def posture(seed: int, time: float, intensity: float) -> tuple[list[float], list[float]]:
    """Return the turn (roll, pitch, yaw in rad) and the displacement (x, y, z in m) of the head.

    Breathing does not depend on the intensity (0 to 1).
    """
    block = block_of(time)
    rate, phase = _breath(seed)
    breath = cos(2 * pi * rate * time + phase)
    *turn, forward, left = rest_poses(seed, block).at(time)
    drift = _drift(seed, block).at(time)
    for axis, unrest in enumerate(_unrest(seed, block)):
        turn[axis] = intensity * (turn[axis] + drift[axis] + unrest.at(time)[0])
    turn[1] += BREATH_PITCH * breath
    return turn, [intensity * forward, intensity * left, -BREATH_RISE * breath]
