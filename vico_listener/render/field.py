"""The displacement field of the whole head: rotation in depth, translation and expression.

It lives on a coarse grid over the picture and is only as fine as faces need; the per-frame cost is
one product with the expression basis and a few operations on 64x64 points.
"""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import LinearNDInterpolator

from vico_listener.motion import FaceMotion
from vico_listener.render.expression_basis import displacement_basis
from vico_listener.render.landmarks import CHIN
from vico_listener.render.landmarks import OUTLINE
from vico_listener.render.layers import head_share
from vico_listener.render.portrait import Portrait
from vico_listener.rotation import matrix_from_rpy

GRID = 64

FREE_ANGLE = np.radians(14.0)
MAX_ANGLE = np.radians(22.0)
"""Turns beyond `FREE_ANGLE` are compressed softly towards `MAX_ANGLE`: a photo shows no profile."""

EYE_DISTANCE = 0.09
"""Distance of the outer eye corners of an average face, m."""

CAMERA_DISTANCE = 0.7
"""Metres from which the portrait is taken to be seen, for translation in depth."""

MAX_SHIFT = 0.05
"""Largest translation shown, m."""

PIVOT_BELOW = 0.25
"""The head turns about a point this share of the face's height above the chin."""

PIVOT_DEPTH = 0.15
"""and this many eye distances behind the face's contour."""


class HeadField:
    """Displacements of a portrait's points under a face motion.

    Args:
        portrait: the portrait.
    """

    def __init__(self, portrait: Portrait) -> None:
        self._size = portrait.image.shape[0]
        cell = self._size / GRID
        axis = (np.arange(GRID) + 0.5) * cell - 0.5
        self._x, self._y = np.meshgrid(axis, axis)
        self._basis = displacement_basis(portrait, self._x, self._y).reshape(52, -1)
        self._used = np.flatnonzero(np.abs(self._basis).max(axis=1) > 0)
        self._basis = np.ascontiguousarray(self._basis[self._used])
        self._reference = portrait.reference.expression.copy()
        self._share = head_share(portrait, self._x, self._y)
        depth = _depth(portrait, self._x, self._y)
        outline = -portrait.landmarks[list(OUTLINE), 2]
        chin = portrait.landmarks[CHIN, :2]
        pivot = chin - PIVOT_BELOW * portrait.face_height * portrait.down
        pivot_depth = float(np.median(outline)) - PIVOT_DEPTH * portrait.eyes
        # In the head's frame (REP-103): x towards the viewer, y to the picture's right, z up.
        self._points = np.stack(
            [
                (depth - pivot_depth).ravel(),
                (self._x - pivot[0]).ravel(),
                -(self._y - pivot[1]).ravel(),
            ]
        )
        self._px_per_m = portrait.eyes / EYE_DISTANCE
        lattice = np.arange(GRID, dtype=np.float32)
        self._lattice = np.stack(np.meshgrid(lattice, lattice), axis=-1)
        self._cell = np.float32(cell)

    def source_offsets(self, motion: FaceMotion) -> NDArray[np.float32]:
        """(64, 64, 2) px: where each grid point's picture comes from, relative to the point."""
        shift = self._displacement(motion)
        # The inverse of p -> p + shift(p), by fixed-point iteration; offsets are small and smooth.
        offset = -shift
        for _ in range(3):
            place = self._lattice + offset / self._cell
            x, y = place[..., 0], place[..., 1]
            back = cv2.remap(shift, x, y, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE)
            offset = np.negative(back, dtype=np.float32)
        return offset

    def _displacement(self, motion: FaceMotion) -> NDArray[np.float32]:
        expression = np.clip(motion.expression, 0.0, 1.0) - self._reference
        change = (expression[self._used] @ self._basis).reshape(GRID, GRID, 2)
        rotation = matrix_from_rpy(soft_limit(motion.rotation.astype(np.float64)))
        moved = rotation @ self._points
        ahead, left, up = np.clip(motion.translation.astype(np.float64), -MAX_SHIFT, MAX_SHIFT)
        zoom = CAMERA_DISTANCE / (CAMERA_DISTANCE - ahead)
        x = zoom * moved[1] - self._points[1] + left * self._px_per_m
        y = -(zoom * moved[2] - self._points[2]) - up * self._px_per_m
        rigid = np.stack([x, y], axis=-1).reshape(GRID, GRID, 2) * self._share[..., None]
        return (rigid + change).astype(np.float32)


def soft_limit(angles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Angles (rad), unchanged up to `FREE_ANGLE` and compressed towards `MAX_ANGLE` beyond."""
    room = MAX_ANGLE - FREE_ANGLE
    excess = np.maximum(np.abs(angles) - FREE_ANGLE, 0.0)
    limited = np.minimum(np.abs(angles), FREE_ANGLE) + room * np.tanh(excess / room)
    return np.asarray(np.sign(angles) * limited)


def _depth(portrait: Portrait, x: NDArray, y: NDArray) -> NDArray[np.float64]:
    """Depth towards the viewer (px) of the points (x, y): the face's own, round beyond it."""
    points = portrait.landmarks[:468].astype(np.float64)
    inside = LinearNDInterpolator(points[:, :2], -points[:, 2])(x, y)
    hole = np.isnan(inside)
    outline = points[list(OUTLINE)]
    # Beyond the contour depth falls off as on a ball, from the nearest contour point on.
    gap = np.hypot(x[..., None] - outline[:, 0], y[..., None] - outline[:, 1])
    nearest = gap.argmin(axis=-1)
    distance = np.take_along_axis(gap, nearest[..., None], axis=-1)[..., 0]
    reach = 0.5 * portrait.eyes
    fall = 0.35 * portrait.eyes * (1.0 - np.exp(-distance / reach))
    depth = np.where(hole, -outline[nearest, 2] - fall, np.nan_to_num(inside))
    return np.asarray(cv2.GaussianBlur(depth, (0, 0), 1.2))
