"""The renderer `portrait`, which warps a photo by pose and blendshapes in about 1 ms on a CPU."""

import math
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import SettingError
from vico_listener.face import create_backend
from vico_listener.frames import Picture
from vico_listener.motion import FaceMotion
from vico_listener.render.eyes import Eye
from vico_listener.render.field import HeadField
from vico_listener.render.forehead import Forehead
from vico_listener.render.layers import split_layers
from vico_listener.render.mouth import Mouth
from vico_listener.render.portrait import prepare_portrait
from vico_listener.render.portrait import remarks_on
from vico_listener.render.portrait_calibration import calibrate
from vico_listener.render.renderers import NO_MAP
from vico_listener.render.renderers import Renderer
from vico_listener.render.response import Response
from vico_listener.render.response import cached_path
from vico_listener.render.response import load_response
from vico_listener.render.response import save_response

MIN_SIZE, MAX_SIZE = 64, 2048

TOP = 0.08
"""The height of the hair that is added above the picture, as a share of its side."""


READ_AT = 512
"""The side from which on pictures that only the face tracker sees are drawn at half the size, px.

It shrinks the face to less than that anyway.
"""


@dataclass(frozen=True)
class _Canvas:
    """What pictures are drawn on, at the resolution of the portrait or a coarser one.

    Attributes:
        background: (side, side, 3) uint8 BGR.
        pixels: (side, side, 2) float32 x, y: the places of the pixels in the texture, px.
        offsets: (side, side, 2) float32, written anew for every picture.
        scale: the width of a pixel in the portrait, px.
    """

    background: Picture
    pixels: NDArray[np.float32]
    offsets: NDArray[np.float32]
    scale: float

    @classmethod
    def of(cls, background: Picture, above: int, side: int) -> '_Canvas':
        """Return a canvas for a texture that begins `above` px above the background."""
        scale = len(background) / side
        axis = ((np.arange(side) + 0.5) * scale - 0.5).astype(np.float32)
        x, y = np.meshgrid(axis, axis)
        pixels = np.stack([x, y + np.float32(above)], axis=-1)
        if scale != 1.0:
            shrunk = cv2.resize(background, (side, side), interpolation=cv2.INTER_AREA)
            background = np.asarray(shrunk, np.uint8)
        return cls(background, pixels, np.empty_like(pixels), scale)


