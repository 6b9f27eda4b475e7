"""Draws the inside of a mouth that the portrait does not show: teeth, gums, tongue and the dark."""

from dataclasses import dataclass
from functools import reduce

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.render import landmarks as lm
from vico_listener.render.patch import Float
from vico_listener.render.patch import unit
from vico_listener.render.portrait import Portrait

SEAMS = np.array([0.0, 0.082, 0.147, 0.215, 0.272, 0.32])
"""The seams between the upper teeth from the middle on, in distances of the outer eye corners.

The mouth is measured as it is at rest: a smile stretches its teeth with the lips.
"""

LENGTHS = np.array([0.072, 0.062, 0.064, 0.05, 0.04])
"""How far the tooth between two seams reaches below the upper lip at rest, in the same unit."""

GUMS = 0.05
"""The height of the gums above the upper lip at rest."""


TONGUE = 0.75
"""The height of the tongue, as a share of the gap beyond `TONGUE_FROM`."""

TONGUE_FROM = np.float32(0.06)
"""The gap between the lips behind whose lower one a tongue comes into view, in the same unit."""

SHOWS = np.float32(0.06)
"""The gap beyond it at which it is seen clearly."""

RED = np.array([0.8, 0.72, 1.1])
"""The colour of the tongue, relative to that of the lips, BGR."""


COLOURFUL = 0.2
"""The saturation of a face from which on the tongue has its full colour; in a grey photo it has
none."""


@dataclass(frozen=True)
class Colours:
    """The colours of the inside, (3,) float32 BGR, in the light of the portrait.

    Attributes:
        grain: the standard deviation of its noise, grey values: half of that of skin, because it is
            darker.
    """

    enamel: Float
    gums: Float
    tongue: Float
    dark: Float
    grain: float = 0.0


def colours_of(portrait: Portrait) -> Colours:
    """Return the colours of an inside that fits the light and the tint of a portrait's face."""
    points = portrait.landmarks[:468, :2]
    image, size = portrait.image, portrait.image.shape[0]
    columns, rows = np.clip(np.round(points).astype(int), 0, size - 1).T
    skin = image[rows, columns].astype(np.float64)
    mouth = points[[*lm.LIPS_OUTER_UPPER, *lm.LIPS_OUTER_LOWER]].mean(axis=0)
    near = np.hypot(*(points - mouth).T) < 0.5 * portrait.eyes
    light = float(np.quantile(skin[near].mean(axis=1), 0.85))
    mean = np.median(skin, axis=0)
    tint = mean / max(float(mean.mean()), 1.0) - 1.0
    red = 1.0 + (RED - 1.0) * min(float(np.ptp(mean) / max(mean.max(), 1.0)) / COLOURFUL, 1.0)
    lips = points[[*lm.LIPS_OUTER_LOWER, *lm.LIPS_INNER_LOWER]].mean(axis=0)
    column, row = np.clip(np.round(lips).astype(int), 1, size - 2)
    lip = image[row - 1 : row + 2, column - 1 : column + 2].reshape(-1, 3).mean(axis=0)
    # Teeth are about as bright as the whites of the eyes, which tells dark skin from little light.
    enamel = min(1.06 * max(light, _white_of_eyes(portrait)), 228.0) * (1.0 + 0.3 * tint)
    flesh = lip * np.clip(1.0 + 0.3 * tint, 0.0, 2.0)
    smooth = np.asarray(cv2.GaussianBlur(image, (0, 0), 1.0))[rows, columns]
    fine = skin.mean(axis=1) - smooth.mean(axis=1)
    return Colours(
        enamel=_colour(enamel),
        gums=_colour(0.8 * flesh),
        tongue=_colour(0.62 * flesh * red),
        dark=_colour(np.clip(0.2 * light, 4.0, 34.0) * np.clip(1.0 + 1.9 * tint, 0.3, 2.4)),
        grain=0.7 * float(np.median(np.abs(fine))),
    )


def _colour(values: NDArray) -> Float:
    return np.clip(values, 0.0, 255.0).astype(np.float32)


