"""Draws the eyes of a portrait: lids that close, and irises that move."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.motion import ARKIT_INDEX
from vico_listener.render import landmarks as lm
from vico_listener.render.base import Image
from vico_listener.render.patch import Float
from vico_listener.render.patch import curve
from vico_listener.render.patch import face_coordinates
from vico_listener.render.patch import make_patch
from vico_listener.render.patch import stretch
from vico_listener.render.portrait import Portrait

LOOK = 0.27
"""Sideways shift of the iris at coefficient 1, in widths of the eye; the vertical one is half."""

STILL = 1e-3
"""Changes of coefficients below this are not drawn."""


class Eye:
    """One eye of the portrait.

    Args:
        portrait: the portrait.
        side: the person's own 'Left' or 'Right'.

    Attributes:
        patch: the region in which it is drawn.
    """

    def __init__(self, portrait: Portrait, side: str) -> None:
        left = side == 'Left'
        upper = lm.UPPER_LID_LEFT if left else lm.UPPER_LID_RIGHT
        lower = lm.LOWER_LID_LEFT if left else lm.LOWER_LID_RIGHT
        brow = lm.BROW_LOWER_LEFT if left else lm.BROW_LOWER_RIGHT
        points = portrait.landmarks[:, :2].astype(np.float64)
        ring = points[[*upper, *lower]]
        width = float(np.ptp(ring @ portrait.across))
        self.patch = make_patch(portrait, ring, 0.45 * width)
        origin = ring.mean(axis=0)
        upper_curve = face_coordinates(portrait, points[list(upper)], origin)
        lower_curve = face_coordinates(portrait, points[list(lower)], origin)
        brow_level = face_coordinates(portrait, points[list(brow)], origin)[:, 1].mean()
        u = self.patch.u
        self._upper = curve(u, upper_curve)
        self._lower = np.maximum(curve(u, lower_curve), self._upper)
        corners = np.sort(upper_curve[[0, -1], 0])
        # Beyond the corners the lids meet, and nothing moves there.
        inside = (u > corners[0]) & (u < corners[1])
        opening = np.where(inside, self._lower - self._upper, 0.0).astype(np.float32)
        self._opening: Float = np.asarray(cv2.GaussianBlur(opening, (0, 0), 0.03 * width))
        top = min(float(brow_level), float(upper_curve[:, 1].min()) - 0.12 * width)
        self._top = np.full_like(u, 0.25 * float(upper_curve[:, 1].min()) + 0.75 * top)
        self._lash = np.float32(0.05 * width)
        self._bottom = self._lower + 0.22 * width
        iris = points[lm.IRIS_LEFT if left else lm.IRIS_RIGHT]
        centre = face_coordinates(portrait, iris[None], origin)[0]
        radius = np.hypot(u - centre[0], 1.35 * (self.patch.v - centre[1])) / (0.42 * width)
        self._look_weight = np.exp(-(radius**4)).astype(np.float32)
        self._width = width
        index = ARKIT_INDEX
        self._blink = index[f'eyeBlink{side}']
        self._wide = index[f'eyeWide{side}']
        self._squint = index[f'eyeSquint{side}']
        self._out, self._in = index[f'eyeLookOut{side}'], index[f'eyeLookIn{side}']
        self._up, self._down = index[f'eyeLookUp{side}'], index[f'eyeLookDown{side}']
        self._leftwards = 1.0 if left else -1.0
        self._reference = portrait.reference.expression
        self._open_share = max(0.25, 1.0 - float(self._reference[self._blink]))

    def draw(self, source: Image, target: Image, expression: NDArray[np.float32]) -> bool:
        """Draw the eye from `source` into `target`; return False if nothing changes."""
        change = expression - self._reference
        closing = float(change[self._blink]) / self._open_share
        # A little of squint and wide-open moves the upper lid as well.
        closing += 0.15 * float(change[self._squint]) - 0.25 * float(change[self._wide])
        closing = min(max(closing, -0.35), 1.0)
        aside = self._leftwards * float(change[self._out] - change[self._in])
        lower = float(change[self._down] - change[self._up])
        if abs(closing) < STILL and abs(aside) < STILL and abs(lower) < STILL:
            return False
        patch = self.patch
        closing += 0.25 * max(0.0, lower) * (1.0 - max(0.0, closing))
        drop = np.float32(0.98 * closing) * self._opening
        lift = np.float32(-0.07 * max(0.0, closing)) * self._opening
        lid, under = self._upper + drop, self._lower + lift
        v = patch.v
        # The lashes keep their shape, and the skin above them is stretched.
        lashes = self._upper - self._lash
        skin_above = np.where(
            v > lid - self._lash,
            v - drop,
            stretch(v, self._top, lashes, self._top, lid - self._lash),
        )
        skin_below = stretch(v, self._lower, self._bottom, under, self._bottom)
        above = self._sample(source, 0.0, np.where(v < self._top, 0.0, skin_above - v))
        below = self._sample(source, 0.0, np.where(v > self._bottom, 0.0, skin_below - v))
        eye = self._sample(
            source,
            np.float32(-LOOK * aside * self._width) * self._look_weight,
            np.float32(-0.5 * LOOK * lower * self._width) * self._look_weight,
        )
        # Edges are one pixel soft, or the line of the lashes would have steps.
        covered = np.clip(v - under + 0.5, 0.0, 1.0)
        part = cv2.blendLinear(below, eye, covered, 1.0 - covered)
        covered = np.clip(lid - v + 0.5, 0.0, 1.0)
        target[patch.rows, patch.columns] = cv2.blendLinear(above, part, covered, 1.0 - covered)
        return True

    def _sample(self, source: Image, u_offset: Float | float, v_offset: Float) -> Image:
        x, y = self.patch.sources(u_offset, v_offset)
        part = cv2.remap(source, x, y, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE)
        return np.asarray(part, np.uint8)
