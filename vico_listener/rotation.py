"""Converts between roll-pitch-yaw angles, rotation matrices and quaternions, after REP-103.

The whole project uses one convention: fixed-axis roll, pitch, yaw in rad about x (out of the
face), y (to the head's own left) and z (up), so ``R = Rz(yaw) @ Ry(pitch) @ Rx(roll)``. Positive
pitch turns the face down, positive yaw turns it to the head's own left, and positive roll brings
the right ear down.
"""

from math import atan2
from math import hypot

import numpy as np
from numpy.typing import ArrayLike
from numpy.typing import NDArray

AXES = ('roll', 'pitch', 'yaw')
"""The axes in the order of the angles."""

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


def matrix_from_rpy(rpy: ArrayLike) -> Matrix:
    """Return the rotation matrix (3, 3) of roll, pitch, yaw in rad."""
    roll, pitch, yaw = np.asarray(rpy, dtype=np.float64)
    cr, sr = np.cos(roll), np.sin(roll)
    cp, sp = np.cos(pitch), np.sin(pitch)
    cy, sy = np.cos(yaw), np.sin(yaw)
    return np.array(
        [
            [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
            [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
            [-sp, cp * sr, cp * cr],
        ]
    )


def rpy_from_matrix(rotation: ArrayLike) -> Vector:
    """Return roll, pitch, yaw (3,) in rad of a rotation matrix (3, 3).

    Pitch lies in [-pi/2, pi/2]. At its limits (gimbal lock) roll is set to zero.
    """
    # Plain numbers take a third of the time of NumPy's.
    first, second, third = np.asarray(rotation, dtype=np.float64).tolist()
    level = hypot(first[0], second[0])
    pitch = atan2(-third[0], level)
    if level < 1e-9:
        return np.array([0.0, pitch, atan2(-first[1], second[1])])
    return np.array([atan2(third[1], third[2]), pitch, atan2(second[0], first[0])])


def compose_rpy(*rotations: ArrayLike) -> Vector:
    """Return roll, pitch, yaw (3,) in rad of a product of rotations ``R1 @ R2 @ ...``.

    Each rotation is given as roll, pitch, yaw in rad; the leftmost is applied last.
    """
    product = np.eye(3)
    for rpy in rotations:
        product = product @ matrix_from_rpy(rpy)
    return rpy_from_matrix(product)


def quaternion_from_rpy(rpy: ArrayLike) -> Vector:
    """Return the unit quaternion x, y, z, w of roll, pitch, yaw in rad.

    It is written out because importing scipy's rotations takes half a second.
    """
    roll, pitch, yaw = np.asarray(rpy, dtype=np.float64) / 2
    cr, sr = np.cos(roll), np.sin(roll)
    cp, sp = np.cos(pitch), np.sin(pitch)
    cy, sy = np.cos(yaw), np.sin(yaw)
    return np.array(
        [
            cy * cp * sr - sy * sp * cr,
            cy * sp * cr + sy * cp * sr,
            sy * cp * cr - cy * sp * sr,
            cy * cp * cr + sy * sp * sr,
        ]
    )


def matrix_from_quaternion(quaternion: ArrayLike) -> Matrix:
    """Return the rotation matrix (3, 3) of a quaternion x, y, z, w of any length but zero.

    Raises:
        ValueError: the length is zero.
    """
    numbers = np.asarray(quaternion, dtype=np.float64)
    length = float(np.linalg.norm(numbers))
    if length == 0.0:
        raise ValueError('a quaternion of length zero is not a rotation')
    x, y, z, w = numbers / length
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
