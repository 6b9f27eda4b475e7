"""A mouth that opens on a dark inside, and closes over the teeth of a smiling portrait."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.motion import ARKIT_INDEX
from vico_listener.render import landmarks as lm
from vico_listener.render.base import Image
from vico_listener.render.patch import curve
from vico_listener.render.patch import face_coordinates
from vico_listener.render.patch import make_patch
from vico_listener.render.patch import stretch
from vico_listener.render.portrait import Portrait

JAW_DROP = 0.36
"""Way of the chin at jawOpen 1, in distances of the outer eye corners."""

STILL = 1e-3
INSIDE = np.array([22.0, 16.0, 38.0], np.float32)
"""Colour of the open mouth's depth, BGR."""


class Mouth:
    """Lips, teeth and jaw of the portrait."""

    def __init__(self, portrait: Portrait) -> None:
        points = portrait.landmarks[:, :2].astype(np.float64)
        used = [*lm.LIPS_INNER_UPPER, *lm.LIPS_INNER_LOWER, *lm.JAW_LINE, lm.NOSE_BASE]
        eyes = portrait.eyes
        self._eyes = eyes
        self.patch = make_patch(portrait, points[used], 0.55 * eyes)
        origin = points[used].mean(axis=0)

        def local(indices: tuple[int, ...]) -> NDArray[np.float64]:
            return face_coordinates(portrait, points[list(indices)], origin)

        u, v = self.patch.u, self.patch.v
        upper, lower = local(lm.LIPS_INNER_UPPER), local(lm.LIPS_INNER_LOWER)
        corners = np.sort(upper[[0, -1], 0])
        middle, half = corners.mean(), max(0.5 * float(np.ptp(corners)), 1.0)
        across = (u - middle) / half
        arch = np.sqrt(np.clip(1.0 - across**2, 0.0, 1.0))
        self._arch = (arch * np.clip(1.5 * arch, 0, 1)).astype(np.float32)
        self._upper = curve(u, upper)
        self._lower = np.maximum(curve(u, lower), self._upper)
        self._gap = self._lower - self._upper
        jaw = curve(u, local(lm.JAW_LINE))
        face_half = 0.5 * float(np.ptp(local(lm.JAW_LINE)[:, 0]))
        side = np.clip(1.0 - (np.abs(u - middle) / (1.05 * face_half)) ** 2, 0.0, 1.0)
        self._jaw_share = (side**1.5).astype(np.float32)
        nose = float(local((lm.NOSE_BASE,))[0, 1])
        self._top = np.full_like(u, nose + 0.35 * (float(self._upper.mean()) - nose))
        self._chin = np.maximum(jaw, self._lower + 0.15 * eyes).astype(np.float32)
        self._neck = self._chin + np.float32(0.5 * eyes)
        expression = portrait.reference.expression
        self._reference = expression
        index = ARKIT_INDEX
        self._jaw = index['jawOpen']
        self._smile = [index['mouthSmileLeft'], index['mouthSmileRight']]
        self._raise = [index['mouthUpperUpLeft'], index['mouthUpperUpRight']]
        self._lowering = [index['mouthLowerDownLeft'], index['mouthLowerDownRight']]
        self._close = index['mouthClose']
        self._funnel = index['mouthFunnel']
        face = portrait.image[v.shape[0] // 2 :: 4, ::4]
        self._light = float(np.clip(face.mean() / 110.0, 0.55, 1.15))
        # Nothing may move at the rim of the patch, or its edge would show.
        rim = np.minimum.reduce([u - u.min(), u.max() - u, v - v.min(), v.max() - v])
        self._rim = np.clip(rim / (0.12 * eyes), 0.0, 1.0).astype(np.float32)
        self._patch_source: Image | None = None

    def draw(self, source: Image, target: Image, expression: NDArray[np.float32]) -> bool:
        """Draw the lower face from `source` into `target`; False when nothing changes."""
        change = expression - self._reference
        jaw = float(change[self._jaw]) - 0.5 * float(change[self._close])
        smile = float(expression[self._smile].mean())
        smile_there = float(self._reference[self._smile].mean())
        # A portrait that smiles shows its teeth less and less as the smile goes.
        teeth = 1.0 if smile_there < 0.1 else min(1.0, (smile + 0.02) / (smile_there + 0.02))
        closed = 1.0 - teeth
        raised = float(change[self._raise].mean())
        lowered = float(change[self._lowering].mean()) + 0.3 * float(change[self._funnel])
        if max(abs(jaw), closed, abs(raised), abs(lowered)) < STILL:
            return False
        patch, eyes = self.patch, self._eyes
        chin = np.float32(JAW_DROP * eyes * max(jaw, -0.3)) * self._jaw_share * self._rim
        part_down = np.float32(eyes * (0.07 * lowered)) * self._arch
        part_up = np.float32(eyes * (0.06 * raised)) * self._arch
        drop = np.float32(JAW_DROP * eyes * max(jaw, 0.0)) * self._arch
        upper = self._upper - part_up + np.float32(0.45 * closed) * self._gap
        lower = self._lower + drop + part_down - np.float32(0.55 * closed) * self._gap
        lower = np.maximum(lower, upper)
        v = patch.v
        lip_above = stretch(v, self._top, self._upper, self._top, upper)
        chin_line = np.maximum(self._chin + chin, lower + 1.0)
        neck = np.maximum(self._neck, chin_line + 1.0)
        lip_below = stretch(v, self._lower, self._chin, lower, chin_line)
        below_chin = stretch(v, self._chin, self._neck, chin_line, neck)
        in_mouth = (v >= upper) & (v <= lower)
        v_new = np.where(v < upper, lip_above, np.where(v <= chin_line, lip_below, below_chin))
        v_new = np.where(in_mouth | (v < self._top) | (v > neck), v, v_new)
        x, y = patch.sources(0.0, v_new - v)
        picture = cv2.remap(source, x, y, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE)
        if (lower - upper).max() > 0.5:
            self._fill(picture, upper, lower, in_mouth)
        target[patch.rows, patch.columns] = picture
        return True

    def _fill(self, picture: Image, upper: NDArray, lower: NDArray, in_mouth: NDArray) -> None:
        """Paint the inside where the portrait shows none: dark, with upper teeth."""
        v, eyes = self.patch.v, self._eyes
        new = in_mouth & ~((v > self._upper + 0.5) & (v < self._lower - 0.5))
        depth = v - upper
        gap = lower - upper
        soft = np.clip(np.minimum(depth, lower - v) + 0.5, 0.0, 1.0)
        tooth = 0.10 * eyes
        shown = np.clip((gap - 0.05 * eyes) / (0.12 * eyes), 0.0, 1.0)
        teeth = np.clip((tooth * shown - depth) / 1.5, 0.0, 1.0) * self._arch**2
        has_teeth = float(self._gap.max()) > 0.04 * eyes  # the portrait's own are better
        weight = np.float32(0.0 if has_teeth else 0.75) * teeth
        enamel = np.float32(195.0 * self._light)
        colour = INSIDE * (1 - weight[..., None]) + enamel * weight[..., None]
        alpha = (soft * new * np.clip(gap / 2.0, 0, 1))[..., None]
        colours = picture[..., :3]
        colours[...] = (colours * (1 - alpha) + colour * alpha).astype(np.uint8)
