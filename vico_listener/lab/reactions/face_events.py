"""Changes of a speaker's face: what is added to the coefficients and the pose, and when."""

from dataclasses import replace

import numpy as np

from vico_listener.clock import MODEL_RATE
from vico_listener.lab.dataset.dyads.face_changes import FROWN
from vico_listener.lab.dataset.dyads.face_changes import LAUGHING
from vico_listener.lab.dataset.dyads.face_changes import NEAREST
from vico_listener.lab.dataset.dyads.face_changes import PITCH
from vico_listener.lab.dataset.dyads.face_changes import ROLL
from vico_listener.lab.dataset.dyads.face_changes import SMILE
from vico_listener.lab.dataset.dyads.face_changes import SURPRISE
from vico_listener.lab.dataset.dyads.face_changes import TEARS
from vico_listener.lab.dataset.dyads.face_changes import YAW
from vico_listener.lab.dataset.dyads.face_changes import Curve
from vico_listener.lab.dataset.dyads.face_changes import bump
from vico_listener.lab.dataset.dyads.face_changes import expressed
from vico_listener.lab.dataset.dyads.face_changes import turned
from vico_listener.lab.reactions.scene import Scene
from vico_listener.media.face_track import FaceTrack

LEAN = 0.15
"""How far a speaker leans in, m."""
TREMOR = 0.002
"""Deviation of the noise that stands for no event: what a tracker adds, in coefficients and rad."""


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
