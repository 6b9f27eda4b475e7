"""Draws the mouth of a portrait, which opens to a dark inside and can close over visible teeth."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from vico_listener.frames import Picture
from vico_listener.motion import ARKIT_NAMES
from vico_listener.render.folds import Folds
from vico_listener.render.mouth_inside import colours_of
from vico_listener.render.mouth_region import JAW_DROP
from vico_listener.render.mouth_region import LIPS_REACH
from vico_listener.render.mouth_region import Lips
from vico_listener.render.mouth_region import MouthRegion
from vico_listener.render.mouth_region import measure
from vico_listener.render.patch import Float
from vico_listener.render.patch import span
from vico_listener.render.patch import stretch
from vico_listener.render.patch import unit
from vico_listener.render.portrait import Portrait

AJAR = 0.35
"""The opening of the jaw from which on more pixels are needed."""

OPENED = 0.12
"""The opening of the mouth at which a drawn inside has replaced a portrait's own dark one."""

CORNER = 0.1
"""The width of the skin beside the corners of the mouth that the lips move, in the same unit."""

LINE, LINE_SHADE = 0.014, 0.45
"""The half width of the line along which lips meet, in the same unit, and how much darker it is."""

INSET = 0.036
"""Twice the way into a lip from where its edge is taken that meets the other one, because the
landmarks of parted lips lie on the teeth; at most the lip's height; in the same unit."""

LIP_OVER = 0.45
"""The share of a portrait's own gap between the lips by which the upper lip comes down over it."""

LOWER_TEETH = 0.012
"""How far teeth that a portrait shows reach below those of others, in distances of the outer eye
corners."""

GRIN = 0.45
"""The smile from which on it parts the lips."""

SHUT_EARLY = 1.3
"""How much sooner a smile that fades closes the lips than it is gone."""

FELT = 0.3
"""The smile of a portrait from which on it has drawn folds beside the mouth."""

STILL = 1e-3
"""Changes of coefficients below this are not drawn."""


@dataclass(frozen=True)
class _Pose:
    """What the coefficients ask of the mouth, as changes from the portrait.

    Attributes:
        jaw: the opening of the jaw.
        closed: how much of the portrait's own gap between the lips is closed.
        grin: how far a smile parts the lips.
        lift, drop: how far the upper lip is raised and the lower one lowered, besides the jaw, in
            distances of the outer eye corners.
        upper, lower: the visible height of the lips, as a share of that in the portrait.
        relaxed: how much of the portrait's own smile is gone.
    """

    jaw: float
    closed: float
    grin: float
    lift: float
    drop: float
    upper: float
    lower: float
    relaxed: float

    @property
    def still(self) -> bool:
        """Whether the mouth is as in the portrait."""
        moved = (
            self.jaw,
            self.closed,
            self.grin,
            self.lift,
            self.drop,
            self.upper - 1,
            self.lower - 1,
            self.relaxed,
        )
        return max(map(abs, moved)) < STILL


