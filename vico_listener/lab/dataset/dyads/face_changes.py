"""Shapes of feelings, and how they and movements of the head are added to a speaker's face."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import MODEL_RATE
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import ARKIT_INDEX

Curve = NDArray[np.float64]

ROLL, PITCH, YAW = range(3)

SMILE = {'mouthSmile': 0.7, 'cheekSquint': 0.4, 'eyeSquint': 0.2}
LAUGHING = {'mouthSmile': 0.9, 'cheekSquint': 0.6, 'eyeSquint': 0.5}
FROWN = {'browDown': 0.7, 'noseSneer': 0.3, 'mouthFrown': 0.4, 'eyeSquint': 0.3}
TEARS = {
    'browInnerUp': 0.8, 'browDown': 0.2, 'mouthFrown': 0.7, 'mouthShrugLower': 0.5,
    'eyeSquint': 0.4, 'mouthPress': 0.3,
}  # fmt: skip
SURPRISE = {'browInnerUp': 0.9, 'browOuterUp': 0.8, 'eyeWide': 0.7, 'jawOpen': 0.4}

NEAREST = -0.3
"""A face comes no nearer to the camera than this (x, m)."""


def bump(count: int, at: int, rise: float, hold: float, fall: float) -> Curve:
    """Return (count,) that rises from 0 to 1 at a tick, holds and falls; raised cosines, s."""
    times = (np.arange(count) - at) / MODEL_RATE
    corners = np.cumsum([0.0, rise, hold, fall])
    return (1 - np.cos(np.pi * np.interp(times, corners, [0, 1, 1, 0], 0, 0))) / 2


def expressed(face: FaceTrack, shape: dict[str, float], curve: Curve) -> FaceTrack:
    """Return the face with coefficients of both sides added, times a curve (T,)."""
    expression = face.expression.astype(np.float64)
    for name, weight in shape.items():
        sides = [name] if name in ARKIT_INDEX else [f'{name}Left', f'{name}Right']
        for side in sides:
            expression[:, ARKIT_INDEX[side]] += weight * curve
    return replace(face, expression=np.clip(expression, 0, 1).astype(np.float32))


def turned(face: FaceTrack, axis: int, degrees: Curve) -> FaceTrack:
    """Return the face with an angle added: (T,) deg of roll, pitch or yaw."""
    rotation = face.rotation.copy()
    rotation[:, axis] += np.radians(degrees).astype(np.float32)
    return replace(face, rotation=rotation)
