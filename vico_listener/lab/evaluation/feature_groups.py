"""A face track as the three groups of numbers that the paper compares: angle, exp, trans."""

import numpy as np
from numpy.typing import NDArray

from vico_listener.media.face_track import FaceTrack
from vico_listener.native import native_rotation

GROUPS = ('angle', 'exp', 'trans')
"""Angles (3) in rad, expression (basis.size), translation (3); the crop is never evaluated."""

Groups = dict[str, NDArray[np.float64]]


def feature_groups(track: FaceTrack) -> Groups:
    """The groups (T, 3), (T, basis.size), (T, 3) in the basis' native order and units."""
    angles = [native_rotation(track.basis, rotation) for rotation in track.rotation]
    return {
        'angle': np.array(angles, np.float64).reshape(len(track), 3),
        'exp': track.expression.astype(np.float64),
        'trans': track.translation.astype(np.float64),
    }


def pose(groups: Groups) -> NDArray[np.float64]:
    """(T, 6) angles and translation together, as newer papers compare them."""
    return np.hstack([groups['angle'], groups['trans']])
