"""Draws the eyes of a portrait: lids that close, and irises that move."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.frames import Picture
from vico_listener.motion import ARKIT_INDEX
from vico_listener.render import landmarks as lm
from vico_listener.render.iris import Iris
from vico_listener.render.layers import smooth_step
from vico_listener.render.patch import Float
from vico_listener.render.patch import Patch
from vico_listener.render.patch import curve
from vico_listener.render.patch import face_coordinates
from vico_listener.render.patch import make_patch
from vico_listener.render.patch import stretch
from vico_listener.render.patch import unit
from vico_listener.render.portrait import Portrait

LOOK = 0.29
"""The sideways shift of the iris at coefficient 1, in widths of the eye."""

LOOK_UP, LOOK_DOWN = 0.26, 0.22
"""The vertical shift of the iris at coefficient 1, in the same unit."""

LID_UP, LID_DOWN = 0.6, 0.75
"""How far the upper lid follows a gaze up and down, as a share of its way to the lower lid."""

RAISED = 0.3
"""How far a squint raises the lower lid, as a share of the opening."""

CLOSED = 1.06
"""The farthest way of the upper lid, as a share of that to the lower lid."""

AROUND, BESIDE = 0.45, 0.12
"""How far the pixels of an eye reach above and below its lids, and beside its corners, in widths of
the eye."""

OVERLAP = 0.03
"""How far a shut lid reaches below the lower one's edge, whose landmarks may lie on the eye, in
widths of the eye."""

WIDEST = -0.6
"""The way of the upper lid that is raised farthest, in the same unit."""

LID_SMOOTH = 0.8
"""How far the skin of a closed lid is smoothed, where make-up and lashes would be stretched."""

BELOW_BROW = np.float32(0.75)
"""Where a lid's skin is taken from above the eye, as a share of the way to the brow."""

LID_FADE, LASH_FADE = 0.22, 0.12
"""The distances from the corners at which drawn skin and lashes are full, in widths of the eye."""

MADE_UP = 0.2
"""How far from the corners make-up and lashes go away with the lid that shuts, in widths of the
eye."""

LASHES_WIDTH = 0.26
"""How wide they are at most, in the same unit."""

DARK = np.float32(20.0)
"""Grey values by which make-up and lashes are darker than skin."""

LASH_LINE, LASH_LENGTH = 0.022, 0.055
"""How far the line of a closed eye reaches above the edge of its lid, and its lashes below, in
widths of the eye."""

LASHES, STRANDS = 0.8, 0.22
"""How dark the lashes are at most, and how much less between their strands."""

STRAND = 0.038
"""The mean distance of the strands, in widths of the eye."""

MEETS = 0.16
"""How far up the lower lid comes to meet the upper one, as a share of the opening."""

FOLLOWS_UP = 0.2
"""How far up the lower lid follows a gaze, in the same unit."""

CREASE, BULGE = 0.1, 0.07
"""How much darker the crease above a closed lid is, and how much brighter its middle."""

SHADED = 0.92
"""The least brightness of a lid, as a share of that of the cheek: below a brow lies its shadow."""

FINEST = 8.0
"""The largest amplitude of the structure of a lid's skin, grey values."""

