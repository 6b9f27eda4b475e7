"""Expresses a recorded listener as a generator would: relative to its first face.

A generator is given a reference face m_1 and gives poses relative to it, except in a basis with a
crop (`bfm64`): there poses are what the camera would see, as in the paper.
"""

from dataclasses import replace

import numpy as np

from vico_listener.errors import DataError
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import FaceMotion
from vico_listener.rotation import matrix_from_rpy
from vico_listener.rotation import rpy_from_matrix


def first_face(track: FaceTrack) -> FaceMotion:
    """Return the first visible face, as the camera saw it.

    Raises:
        DataError: there is none.
    """
    if not track.valid.any():
        raise DataError('the face is never seen: there is no reference')
    return track.motion(int(np.argmax(track.valid)))


def reference_face(track: FaceTrack) -> FaceMotion:
    """Return a generator's reference m_1: `first_face`, with pose zero where poses are relative."""
    face = first_face(track)
    if face.basis.absolute_pose:
        return face
    return FaceMotion(face.expression, basis=face.basis)


def relative_track(track: FaceTrack) -> FaceTrack:
    """Return the track with its pose as a generator would give it.

    Relative poses: rotation R_1^T R_t, translation R_1^T (t_t - t_1), in the head frame of the
    first visible face.
    """
    if track.basis.absolute_pose:
        return track
    first = first_face(track)
    back = matrix_from_rpy(first.rotation).T
    rotations = [rpy_from_matrix(back @ matrix_from_rpy(rpy)) for rpy in track.rotation]
    return replace(
        track,
        rotation=np.array(rotations, np.float32),
        translation=((track.translation - first.translation) @ back.T).astype(np.float32),
    )


def placed_track(track: FaceTrack, first: FaceMotion) -> FaceTrack:
    """Return the track with the pose that the camera would see: the inverse of `relative_track`."""
    if track.basis.absolute_pose:
        return track
    axes = matrix_from_rpy(first.rotation)
    rotations = [rpy_from_matrix(axes @ matrix_from_rpy(rpy)) for rpy in track.rotation]
    return replace(
        track,
        rotation=np.array(rotations, np.float32).reshape(-1, 3),
        translation=(track.translation @ axes.T + first.translation).astype(np.float32),
    )
