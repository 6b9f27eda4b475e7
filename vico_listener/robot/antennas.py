"""What antennas, or ears, and a light show of a listener's face.

A small robot without a face has nothing else to show it with: antennas perk up, droop, or differ in
doubt, a light is warm or cold. The weights are ours.
"""

from math import tanh

import numpy as np
from numpy.typing import NDArray

from vico_listener.motion import ARKIT52
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import FaceMotion
from vico_listener.robot.emotion import emotion_of
from vico_listener.robot.joints import ANTENNAS

INTEREST = {'browOuterUp': 1.6, 'eyeWide': 0.8, 'mouthSmile': 0.5}
"""What perks up the antenna of its side of the face."""
CONCERN = {'browDown': 1.0, 'mouthFrown': 1.2, 'mouthPress': 0.3}
"""What lets it droop."""
INNER_BROWS = 1.5
"""How much both droop when the inner brows rise without the outer ones, as in sorrow."""
RAISED = 1.5
"""By how much less the outer ones rise where all of them are raised."""
DOUBT = 5.0
"""How far they differ when the head tilts, per rad: the lower ear droops."""

SIDES = tuple(antenna.removesuffix('_antenna').capitalize() for antenna in ANTENNAS)


def antenna_positions(face: FaceMotion, roll: float) -> tuple[float, float]:
    """Return where the right and the left antenna are, from -1 (drooping) to 1 (perked up).

    Args:
        face: of the listener; only one in `arkit52` is shown.
        roll: of its head, rad; > 0 is the right ear down.
    """
    if face.basis is not ARKIT52:
        return 0.0, 0.0
    outer = sum(_value(face.expression, f'browOuterUp{side}') for side in SIDES) / 2.0
    sorrow = INNER_BROWS * max(_value(face.expression, 'browInnerUp') - RAISED * outer, 0.0)
    right, left = (_side(face.expression, side) - sorrow for side in SIDES)
    return tanh(right - DOUBT * roll), tanh(left + DOUBT * roll)


def shown_positions(face: FaceMotion, roll: float) -> tuple[float, float, float]:
    """Return where the right and left antenna and the light are, -1 to 1 (see `JOINT_AXES`)."""
    light = emotion_of(face.expression).valence if face.basis is ARKIT52 else 0.0
    return *antenna_positions(face, roll), light


def _side(expression: NDArray[np.float32], side: str) -> float:
    up = sum(weight * _value(expression, name + side) for name, weight in INTEREST.items())
    down = sum(weight * _value(expression, name + side) for name, weight in CONCERN.items())
    return up - down


def _value(expression: NDArray[np.float32], name: str) -> float:
    return float(expression[ARKIT_INDEX[name]])
