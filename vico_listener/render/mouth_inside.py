"""Draws the inside of a mouth that the portrait does not show: teeth, gums, tongue and the dark."""

from dataclasses import dataclass

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


RED = np.array([0.8, 0.72, 1.1])
"""The colour of the tongue, relative to that of the lips, BGR."""


@dataclass(frozen=True)
class Colours:
    """The colours of the inside, (3,) float32 BGR, in the light of the portrait."""

    enamel: Float
    gums: Float
    tongue: Float
    dark: Float


def colours_of(portrait: Portrait) -> Colours:
    """Return the colours of an inside that fits the light and the tint of a portrait's face."""
    points = portrait.landmarks[:468, :2]
    size = portrait.image.shape[0]
    columns, rows = np.clip(np.round(points).astype(int), 0, size - 1).T
    skin = portrait.image[rows, columns].astype(np.float64)
    light = float(np.quantile(skin.mean(axis=1), 0.85))
    mean = np.median(skin, axis=0)
    tint = mean / max(float(mean.mean()), 1.0) - 1.0
    lips = points[[*lm.LIPS_OUTER_LOWER, *lm.LIPS_INNER_LOWER]].mean(axis=0)
    column, row = np.clip(np.round(lips).astype(int), 1, size - 2)
    lip = portrait.image[row - 1 : row + 2, column - 1 : column + 2].reshape(-1, 3).mean(axis=0)
    enamel = np.clip(0.98 * light + 22.0, 80.0, 225.0) * (1.0 + 0.3 * tint)
    flesh = lip * np.clip(1.0 + 0.3 * tint, 0.0, 2.0)
    return Colours(
        *(
            np.clip(colour, 0.0, 255.0).astype(np.float32)
            for colour in (
                enamel,
                0.8 * flesh,
                0.62 * flesh * RED,
                np.clip(0.2 * light, 8.0, 34.0) * np.clip(1.0 + 1.9 * tint, 0.3, 2.4),
            )
        )
    )


class Inside:
    """The inside of the mouth in the pixels around the lips.

    Args:
        colours: its colours.
        across: (h, w) the distance from the middle of the mouth to the person's left, px.
        upper: (h, w) the coordinate v of the upper lip's edge at rest.
        eyes: the distance of the outer eye corners, px.
    """

    def __init__(self, colours: Colours, across: Float, upper: Float, eyes: float) -> None:
        aside = np.abs(across) / eyes
        seam = np.abs(aside[..., None] - SEAMS).min(axis=-1) * eyes
        gap = np.exp(-((seam / max(0.009 * eyes, 0.6)) ** 2))
        tooth = np.clip(np.searchsorted(SEAMS, aside, side='right') - 1, 0, len(LENGTHS) - 1)
        length = LENGTHS[tooth] - 0.01 * gap
        self._edge = (upper + eyes * length).astype(np.float32)
        self._root = (upper - GUMS * eyes + 0.02 * eyes * gap).astype(np.float32)
        round_off = np.clip(1.0 - 0.75 * (aside / 0.32) ** 2, 0.2, 1.0)
        self._round = round_off.astype(np.float32)
        self._shade = (round_off * (1.0 - 0.13 * gap)).astype(np.float32)
        self._eyes = np.float32(eyes)
        parts = (colours.dark, colours.tongue, colours.enamel, colours.gums)
        self._palette = np.stack(parts, axis=-1).astype(np.float32)

    def part(self, rows: slice, columns: slice) -> 'Inside':
        """Return the inside in a rectangle of the pixels."""
        part = object.__new__(Inside)
        part.__dict__ |= self.__dict__
        for name in ('_edge', '_root', '_round', '_shade'):
            setattr(part, name, getattr(self, name)[rows, columns])
        return part

    def draw(self, v: Float, upper: Float, lower: Float) -> NDArray[np.float32]:
        """Return the colours (h, w, 3) at the coordinate v between the edges of the lips.

        Args:
            v: the coordinate of the pixels, px.
            upper: the edge of the upper lip as it is now.
            lower: that of the lower lip.
        """
        eyes = self._eyes
        gap = lower - upper
        # The tongue lies at the bottom of a wide mouth; the shares of all parts add up to 1.
        top = lower - np.maximum(np.float32(0.5) * (gap - np.float32(0.12) * eyes), 0.0)
        tongue = unit((v - top) / (np.float32(0.05) * eyes)) * self._round
        lit = unit(0.7 + (v - upper) / (np.float32(0.06) * eyes)) * self._shade
        tooth = unit((self._edge - v) / np.float32(1.3) + np.float32(0.5))
        gum = unit((self._root - v) / np.float32(1.5) + np.float32(0.5))
        behind, lit = 1.0 - tooth, lit * tooth
        shares = cv2.merge((behind * (1.0 - tongue), behind * tongue, lit * (1.0 - gum), lit * gum))
        return np.asarray(cv2.transform(shares, self._palette))
