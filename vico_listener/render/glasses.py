"""Finds glasses in a portrait, whose frame must not bend when the face moves below it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.render.landmarks import BETWEEN_BROWS
from vico_listener.render.landmarks import LOWER_LID_LEFT
from vico_listener.render.landmarks import LOWER_LID_RIGHT
from vico_listener.render.landmarks import NOSE_BRIDGE
from vico_listener.render.landmarks import UPPER_LID_LEFT
from vico_listener.render.landmarks import UPPER_LID_RIGHT
from vico_listener.render.portrait import Portrait

BRIDGE, RIM = 0.165, 0.13
"""The least contrast of a frame between and below the eyes, as a share of the skin's brightness.

In 23 portraits, the bridges of glasses had at least 0.2, and noses without any 0.13 at most; below
the eyes, the shadows of some are as dark as frames.
"""

SAMPLES = 60
STIFFNESS = 0.92
"""The share of the expression's motion that glasses take away where they are."""


def worn_glasses(portrait: Portrait, x: NDArray, y: NDArray) -> NDArray[np.float64]:
    """Return how stiff points (x, y) are, 0 to 1, because they lie on glasses; 0 without any."""
    stiff = np.zeros(x.shape)
    if not wears_glasses(portrait):
        return stiff
    for lids in (UPPER_LID_RIGHT + LOWER_LID_RIGHT, UPPER_LID_LEFT + LOWER_LID_LEFT):
        centre = (
            portrait.landmarks[list(lids), :2].mean(axis=0) + 0.04 * portrait.eyes * portrait.down
        )
        right, lower = x - centre[0], y - centre[1]
        across = right * portrait.across[0] + lower * portrait.across[1]
        down = right * portrait.down[0] + lower * portrait.down[1]
        # Frames end below the brows, which move above them.
        above = down < 0.0
        height, fade = np.where(above, 0.17, 0.24), np.where(above, 0.7, 0.35)
        # Frames have upper corners, which an ellipse would leave free.
        place = across / (0.4 * portrait.eyes), down / (height * portrait.eyes)
        radius = (place[0] ** 4 + place[1] ** 4) ** 0.25
        stiff = np.maximum(stiff, STIFFNESS * np.clip((1.0 + fade - radius) / fade, 0.0, 1.0))
    return stiff


def wears_glasses(portrait: Portrait) -> bool:
    """Return whether a frame crosses the bridge of the nose and runs below both eyes."""
    grey = cv2.cvtColor(portrait.image, cv2.COLOR_BGR2GRAY)
    scale = max(portrait.eyes / 48.0, 0.5)  # the size at which the contrast was chosen
    soft = np.asarray(cv2.GaussianBlur(grey, (0, 0), 0.7 * scale), np.float32)
    points = portrait.landmarks[:468, :2].astype(np.float64)
    columns, rows = np.clip(np.round(points).astype(int), 0, len(grey) - 1).T
    skin = max(float(np.median(soft[rows, columns])), 1.0)
    ways = [(points[BETWEEN_BROWS], points[NOSE_BRIDGE])]
    for lid in (LOWER_LID_RIGHT[4], LOWER_LID_LEFT[4]):
        start, end = (points[lid] + far * portrait.eyes * portrait.down for far in (0.04, 0.36))
        ways.append((start, end))
    least = BRIDGE, RIM, RIM
    return all(
        _contrast(portrait, soft, *way) > share * skin
        for way, share in zip(ways, least, strict=True)
    )


def _contrast(portrait: Portrait, grey: NDArray[np.float32], start: NDArray, end: NDArray) -> float:
    """Return how far a line across the way from start to end stands out from its surroundings."""
    way = start + (end - start) * np.linspace(0.0, 1.0, SAMPLES)[:, None]
    aside = np.linspace(-0.05, 0.05, 7)[:, None, None] * portrait.eyes * portrait.across
    places = (way + aside).astype(np.float32)
    values = cv2.remap(
        grey, places[..., 0], places[..., 1], cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE
    )
    profile = np.asarray(values, np.float64).mean(axis=0)[:, None]
    around = cv2.GaussianBlur(profile, (1, 31), 0, sigmaY=8.0)
    return float(np.abs(profile - around).max())
