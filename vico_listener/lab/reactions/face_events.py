"""Changes of a speaker's face: what is added to the coefficients and the pose, and when."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import MODEL_RATE
from vico_listener.lab.reactions.scene import Scene
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

LEAN = 0.15
"""How far a speaker leans in, m."""
NEAREST = -0.3
"""A face comes no nearer to the camera than this (x, m)."""

TREMOR = 0.002
"""Deviation of the noise that stands for no event: what a tracker adds, in coefficients and rad."""


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


def _with_face(scene: Scene, face: FaceTrack) -> Scene:
    return replace(scene, face=face)


def smiles(scene: Scene, at: int) -> Scene:
    """Let the speaker smile for two seconds."""
    curve = bump(len(scene), at, 0.5, 2.0, 0.8)
    return _with_face(scene, expressed(scene.face, SMILE, curve))


def frowns(scene: Scene, at: int) -> Scene:
    """Let the speaker frown for two seconds."""
    curve = bump(len(scene), at, 0.4, 2.0, 0.8)
    return _with_face(scene, expressed(scene.face, FROWN, curve))


def weeps(scene: Scene, at: int) -> Scene:
    """Let the speaker look as if near tears for three seconds, with the head sinking."""
    curve = bump(len(scene), at, 0.6, 3.0, 1.0)
    face = turned(expressed(scene.face, TEARS, curve), PITCH, 5.0 * curve)
    return _with_face(scene, face)


def is_surprised(scene: Scene, at: int) -> Scene:
    """Let the speaker look surprised for a second."""
    curve = bump(len(scene), at, 0.2, 1.0, 0.5)
    return _with_face(scene, expressed(scene.face, SURPRISE, curve))


def nods(scene: Scene, at: int) -> Scene:
    """Let the speaker nod twice by 8 degrees at 2 Hz."""
    phase = 2.0 * (np.arange(len(scene)) - at) / MODEL_RATE
    inside = (phase >= 0) & (phase < 2)
    return _with_face(
        scene, turned(scene.face, PITCH, inside * 4.0 * (1 - np.cos(2 * np.pi * phase)))
    )


def tilts(scene: Scene, at: int) -> Scene:
    """Let the speaker tilt the head by 15 degrees (positive roll) for three seconds."""
    return _with_face(scene, turned(scene.face, ROLL, 15 * bump(len(scene), at, 0.6, 3.0, 0.8)))


def turns(scene: Scene, at: int) -> Scene:
    """Let the speaker turn the head by 25 degrees (positive yaw) for three seconds."""
    return _with_face(scene, turned(scene.face, YAW, 25 * bump(len(scene), at, 0.6, 3.0, 0.8)))


def leans_in(scene: Scene, at: int) -> Scene:
    """Let the speaker come 15 cm nearer for three seconds."""
    place = scene.face.translation.copy()
    place[:, 0] += (LEAN * bump(len(scene), at, 0.7, 3.0, 0.8)).astype(np.float32)
    place[:, 0] = np.maximum(np.minimum(place[:, 0], NEAREST), scene.face.translation[:, 0])
    return _with_face(scene, replace(scene.face, translation=place))


def trembles(scene: Scene, at: int) -> Scene:
    """Add the noise of a tracker for a second: no event, which shows what chance alone does."""
    rng = np.random.default_rng(at)
    rows = slice(at, at + MODEL_RATE)
    expression, rotation = scene.face.expression.copy(), scene.face.rotation.copy()
    expression[rows] += rng.normal(0, TREMOR, expression[rows].shape).astype(np.float32)
    rotation[rows] += rng.normal(0, TREMOR, rotation[rows].shape).astype(np.float32)
    return _with_face(
        scene, replace(scene.face, expression=np.clip(expression, 0, 1), rotation=rotation)
    )


def laughing_face(face: FaceTrack, at: int, bursts: Curve) -> FaceTrack:
    """Return the face with a laugh: a broad smile, a jaw that follows the bursts, a head thrown.

    Args:
        face: the face.
        at: the tick at which the laugh begins.
        bursts: (T,) how loud the laughter is, 0 to 1.
    """
    curve = bump(len(face), at, 0.4, 2.0, 1.0)
    face = expressed(expressed(face, LAUGHING, curve), {'jawOpen': 0.4}, bursts)
    return turned(face, PITCH, -6.0 * curve + 2.0 * bursts)


def unseen(face: FaceTrack, first: int, stop: int) -> FaceTrack:
    """Return the face out of view between two ticks."""
    valid = face.valid.copy()
    valid[first:stop] = False
    return replace(face, valid=valid)
