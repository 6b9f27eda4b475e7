"""The action units of the Facial Action Coding System (FACS) that a face in `arkit52` shows.

Which blendshape is which unit follows the definitions of both: ARKit's shapes were modelled after
units, most of them one by one. What ARKit does not have is not measured: its confidence is 0.
"""

from math import pi

import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import DataError
from vico_listener.motion import ARKIT52
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import FaceMotion

UNITS = 99
"""The number of units, by their codes from 0: as in `hri_msgs/FacialActionUnits`."""

FULL_TURN = pi / 4
"""The turn of the head that counts as a unit of intensity 1, rad."""

PAIRS = {
    2: 'browOuterUp', 4: 'browDown', 5: 'eyeWide', 6: 'cheekSquint', 7: 'eyeSquint',
    9: 'noseSneer', 10: 'mouthUpperUp', 12: 'mouthSmile', 14: 'mouthDimple', 15: 'mouthFrown',
    16: 'mouthLowerDown', 20: 'mouthStretch', 24: 'mouthPress', 45: 'eyeBlink',
    63: 'eyeLookUp', 64: 'eyeLookDown',
}  # fmt: skip
"""Units that are the mean of a shape's left and right."""
SINGLE = {
    1: 'browInnerUp', 17: 'mouthShrugLower', 18: 'mouthPucker', 19: 'tongueOut', 22: 'mouthFunnel',
    26: 'jawOpen', 29: 'jawForward', 34: 'cheekPuff',
}  # fmt: skip
"""Units that are one shape."""
MEANS = {
    28: ('mouthRollLower', 'mouthRollUpper'),
    61: ('eyeLookOutLeft', 'eyeLookInRight'),
    62: ('eyeLookInLeft', 'eyeLookOutRight'),
}
"""Units that are the mean of two other shapes; left and right are the person's own."""
TURNS = {51: (2, 1.0), 52: (2, -1.0), 53: (1, -1.0), 54: (1, 1.0), 55: (0, -1.0), 56: (0, 1.0)}
"""Units of the head: the angle (roll, pitch, yaw) and its sign."""
JAW_SIDEWAYS, LIPS_PART, SPEECH = 30, 25, 50


def _weights() -> NDArray[np.float32]:
    """Return (UNITS, 52) weights of the shapes in each unit."""
    weights = np.zeros((UNITS, len(ARKIT_INDEX)), np.float32)
    for unit, name in SINGLE.items():
        weights[unit, ARKIT_INDEX[name]] = 1.0
    pairs = {unit: (f'{name}Left', f'{name}Right') for unit, name in PAIRS.items()}
    for unit, names in (pairs | MEANS).items():
        for name in names:
            weights[unit, ARKIT_INDEX[name]] = 0.5
    return weights


WEIGHTS = _weights()
MEASURED = sorted(np.flatnonzero(WEIGHTS.any(1)).tolist() + [*TURNS, JAW_SIDEWAYS, LIPS_PART])
"""The units that a face tells; `SPEECH` is known besides."""


def action_units(
    face: FaceMotion, speaking: bool
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return intensity and confidence of each unit, (UNITS,) float32 of 0 to 1.

    Args:
        face: in `arkit52`, in front of the camera: a rotation of 0 looks into it.
        speaking: whether the person speaks.

    Raises:
        DataError: the face is of another basis, or not finite.
    """
    if face.basis is not ARKIT52:
        raise DataError(f"action units are those of a face in 'arkit52', not '{face.basis.name}'")
    shapes, rotation = face.expression, face.rotation
    if not (np.isfinite(shapes).all() and np.isfinite(rotation).all()):
        raise DataError('a face with numbers that are not finite has no action units')
    intensity = WEIGHTS @ shapes
    for unit, (axis, sign) in TURNS.items():
        intensity[unit] = sign * rotation[axis] / FULL_TURN
    of = {name: float(shapes[place]) for name, place in ARKIT_INDEX.items()}
    intensity[JAW_SIDEWAYS] = max(of['jawLeft'], of['jawRight'])
    intensity[LIPS_PART] = of['jawOpen'] - of['mouthClose']
    intensity[SPEECH] = float(speaking)
    confidence = np.zeros(UNITS, np.float32)
    confidence[MEASURED] = confidence[SPEECH] = min(max(float(face.confidence), 0.0), 1.0)
    return np.clip(intensity, 0.0, 1.0).astype(np.float32), confidence
