"""Computes the displacement field of the whole head from rotation, translation and expression.

The field is defined on a coarse grid of 64x64 points over the picture, which is fine enough for
faces. The cost per picture is one product with the expression basis and a few operations on these
points.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import FaceMotion
from vico_listener.motion import both_sides
from vico_listener.render.expression_basis import BROADENING
from vico_listener.render.expression_basis import FADING
from vico_listener.render.expression_basis import STROKES
from vico_listener.render.expression_basis import displacement_basis
from vico_listener.render.glasses import worn_glasses
from vico_listener.render.landmarks import BROW_LOWER_LEFT
from vico_listener.render.landmarks import BROW_LOWER_RIGHT
from vico_listener.render.landmarks import CHIN
from vico_listener.render.landmarks import OUTLINE
from vico_listener.render.landmarks import UPPER_LID_LEFT
from vico_listener.render.landmarks import UPPER_LID_RIGHT
from vico_listener.render.layers import Layers
from vico_listener.render.layers import smooth_step
from vico_listener.render.portrait import Portrait
from vico_listener.render.renderers import NO_MAP
from vico_listener.rotation import matrix_from_rpy

GRID = 64

BROWS_UP = [ARKIT_INDEX[n] for n in ('browInnerUp', 'browOuterUpLeft', 'browOuterUpRight')]
BROWS_DOWN = both_sides('browDown')
FROWN = both_sides('mouthFrown')

FREE_ANGLE = np.radians(19.0)
"""The largest rotation that is shown as it is, rad; larger ones are compressed softly."""

MAX_ANGLE = np.radians(25.0)
"""The limit of compressed rotations, rad, because a photo cannot show a profile."""

FREE_TOGETHER, MAX_TOGETHER = np.radians(22.0), np.radians(28.0)
"""The same two bounds of a roll and a turn together, rad, which distort a face more than either."""

PROFILE = np.radians(45.0)
"""The yaw of a face, its own in the photo included, beyond which it would be a profile, rad."""

EYE_DISTANCE = 0.09
"""The distance between the outer eye corners of an average face, m."""

CAMERA_DISTANCE = 0.6
"""The assumed distance of the camera from the portrait's face, m, for the perspective."""

PARALLAX = 1.2
"""The factor by which depth is exaggerated.

A warped photo lacks changes of light and of occlusion, so that people and face trackers
underestimate its rotations.
"""

MAX_SHIFT = 0.05
"""The largest translation that is shown, m."""

HOLD = 0.3
"""Width of the strip along the border in which a cut-off head is held, as a share of the side."""

FREE_AT_TOP = 0.45
"""The share of its motion that a head keeps at the upper border, where it goes on mirrored.

To hold it there altogether would stretch a forehead into a tower.
"""

SMALL = 0.03
"""Displacements below this share of the picture's side are inverted by a few whole iterations.

Larger ones may stretch skin to more than twice its length, where whole iterations diverge: a smile
would break into waves, an ear leave the turned head. Half ones converge up to four times.
"""

FROWNS_BACK = np.radians(25.0)
"""The pitch backwards at which a frown is hardly drawn any more, rad.

From below, the corners of any mouth hang: a full frown would look like a roof.
"""

BROWS_LOWEST = 1.3
"""How far the inner ends of brows come down at most, as a share of the brows' distance from the
lids.

Farther down, their lower edges would be squeezed to a second line above the eyes.
"""

BROWS_HIGHEST = 1.25
"""The largest sum of the drives of both parts of a rising brow: beyond it, skin would fold."""

LOWEST_ABOVE_GLASSES, HIGHEST_ABOVE_GLASSES = 0.6, 0.5
"""The shares of these two ways that brows have above glasses, which hold the skin below them."""

STEEPEST = 1.3
"""The steepest slope of the depth: a steeper one would fold when the head turns."""

PIVOT_BELOW = 0.25
"""Height above the chin of the point about which the head turns, in face heights."""

PIVOT_DEPTH = 0.15
"""Depth of that point behind the contour of the face, in distances of the outer eye corners."""


