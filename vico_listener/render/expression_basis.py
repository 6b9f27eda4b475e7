"""Defines by hand how each ARKit coefficient moves the face: an analytic displacement basis.

Every stroke moves a group of landmarks by a vector, in distances of the outer eye corners (about 9
cm), along the axes of the face: to the person's left and towards the chin. The surroundings follow
with a Gaussian falloff. Amplitudes are those of an average face at coefficient 1. The lids, the
gaze and the gap between the lips are not part of it, because no smooth displacement can show skin
that slides over eyes and teeth (see `vico_listener.render.eyes` and `mouth`).
"""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import ARKIT_NAMES
from vico_listener.render.portrait import Portrait


@dataclass(frozen=True)
class Stroke:
    """A movement of landmarks, in distances of the outer eye corners.

    Attributes:
        landmarks: the landmarks, joined by a line.
        left, down: how far they move to the person's left and towards the chin.
        width: the standard deviation of the Gaussian falloff around the line.
    """

    landmarks: tuple[int, ...]
    left: float
    down: float
    width: float


BROW_INNER_RIGHT, BROW_INNER_LEFT = (107, 55, 66), (336, 285, 296)
BROW_WHOLE_RIGHT, BROW_WHOLE_LEFT = (70, 63, 105, 66, 107), (300, 293, 334, 296, 336)
BROW_OUTER_RIGHT, BROW_OUTER_LEFT = (70, 63, 105), (300, 293, 334)
CORNER_RIGHT, CORNER_LEFT = (61, 76), (291, 306)
# The skin outside of the corners goes down farthest, or the lips would not end in an arc, but in
# the shape of an S.
BEYOND_CORNER_RIGHT, BEYOND_CORNER_LEFT = (57, 43), (287, 273)
CHEEK_RIGHT, CHEEK_LEFT = (205, 50, 36), (425, 280, 266)
UNDER_EYE_RIGHT, UNDER_EYE_LEFT = (118, 119, 120), (347, 348, 349)
NOSE_WING_RIGHT, NOSE_WING_LEFT = (98, 64), (327, 294)
UPPER_LIP, LOWER_LIP = (39, 37, 0, 267, 269), (181, 84, 17, 314, 405)
UPPER_LIP_RIGHT, UPPER_LIP_LEFT = (40, 39, 37), (270, 269, 267)
LIP_CENTRE = (13, 14)
CHIN, MOUTH = (152, 199, 200), (61, 0, 291, 17, 13, 14)


def _both(name: str, right: list[Stroke], left: list[Stroke]) -> dict[str, list[Stroke]]:
    return {f'{name}Right': right, f'{name}Left': left}


STROKES: dict[str, list[Stroke]] = {
    **_both(
        'browDown',
        [Stroke(BROW_WHOLE_RIGHT, 0.02, 0.13, 0.13), Stroke(BROW_INNER_RIGHT, 0.06, 0.05, 0.11)],
        [Stroke(BROW_WHOLE_LEFT, -0.02, 0.13, 0.13), Stroke(BROW_INNER_LEFT, -0.06, 0.05, 0.11)],
    ),
    'browInnerUp': [
        Stroke(BROW_INNER_RIGHT, 0.0, -0.17, 0.14),
        Stroke(BROW_INNER_LEFT, 0.0, -0.17, 0.14),
    ],
    **_both(
        'browOuterUp',
        [Stroke(BROW_OUTER_RIGHT, 0.0, -0.16, 0.14)],
        [Stroke(BROW_OUTER_LEFT, 0.0, -0.16, 0.14)],
    ),
    'cheekPuff': [
        Stroke(CHEEK_RIGHT, -0.08, 0.03, 0.2),
        Stroke(CHEEK_LEFT, 0.08, 0.03, 0.2),
    ],
    **_both(
        'cheekSquint',
        [Stroke(UNDER_EYE_RIGHT, 0.0, -0.05, 0.12)],
        [Stroke(UNDER_EYE_LEFT, 0.0, -0.05, 0.12)],
    ),
    **_both(
        'eyeSquint',
        [Stroke(UNDER_EYE_RIGHT, 0.0, -0.03, 0.1)],
        [Stroke(UNDER_EYE_LEFT, 0.0, -0.03, 0.1)],
    ),
    **_both(
        'mouthFrown',
        [
            Stroke(BEYOND_CORNER_RIGHT, -0.02, 0.14, 0.15),
            Stroke(LIP_CENTRE, 0.0, -0.015, 0.2),
            Stroke(CHIN, 0.0, -0.02, 0.12),
        ],
        [
            Stroke(BEYOND_CORNER_LEFT, 0.02, 0.14, 0.15),
            Stroke(LIP_CENTRE, 0.0, -0.015, 0.2),
            Stroke(CHIN, 0.0, -0.02, 0.12),
        ],
    ),
    **_both(
        'mouthDimple',
        [Stroke(CORNER_RIGHT, -0.07, -0.01, 0.1)],
        [Stroke(CORNER_LEFT, 0.07, -0.01, 0.1)],
    ),
    **_both(
        'mouthStretch',
        [Stroke(CORNER_RIGHT, -0.1, 0.06, 0.14)],
        [Stroke(CORNER_LEFT, 0.1, 0.06, 0.14)],
    ),
    # Pressed lips tighten the corners and lift the chin; `Mouth` makes them thin.
    **_both(
        'mouthPress',
        [Stroke(CORNER_RIGHT, -0.1, 0.0, 0.09), Stroke(CHIN, 0.0, -0.03, 0.12)],
        [Stroke(CORNER_LEFT, 0.1, 0.0, 0.09), Stroke(CHIN, 0.0, -0.03, 0.12)],
    ),
    'mouthPucker': [
        Stroke(CORNER_RIGHT, 0.13, 0.0, 0.14),
        Stroke(CORNER_LEFT, -0.13, 0.0, 0.14),
    ],
    'mouthFunnel': [
        Stroke(CORNER_RIGHT, 0.1, 0.0, 0.14),
        Stroke(CORNER_LEFT, -0.1, 0.0, 0.14),
    ],
    'mouthLeft': [Stroke(MOUTH, 0.12, 0.0, 0.16)],
    'mouthRight': [Stroke(MOUTH, -0.12, 0.0, 0.16)],
    'mouthShrugLower': [Stroke(LOWER_LIP, 0.0, -0.06, 0.12), Stroke(CHIN, 0.0, -0.04, 0.12)],
    'mouthShrugUpper': [Stroke(UPPER_LIP, 0.0, -0.05, 0.1)],
    'jawLeft': [Stroke(CHIN, 0.12, 0.0, 0.22), Stroke(LOWER_LIP, 0.07, 0.0, 0.14)],
    'jawRight': [Stroke(CHIN, -0.12, 0.0, 0.22), Stroke(LOWER_LIP, -0.07, 0.0, 0.14)],
    **_both(
        'noseSneer',
        [
            Stroke(NOSE_WING_RIGHT, -0.01, -0.07, 0.1),
            Stroke(BROW_INNER_RIGHT, 0.02, 0.03, 0.1),
            Stroke(UPPER_LIP_RIGHT, 0.0, -0.03, 0.1),
        ],
        [
            Stroke(NOSE_WING_LEFT, 0.01, -0.07, 0.1),
            Stroke(BROW_INNER_LEFT, -0.02, 0.03, 0.1),
            Stroke(UPPER_LIP_LEFT, 0.0, -0.03, 0.1),
        ],
    ),
}

