"""A listener's pose as the camera saw it, and relative to its reference face (as messages do)."""

import numpy as np

from vico_listener.dataset.face_track import FaceTrack
from vico_listener.motion import ARKIT52
from vico_listener.motion import FaceMotion
from vico_listener.rotation import compose_rpy
from vico_listener.rotation import inverse_rpy
from vico_listener.rotation import matrix_from_rpy


def reference_of(track: FaceTrack) -> FaceMotion:
    """The first face of a track that the camera saw: the listener's m_1.

    Raises:
        ValueError: it saw none.
    """
    if not track.valid.any():
        raise ValueError('the listener is never seen: there is no reference face')
    return track.motion(int(np.argmax(track.valid)))


def relative_to(track: FaceTrack, reference: FaceMotion) -> FaceTrack:
    """Rotation and translation as seen from a reference face; expression and crop unchanged.

    Rotation is ``reference^-1 * rotation``. Translation is the displacement from the reference: in
    its head frame for `arkit52` (metres), plain for `bfm64` (Deep3D's units, camera axes).
    """
    back = inverse_rpy(reference.rotation)
    moved = (track.translation - reference.translation) @ _axes(reference)
    return _with_pose(track, [compose_rpy(back, r) for r in track.rotation], moved)


def placed_at(track: FaceTrack, reference: FaceMotion) -> FaceTrack:
    """The inverse of `relative_to`: the pose that a camera would see."""
    moved = track.translation @ _axes(reference).T + reference.translation
    return _with_pose(track, [compose_rpy(reference.rotation, r) for r in track.rotation], moved)


def _axes(reference: FaceMotion) -> np.ndarray:
    """Rows times this are rows in the reference's frame."""
    return matrix_from_rpy(reference.rotation) if reference.basis is ARKIT52 else np.eye(3)


def _with_pose(track: FaceTrack, rotation: list[np.ndarray], translation: np.ndarray) -> FaceTrack:
    return FaceTrack(
        track.expression,
        np.array(rotation, np.float32).reshape(-1, 3),
        np.asarray(translation, np.float32),
        track.valid,
        track.crop,
        track.basis,
    )
