"""Converts face motions to a basis' native order and units, as networks see them, and back.

Deep3DFaceRecon rotates points by Rz Ry Rx with x to the person's left, y up and z out of the face.
Its angles therefore describe the same rotation about the axes in another order, and are converted
by way of the rotation matrix. This happens here and nowhere else. Translation and crop keep
Deep3D's units. The values of `arkit52` are native already.
"""

import numpy as np
from numpy.typing import NDArray

from vico_listener.motion import BFM64
from vico_listener.motion import ZEROS3
from vico_listener.motion import Basis
from vico_listener.motion import FaceMotion
from vico_listener.rotation import matrix_from_rpy
from vico_listener.rotation import rpy_from_matrix

# REP-103's x (out of the face), y (left), z (up) are Deep3D's z, x, y.
_HEAD_FROM_DEEP3D = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


def native_rotation(basis: Basis, rotation: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the native angles (3,) of a rotation (3,) roll, pitch, yaw, all in rad."""
    if basis is not BFM64:
        return np.asarray(rotation, np.float64)
    head = matrix_from_rpy(np.asarray(rotation, np.float64))
    return rpy_from_matrix(_HEAD_FROM_DEEP3D.T @ head @ _HEAD_FROM_DEEP3D)


def rep103_rotation(basis: Basis, angles: NDArray) -> NDArray[np.float64]:
    """Return roll, pitch, yaw (3,) of native angles: the inverse of `native_rotation`."""
    if basis is not BFM64:
        return np.asarray(angles, np.float64)
    turned = matrix_from_rpy(np.asarray(angles, np.float64))
    return rpy_from_matrix(_HEAD_FROM_DEEP3D @ turned @ _HEAD_FROM_DEEP3D.T)


def to_native(motion: FaceMotion) -> NDArray[np.float32]:
    """Return a motion as one vector: rotation 3 | expression | translation 3 | crop 3.

    The crop is left out where the basis has none.
    """
    rotation = native_rotation(motion.basis, motion.rotation)
    parts = [rotation.astype(np.float32), motion.expression, motion.translation]
    if motion.basis.absolute_pose:
        parts.append(motion.crop)
    return np.concatenate(parts)


def from_native(basis: Basis, values: NDArray) -> FaceMotion:
    """Return the motion of a native vector: the inverse of `to_native`."""
    end = 3 + basis.size
    return FaceMotion(
        np.array(values[3:end], np.float32),
        rep103_rotation(basis, values[:3]).astype(np.float32),
        np.array(values[end : end + 3], np.float32),
        np.array(values[end + 3 : end + 6], np.float32) if basis.absolute_pose else ZEROS3,
        basis=basis,
    )
