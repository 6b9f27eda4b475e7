"""Draws the mouth of a portrait, which opens to a dark inside and can close over visible teeth."""

from dataclasses import dataclass
from dataclasses import fields
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.motion import ARKIT_INDEX
from vico_listener.render import landmarks as lm
from vico_listener.render.base import Image
from vico_listener.render.patch import Float
from vico_listener.render.patch import Patch
from vico_listener.render.patch import curve
from vico_listener.render.patch import face_coordinates
from vico_listener.render.patch import make_patch
from vico_listener.render.patch import stretch
from vico_listener.render.portrait import Portrait

JAW_DROP = 0.36
"""The drop of the chin at jawOpen 1, in distances of the outer eye corners."""

NECK = 0.5
"""The length of the neck that the jaw compresses, in distances of the outer eye corners."""

LIPS_REACH = 0.75
"""The distance from the middle of the mouth up to which the skin moves, in the same unit."""

STILL = 1e-3
"""Changes of coefficients below this are not drawn."""
INSIDE = np.array([22.0, 16.0, 38.0], np.float32)
"""The colour of the inside of the open mouth, BGR."""
ENAMEL = np.array([178.0, 192.0, 200.0], np.float32)
"""The colour of teeth in average light, BGR."""


@dataclass(frozen=True)
class _Region:
    """The lower face, with the coordinate v of its contours and shares of motions at each pixel.

    Attributes:
        patch: the pixels.
        top: the level above which nothing moves.
        upper, lower: the inner edges of the lips.
        anchor: a level below the lower lip, down to which the lip compresses the skin.
        chin, neck: the jaw line, and the level down to which the jaw compresses the neck.
        arch: 1 in the middle of the mouth, 0 at its corners and beyond.
        jaw: the share of the jaw's drop.
    """

    patch: Patch
    top: Float
    upper: Float
    lower: Float
    anchor: Float
    chin: Float
    neck: Float
    arch: Float
    jaw: Float

    def part(self, rows: slice, columns: slice) -> '_Region':
        """Return the region of a part of the patch."""
        arrays = {
            f.name: np.ascontiguousarray(getattr(self, f.name)[rows, columns])
            for f in fields(self)
            if f.name != 'patch'
        }
        return replace(self, patch=self.patch.part(rows, columns), **arrays)


