"""Points and widths from which the curves of the cartoon face are made."""

from typing import Any

import numpy as np

from vico_listener.render.cartoon.drawing import Floats
from vico_listener.render.cartoon.theme import Colour


def grid(count: int) -> Floats:
    """Return numbers (count,) from -1 to 1, closer at the ends."""
    return np.asarray(-np.cos(np.linspace(0.0, np.pi, count)))


def points(x: Any, y: Any) -> Floats:
    """Return (n, 2) of coordinates that are arrays or the same for all points."""
    return np.stack(np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float)), axis=-1)


def circle(x: float, y: float, width: float, height: float, count: int = 28) -> Floats:
    """Return the points (count, 2) of an ellipse."""
    angle = np.linspace(0.0, 2 * np.pi, count, endpoint=False)
    return points(x + width * np.cos(angle), y + height * np.sin(angle))


def tapered(count: int, width: float) -> Floats:
    """Return half the widths (count,) of a line with thin, round ends."""
    return np.asarray(width * np.sqrt(np.maximum(0.0, 1 - grid(count) ** 4)))


def mixed(colour: Colour, share: float, under: Colour) -> Colour:
    """Return a share of a colour over another one."""
    red, green, blue = (round(u + share * (c - u)) for c, u in zip(colour, under, strict=True))
    return red, green, blue