class Mouth:
    """The lips, teeth and jaw of the portrait.

    Attributes:
        patch: the region in which they are drawn.
    """

    def __init__(self, portrait: Portrait) -> None:
        self._eyes = np.float32(portrait.eyes)
        self._whole = measure(portrait)
        self.patch = self._whole.patch
        colours = colours_of(portrait)
        across = self.patch.u - np.float32(self._middle_of_mouth())
        # The lips alone need fewer pixels than the jaw and the neck, and without the jaw nothing
        # moves beside the corners of the mouth.
        noise = np.random.default_rng(0).standard_normal(across.shape, np.float32)
        half = float(np.abs(across[self._whole.arch > 0]).max(initial=1.0))
        beside, corners = LIPS_REACH * portrait.eyes, half + CORNER * portrait.eyes
        self._lips, self._ajar, self._wide = (
            Lips.cut(self._whole, across, reach, jaw, colours, noise, portrait.eyes)
            for reach, jaw in ((corners, 0.0), (beside, AJAR), (beside, 1.2))
        )
        self._own_teeth = _shows_teeth(
            portrait.image, self._lips.region, colours.enamel, portrait.eyes
        )
        self._own = _named(portrait.reference.expression)
        self._folds = Folds(portrait, self.patch) if _smile_of(self._own) > FELT else None

    def _middle_of_mouth(self) -> float:
        weight = self._whole.arch
        return float((self.patch.u * weight).sum() / weight.sum())

    def draw(self, source: Picture, target: Picture, expression: Float) -> bool:
        """Draw the lower face from `source` into `target`; return False if nothing changes."""
        pose = _pose(_named(expression), self._own)
        if pose.still:
            return False
        still_jaw = abs(pose.jaw) < STILL
        moving = self._ajar if pose.jaw < AJAR else self._wide
        part, eyes = self._lips if still_jaw else moving, self._eyes
        lips = part.region
        chin_drop = JAW_DROP * eyes * np.float32(pose.jaw)
        gap = lips.lower - lips.upper
        lip_drop = eyes * np.float32(JAW_DROP * max(pose.jaw, 0.0) + pose.drop)
        # The skin below the nose can only be compressed so far.
        room = np.float32(0.6) * (lips.upper_rim - lips.top)
        bow = np.float32(pose.grin) * lips.arch**2
        upper = lips.upper - np.minimum(
            eyes * (np.float32(pose.lift) * lips.arch + np.float32(0.045) * bow), room
        )
        upper += np.float32(LIP_OVER * pose.closed) * gap
        lower = lips.lower + lip_drop * lips.arch + np.float32(0.045) * eyes * bow
        lower -= np.float32((1.0 - LIP_OVER) * pose.closed) * gap
        lower = np.maximum(lower, upper)
        region = lips if still_jaw else self._whole
        offset = _give_way(region, chin_drop)
        lips_offset = offset if region is lips else offset[part.place]
        inset = np.float32(INSET * pose.closed) * eyes
        drop = chin_drop * lips.jaw
        lips_offset[...] = _slide(lips, pose, upper, lower, drop, lips_offset, inset)
        patch = region.patch
        if self._folds is not None:
            source = self._folds.fade(source, pose.relaxed)
            whole = self.patch.rows, self.patch.columns
            target[whole] = source[whole]
        x, y = patch.sources(offset)
        target[patch.rows, patch.columns] = cv2.remap(
            source, x, y, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE
        )
        if pose.closed > STILL:
            place = target[lips.patch.rows, lips.patch.columns]
            _draw_line(place, lips, upper, lower, pose.closed, max(LINE * float(eyes), 0.7))
        opened = max(pose.jaw, 4.0 * pose.lift, 4.0 * pose.drop, pose.grin)
        if opened > STILL:
            place = target[lips.patch.rows, lips.patch.columns]
            self._fill(place, part, upper, lower, pose.closed, min(opened / OPENED, 1.0))
        return True

    def _fill(
        self,
        picture: Picture,
        lips: Lips,
        upper: Float,
        lower: Float,
        closed: float,
        opened: float,
    ) -> None:
        """Paint the inside of the mouth: beyond the portrait's own teeth, or over its own dark."""
        region = lips.region
        mouth = lower - upper > 0.25
        if not mouth.any():
            return
        inside = mouth & (region.patch.v > upper) & (region.patch.v < lower)
        rows, columns = span(inside.any(axis=1)), span(inside.any(axis=0))
        v, upper, lower = region.patch.v[rows, columns], upper[rows, columns], lower[rows, columns]
        own_upper, own_lower = region.upper[rows, columns], region.lower[rows, columns]
        own = unit(np.minimum(v - own_upper, own_lower - v))
        # Teeth that closed lips have covered are drawn, because the lips moved over their edges.
        own *= np.float32(1.0 - opened * (closed if self._own_teeth else 1.0))
        edge = unit(np.minimum(v - upper, lower - v))
        alpha = edge * (1.0 - own) * unit(np.float32(0.5) * (lower - upper))
        sunk = (
            np.float32(closed)
            * (
                np.float32(LIP_OVER) * (own_lower - own_upper)
                + np.float32(LOWER_TEETH) * self._eyes
            )
            * np.float32(self._own_teeth)
        )
        colour = lips.inside.part(rows, columns).draw(v, upper, lower, sunk)
        part = picture[rows, columns, :3]
        mixed = part + alpha[..., None] * (colour - part)
        part[...] = np.clip(mixed, 0.0, 255.0).astype(np.uint8)


def _shows_teeth(image: Picture, lips: MouthRegion, enamel: Float, eyes: float) -> bool:
    """Return whether the gap between a portrait's lips is bright."""
    gap = lips.lower - lips.upper
    if float(gap.max()) <= 0.07 * eyes:
        return False
    patch = lips.patch
    inside = (patch.v > lips.upper + 0.2 * gap) & (patch.v < lips.lower - 0.2 * gap)
    level = image[patch.rows, patch.columns, :3][inside].mean(axis=1)
    return bool(level.size and np.quantile(level, 0.6) > 0.5 * float(enamel.mean()))


def _named(expression: Float) -> dict[str, float]:
    return dict(zip(ARKIT_NAMES, expression.tolist(), strict=True))


def _smile_of(expression: Mapping[str, float]) -> float:
    return 0.5 * (expression['mouthSmileLeft'] + expression['mouthSmileRight'])