class Mouth:
    """The lips, teeth and jaw of the portrait.

    Attributes:
        patch: the region in which they are drawn.
    """

    def __init__(self, portrait: Portrait) -> None:
        self._eyes = np.float32(portrait.eyes)
        self._whole = _measure(portrait)
        self.patch = self._whole.patch
        # The lips alone need far fewer pixels than the jaw and the neck.
        v = self.patch.v
        lips = (v > self._whole.top) & (v < self._whole.anchor)
        lips &= np.abs(self.patch.u - self._middle_of_mouth()) < LIPS_REACH * portrait.eyes
        self._lips_place = _span(lips.any(axis=1)), _span(lips.any(axis=0))
        self._lips = self._whole.part(*self._lips_place)
        self._own_teeth = float((self._whole.lower - self._whole.upper).max()) > 0.04 * self._eyes
        size = portrait.image.shape[0]
        light = float(portrait.image[size // 3 : size * 2 // 3, size // 3 : size * 2 // 3].mean())
        self._enamel = ENAMEL * np.float32(np.clip(light / 110.0, 0.55, 1.15))
        self._reference = portrait.reference.expression
        index = ARKIT_INDEX
        self._jaw, self._close, self._funnel = (
            index['jawOpen'],
            index['mouthClose'],
            index['mouthFunnel'],
        )
        self._smile = [index['mouthSmileLeft'], index['mouthSmileRight']]
        self._raise = [index['mouthUpperUpLeft'], index['mouthUpperUpRight']]
        self._lowering = [index['mouthLowerDownLeft'], index['mouthLowerDownRight']]

    def _middle_of_mouth(self) -> float:
        weight = self._whole.arch
        return float((self.patch.u * weight).sum() / weight.sum())

    def draw(self, source: Image, target: Image, expression: Float) -> bool:
        """Draw the lower face from `source` into `target`; return False if nothing changes."""
        change = expression - self._reference
        jaw = max(-0.3, float(change[self._jaw]) - 0.5 * float(change[self._close]))
        smile = float(expression[self._smile].mean())
        smile_there = float(self._reference[self._smile].mean())
        # As its smile fades, a smiling portrait shows less and less of its teeth.
        teeth = 1.0 if smile_there < 0.1 else min(1.0, (smile + 0.02) / (smile_there + 0.02))
        closed = np.float32(1.0 - teeth)
        raised = float(change[self._raise].mean())
        lowered = float(change[self._lowering].mean()) + 0.3 * float(change[self._funnel])
        if max(abs(jaw), float(closed), abs(raised), abs(lowered)) < STILL:
            return False
        lips = self._lips
        chin_drop = JAW_DROP * self._eyes * np.float32(jaw)
        gap = lips.lower - lips.upper
        lip_drop = self._eyes * np.float32(JAW_DROP * max(jaw, 0.0) + 0.07 * lowered)
        lip_lift = self._eyes * np.float32(0.06 * raised)
        upper = lips.upper - lip_lift * lips.arch + np.float32(0.45) * closed * gap
        lower = lips.lower + lip_drop * lips.arch - np.float32(0.55) * closed * gap
        lower = np.maximum(lower, upper)
        region = lips if abs(jaw) < STILL else self._whole
        offset = _give_way(region, chin_drop)
        lips_offset = offset if region is lips else offset[self._lips_place]
        lips_offset[...] = _slide(lips, upper, lower, chin_drop * lips.jaw, lips_offset)
        patch = region.patch
        x, y = patch.sources(0.0, offset)
        target[patch.rows, patch.columns] = cv2.remap(
            source, x, y, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE
        )
        if max(jaw, raised, lowered) > STILL:
            self._fill(target[lips.patch.rows, lips.patch.columns], lips, upper, lower)
        return True

    def _fill(self, picture: Image, region: _Region, upper: Float, lower: Float) -> None:
        """Paint the inside of the mouth where the portrait shows none: dark, with upper teeth."""
        mouth = lower - upper > 0.25
        if not mouth.any():
            return
        inside = mouth & (region.patch.v > upper) & (region.patch.v < lower)
        rows, columns = _span(inside.any(axis=1)), _span(inside.any(axis=0))
        view = region.part(rows, columns)
        upper, lower = upper[rows, columns], lower[rows, columns]
        v, eyes = view.patch.v, self._eyes
        own = np.clip(np.minimum(v - view.upper, view.lower - v), 0.0, 1.0)
        depth, gap = v - upper, lower - upper
        edge = np.clip(np.minimum(depth, lower - v), 0.0, 1.0)
        alpha = edge * (1.0 - own) * np.clip(gap / 2.0, 0.0, 1.0)
        colour = np.broadcast_to(INSIDE, (*v.shape, 3))
        if not self._own_teeth:
            length = 0.10 * eyes * np.clip((gap - 0.05 * eyes) / (0.12 * eyes), 0.0, 1.0)
            teeth = 0.75 * np.clip((length - depth) / 1.5, 0.0, 1.0) * view.arch**2
            colour = INSIDE + teeth[..., None] * (self._enamel - INSIDE)
        part = picture[rows, columns, :3]
        part[...] = (part + alpha[..., None] * (colour - part)).astype(np.uint8)


def _give_way(region: _Region, chin_drop: np.float32) -> Float:
    """Return the offset in v to the source of the skin that follows the chin, and of the neck."""
    drop = chin_drop * region.jaw
    length = region.neck - region.chin
    squeezed = (region.patch.v - region.neck) * (drop / np.maximum(length - drop, 1.0))
    # A closing jaw (drop < 0) stretches the neck instead.
    low, high = (-drop, 0.0) if chin_drop >= 0 else (0.0, -drop)
    return np.clip(squeezed, low, high)


def _slide(region: _Region, upper: Float, lower: Float, drop: Float, below: Float) -> Float:
    """Return the offset in v to the source of the skin around the lips, for their new edges."""
    v = region.patch.v
    anchor = np.maximum(region.anchor + drop, lower + 1.0)
    above = stretch(v, region.top, region.upper, region.top, upper)
    lip = stretch(v, region.lower, region.anchor, lower, anchor)
    moved = np.where(v < upper + 1, above, lip) - v
    moved = np.where(v <= anchor, moved, below)
    # The lips extend one pixel into the mouth, so that its edge blends with them.
    inner = (v > upper + 1) & (v < lower - 1)
    return np.where(inner | (v < region.top), np.float32(0.0), moved)


def _span(used: NDArray | np.bool_) -> slice:
    """Return the slice from the first to the last True, or of one element if there is none."""
    places = np.flatnonzero(used)
    return slice(int(places[0]), int(places[-1]) + 1) if len(places) else slice(0, 1)


def _measure(portrait: Portrait) -> _Region:
    points = portrait.landmarks[:, :2].astype(np.float64)
    eyes = portrait.eyes
    used = points[[*lm.LIPS_INNER_UPPER, *lm.LIPS_INNER_LOWER, *lm.JAW_LINE, lm.NOSE_BASE]]
    used = np.vstack([used, used + NECK * eyes * portrait.down])
    patch = make_patch(portrait, used, 0.12 * eyes)
    origin = used.mean(axis=0)

    def local(*indices: int) -> NDArray[np.float64]:
        return face_coordinates(portrait, points[list(indices)], origin)

    u, v = patch.u, patch.v
    upper_points, jaw_points = local(*lm.LIPS_INNER_UPPER), local(*lm.JAW_LINE)
    corners = np.sort(upper_points[[0, -1], 0])
    middle, half = float(corners.mean()), max(0.5 * float(np.ptp(corners)), 1.0)
    arch = np.sqrt(np.clip(1.0 - ((u - middle) / half) ** 2, 0.0, 1.0))
    upper = curve(u, upper_points)
    lower = np.maximum(curve(u, local(*lm.LIPS_INNER_LOWER)), upper)
    nose, lip_bottom = local(lm.NOSE_BASE, lm.LIP_BOTTOM)[:, 1]
    half_face = 0.5 * float(np.ptp(jaw_points[:, 0]))
    reach = min(1.05 * half_face, LIPS_REACH * eyes)
    side = np.clip(1.0 - ((u - middle) / reach) ** 2, 0.0, 1.0)
    # Nothing may move at the rim of the patch, or its edge would be visible.
    rim = np.minimum.reduce([u - u.min(), u.max() - u, v - v.min(), v.max() - v])
    anchor = np.maximum(lower, lip_bottom) + 0.12 * eyes
    chin = np.maximum(curve(u, jaw_points), anchor + 1.0)
    top = nose + 0.35 * (float(upper.mean()) - nose)
    region = _Region(
        patch=patch,
        top=np.full_like(u, top),
        upper=upper,
        lower=lower,
        anchor=anchor,
        chin=chin,
        neck=chin + NECK * eyes,
        arch=np.asarray(arch * np.clip(1.5 * arch, 0.0, 1.0), np.float32),
        jaw=side**1.5 * np.clip(rim / (0.12 * eyes), 0.0, 1.0) * (v > top),
    )
    arrays: dict[str, Any] = {
        f.name: getattr(region, f.name).astype(np.float32) for f in fields(region)[1:]
    }
    return replace(region, **arrays)