BROADENING = _both(
    'mouthSmile',
    [
        Stroke(CORNER_RIGHT, -0.105, -0.13, 0.12),
        Stroke(LIP_CENTRE, 0.0, 0.025, 0.12),
        Stroke(CHEEK_RIGHT, -0.02, -0.06, 0.15),
        Stroke(NOSE_WING_RIGHT, -0.02, -0.01, 0.1),
        Stroke(UNDER_EYE_RIGHT, 0.0, -0.025, 0.09),
    ],
    [
        Stroke(CORNER_LEFT, 0.105, -0.13, 0.12),
        Stroke(LIP_CENTRE, 0.0, 0.025, 0.12),
        Stroke(CHEEK_LEFT, 0.02, -0.06, 0.15),
        Stroke(NOSE_WING_LEFT, 0.02, -0.01, 0.1),
        Stroke(UNDER_EYE_LEFT, 0.0, -0.025, 0.09),
    ],
)
"""A smile that is broader than the portrait's own: the middle of the lips is held."""

FADING = _both(
    'mouthSmile',
    [Stroke(CORNER_RIGHT, -0.07, -0.1, 0.17), Stroke(CHEEK_RIGHT, -0.02, -0.05, 0.16)],
    [Stroke(CORNER_LEFT, 0.07, -0.1, 0.17), Stroke(CHEEK_LEFT, 0.02, -0.05, 0.16)],
)
"""The same for a smile that is less than the portrait's, whose curve is wider."""


def displacement_basis(
    portrait: Portrait, x: NDArray, y: NDArray, strokes_of: Mapping[str, Sequence[Stroke]]
) -> NDArray[np.float32]:
    """Return (52, *x.shape, 2) px: the displacement of points (x, y) per unit of a coefficient."""
    basis = np.zeros((len(ARKIT_NAMES), *x.shape, 2), np.float32)
    for name, strokes in strokes_of.items():
        for stroke in strokes:
            points = portrait.landmarks[list(stroke.landmarks), :2].astype(np.float64)
            distance = distance_to_line(points, x, y) / (stroke.width * portrait.eyes)
            weight = np.exp(-0.5 * distance**2)
            vector = stroke.left * portrait.across + stroke.down * portrait.down
            basis[ARKIT_INDEX[name]] += (portrait.eyes * weight)[..., None] * vector
    return basis


def distance_to_line(points: NDArray, x: NDArray, y: NDArray) -> NDArray:
    """Return the distance of (x, y) from the line through `points`."""
    nearest = np.full(x.shape, np.inf)
    for start, end in zip(points, points[1:], strict=False):
        along = end - start
        length = max(float(along @ along), 1e-9)
        t = np.clip(((x - start[0]) * along[0] + (y - start[1]) * along[1]) / length, 0, 1)
        gap = np.hypot(x - start[0] - t * along[0], y - start[1] - t * along[1])
        nearest = np.minimum(nearest, gap)
    return nearest
