"""The renderer `cartoon`, which paints a stylised face in less than a millisecond."""

from pathlib import Path

import cv2
import numpy as np

from vico_listener.errors import SettingError
from vico_listener.motion import FaceMotion
from vico_listener.render.base import Image
from vico_listener.render.base import Renderer
from vico_listener.render.cartoon.face import face_drawing
from vico_listener.render.cartoon.shapes import Shaper
from vico_listener.render.cartoon.theme import load_theme

MIN_SIZE, MAX_SIZE = 64, 2048

SHIFT = 4
"""The bits behind the point of the coordinates that are painted: sixteenths of a pixel."""

STEPS = 1 << SHIFT


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

    def __init__(self, size: int = 256, theme: str | Path = 'paper', width: int = 0) -> None:
        for name, value in (('size', size), ('width', width or size)):
            if not MIN_SIZE <= value <= MAX_SIZE:
                raise SettingError(f'{name} must lie in {MIN_SIZE}..{MAX_SIZE} px, not {value}')
        self.reference = FaceMotion.neutral()
        drawing = face_drawing(load_theme(theme))
        high, wide = size, width or size
        self._blank = np.full((high, wide, 3), drawing.background[::-1], np.uint8)
        # A narrow picture shows the whole width of the face. The middle of pixel 0 lies half a
        # pixel from the edge, and adding half a step rounds.
        scale, half = STEPS * min(high, wide) / drawing.zoom, 0.5 / STEPS
        middle = (
            STEPS * (wide / 2 - 0.5 + half),
            STEPS * (high / 2 - 0.5 + half) - scale * drawing.centre,
        )
        self._shaper = Shaper(drawing, scale, middle)

    def render(self, motion: FaceMotion) -> Image:
        """Return the picture (size, width, 3) uint8 BGR of a motion (see `Renderer.render`)."""
        self.check(motion)
        picture = self._blank.copy()
        for shape in self._shaper.shapes(motion):
            red, green, blue = shape.colour
            corners = np.floor(shape.points).astype(np.int32)
            cv2.fillPoly(picture, [corners], (blue, green, red), cv2.LINE_AA, SHIFT)
        return picture
