"""The movable iris of a portrait's eye, and the white that comes into view behind it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.frames import Picture
from vico_listener.render.layers import filled
from vico_listener.render.patch import Float
from vico_listener.render.patch import Patch

MARGIN = 1.12
"""The radius within which a pixel may belong to the iris, in radii of the iris."""

RIM = 1.35
"""The radius from which on the white is not darkened by the rim of the iris, in the same unit."""

HIGHLIGHT = 45.0
"""Grey values by which a pixel outshines its ring of the iris when it is a reflection."""

REFLEX = 0.55
"""How far reflections follow the iris, as a share of its way.

The cornea turns about the middle of the eyeball, 13 mm behind its apex and 5.5 mm behind the middle
of its own curve (the pupil: 10 mm), so that a distant light wanders half as far as the pupil.
"""

DEEP = 0.1
"""The distance from the lids from which on the white is surely seen, as a share of the largest."""

SHADE = 0.85
"""Brightness of the white under the upper lid, as a share of that in the middle."""

ROUNDED = 0.1
"""How much darker it is along both lids, where the eyeball turns away."""


class Iris:
    """An eye without its lids: white, iris and the reflections on it, each a layer.

    Args:
        image: (size, size, 3) uint8 BGR, the portrait.
        patch: the region of the eye.
        upper, lower: (h, w) the coordinate v of the edges of the lids.
        centre: (2,) the coordinates u, v of the middle of the iris.
        radius: the radius of the iris, px.
    """

    def __init__(
        self,
        image: Picture,
        patch: Patch,
        upper: Float,
        lower: Float,
        centre: NDArray[np.float64],
        radius: float,
    ) -> None:
        own = image[patch.rows, patch.columns, :3].astype(np.float32)
        u, v = patch.u - np.float32(centre[0]), patch.v - np.float32(centre[1])
        distance = np.hypot(u, v) / np.float32(radius)
        depth = np.minimum(patch.v - upper, lower - patch.v)
        self._across, self._down = patch.across, patch.down
        visible = depth > 0.08 * radius
        white = _white(own, depth, distance, upper, lower, patch.v)
        rings, glints = _rings(own, distance, visible)
        sharp = np.where((visible & ~glints)[..., None], own, rings)
        shown = visible & ~glints & (distance < 1.0)
        weight = cv2.GaussianBlur(shown.astype(np.float32), (0, 0), 0.7)[..., None]
        self._white, self._disc = _bgra(white), _bgra(rings + (sharp - rings) * weight)
        self._alpha = np.clip((1.06 - distance) * radius / 1.6 + 0.5, 0.0, 1.0).astype(np.float32)
        glow = np.clip(own - rings, 0.0, None) * glints[..., None]
        self._glints = _bgra(cv2.GaussianBlur(glow, (0, 0), 0.5))

    def look(self, aside: float, lower: float) -> Picture:
        """Return the eye (h, w, 4) BGRA that looks aside, with its iris shifted along u and v.

        Args:
            aside: the shift to the person's left, px.
            lower: the shift towards the chin, px.
        """
        shift = aside * self._across + lower * self._down
        size = self._alpha.shape[::-1]
        matrix = _moved_by(shift)
        disc = cv2.warpAffine(self._disc, matrix, size, borderMode=cv2.BORDER_REPLICATE)
        alpha = cv2.warpAffine(self._alpha, matrix, size)
        eye = cv2.blendLinear(self._white, disc, 1.0 - alpha, alpha)
        glints = cv2.warpAffine(self._glints, _moved_by(REFLEX * shift), size)
        return np.asarray(cv2.add(eye, glints))


def _moved_by(shift: NDArray[np.float64]) -> Float:
    """Return the affine matrix (2, 3) that moves a picture by a shift (2,), px."""
    return np.array([[1, 0, shift[0]], [0, 1, shift[1]]], np.float32)


def _bgra(colours: Float) -> Picture:
    opaque = np.full((*colours.shape[:2], 1), 255.0, np.float32)
    return np.dstack([colours, opaque]).clip(0.0, 255.0).astype(np.uint8)


def _white(
    own: Float, depth: Float, distance: Float, upper: Float, lower: Float, v: Float
) -> Float:
    """Return the eye without its iris, behind which the white is continued from what is seen."""
    level = own.mean(axis=2)
    # What is close to the lids may be skin or lashes.
    beside = (distance > MARGIN) & (depth > max(1.0, DEEP * float(depth.max())))
    if beside.any():
        beside &= level >= np.median(level[beside])
    else:
        beside = (distance > MARGIN) & (depth > 0.0)
    opening = np.maximum(lower - upper, 1.0)
    shade = SHADE + (1.0 - SHADE) * np.clip((v - upper) / (0.5 * opening), 0.0, 1.0)
    shade *= 1.0 - ROUNDED * np.exp(-((np.maximum(depth, 0.0) / (0.15 * opening.max())) ** 2))
    white = filled(own, beside.astype(np.float32)) * shade[..., None]
    keep = np.clip((distance - RIM) / 0.15 + 1.0, 0.0, 1.0)[..., None]
    return np.asarray(white + (own - white) * keep, np.float32)


def _rings(
    own: Float, distance: Float, visible: NDArray[np.bool_]
) -> tuple[Float, NDArray[np.bool_]]:
    """Return the iris as rings of one colour each, and where it has reflections."""
    edges = np.linspace(0.0, MARGIN, 9)
    colours = np.zeros((len(edges), 3))
    inside = visible & (distance < MARGIN)
    values = own[inside].reshape(-1, 3)
    middle = np.median(values, axis=0) if len(values) else own.reshape(-1, 3).mean(axis=0)
    for index, edge in enumerate(edges):
        near = inside & (np.abs(distance - edge) < 0.16)
        colours[index] = np.median(own[near], axis=0) if near.any() else middle
    rings = np.stack(
        [np.interp(distance, edges, colours[:, channel]) for channel in range(3)], axis=-1
    ).astype(np.float32)
    bright = (own - rings).mean(axis=2) > HIGHLIGHT
    return rings, bright & inside & (distance < 0.9)