class HeadField:
    """Computes the displacements of a portrait's points by a face motion.

    Args:
        portrait: the portrait.
        layers: its layers, which say what moves with the head.
    """

    def __init__(self, portrait: Portrait, layers: Layers) -> None:
        self._size = portrait.image.shape[0]
        cell = self._size / GRID
        axis = (np.arange(GRID) + 0.5) * cell - 0.5
        self._x, self._y = np.meshgrid(axis, axis)
        rows = [
            displacement_basis(portrait, self._x, self._y, strokes).reshape(52, -1)
            for strokes in (STROKES, BROADENING, FADING)
        ]
        still = 1.0 - worn_glasses(portrait, self._x, self._y)
        rows = [row * np.repeat(still.ravel(), 2) for row in rows]
        self._used = [np.flatnonzero(np.abs(row).max(axis=1) > 0) for row in rows]
        self._reference, self._yaw = portrait.reference.expression, portrait.yaw
        # A single product gives all displacements: the coefficients' rows come first, then those of
        # the rigid motion.
        rigid = _rigid_basis(portrait, layers, self._x, self._y)
        basis = [*(row[used] for row, used in zip(rows, self._used, strict=True)), rigid]
        self._basis = (np.concatenate(basis) / cell).astype(np.float32)
        self._brows_lowest, self._brows_highest = _brows_lowest(portrait), BROWS_HIGHEST
        if still.min() < 1.0:
            self._brows_lowest *= LOWEST_ABOVE_GLASSES
            self._brows_highest *= HIGHEST_ABOVE_GLASSES
        self._px_per_m = portrait.eyes / EYE_DISTANCE
        lattice = np.arange(GRID, dtype=np.float32)
        self._lattice = np.stack(np.meshgrid(lattice, lattice), axis=-1)

    def source_offsets(self, motion: FaceMotion) -> NDArray[np.float32]:
        """Return (64, 64, 2) px: the offset from each grid point to the source of its colour."""
        shift = self._displacement(motion)
        # This inverts p -> p + shift(p) by fixed-point iteration; offsets are small and smooth.
        back: NDArray[Any] = shift
        small = max(float(shift.max()), -float(shift.min())) < SMALL * GRID
        for _ in range(3 if small else 9):
            place = cv2.subtract(self._lattice, back)
            next_ = cv2.remap(shift, place, NO_MAP, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE)
            back = next_ if small else cv2.addWeighted(back, 0.5, next_, 0.5, 0.0)
        return np.asarray(back * np.float32(-self._size / GRID))

    def _displacement(self, motion: FaceMotion) -> NDArray[np.float32]:
        """Return how far the points of the grid move (GRID, GRID, 2), in cells."""
        change = motion.expression - self._reference
        if motion.rotation[1] < 0.0:
            change[FROWN] *= np.float32(max(1.0 + motion.rotation[1] / FROWNS_BACK, 0.2))
        inner, *outer = (max(change[place], 0.0) for place in BROWS_UP)
        if (raised := inner + max(outer)) > self._brows_highest:
            change[BROWS_UP] *= np.float32(self._brows_highest / raised)
        for place in BROWS_DOWN:
            most = self._brows_lowest
            change[place] = _compressed(float(change[place]), 0.85 * most, most)
        either, broader, fading = (change[used] for used in self._used)
        rotation = matrix_from_rpy(soft_limit(motion.rotation.astype(np.float64), self._yaw))
        ahead, left, up = np.clip(motion.translation.astype(np.float64), -MAX_SHIFT, MAX_SHIFT)
        nearer = rotation[0] - (1, 0, 0), (ahead * self._px_per_m,)
        across = rotation[1] - (0, 1, 0), (left * self._px_per_m,)
        upwards = rotation[2] - (0, 0, 1), (up * self._px_per_m,)
        expression = either, np.maximum(broader, 0.0), np.minimum(fading, 0.0)
        weights = np.concatenate([*expression, *nearer, *across, *upwards], dtype=np.float32)
        return (weights @ self._basis).reshape(GRID, GRID, 2)


def _brows_lowest(portrait: Portrait) -> float:
    """Return the largest drive of lowered brows (see `BROWS_LOWEST`)."""
    points = portrait.landmarks[:, :2].astype(np.float64)
    brow, lid = (
        float((points[list(places)] @ portrait.down).mean())
        for places in (BROW_LOWER_LEFT + BROW_LOWER_RIGHT, UPPER_LID_LEFT + UPPER_LID_RIGHT)
    )
    way = sum(stroke.down for stroke in STROKES['browDownRight']) * portrait.eyes
    return BROWS_LOWEST * max(lid - brow, 0.0) / way