def _white_of_eyes(portrait: Portrait) -> float:
    """Return the brightness of the whites of the eyes."""
    eyes = np.zeros(portrait.image.shape[:2], np.uint8)
    for ring in (lm.UPPER_LID_RIGHT + lm.LOWER_LID_RIGHT, lm.UPPER_LID_LEFT + lm.LOWER_LID_LEFT):
        contour = np.round(portrait.landmarks[list(ring), :2]).astype(np.int32)
        cv2.fillConvexPoly(eyes, cv2.convexHull(contour), 1)
    seen = portrait.image[eyes > 0].mean(axis=1)
    return float(np.quantile(seen, 0.85)) if len(seen) else 0.0


class Inside:
    """The inside of the mouth in the pixels around the lips.

    Args:
        colours: its colours.
        across: (h, w) the distance from the middle of the mouth to the person's left, px.
        upper: (h, w) the coordinate v of the upper lip's edge at rest.
        noise: (h, w) noise of standard deviation 1.
        eyes: the distance of the outer eye corners, px.
    """

    def __init__(
        self, colours: Colours, across: Float, upper: Float, noise: Float, eyes: float
    ) -> None:
        aside = np.abs(across) / eyes
        seam = reduce(np.minimum, (np.abs(aside - place) for place in SEAMS)) * eyes
        gap = np.exp(-((seam / max(0.009 * eyes, 0.6)) ** 2))
        tooth = np.clip(np.searchsorted(SEAMS, aside, side='right') - 1, 0, len(LENGTHS) - 1)
        length = LENGTHS[tooth] - 0.01 * gap
        self._edge = (upper + eyes * length).astype(np.float32)
        self._root = (upper - GUMS * eyes + 0.02 * eyes * gap).astype(np.float32)
        round_off = np.clip(1.0 - 0.75 * (aside / 0.32) ** 2, 0.2, 1.0)
        self._round = round_off.astype(np.float32)
        self._shade = (round_off * (1.0 - 0.13 * gap)).astype(np.float32)
        self._eyes = np.float32(eyes)
        self._grain = cv2.merge([noise * np.float32(colours.grain)] * 3)
        parts = (colours.dark, colours.tongue, colours.enamel, colours.gums)
        self._palette = np.stack(parts, axis=-1).astype(np.float32)

    def part(self, rows: slice, columns: slice) -> 'Inside':
        """Return the inside in a rectangle of the pixels."""
        part = object.__new__(Inside)
        part.__dict__ |= self.__dict__
        for name in ('_edge', '_root', '_round', '_shade', '_grain'):
            setattr(part, name, getattr(self, name)[rows, columns])
        return part

    def draw(self, v: Float, upper: Float, lower: Float, sunk: Float) -> NDArray[np.float32]:
        """Return the colours (h, w, 3) at the coordinate v between the edges of the lips.

        Args:
            v: the coordinate of the pixels, px.
            upper: the edge of the upper lip as it is now.
            lower: that of the lower lip.
            sunk: how far the upper lip has come down over the portrait's own teeth; the drawn ones
                go with it.
        """
        eyes = self._eyes
        gap = lower - upper
        # The tongue lies at the bottom of a wide mouth, rounded and darker towards the throat; the
        # shares of all parts add up to 1.
        room = np.maximum(gap - np.float32(TONGUE_FROM) * eyes, 0.0)
        depth = (lower - v) / np.maximum(np.float32(TONGUE) * room, np.float32(1e-3))
        tongue = unit((self._round - depth) * np.float32(3.0)) * unit(room / (SHOWS * eyes))
        lit_tongue = tongue * unit(np.float32(1.1) - np.float32(0.75) * depth)
        lit = unit(0.8 + (v - upper) / (np.float32(0.06) * eyes)) * self._shade
        tooth = unit((self._edge + sunk - v) / np.float32(1.3) + np.float32(0.5))
        gum = unit((self._root + sunk - v) / np.float32(1.5) + np.float32(0.5))
        behind, lit = 1.0 - tooth, lit * tooth
        shares = cv2.merge(
            (behind * (1.0 - tongue), behind * lit_tongue, lit * (1.0 - gum), lit * gum)
        )
        return np.asarray(cv2.add(cv2.transform(shares, self._palette), self._grain))
