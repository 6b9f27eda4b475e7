"""Tells whether something covers the eyes or the mouth of a face, such as sunglasses or a mask."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.frames import Picture
from vico_listener.render.landmarks import EYE_OUTER_LEFT
from vico_listener.render.landmarks import EYE_OUTER_RIGHT
from vico_listener.render.landmarks import LIPS_OUTER_LOWER
from vico_listener.render.landmarks import LIPS_OUTER_UPPER
from vico_listener.render.landmarks import LOWER_LID_LEFT
from vico_listener.render.landmarks import LOWER_LID_RIGHT
from vico_listener.render.landmarks import UPPER_LID_LEFT
from vico_listener.render.landmarks import UPPER_LID_RIGHT

PARTS = {
    'an eye': (UPPER_LID_RIGHT + LOWER_LID_RIGHT, UPPER_LID_LEFT + LOWER_LID_LEFT),
    'the mouth': (LIPS_OUTER_UPPER + LIPS_OUTER_LOWER,),
}

PLAIN = 0.25
"""The contrast below which there is no eye and no mouth, as a share of the skin's brightness.

In 24 photos and paintings, eyes had at least 0.5 and mouths 0.5; painted covers had less than 0.05.
"""

EYES = 48.0
"""The distance of the outer eye corners at which the contrast is measured, px."""


LARGEST_ZOOM = 2.0
"""The enlargement beyond which a face is too small to tell."""


def covered_part(photo: Picture, landmarks: NDArray[np.float32]) -> str | None:
    """Return what is covered of a face, or None.

    Args:
        photo: (H, W, 3) uint8 BGR.
        landmarks: (N, 2) or (N, 3) the landmarks of the face, px.
    """
    points = landmarks[:468, :2].astype(np.float64)
    eyes = points[EYE_OUTER_LEFT] - points[EYE_OUTER_RIGHT]
    scale = EYES / max(float(np.linalg.norm(eyes)), 1.0)
    if scale > LARGEST_ZOOM:
        return None
    low = np.floor(points.min(axis=0)).astype(int).clip(0)
    high = np.ceil(points.max(axis=0)).astype(int) + 1
    face = cv2.cvtColor(photo[low[1] : high[1], low[0] : high[0]], cv2.COLOR_BGR2GRAY)
    method = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_LINEAR
    grey = np.asarray(cv2.resize(face, None, None, scale, scale, method))
    places = np.round((points - low) * scale).astype(np.int32)
    columns, rows = np.clip(places, 0, np.array(grey.shape[::-1]) - 1).T
    skin = max(float(np.median(grey[rows, columns])), 1.0)
    for name, contours in PARTS.items():
        if any(_contrast(grey, places[list(contour)]) < PLAIN * skin for contour in contours):
            return name
    return None


def _contrast(grey: NDArray, contour: NDArray[np.int32]) -> float:
    mask = np.zeros(grey.shape, np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(contour), 1)
    values = grey[mask > 0]
    if not values.size:  # outside the photo, which another check refuses
        return np.inf
    return float(np.quantile(values, 0.95) - np.quantile(values, 0.05))