FADE = 0.12
"""The gaze up to which the portrait's own eye fades into the drawn one."""

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
        # Beside its corners an eye moves nothing, but the patch of a tilted one is upright.
        aside = BESIDE + AROUND * abs(float(portrait.across[1]))
        self.patch = make_patch(portrait, ring, width * np.array([aside, AROUND]))
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
        ring = points[list(lm.IRIS_RING_LEFT if left else lm.IRIS_RING_RIGHT)]
        centre = ring.mean(axis=0)
        self._iris = Iris(
            portrait.image,
            self.patch,
            self._upper,
            self._lower,
            face_coordinates(portrait, centre[None], origin)[0],
            float(np.hypot(*(ring - centre).T).mean()),
        )
        self._width = width
        # The lid fades out towards the corners, or its skin would end in upright edges.
        from_corner = np.minimum(u - corners[0], corners[1] - u)
        self._covers, self._fringe = (
            smooth_step(from_corner / (share * width)).astype(np.float32)
            for share in (LID_FADE, LASH_FADE)
        )
        far = np.minimum(np.abs(u - corners[0]), np.abs(u - corners[1]))
        far = np.hypot(far, self.patch.v - self._upper) / (MADE_UP * width)
        self._made_up = smooth_step(1.5 - far).astype(np.float32)
        self._overlap = np.float32(OVERLAP * width) * self._covers
        self._brow_skin, self._cheek_skin = (
            self._skin_at(portrait.image, level)
            for level in (BELOW_BROW * self._top, self._lower + np.float32(0.2 * width))
        )
        shaded = cv2.multiply(self._cheek_skin, np.full(4, SHADED))
        self._brow_skin = np.maximum(self._brow_skin, shaded).astype(np.uint8)
        skin = np.minimum(self._brow_skin, self._cheek_skin)
        own = portrait.image[self.patch.rows, self.patch.columns]
        v = self.patch.v
        white = inside & (v > self._upper - 1.0) & (v < self._lower + 1.0)
        self._bare = _without_lashes(np.where(white[..., None], skin[..., :3], own), width)
        crease = (self._upper - 0.1 * width - self.patch.v) / (0.06 * width)
        middle = (u - corners.mean()) / (0.3 * width), (self._lower - 0.18 * width - self.patch.v)
        bulge = np.exp(-(middle[0] ** 2) - (middle[1] / (0.16 * width)) ** 2)
        shading = 1.0 + (BULGE * bulge - CREASE * np.exp(-(crease**2))) * self._covers
        self._shading4 = cv2.merge([shading.astype(np.float32)] * 4)
        self._strands = _strands(u / (STRAND * width))
        self._grain = _grain_below(portrait.image, self.patch, width)
        shades = portrait.image[self.patch.rows, self.patch.columns][self._opening > 0.03 * width]
        dark = np.quantile(shades.reshape(-1, 3), 0.08, axis=0)
        dark = (0.35 * (dark + dark.mean())).astype(np.uint8)  # without the tint of a bright iris
        self._lashes = np.broadcast_to(np.append(dark, np.uint8(255)), (*u.shape, 4)).copy()
        self._side = side
        self._leftwards = 1.0 if left else -1.0
        self._reference = portrait.reference.expression
        blink = float(self._reference[ARKIT_INDEX[f'eyeBlink{side}']])
        self._open_share = max(0.25, 1.0 - blink)

    def draw(self, source: Picture, target: Picture, expression: NDArray[np.float32]) -> bool:
        """Draw the eye from `source` into `target`; return False if nothing changes."""
        change = expression - self._reference

        def own(name: str) -> float:
            return float(change[ARKIT_INDEX[f'{name}{self._side}']])

        aside = self._leftwards * (own('eyeLookOut') - own('eyeLookIn'))
        lower = own('eyeLookDown') - own('eyeLookUp')
        narrow = own('eyeSquint') + 0.7 * own('cheekSquint')
        # A little of squint and wide-open moves the upper lid as well, and it follows the gaze.
        closing = own('eyeBlink') / self._open_share + 0.1 * narrow - 0.25 * own('eyeWide')
        if max(abs(closing), abs(aside), abs(lower), abs(narrow)) < STILL:
            return False
        blink = min(max(closing, 0.0), 1.0)
        closing += (LID_DOWN if lower > 0 else LID_UP) * lower * (1.0 - max(0.0, closing))
        closing = min(max(closing, WIDEST), CLOSED)
        patch = self.patch
        shut = max(0.0, closing)
        drop = np.float32(0.98 * closing) * self._opening
        if shut > 0.5:
            drop += np.float32(2.0 * shut - 1.0) * self._overlap
        squint = min(RAISED * narrow * (1.0 - 0.6 * shut), 0.35)
        rise = max(MEETS * shut, squint, -FOLLOWS_UP * lower)
        lift = np.float32(-rise) * self._opening
        lid, under = self._upper + drop, self._lower + lift
        v = patch.v
        # The lashes keep their shape, and the skin above them is stretched.
        lashes = self._upper - self._lash
        skin_above = np.where(
            v > lid - self._lash,
            v - drop,
            stretch(v, self._top, lashes, self._top, lid - self._lash),
        )
        above = self._sample(source, np.where(v < self._top, 0.0, skin_above - v))
        below = source[patch.rows, patch.columns]
        if rise > STILL:
            skin_below = stretch(v, self._lower, self._bottom, under, self._bottom)
            below = self._sample(source, np.where(v > self._bottom, 0.0, skin_below - v))
        if shut > STILL:
            above = self._close(above, lid, shut, blink)
        eye = self._looking(source, aside, lower)
        # Edges are one pixel soft, or the line of the lashes would have steps.
        covered = unit(v - under + 0.5)
        part = cv2.blendLinear(below, eye, covered, 1.0 - covered)
        covered = unit(lid - v + 0.5)
        drawn = cv2.blendLinear(above, part, covered, 1.0 - covered)
        if shut > STILL:
            drawn = self._with_lashes(np.asarray(drawn), lid, shut)
        target[patch.rows, patch.columns] = drawn
        return True

    def _looking(self, source: Picture, aside: float, lower: float) -> Picture:
        """Return the patch with the eye that looks aside; a lid that opens wide uncovers more."""
        patch = self.patch
        own = source[patch.rows, patch.columns]
        share = min(math.hypot(aside, lower) / FADE, 1.0)
        if share < STILL:
            return own
        down = (LOOK_DOWN if lower > 0 else LOOK_UP) * lower
        drawn = self._iris.look(LOOK * aside * self._width, down * self._width)
        return np.asarray(cv2.addWeighted(drawn, share, own, 1.0 - share, 0))

    def _skin_at(self, image: Picture, level: Float) -> Picture:
        """Return (h, w, 4) BGRA the colour of the skin at a level v, above or below each pixel."""
        soft = cv2.GaussianBlur(image, (0, 0), 0.07 * self._width)
        x, y = self.patch.sources(level - self.patch.v)
        skin = cv2.remap(soft, x, y, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE)
        return np.asarray(cv2.cvtColor(skin, cv2.COLOR_BGR2BGRA), np.uint8)

    def _close(self, above: Picture, lid: Float, shut: float, blink: float) -> Picture:
        """Return the lid of a closing eye, whose skin is smooth and bulges over the eyeball.

        In a blink, the make-up and the lashes of the open eye go away from its corners.
        """
        v, degree = self.patch.v, np.float32(min(1.5 * shut, 1.0))
        down = unit((v - self._top) / np.maximum(lid - self._top, 1.0))
        skin = cv2.blendLinear(self._brow_skin, self._cheek_skin, 1.0 - down, down)
        smooth = np.minimum(down + down, 1.0) * (np.float32(LID_SMOOTH) * degree * self._covers)
        drawn = cv2.multiply(skin, self._shading4, None, 1.0, cv2.CV_8U)
        drawn = cv2.add(drawn, self._grain, None, None, cv2.CV_8U)
        above = np.asarray(cv2.blendLinear(above, drawn, 1.0 - smooth, smooth))
        bare, seen = (cv2.cvtColor(skin, cv2.COLOR_BGR2GRAY) for skin in (self._bare, above))
        darker = cv2.subtract(bare, seen)
        made_up = unit(darker / DARK) * (np.float32(min(1.5 * blink, 1.0)) * self._made_up)
        return np.asarray(cv2.blendLinear(above, self._bare, 1.0 - made_up, made_up))

    def _with_lashes(self, eye: Picture, lid: Float, shut: float) -> Picture:
        """Return a closing eye with a line at the edge of its lid, from which the lashes hang."""
        below = (self.patch.v - lid) / np.float32(self._width)
        scaled = below * np.where(below < 0, *(np.float32(1 / x) for x in (LASH_LINE, LASH_LENGTH)))
        dense = 1.0 - unit(scaled) * self._strands
        degree = np.float32(LASHES * min(1.5 * shut, 1.0)) * self._fringe
        line = np.exp(-(scaled**2)) * dense * degree
        return np.asarray(cv2.blendLinear(eye, self._lashes, 1.0 - line, line))

    def _sample(self, source: Picture, v_offset: Float) -> Picture:
        x, y = self.patch.sources(v_offset)
        part = cv2.remap(source, x, y, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE)
        return np.asarray(part, np.uint8)