def _rigid_basis(portrait: Portrait, layers: Layers, x: NDArray, y: NDArray) -> NDArray:
    """Return (12, GRID * GRID * 2) px: displacements per unit of each weight of the rigid motion.

    A point's motion towards the viewer, sideways and up is an affine function of its position in
    the head (x towards the viewer, y to the picture's right, z up, from the pivot), with four
    weights each.
    """
    depth = _depth(portrait, x, y)
    outline = -portrait.landmarks[list(OUTLINE), 2]
    pivot = portrait.landmarks[CHIN, :2] - PIVOT_BELOW * portrait.face_height * portrait.down
    pivot_depth = float(np.median(outline)) - PIVOT_DEPTH * portrait.eyes
    ahead = PARALLAX * (depth - pivot_depth)
    points = np.stack([ahead, x - pivot[0], pivot[1] - y, np.ones_like(x)])
    points *= cv2.resize(layers.share, (GRID, GRID), interpolation=cv2.INTER_AREA)
    # What comes nearer moves away from the middle of the picture.
    distance = CAMERA_DISTANCE / EYE_DISTANCE * portrait.eyes
    middle = portrait.image.shape[0] / 2
    basis = np.zeros((3, 4, GRID, GRID, 2))
    basis[0, ..., 0] = points * (x - middle) / distance
    basis[0, ..., 1] = points * (y - middle) / distance
    basis[1, ..., 0] = points
    basis[2, ..., 1] = -points
    basis *= np.stack(held_at_border(layers.head[..., 3]), axis=-1)
    return basis.reshape(12, -1)


def held_at_border(head: NDArray[np.uint8]) -> tuple[NDArray, NDArray]:
    """Return the shares (GRID, GRID) of sideways and vertical motion that the border allows.

    Where the border of the picture cuts off the head, nothing is known beyond it. The head may
    slide along the border there, but not move away from it; at the upper one it may a little.
    """
    coarse = np.asarray(cv2.resize(head, (GRID, GRID), interpolation=cv2.INTER_AREA)) / 255.0
    ramp = smooth_step((np.arange(GRID) + 0.5) / (HOLD * GRID))

    def held(near: NDArray, free: float = 0.0) -> NDArray:
        cut = cv2.GaussianBlur(near.reshape(-1, 1), (1, 0), 0, sigmaY=3.0).ravel()
        return 1.0 - (1.0 - free) * np.outer(np.clip(2.0 * cut, 0.0, 1.0), 1.0 - ramp)

    left, right = held(coarse[:, 0]), held(coarse[:, -1])[:, ::-1]
    top, bottom = held(coarse[0], FREE_AT_TOP).T, held(coarse[-1])[:, ::-1].T
    return left * right, top * bottom


def soft_limit(angles: NDArray[np.float64], own_yaw: float = 0.0) -> NDArray[np.float64]:
    """Return roll, pitch and yaw (rad) as far as a photo can show them.

    They are unchanged up to `FREE_ANGLE`, and compressed to `MAX_ANGLE` beyond it: the roll alone,
    pitch and yaw together by the angle between the face and its rest; then all three together (see
    `MAX_TOGETHER`). A face that is turned by `own_yaw` in its photo is not turned into a profile.
    """
    room = max(PROFILE - abs(own_yaw), 0.0)
    if angles[2] * own_yaw > 0.0 and abs(angles[2]) > 0.5 * room:
        yaw = 0.5 * room * (1.0 + np.tanh((abs(angles[2]) - 0.5 * room) / max(0.5 * room, 1e-9)))
        angles = np.array([angles[0], angles[1], np.copysign(yaw, angles[2])])
    roll, away = abs(float(angles[0])), float(np.hypot(angles[1], angles[2]))
    shown = (_compressed(size, FREE_ANGLE, MAX_ANGLE) for size in (roll, away))
    tilt, turn = (size / max(told, 1e-9) for size, told in zip(shown, (roll, away), strict=True))
    angles = angles * (tilt, turn, turn)
    whole = float(np.linalg.norm(angles))
    return np.asarray(angles * (_compressed(whole, FREE_TOGETHER, MAX_TOGETHER) / max(whole, 1e-9)))


def _compressed(angle: float, free: float, most: float) -> float:
    room = most - free
    return float(min(angle, free) + room * np.tanh(max(angle - free, 0.0) / room))


