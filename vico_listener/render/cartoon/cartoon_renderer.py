"""The renderer `cartoon`, which paints a stylised face in less than a millisecond."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.choices import THEME
from vico_listener.errors import SettingError
from vico_listener.frames import Picture
from vico_listener.motion import FaceMotion
from vico_listener.render.cartoon.art import face_drawing
from vico_listener.render.cartoon.shapes import Shaper
from vico_listener.render.cartoon.theme import load_theme
from vico_listener.render.renderers import Renderer

MIN_SIZE, MAX_SIZE = 64, 2048

SHIFT = 4
"""The bits behind the point of the coordinates that are painted: sixteenths of a pixel."""

STEPS = 1 << SHIFT

FINER = 2
"""How many pixels are painted for one, each way."""


class CartoonRenderer(Renderer):
    """Paints a face that needs no portrait.

    Args:
        size: the height of the pictures, px.
        theme: how it looks: a name in `config/themes`, or a YAML file.
        width: the width of the pictures, px; 0 for that of a square.

    Raises:
        SettingError: `size` or `width` is out of range, or the theme is unknown or wrong.
    """

    OPTIONS = ('theme', 'width')
    PORTRAIT = False

    def __init__(self, size: int = 256, theme: str | Path = THEME, width: int = 0) -> None:
        for name, value in (('size', size), ('width', width or size)):
            if not MIN_SIZE <= value <= MAX_SIZE:
                raise SettingError(f'{name} must lie in {MIN_SIZE}..{MAX_SIZE} px, not {value}')
        self.reference = FaceMotion.neutral()
        drawing = face_drawing(load_theme(theme))
        high, wide = size, width or size
        self._size = wide, high
        self._blank = np.full((FINER * high, FINER * wide, 3), drawing.background[::-1], np.uint8)
        self._canvas = self._blank.copy()
        # A narrow picture shows the whole width of the face. The middle of a pixel lies half a
        # pixel from its edge, and half a step more rounds.
        scale = STEPS * FINER * min(high, wide) / drawing.zoom
        rest = 0.5 - 0.5 * STEPS
        middle = (STEPS * FINER * wide / 2 + rest, STEPS * FINER * high / 2 + rest)
        self._shaper = Shaper(drawing, scale, (middle[0], middle[1] - scale * drawing.centre))

    def render(self, motion: FaceMotion) -> Picture:
        """Return the picture (size, width, 3) uint8 BGR of a motion (see `Renderer.render`)."""
        self.check(motion)
        points, paints = self._shaper.painted(motion)
        wide, high = self._size
        picture = self._blank[:high, :wide].copy()
        corners = np.floor(points).astype(np.int32)
        left, top, right, bottom = self._extent(corners)
        if left >= right or top >= bottom:
            return picture
        area = np.s_[FINER * top : FINER * bottom, FINER * left : FINER * right]
        canvas = self._canvas
        np.copyto(canvas[area], self._blank[area])
        for polygon, (red, green, blue) in paints:
            cv2.fillPoly(canvas, [corners[polygon]], (blue, green, red), cv2.LINE_AA, SHIFT)
        # OpenCV smooths the edges of a polygon, but makes it half a pixel too fat.
        part = picture[top:bottom, left:right]
        cv2.resize(canvas[area], part.shape[1::-1], part, interpolation=cv2.INTER_AREA)
        return picture

    def _extent(self, corners: NDArray[np.int32]) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom of what is painted, px, within the picture."""
        pixel = STEPS * FINER
        x, y, width, height = cv2.boundingRect(corners)
        wide, high = self._size
        left, top = max(x // pixel - 1, 0), max(y // pixel - 1, 0)
        right = min((x + width - 1) // pixel + 2, wide)
        bottom = min((y + height - 1) // pixel + 2, high)
        return left, top, right, bottom
