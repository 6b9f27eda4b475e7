"""The lower face of a portrait: where its lips, jaw and neck are, pixel by pixel."""

from dataclasses import dataclass
from dataclasses import fields
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vico_listener.render import landmarks as lm
from vico_listener.render.mouth_inside import Colours
from vico_listener.render.mouth_inside import Inside
from vico_listener.render.patch import Float
from vico_listener.render.patch import Patch
from vico_listener.render.patch import curve
from vico_listener.render.patch import face_coordinates
from vico_listener.render.patch import make_patch
from vico_listener.render.patch import span
from vico_listener.render.portrait import Portrait

JAW_DROP = 0.4
"""The drop of the chin at jawOpen 1, in distances of the outer eye corners."""

LOWERED = 0.1
"""How far the skin below the lower lip is pushed down without the jaw, in the same unit."""

NECK = 0.5
"""The length of the neck that the jaw compresses, in distances of the outer eye corners."""

LIPS_REACH = 0.75
"""The distance from the middle of the mouth up to which the skin moves, in the same unit."""


@dataclass(frozen=True)
class MouthRegion:
    """The lower face, with the coordinate v of its contours and shares of motions at each pixel.

    Attributes:
        patch: the pixels.
        top: the level above which nothing moves.
        upper_rim, upper: the outer and the inner edge of the upper lip.
        lower, lower_rim: the inner and the outer edge of the lower lip.
        anchor: a level below the lower lip, down to which the lip compresses the skin.
        chin, neck: the jaw line, and the level down to which the jaw compresses the neck.
        arch: 1 in the middle of the mouth, 0 at its corners and beyond.
        jaw: the share of the jaw's drop.
    """

    patch: Patch
    top: Float
    upper_rim: Float
    upper: Float
    lower: Float
    lower_rim: Float
    anchor: Float
    chin: Float
    neck: Float
    arch: Float
    jaw: Float

    def part(self, rows: slice, columns: slice) -> 'MouthRegion':
        """Return the region of a part of the patch."""
        arrays = {
            f.name: np.ascontiguousarray(getattr(self, f.name)[rows, columns])
            for f in fields(self)
            if f.name != 'patch'
        }
        return replace(self, patch=self.patch.part(rows, columns), **arrays)


@dataclass(frozen=True)
class Lips:
    """The pixels around the lips: their place in the whole region, and the inside of the mouth."""

    place: tuple[slice, slice]
    region: MouthRegion
    inside: Inside

    @classmethod
    def cut(
        cls,
        whole: MouthRegion,
        across: Float,
        reach: float,
        jaw: float,
        colours: Colours,
        noise: Float,
        eyes: float,
    ) -> 'Lips':
        """Return the lips of a jaw that opens up to `jaw`.

        They extend to `reach` px from the middle of the mouth, from which `across` counts. The
        noise (see `Inside`) covers the whole region, so that a pixel does not depend on the cut.
        """
        v = whole.patch.v
        bottom = whole.anchor + np.float32((LOWERED + JAW_DROP * jaw) * eyes)
        used = (v > whole.top) & (v < bottom) & (np.abs(across) < reach)
        place = span(used.any(axis=1)), span(used.any(axis=0))
        region = whole.part(*place)
        inside = Inside(colours, across[place], region.upper, noise[place], eyes)
        return cls(place, region, inside)


def measure(portrait: Portrait) -> MouthRegion:
    """Return the lower face of a portrait as its landmarks have it."""
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
    # Beside the mouth the rims go on as the line between the lips does, one pixel apart.
    upper_rim = np.minimum(curve(u, local(*lm.LIPS_OUTER_UPPER)), upper - 1.0)
    lower_rim = np.maximum(curve(u, local(*lm.LIPS_OUTER_LOWER)), lower + 1.0)
    anchor = np.maximum(lower_rim, lip_bottom) + 0.12 * eyes
    chin = np.maximum(curve(u, jaw_points), anchor + 1.0)
    top = nose + 0.15 * (float(upper.mean()) - nose)
    region = MouthRegion(
        patch=patch,
        top=np.full_like(u, top),
        upper_rim=np.maximum(upper_rim, top + 1.0),
        upper=upper,
        lower=lower,
        lower_rim=lower_rim,
        anchor=anchor,
        chin=chin,
        neck=chin + NECK * eyes,
        arch=np.asarray(arch * np.clip(1.2 * arch, 0.0, 1.0), np.float32),
        jaw=side**1.5 * np.clip(rim / (0.12 * eyes), 0.0, 1.0) * (v > top),
    )
    arrays: dict[str, Any] = {
        f.name: getattr(region, f.name).astype(np.float32) for f in fields(region)[1:]
    }
    return replace(region, **arrays)
