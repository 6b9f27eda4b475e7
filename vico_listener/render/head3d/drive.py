"""How far each target of the mesh is applied for the coefficients of a motion.

The targets were made for other eyes than our face tracker's, which reads a target of 1 as less or
more than 1. So each coefficient goes through a curve that was fitted to what the tracker reads.
"""

import numpy as np

from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import ARKIT_NAMES
from vico_listener.motion import both_sides
from vico_listener.render.head3d.mesh_file import Floats

KNOTS = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
"""The coefficients at which the curves are given; they are straight in between."""

CURVES: dict[str, tuple[float, ...]] = {
    'browDown': (0.0, 1.55, 1.8, 1.95, 2.1),
    'browInnerUp': (0.0, 0.45, 0.85, 1.15, 1.4),
    'browOuterUp': (0.0, 0.45, 0.85, 1.2, 1.5),
    'eyeBlink': (0.0, 0.3, 0.57, 0.83, 1.04),
    'eyeLookDown': (0.0, 0.35, 0.7, 0.97, 1.2),
    'eyeWide': (0.0, 0.3, 0.6, 0.95, 1.3),
    'jawOpen': (0.0, 0.36, 0.62, 0.83, 1.0),
    'mouthFrown': (0.0, 1.2, 1.45, 1.6, 1.7),
    'mouthFunnel': (0.0, 0.3, 0.6, 0.95, 1.3),
    'mouthLowerDown': (0.0, 0.4, 0.8, 1.2, 1.6),
    'mouthPress': (0.0, 0.45, 0.75, 0.9, 1.0),
    'mouthPucker': (0.0, 0.3, 0.6, 0.95, 1.3),
    'mouthSmile': (0.0, 0.08, 0.24, 0.5, 0.9),
    'noseSneer': (0.0, 0.4, 0.8, 1.3, 1.8),
}
"""How far the target is applied at each of KNOTS, where that is not the coefficient itself.

Left and right share the entry of the name without the side.
"""

SMILING: dict[str, tuple[float, ...]] = {
    'cheekSquint': (0.0, 0.1, 0.2, 0.3, 0.4),
    'mouthDimple': (0.0, 0.12, 0.25, 0.37, 0.5),
    'mouthLowerDown': (0.0, 0.0, 0.0, 0.75, 1.0),
    'mouthRollUpper': (0.0, 0.0, 0.0, 0.4, 0.6),
    'mouthStretch': (0.0, 0.05, 0.1, 0.15, 0.2),
    'mouthUpperUp': (0.0, 0.0, 0.0, 0.6, 0.9),
}
"""How far a smile applies other targets of its side (or both sides) at least, at each of KNOTS.

Its own target only curls the closed lips, which looks like a smirk. A friendly smile is wide,
narrows the eyes, and shows teeth if it is broad.
"""

DISPLEASED = ('browDownLeft', 'browDownRight', 'mouthFrownLeft', 'mouthFrownRight')
"""The coefficients whose curves fade with the fourth power of 1 - v of a smile v.

They are steep, so that faint displeasure is seen; above a smile, it would look scheming.
"""


def _table() -> np.ndarray:
    rows = [
        CURVES.get(name.removesuffix('Left').removesuffix('Right'), KNOTS) for name in ARKIT_NAMES
    ]
    return np.array(rows)


_TABLE = _table()
_ROWS = np.arange(len(ARKIT_NAMES))
_SMILES = both_sides('mouthSmile')
_DISPLEASED = [ARKIT_INDEX[name] for name in DISPLEASED]
_SMILING = np.array(list(SMILING.values()))
_WITH_SMILE = np.array(
    [
        [ARKIT_INDEX[name if name in ARKIT_INDEX else f'{name}{side}'] for name in SMILING]
        for side in ('Left', 'Right')
    ]
)
_CLOSE, _JAW = ARKIT_INDEX['mouthClose'], ARKIT_INDEX['jawOpen']


def target_weights(expression: Floats) -> Floats:
    """Return how far the targets are applied (52,) for coefficients (52,), clipped to 0..1."""
    told = np.clip(expression, 0.0, 1.0)
    place = told * (len(KNOTS) - 1)
    below = np.minimum(place.astype(np.int64), len(KNOTS) - 2)
    rest = place - below
    weights = _TABLE[_ROWS, below] * (1 - rest) + _TABLE[_ROWS, below + 1] * rest
    steep, even = weights[_DISPLEASED], told[_DISPLEASED]
    weights[_DISPLEASED] = even + (1.0 - told[_SMILES].max()) ** 4 * (steep - even)
    for smile, others in zip(_SMILES, _WITH_SMILE, strict=True):
        start, end = _SMILING[:, below[smile]], _SMILING[:, below[smile] + 1]
        weights[others] = np.maximum(weights[others], start + rest[smile] * (end - start))
    # Lips close over an open jaw; without one they would cross.
    weights[_CLOSE] = min(weights[_CLOSE], weights[_JAW])
    return weights.astype(np.float32)