def _pose(told: Mapping[str, float], own: Mapping[str, float]) -> _Pose:
    """Return what is asked of the mouth by named coefficients, given the portrait's own."""

    def change(name: str) -> float:
        return told[name] - own[name]

    def both(name: str) -> float:
        return 0.5 * (change(f'{name}Left') + change(f'{name}Right'))

    smile, smile_there = _smile_of(told), _smile_of(own)
    # As its smile fades, a smiling portrait shows less and less of its teeth.
    teeth = 1.0 if smile_there < 0.1 else min(1.0, (smile + 0.02) / (smile_there + 0.02))
    grin = max(0.0, smile - max(GRIN, smile_there)) / (1.0 - GRIN)
    round_lips = 0.3 * change('mouthPucker') + 0.25 * change('mouthFunnel') - 0.22 * grin
    press = both('mouthPress')
    # A smile has drawn the lips thin.
    relaxed = max(smile_there - smile, 0.0)
    thin = {
        'upper': 0.55 * press + 0.7 * change('mouthRollUpper') - 0.5 * relaxed,
        'lower': 0.5 * press + 0.65 * change('mouthRollLower') - 0.3 * relaxed,
    }
    return _Pose(
        jaw=max(-0.3, change('jawOpen') - 0.5 * change('mouthClose')),
        closed=min(SHUT_EARLY * (1.0 - teeth), 1.0),
        grin=grin,
        lift=0.075 * both('mouthUpperUp') + 0.02 * change('mouthFunnel'),
        drop=0.09 * both('mouthLowerDown') + 0.035 * change('mouthFunnel'),
        upper=min(max(1.0 + round_lips - thin['upper'], 0.25), 1.5),
        lower=min(max(1.0 + round_lips - thin['lower'], 0.25), 1.5),
        relaxed=relaxed if smile_there > FELT else 0.0,
    )


def _give_way(region: MouthRegion, chin_drop: np.float32) -> Float:
    """Return the offset in v to the source of the skin that follows the chin, and of the neck."""
    drop = chin_drop * region.jaw
    length = region.neck - region.chin
    squeezed = (region.patch.v - region.neck) * (drop / np.maximum(length - drop, 1.0))
    # A closing jaw (drop < 0) stretches the neck instead.
    low, high = (-drop, 0.0) if chin_drop >= 0 else (0.0, -drop)
    return np.minimum(np.maximum(squeezed, low), high)


def _draw_line(
    picture: Picture, lips: MouthRegion, upper: Float, lower: Float, closed: float, width: float
) -> None:
    """Shade the line along which lips meet that the portrait shows apart, in place."""
    scale = np.float32(1.0 / width)
    apart = (lips.patch.v - np.float32(0.5) * (upper + lower)) * scale
    near = span((np.abs(apart) < 2.0).any(axis=1))
    apart, gap, arch = apart[near], (lower[near] - upper[near]) * scale, lips.arch[near]
    met = unit(1.0 - gap) * unit(np.float32(3.0) * arch)
    light = 1.0 - np.float32(LINE_SHADE * closed) * np.exp(-(apart**2)) * met
    opaque = np.ones_like(light)
    picture[near] = cv2.multiply(
        picture[near], cv2.merge([light, light, light, opaque]), None, 1.0, cv2.CV_8U
    )


def _lip(from_edge: Float, edge: Float, rim: Float, inset: np.float32, thickness: float) -> Float:
    """Return the source of a lip's pixels by their distance from its edge.

    Args:
        from_edge: their coordinate v from the inner edge of the lip as it is now.
        edge: the inner edge in the portrait.
        rim: the outer one.
        inset: how far inside the lip the inner edge is taken from.
        thickness: the height of the lip, as a share of that in the portrait.
    """
    height = rim - edge
    inner = np.clip(height, -inset, inset) * np.float32(0.5)
    share = (height - inner) / np.where(np.abs(height) < 1e-3, np.float32(1e-3), height)
    return edge + inner + from_edge * (share * np.float32(1.0 / thickness))


def _slide(
    region: MouthRegion, pose: _Pose, upper: Float, lower: Float, drop: Float, below: Float,
    inset: np.float32,
) -> Float:  # fmt: skip
    """Return the offset in v to the source of the skin around the lips, for their new edges."""
    v = region.patch.v
    rim = upper - np.float32(pose.upper) * (region.upper - region.upper_rim)
    lower_rim = lower + np.float32(pose.lower) * (region.lower_rim - region.lower)
    anchor = np.maximum(region.anchor + drop, lower_rim + 1.0)
    skin = stretch(v, region.top, region.upper_rim, region.top, rim)
    lip = _lip(v - upper, region.upper, region.upper_rim, inset, pose.upper)
    above = np.where(v < rim, skin, lip)
    lip = _lip(v - lower, region.lower, region.lower_rim, inset, pose.lower)
    skin = stretch(v, region.lower_rim, region.anchor, lower_rim, anchor)
    under = np.where(v < lower_rim, lip, skin)
    moved = np.where(v < upper + 1, above, under) - v
    moved = np.where(v <= anchor, moved, below)
    # The lips extend one pixel into the mouth, so that its edge blends with them.
    inner = (v > upper + 1) & (v < lower - 1)
    return np.where(inner | (v < region.top), np.float32(0.0), moved)
