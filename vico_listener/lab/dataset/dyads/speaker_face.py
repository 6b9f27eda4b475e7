"""Animates a speaker's face: jaw and lips by the voice, head and brows by stress, and smiles."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from vico_listener.clock import MODEL_RATE
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import ARKIT52
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import both_sides
from vico_listener.speech.features import LOG_ENERGY

_SMILES = both_sides('mouthSmile')


def speaker_face(
    rng: np.random.Generator, acoustic: NDArray[np.float32], speaking: NDArray[np.bool_]
) -> FaceTrack:
    """Return the face of somebody whose voice has the features `acoustic` (T, 45)."""
    count = len(acoustic)
    loud = _loudness(acoustic, speaking)
    stress = np.clip(loud - gaussian_filter1d(loud, 12), 0, None)
    expression = np.zeros((count, ARKIT52.size))

    def move(names: str, values: NDArray) -> None:
        for name in names.split():
            expression[:, ARKIT_INDEX[name]] += values

    opening = rng.uniform(0.25, 0.6) * gaussian_filter1d(loud, 1.2)
    move('jawOpen', opening * rng.uniform(0.5, 1.0))
    move('mouthLowerDownLeft mouthLowerDownRight', 0.5 * opening)
    for names in ('mouthFunnel', 'mouthPucker', 'mouthStretchLeft mouthStretchRight', 'mouthClose'):
        move(names, opening * np.clip(_wander(rng, count, 5.0), 0, None) * rng.uniform(0.2, 0.8))
    move('browInnerUp browOuterUpLeft browOuterUpRight', rng.uniform(0, 1.2) * stress)
    move('browDownLeft browDownRight', np.clip(0.15 * _wander(rng, count, 0.2) + 0.05, 0, 1))
    smile = rng.choice([0.0, 0.1, 0.3]) + _episodes(rng, count, rng.uniform(2, 8), (1.0, 4.0))
    move('mouthSmileLeft mouthSmileRight', 0.6 * np.clip(smile, 0, 1.3))
    move('cheekSquintLeft cheekSquintRight', 0.25 * np.clip(smile, 0, 1.3))
    move('eyeBlinkLeft eyeBlinkRight', _episodes(rng, count, 20, (0.1, 0.2)))
    away = _episodes(rng, count, rng.uniform(0, 8), (0.5, 2.5)) * rng.choice([-1, 1])
    move('eyeLookOutLeft eyeLookInRight', np.clip(away, 0, 1) * 0.5)
    move('eyeLookInLeft eyeLookOutRight', np.clip(-away, 0, 1) * 0.5)

    expression += _habits(rng, count)
    home = rng.normal(0, [0.06, 0.12, 0.2])
    lively = rng.uniform(0.4, 1.5)
    rotation = home + lively * np.stack(
        [
            0.04 * _wander(rng, count, 0.3),
            0.05 * _wander(rng, count, 0.4) + 0.12 * gaussian_filter1d(stress, 2),
            0.06 * _wander(rng, count, 0.3) + 0.3 * away,
        ],
        axis=1,
    )
    place = rng.uniform([-1.5, -0.2, -0.2], [-0.4, 0.2, 0.2])
    sway = np.stack([_wander(rng, count, 0.2) for _ in range(3)], axis=1)
    noise = rng.uniform(0.2, 1.0)
    valid = _episodes(rng, count, rng.choice([0.0, 1.5]), (0.3, 3.0)) < 0.5
    if rng.random() < 0.08:
        valid[:] = False
    return FaceTrack(
        np.clip(expression + noise * rng.normal(0, 0.01, expression.shape), 0, 1).astype('f4'),
        (rotation + noise * rng.normal(0, 0.004, rotation.shape)).astype(np.float32),
        (place + 0.015 * sway).astype(np.float32),
        valid,
    )


def _habits(rng: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Return what a real face does besides: each coefficient rests somewhere and wanders.

    Without it a network is thrown by coefficients that it never saw move.
    """
    rest = rng.exponential(0.06, ARKIT52.size) * (rng.random(ARKIT52.size) < 0.4)
    reach = rng.exponential(0.06, ARKIT52.size)
    rest[_SMILES] = reach[_SMILES] = 0.0
    wander = np.stack([_wander(rng, count, rng.uniform(0.3, 3)) for _ in range(ARKIT52.size)], 1)
    return np.asarray(rest + reach * np.abs(wander))


def _loudness(acoustic: NDArray[np.float32], speaking: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return 0 in silence, about 1 in loud syllables."""
    level = acoustic[:, LOG_ENERGY].astype(np.float64)
    heard = level[speaking] if speaking.any() else level
    low, high = np.percentile(heard, [10, 95])
    return np.asarray(np.clip((level - low) / max(high - low, 3.0), 0, 1.2) * speaking)


def _wander(rng: np.random.Generator, count: int, rate: float) -> NDArray[np.float64]:
    """Smooth random motion of unit spread that forgets itself `rate` times a second."""
    sigma = MODEL_RATE / (4 * rate)
    extra = int(4 * sigma) + 1
    noise = gaussian_filter1d(rng.normal(size=count + 2 * extra), sigma)[extra:-extra]
    return np.asarray(noise * np.sqrt(2 * sigma * np.sqrt(np.pi)))


def _episodes(
    rng: np.random.Generator, count: int, per_minute: float, seconds: tuple[float, float]
) -> NDArray[np.float64]:
    """Return 0 with bumps of height about 1, so often and so long."""
    track = np.zeros(count)
    for _ in range(rng.poisson(per_minute * count / MODEL_RATE / 60)):
        start = int(rng.integers(count))
        length = max(2, round(rng.uniform(*seconds) * MODEL_RATE))
        track[start : start + length] = rng.uniform(0.6, 1.2)
    return np.asarray(gaussian_filter1d(track, 1.0 if seconds[1] < 0.5 else 4.0))