def _depth(portrait: Portrait, x: NDArray, y: NDArray) -> NDArray[np.float64]:
    """Return the depth (px) towards the viewer of points (x, y); around the face it is rounded."""
    points = portrait.landmarks[:468].astype(np.float64)
    inside = interpolated(points[:, :2], -points[:, 2], x, y)
    hole = np.isnan(inside)
    outline = points[list(OUTLINE)]
    # Beyond the contour the depth falls off as on a ball, starting at the nearest contour point.
    gap = np.hypot(x[..., None] - outline[:, 0], y[..., None] - outline[:, 1])
    nearest = gap.argmin(axis=-1)
    distance = np.take_along_axis(gap, nearest[..., None], axis=-1)[..., 0]
    reach = 0.9 * portrait.eyes
    fall = 0.35 * portrait.eyes * (1.0 - np.exp(-distance / reach))
    depth = np.where(hole, -outline[nearest, 2] - fall, np.nan_to_num(inside))
    depth = _gentle(depth, float(x[0, 1] - x[0, 0]))
    near = np.asarray(cv2.GaussianBlur(depth, (0, 0), 1.2))
    wide = np.asarray(cv2.GaussianBlur(depth, (0, 0), 3.5))
    # Ears and hair have no landmarks, and a smooth guess distorts them least.
    beyond = np.where(hole, smooth_step(distance / (0.25 * portrait.eyes)), 0.0)
    return near + (wide - near) * np.asarray(cv2.GaussianBlur(beyond, (0, 0), 1.5))


def interpolated(points: NDArray, values: NDArray, x: NDArray, y: NDArray) -> NDArray[np.float64]:
    """Return the values (*x.shape) at (x, y), linear in Delaunay's triangles of points (N, 2).

    They are NaN outside of all triangles, of which a few slivers along the edge are missing.
    Unlike SciPy's interpolator this needs no LAPACK, whose threads wait for each other for seconds
    on a busy computer.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    found = np.full(x.shape, np.nan)
    near = (x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1])
    corners = _delaunay(points)
    a, b, c = (points[corners[:, i], :, None] for i in range(3))
    place = np.stack([x[near], y[near]])
    first, second, offset = b - a, c - a, place - a
    area = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    along = (offset[:, 0] * second[:, 1] - offset[:, 1] * second[:, 0]) / area
    aside = (first[:, 0] * offset[:, 1] - first[:, 1] * offset[:, 0]) / area
    depth = np.minimum(np.minimum(along, aside), 1.0 - along - aside)
    best = depth.argmax(axis=0)
    column = np.arange(len(best))
    at, bt, ct = values[corners[best]].T
    along, aside = along[best, column], aside[best, column]
    within = depth[best, column] > -1e-9
    found[near] = np.where(within, at + along * (bt - at) + aside * (ct - at), np.nan)
    return found


def _delaunay(points: NDArray) -> NDArray[np.intp]:
    """Return Delaunay's triangles of points (N, 2) by the numbers of their corners (M, 3)."""
    exact = points.astype(np.float32)
    low, high = np.floor(exact.min(axis=0)) - 1, np.ceil(exact.max(axis=0)) + 1
    division = cv2.Subdiv2D((*low.astype(int).tolist(), *(high - low).astype(int).tolist()))
    number = {}
    for index, (px, py) in enumerate(exact.tolist()):
        division.insert((px, py))
        number[px, py] = index
    triangles = np.reshape(division.getTriangleList(), (-1, 3, 2)).tolist()
    corners = [[number.get(tuple(corner), -1) for corner in triangle] for triangle in triangles]
    found = np.array(corners, np.intp)
    # The corners of the frame around all points are none of them.
    found = found[(found >= 0).all(axis=1)]
    a, b, c = (points[found[:, i]] for i in range(3))
    (ux, uy), (vx, vy) = (b - a).T, (c - a).T
    return found[np.abs(ux * vy - uy * vx) > 1e-9]


def _gentle(depth: NDArray, cell: float) -> NDArray[np.float64]:
    """Return the smallest depth above a given one that is nowhere steeper than `STEEPEST`."""
    for _ in range(len(depth)):
        before = depth
        for row, column in ((0, 1), (1, 0), (1, 1), (1, -1)):
            step = STEEPEST * cell * np.hypot(row, column)
            for sign in (1, -1):
                moved = np.roll(depth, (sign * row, sign * column), (0, 1))
                depth = np.maximum(depth, moved - step)
        if np.array_equal(before, depth):
            break
    return np.asarray(depth)