class PortraitRenderer(Renderer):
    """Warps the head of a portrait over its background, which does not move.

    It first draws eyes and mouth into the portrait, where skin slides over them. Then it warps the
    head (face, hair, neck) as a whole by a smooth field and lays it over the background.

    What a portrait makes of a command differs from photo to photo. Therefore its pictures are read
    by the face tracker once, and commands are corrected so that they are seen (`Response`).

    A photo seen from the front cannot show `jawForward`, and has no tongue to show.

    Args:
        portrait: a photo of one person, (H, W, 3) uint8 BGR of any size.
        size: the width and height of the pictures, px.
        calibrated: whether commands are corrected; else they are drawn as they are.

    Raises:
        PortraitError: the photo shows no face, or more than one.
        SettingError: `size` is out of range.
    """

    HIDDEN = ('jawForward', 'tongueOut')

    def __init__(self, portrait: Picture, size: int = 256, calibrated: bool = True) -> None:
        if not MIN_SIZE <= size <= MAX_SIZE:
            raise SettingError(f'size must lie in {MIN_SIZE}..{MAX_SIZE} px, not {size}')
        self.size = size
        prepared = prepare_portrait(portrait, size)
        self.reference = prepared.reference
        layers = split_layers(prepared)
        self._still = layers.head
        self._with_top = _with_top(self._still)
        above = len(self._with_top) - size
        self._texture = self._with_top[above:]
        alpha = self._still[..., 3]
        self._field = HeadField(prepared, layers)
        self._parts: list[Mouth | Eye | Forehead] = [
            Mouth(prepared),
            Eye(prepared, 'Left'),
            Eye(prepared, 'Right'),
            Forehead(prepared),
        ]
        self._drawn = [False] * len(self._parts)
        self._canvas = _Canvas.of(layers.background, above, size)
        self._extent = _extent(alpha.max(axis=1)), _extent(alpha.max(axis=0))
        self._response = Response.plain(self.reference.expression)
        if calibrated:
            self._response = self._measured(cached_path(portrait, size), layers.background)
        self.remarks = (
            *remarks_on(prepared),
            *(f'the portrait hardly shows {channel}' for channel in self._response.weak),
        )

    def render(self, motion: FaceMotion) -> Picture:
        """Return the picture (size, size, 3) uint8 BGR of a face motion (see `Renderer.render`)."""
        self.check(motion)
        response = self._response
        expression = response.drive(np.clip(motion.expression, 0.0, 1.0))
        rotation = motion.rotation * response.turns
        motion = replace(motion, expression=expression, rotation=rotation)
        return self._draw(motion, self._canvas)

    def _measured(self, path: Path | None, background: Picture) -> Response:
        kept = None if path is None else load_response(path, self.reference.expression)
        if kept is not None:
            return kept
        canvas = self._canvas
        if self.size > READ_AT:
            canvas = _Canvas.of(background, len(self._with_top) - self.size, self.size // 2)

        def draw(motion: FaceMotion) -> Picture:
            return self._draw(motion, canvas)

        response = calibrate(draw, self.reference, create_backend('landmarker'))
        if path is not None:
            save_response(path, response)
        return response

    def _draw(self, motion: FaceMotion, canvas: _Canvas) -> Picture:
        """Return the picture of a motion whose expression is in drives (see `Response`)."""
        self._draw_parts(motion.expression)
        coarse = self._field.source_offsets(motion)
        cv2.resize(coarse, canvas.background.shape[:2], canvas.offsets)
        # The head reaches no farther than its extent in the portrait plus the largest offset.
        place = self._around_head(float(np.abs(coarse).max()), canvas.scale)
        sources = cv2.add(canvas.offsets[place], canvas.pixels[place])
        head = cv2.remap(
            self._with_top, sources, NO_MAP, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE
        )
        picture = canvas.background.copy()
        _lay_over(picture[place], head)
        return picture

    def _around_head(self, reach: float, scale: float) -> tuple[slice, slice]:
        def around(first: int, end: int) -> slice:
            start, stop = math.floor((first - reach) / scale), math.ceil((end + reach) / scale)
            return slice(max(0, start - 1), stop + 1)

        rows, columns = self._extent
        return around(*rows), around(*columns)

    def _draw_parts(self, expression: np.ndarray) -> None:
        for part, drawn in zip(self._parts, self._drawn, strict=True):
            if drawn:
                place = part.patch.rows, part.patch.columns
                self._texture[place] = self._still[place]
        self._drawn = [part.draw(self._still, self._texture, expression) for part in self._parts]


def _with_top(head: np.ndarray) -> np.ndarray:
    """Return a head (BGRA, premultiplied) with hair that fades out above the picture's border."""
    rows = max(1, round(TOP * len(head)))
    mirrored = head[rows - 1 :: -1].astype(np.float32)
    fade = np.linspace(0.0, 1.0, rows, dtype=np.float32)[:, None, None]
    return np.concatenate([(mirrored * fade).astype(np.uint8), head])


def _lay_over(picture: Picture, head: np.ndarray) -> None:
    """Lay a BGRA picture with premultiplied colours over `picture`, in place."""
    clear = cv2.bitwise_not(cv2.extractChannel(head, 3))
    back = cv2.multiply(picture, cv2.cvtColor(clear, cv2.COLOR_GRAY2BGR), None, 1 / 255)
    cv2.add(cv2.cvtColor(head, cv2.COLOR_BGRA2BGR), back, picture)


def _extent(alpha: np.ndarray) -> tuple[int, int]:
    """Return the index of the first nonzero element, and that after the last one."""
    places = np.flatnonzero(alpha)
    return (int(places[0]), int(places[-1]) + 1) if len(places) else (0, len(alpha))