def _strands(along: Float) -> Float:
    """Return how much lighter it is between the strands of lashes, at places in mean distances."""
    uneven = along + np.float32(0.3) * np.sin(np.float32(1.7) * along)
    return np.asarray(STRANDS * (1.0 + np.sin(2.0 * np.pi * uneven)), np.float32)


def _without_lashes(skin: Picture, width: float) -> Picture:
    """Return (h, w, 4) BGRA skin (h, w, 3) around an eye without what is dark and narrow in it."""
    side = 2 * round(LASHES_WIDTH * width / 2) + 1
    closed = cv2.morphologyEx(
        skin, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    )
    soft = cv2.GaussianBlur(closed, (0, 0), 0.05 * width)
    return np.asarray(cv2.cvtColor(soft, cv2.COLOR_BGR2BGRA), np.uint8)


def _grain_below(image: Picture, patch: Patch, width: float) -> Float:
    """Return the fine structure (h, w, 4) of the skin below an eye, for a lid that has none."""
    shift = np.float32(0.4 * width)
    x, y = patch.sources(np.full_like(patch.v, shift))
    skin = cv2.remap(image, x, y, cv2.INTER_LINEAR, None, cv2.BORDER_REFLECT).astype(np.float32)
    fine = np.clip(skin - cv2.GaussianBlur(skin, (0, 0), 0.05 * width), -FINEST, FINEST)
    return np.asarray(cv2.cvtColor(fine, cv2.COLOR_BGR2BGRA) * np.array([1, 1, 1, 0], np.float32))
