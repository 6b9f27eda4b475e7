"""Fast checks of the numbers in a speaker frame."""

from math import isfinite

import numpy as np
from numpy.typing import NDArray

from vico_listener.motion import FaceMotion


def all_finite(values: NDArray[np.float32]) -> bool:
    """Return True when no entry of a vector is NaN or infinite, faster than `numpy.isfinite`."""
    return isfinite(float(values @ values))


def usable_face(face: FaceMotion) -> bool:
    """Return True when all numbers of the expression and the pose are finite."""
    return (
        all_finite(face.expression) and all_finite(face.rotation) and all_finite(face.translation)
    )
