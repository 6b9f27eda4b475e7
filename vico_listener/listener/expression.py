"""The listener's face as a linear map of a few channels to ARKit coefficients, and its gaze.

Each channel moves several coefficients together, as the muscles do: a smile also lifts the cheeks
and narrows the eyes (Duchenne), a frown lowers the mouth corners and presses the lips.
"""

from math import radians

import numpy as np
from numpy.typing import NDArray

from vico_listener.motion import ARKIT52
from vico_listener.motion import ARKIT_INDEX

Expression = NDArray[np.float64]

SMILE, BROW_DOWN, BROW_UP, FROWN, PRESS = range(5)
"""Channels, rows of `FACE_CHANNELS`."""

EYE_RANGE = radians(30.0)
"""Turn of the eyes that an eyeLook coefficient of 1 stands for."""

CALM_SMILE = (0.04, 0.2)
"""A calm face smiles within this range, whatever the portrait does."""
CALM_JAW = 0.02
"""A listener's jaw is closed up to this much, even where the portrait's is open."""


def _both(**weights: float) -> Expression:
    """One channel's weights; a name without Left or Right that has both stands for both."""
    row = np.zeros(ARKIT52.size)
    for name, weight in weights.items():
        sides = [name] if name in ARKIT_INDEX else [f'{name}Left', f'{name}Right']
        row[[ARKIT_INDEX[side] for side in sides]] = weight
    return row


FACE_CHANNELS = np.stack(
    [
        _both(mouthSmile=1.0, cheekSquint=0.35, eyeSquint=0.2, mouthDimple=0.1),
        _both(browDown=1.0, eyeSquint=0.4, noseSneer=0.1),
        _both(browInnerUp=1.0, browOuterUp=0.7, eyeWide=0.15),
        _both(mouthFrown=1.0, mouthShrugLower=0.3),
        _both(mouthPress=1.0, mouthRollLower=0.3),
    ]
)
"""(5, 52): how much each coefficient moves with each channel."""

GAZE_CHANNELS = np.stack(
    [
        _both(eyeLookOutLeft=1.0, eyeLookInRight=1.0),
        _both(eyeLookInLeft=1.0, eyeLookOutRight=1.0),
        _both(eyeLookUp=1.0),
        _both(eyeLookDown=1.0),
    ]
)
"""(4, 52): coefficients of a gaze to the own left, to the right, up and down."""

_SMILES = [ARKIT_INDEX['mouthSmileLeft'], ARKIT_INDEX['mouthSmileRight']]
_JAW = ARKIT_INDEX['jawOpen']


def smile_of(expression: NDArray) -> float:
    """Mean of both smile coefficients."""
    return 0.5 * float(expression[_SMILES[0]] + expression[_SMILES[1]])


def look(left: float, up: float) -> Expression:
    """Change of the expression (52,) that turns the eyes to the own left and up, in rad."""
    sideways = GAZE_CHANNELS[0 if left > 0.0 else 1] * (abs(left) / EYE_RANGE)
    return sideways + GAZE_CHANNELS[2 if up > 0.0 else 3] * (abs(up) / EYE_RANGE)


def calm_face(reference: NDArray) -> Expression:
    """The portrait's expression (52,), its smile relaxed into `CALM_SMILE` and its jaw closed."""
    calm = np.array(reference, np.float64)
    smile = smile_of(calm)
    calm[_SMILES] += min(max(smile, CALM_SMILE[0]), CALM_SMILE[1]) - smile
    calm[_JAW] = min(calm[_JAW], CALM_JAW)
    return np.clip(calm, 0.0, 1.0)
