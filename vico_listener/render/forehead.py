"""Draws the furrows of a portrait's forehead, which come with raised or knitted brows."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.frames import Picture
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import both_sides
from vico_listener.render.landmarks import BETWEEN_BROWS
from vico_listener.render.layers import smooth_step
from vico_listener.render.patch import curve
from vico_listener.render.patch import face_coordinates
from vico_listener.render.patch import make_patch
from vico_listener.render.portrait import Portrait

BROW_TOPS = (70, 63, 105, 66, 107, 336, 296, 334, 293, 300)
"""The landmarks along the upper edges of both brows."""

HAIRLINE = 10
SKIN = (9, 8, 168)
"""Landmarks between the brows and the eyes, where no hair falls."""

HEIGHTS = (0.25, 0.45, 0.65)
"""Where furrows lie, as shares of the way from the brows to the hairline."""

DEPTHS = (1.0, 0.8, 0.5)
"""How deep each of them is, as a share of `DEPTH`."""

DEPTH, KNIT = 0.13, 0.15
"""How much darker the deepest furrow of raised brows is at most, and those of knitted ones."""

WIDTH = 0.011
"""The half width of a furrow, in distances of the outer eye corners."""

KNIT_WIDER = 1.5
"""How much wider the upright ones are."""

REACH = 0.42
"""How far furrows reach to either side at most, in the same unit."""

APART, LENGTH = 0.05, 0.065
"""How far the upright furrows between the brows lie aside, and half their length."""

LIKE_SKIN = 26.0
"""How far the colour of skin may be from that between the brows, grey values; hair is farther."""

RISING = 0.25
"""The drive of a brow from which on the skin is furrowed."""

STILL = 1e-2

INNER, OUTER, DOWN = (
    [ARKIT_INDEX['browInnerUp']],
    both_sides('browOuterUp'),
    both_sides('browDown'),
)


class Forehead:
    """The furrows of a forehead: level ones above raised brows, upright ones between knitted ones.

    Args:
        portrait: the portrait.

    Attributes:
        patch: the region in which they are drawn.
    """

    def __init__(self, portrait: Portrait) -> None:
        points = portrait.landmarks[:, :2].astype(np.float64)
        eyes = portrait.eyes
        used = points[[*BROW_TOPS, HAIRLINE, BETWEEN_BROWS]]
        self.patch = make_patch(portrait, used, 0.05 * eyes)
        origin = used.mean(axis=0)
        u, v = self.patch.u / eyes, self.patch.v / eyes
        brows = face_coordinates(portrait, points[list(BROW_TOPS)], origin) / eyes
        hairline, between = (
            face_coordinates(portrait, points[[place]], origin)[0] / eyes
            for place in (HAIRLINE, BETWEEN_BROWS)
        )
        aside = u - between[0]
        edge = curve(u, brows)
        edge = np.asarray(cv2.GaussianBlur(edge, (0, 0), 0.08 * eyes))
        raised = np.zeros_like(u)
        for number, (height, depth) in enumerate(zip(HEIGHTS, DEPTHS, strict=True)):
            level = edge + height * (hairline[1] - edge)
            wave = 0.008 * np.sin(aside / 0.07 + 2.1 * number)
            raised += depth * _furrow(v - level - wave)
        raised *= 1.0 - smooth_step(np.abs(aside) / REACH)
        slant = APART + 0.15 * (between[1] - v)
        knit = _furrow((aside - slant) / KNIT_WIDER) + _furrow((aside + slant) / KNIT_WIDER)
        knit = knit * np.exp(-(((v - between[1]) / LENGTH) ** 2))
        bare = _bare_skin(portrait, self.patch.rows, self.patch.columns)
        self._raised, self._knit = (
            cv2.merge([(depth * furrows * bare).astype(np.float32)] * 3 + [np.zeros_like(bare)])
            for depth, furrows in ((DEPTH, raised), (KNIT, knit))
        )
        self._reference = portrait.reference.expression

    def draw(self, source: Picture, target: Picture, expression: NDArray[np.float32]) -> bool:
        """Draw the furrows into `target`; return False if there are none."""
        change = expression - self._reference
        inner, outer, down = (float(change[part].mean()) for part in (INNER, OUTER, DOWN))
        raised, knit = (
            min(max((drive - RISING) / (1.0 - RISING), 0.0), 1.0)
            for drive in (max(inner, outer), down)
        )
        if max(raised, knit) < STILL:
            return False
        place = self.patch.rows, self.patch.columns
        shade = 1.0 + np.float32(raised) * self._raised + np.float32(knit) * self._knit
        target[place] = cv2.multiply(target[place], shade, None, 1.0, cv2.CV_8U)
        return True


def _furrow(distance: NDArray) -> NDArray:
    """Return how much a furrow darkens the skin at a distance across it, and lights up its rim."""
    scaled = distance / WIDTH
    return 0.4 * np.exp(-(((scaled - 2.2) / 1.6) ** 2)) - np.exp(-(scaled**2))


def _bare_skin(portrait: Portrait, rows: slice, columns: slice) -> NDArray[np.float32]:
    """Return where a part of a portrait shows bare skin, 0 to 1."""
    part = cv2.GaussianBlur(portrait.image[rows, columns], (0, 0), 0.015 * portrait.eyes)
    places = np.round(portrait.landmarks[list(SKIN), :2]).astype(int) - (columns.start, rows.start)
    x, y = np.clip(places, 0, np.array(part.shape[1::-1]) - 1).T
    skin = np.median(part[y, x].astype(np.float32), axis=0)
    # Light falls unevenly on a forehead, but hair differs more.
    far = np.abs(part.astype(np.float32) - skin).max(axis=2) / LIKE_SKIN
    bare = (1.0 - smooth_step(far - 1.0)).astype(np.float32)
    margin = max(1, round(0.03 * portrait.eyes))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * margin + 1, 2 * margin + 1))
    return np.asarray(cv2.GaussianBlur(cv2.erode(bare, kernel), (0, 0), float(margin)), np.float32)
