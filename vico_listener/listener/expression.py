"""Maps a few channels of the listener's face, and its gaze, linearly to ARKit coefficients.

Each channel moves several coefficients together, as the muscles do: a smile also lifts the cheeks
and narrows the eyes (Duchenne), and a frown lowers the mouth corners and pushes up the chin.
"""

from math import radians
from math import tanh

import numpy as np
from numpy.typing import NDArray

from vico_listener.motion import ARKIT52
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import ARKIT_NAMES
from vico_listener.motion import both_sides

Expression = NDArray[np.float64]

SMILE, BROW_DOWN, BROW_UP, FROWN, PRESS, CONCERN, ROLL, CORNERS, PART, LAUGH = range(10)
"""The channels of the face, which are the rows of `FACE_CHANNELS`."""

EYE_RANGE = radians(30.0)
"""The turn of the eyes at which an eyeLook coefficient is 1, rad."""

SLACK_FROWN, MOST_FROWN = 0.1, 0.22
"""Up to the former, mouth corners are lowered as told; they never get lower than the latter.

Lower ones bend the lips of a portrait like an m: the middle of its upper lip stays where it is.
"""

EYES = np.array([name.startswith('eyeLook') for name in ARKIT_NAMES])
"""(52,) the coefficients that turn the eyes, which go with the head."""

OPEN_SMILE, UNDER_SMILE = (0.35, 0.75), 0.2
"""From the first to the second smile, what draws the brows together shrinks to this share.

A broad smile under drawn brows looks mischievous.
"""

CALM_SMILE = (0.04, 0.2)
"""The range within which a calm face smiles, whatever the portrait does."""
CALM_JAW = 0.02
"""The widest opening of a calm face's jaw, even where the portrait's is open."""


def _both(**weights: float) -> Expression:
    """Return the weights (52,) of a channel; a name without Left or Right stands for both sides."""
    row = np.zeros(ARKIT52.size)
    for name, weight in weights.items():
        sides = [name] if name in ARKIT_INDEX else [f'{name}Left', f'{name}Right']
        row[[ARKIT_INDEX[side] for side in sides]] = weight
    return row


FACE_CHANNELS = np.stack(
    [
        _both(mouthSmile=1.0, cheekSquint=0.5, eyeSquint=0.35, mouthDimple=0.15),
        _both(browDown=1.0, eyeSquint=0.4, noseSneer=0.1),
        _both(browInnerUp=1.0, browOuterUp=0.7, eyeWide=0.15),
        _both(mouthFrown=1.0, mouthShrugLower=0.3),
        _both(mouthPress=1.0, mouthRollLower=0.3),
        _both(browInnerUp=1.0, browDown=0.2, mouthFrown=0.2, mouthShrugLower=0.15),
        _both(mouthRollLower=1.0, mouthRollUpper=0.6, mouthPress=0.2),
        _both(mouthDimple=1.0, mouthStretch=0.4, mouthShrugUpper=0.2),
        _both(mouthLowerDown=0.4, mouthUpperUp=0.15, jawOpen=0.06),
        _both(jawOpen=0.2, mouthUpperUp=0.4, mouthLowerDown=0.25, noseSneer=0.15),
    ]
)
"""(10, 52): by how much each channel moves each coefficient.

In the order of the channels' names: smile, lowered and raised brows, frown, pressed lips; the inner
brows of concern, lips rolled in, mouth corners drawn aside, lips parted; the mouth of a laugh.
"""

LEFT_SIDE = np.array([name.endswith('Left') for name in ARKIT_INDEX])
RIGHT_SIDE = np.array([name.endswith('Right') for name in ARKIT_INDEX])
"""(52,) the coefficients of either side of the face."""

GAZE_CHANNELS = np.stack(
    [
        _both(eyeLookOutLeft=1.0, eyeLookInRight=1.0),
        _both(eyeLookInLeft=1.0, eyeLookOutRight=1.0),
        _both(eyeLookUp=1.0),
        _both(eyeLookDown=1.0),
    ]
)
"""(4, 52): the coefficients of a gaze to the person's own left, to the right, up and down."""

_SMILES = both_sides('mouthSmile')
_FROWNS = both_sides('mouthFrown')
_BROWS = both_sides('browDown')
_JAW = ARKIT_INDEX['jawOpen']


def smile_of(expression: NDArray) -> float:
    """Return the mean of the two smile coefficients of an expression (52,)."""
    return 0.5 * float(expression[_SMILES[0]] + expression[_SMILES[1]])


def look(left: float, up: float) -> Expression:
    """Return the change of the expression (52,) that turns the eyes to the left and up.

    Both angles are in rad; left is the person's own left.
    """
    sideways = GAZE_CHANNELS[0 if left > 0.0 else 1] * (abs(left) / EYE_RANGE)
    return sideways + GAZE_CHANNELS[2 if up > 0.0 else 3] * (abs(up) / EYE_RANGE)


def eased_limit(value: float, slack: float, most: float) -> float:
    """Return the value up to `slack`, and beyond it one that approaches `most`."""
    room = most - slack
    return value if value <= slack else slack + room * tanh((value - slack) / room)


def softened(change: NDArray) -> Expression:
    """Return a change of the expression (52,) in which no mouth corner is lowered too far."""
    soft = np.array(change, np.float64)
    for corner in _FROWNS:
        soft[corner] = eased_limit(soft[corner], SLACK_FROWN, MOST_FROWN)
    return soft


def open_browed(change: Expression, smile: float) -> Expression:
    """Return a change of the expression (52,) whose brows hardly draw together under a smile."""
    open_brows = change.copy()
    open_brows[_BROWS] *= np.interp(smile, OPEN_SMILE, (1.0, UNDER_SMILE))
    return open_brows


def calm_face(reference: NDArray) -> Expression:
    """Return the calm face (52,): the portrait's, with a smile in `CALM_SMILE` and a closed jaw."""
    calm = np.array(reference, np.float64)
    smile = smile_of(calm)
    calm[_SMILES] += min(max(smile, CALM_SMILE[0]), CALM_SMILE[1]) - smile
    calm[_JAW] = min(calm[_JAW], CALM_JAW)
    return np.clip(calm, 0.0, 1.0)
