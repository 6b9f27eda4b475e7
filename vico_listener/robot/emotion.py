"""What a robot with a simple face shows: an emotion's name, valence and arousal.

The weights are ours: smiles and frowns are valence, raised brows, wide eyes and an open mouth are
arousal (Russell's circumplex, 1980), as far as the listener moves them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import both_sides

VALENCE = {
    'mouthSmile': 1.2, 'cheekSquint': 0.2, 'mouthFrown': -1.2, 'browDown': -0.9, 'mouthPress': -0.4,
    'noseSneer': -0.6,
}  # fmt: skip
AROUSAL = {'browOuterUp': 0.6, 'eyeWide': 0.8, 'mouthSmile': 0.4, 'browDown': 0.5, 'eyeBlink': -0.2}
SINGLE_AROUSAL = {'browInnerUp': 0.6, 'jawOpen': 0.5}
STRONG = 0.25
"""From this valence or arousal on it is no longer neutral."""


@dataclass(frozen=True)
class Emotion:
    """Name as in hri_msgs/Expression; valence and arousal, -1..1."""

    name: str
    valence: float
    arousal: float


def _sides(expression: NDArray[np.floating], name: str) -> float:
    return float(expression[both_sides(name)].sum()) / 2


def emotion_of(expression: NDArray[np.floating]) -> Emotion:
    """Return the emotion of an `arkit52` expression (52,)."""
    valence = sum(weight * _sides(expression, name) for name, weight in VALENCE.items())
    arousal = sum(weight * _sides(expression, name) for name, weight in AROUSAL.items())
    arousal += sum(w * float(expression[ARKIT_INDEX[n]]) for n, w in SINGLE_AROUSAL.items())
    valence, arousal = (min(max(value, -1.0), 1.0) for value in (valence, arousal))
    if valence > STRONG:
        name = 'happy'
    elif valence < -STRONG:
        angry = _sides(expression, 'browDown') > _sides(expression, 'mouthFrown')
        name = 'angry' if angry else 'sad'
    else:
        name = 'surprised' if arousal > 2 * STRONG else 'neutral'
    return Emotion(name, valence, arousal)
