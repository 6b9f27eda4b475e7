"""Fades the folds that a smile has drawn into a photo, where the listener does not smile."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.frames import Picture
from vico_listener.render.expression_basis import distance_to_line
from vico_listener.render.landmarks import LIPS_OUTER_LOWER
from vico_listener.render.landmarks import LIPS_OUTER_UPPER
from vico_listener.render.landmarks import OUTLINE
from vico_listener.render.layers import smooth_step
from vico_listener.render.patch import Patch
from vico_listener.render.patch import span
from vico_listener.render.portrait import Portrait
from vico_listener.render.wide_blur import wide_blur

FOLD_RIGHT, FOLD_LEFT = (129, 203, 206, 216, 57), (358, 423, 426, 436, 287)
"""The landmarks along the folds from the wings of the nose to the corners of the mouth."""

WIDTH = 0.1
"""The standard deviation of the region around a fold that is smoothed, in distances of the outer
eye corners."""

SMOOTH, FINE = 0.14, 0.025
"""The standard deviations of the shading that stays, and of the structure of the skin, which stays
as well, in the same unit; what is in between goes."""

FINEST = 10.0
"""The largest amplitude of the structure of the skin, grey values."""

STRENGTH = 0.85
"""The share of a fold that goes with the whole smile."""

BARELY = 0.01
"""A pixel that changes less than this share is left as it is."""

STEPS = 32
"""The number of steps in which folds fade: a face mostly stays at one of them."""


class Folds:
    """The folds beside the mouth of a smiling portrait.

    Args:
        portrait: the portrait.
        patch: the region in which they are.
    """

    def __init__(self, portrait: Portrait, patch: Patch) -> None:
        image: NDArray[Any] = portrait.image[patch.rows, patch.columns].astype(np.float32)
        corner = np.array([patch.columns.start, patch.rows.start])
        points = portrait.landmarks[:, :2] - corner
        skin: NDArray[Any] = np.zeros(image.shape[:2], np.uint8)
        cv2.fillConvexPoly(skin, np.round(points[list(OUTLINE)]).astype(np.int32), 1)
        ring = [*LIPS_OUTER_UPPER, *LIPS_OUTER_LOWER[::-1]]
        cv2.fillPoly(skin, [np.round(points[ring]).astype(np.int32)], 0)
        margin = max(1, round(0.02 * portrait.eyes))
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * margin + 1, 2 * margin + 1))
        known = np.asarray(cv2.erode(skin, kernel), np.float32)
        shading = _mean(image, known, SMOOTH * portrait.eyes)
        fine = image - cv2.GaussianBlur(image, (0, 0), FINE * portrait.eyes)
        smooth = shading + np.clip(fine, -FINEST, FINEST)
        opaque = np.full((*skin.shape, 1), 255.0, np.float32)
        self._smooth = np.dstack([smooth, opaque]).clip(0.0, 255.0).astype(np.uint8)
        reach = WIDTH * portrait.eyes
        landmarks = portrait.landmarks.astype(np.float64)
        weight = np.zeros(skin.shape)
        for fold in (FOLD_RIGHT, FOLD_LEFT):
            distance = distance_to_line(landmarks[list(fold), :2], patch.x, patch.y)
            weight = np.maximum(weight, np.exp(-0.5 * (distance / reach) ** 2))
        # Nothing may change at the rim of the patch, or its edge would be visible.
        from_top, from_left = (_from_ends(length) for length in skin.shape)
        rim = np.minimum(from_top[:, None], from_left) / reach
        inside = cv2.GaussianBlur(known, (0, 0), float(margin)) * known * smooth_step(rim)
        weight = STRENGTH * weight * inside
        rows, columns = (span((weight > BARELY).any(axis=axis)) for axis in (1, 0))
        self._weight = np.ascontiguousarray(weight[rows, columns], np.float32)
        self._smooth = np.ascontiguousarray(self._smooth[rows, columns])
        part = patch.part(rows, columns)
        self._place = part.rows, part.columns
        self._faded: Picture | None = None
        self._step = 0

    def fade(self, source: Picture, relaxed: float) -> Picture:
        """Return a portrait (size, size, 4), with folds faded by a share from 0 to 1."""
        step = round(min(relaxed, 1.0) * STEPS)
        if not step:
            return source
        if self._faded is None:
            self._faded = source.copy()
        if step != self._step:
            weight = self._weight * np.float32(step / STEPS)
            self._faded[self._place] = cv2.blendLinear(
                source[self._place], self._smooth, 1.0 - weight, weight
            )
            self._step = step
        return self._faded


def _from_ends(length: int) -> NDArray[np.intp]:
    places = np.arange(length)
    return np.minimum(places, places[::-1])


def _mean(image: NDArray[np.float32], known: NDArray[np.float32], sigma: float) -> NDArray:
    """Return the mean of the known pixels around each pixel, weighted by a Gaussian."""
    weight = wide_blur(known, sigma)[..., None]
    return wide_blur(image * known[..., None], sigma) / np.maximum(weight, 1e-3)
