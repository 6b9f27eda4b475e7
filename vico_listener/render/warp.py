"""The default renderer: a photo, warped by pose and blendshapes on a CPU in about a millisecond."""

import cv2
import numpy as np

from vico_listener.motion import ARKIT52
from vico_listener.motion import FaceMotion
from vico_listener.render.base import Image
from vico_listener.render.base import Renderer
from vico_listener.render.base import register
from vico_listener.render.eyes import Eye
from vico_listener.render.field import HeadField
from vico_listener.render.layers import background_of
from vico_listener.render.layers import head_share
from vico_listener.render.layers import person_mask
from vico_listener.render.mouth import Mouth
from vico_listener.render.portrait import prepare_portrait

MIN_SIZE, MAX_SIZE = 64, 2048

REACH = 0.3
"""How far the head can move, in face heights."""


@register('portrait')
class PortraitRenderer(Renderer):
    """Warps the head of a portrait over its background, which stays still.

    First eyes and mouth are drawn into the portrait where skin slides over them, then the head
    (face, hair, neck) is warped as a whole by a smooth field and laid over the background.

    Args:
        portrait: photo of one person, (H, W, 3) BGR of any size.
        size: width and height of the pictures, px.

    Raises:
        PortraitError: no face in the photo, or more than one.
        ValueError: `size` out of range.
    """

    def __init__(self, portrait: Image, size: int = 256) -> None:
        if not MIN_SIZE <= size <= MAX_SIZE:
            raise ValueError(f'size must lie in {MIN_SIZE}..{MAX_SIZE} px, not {size}')
        self.size = size
        prepared = prepare_portrait(portrait, size)
        self.reference = prepared.reference
        self._field = HeadField(prepared)
        self._parts: list[Mouth | Eye] = [
            Mouth(prepared),
            Eye(prepared, 'Left'),
            Eye(prepared, 'Right'),
        ]
        y, x = np.mgrid[0:size, 0:size].astype(np.float32)
        share = head_share(prepared, x, y)
        moving = person_mask(prepared) * np.clip(share / 0.04, 0.0, 1.0).astype(np.float32)
        self._background = background_of(prepared.image, moving)
        self._still = np.dstack([prepared.image, (255 * moving).astype(np.uint8)])
        self._texture = self._still.copy()
        self._drawn = [False] * len(self._parts)
        # Only this part of the picture can ever change.
        reach = round(REACH * prepared.face_height)
        rows, columns = (_around(moving.max(axis=axis) > 0.01, reach) for axis in (1, 0))
        self._place = rows, columns
        self._x, self._y = x[rows, columns], y[rows, columns]

    def render(self, motion: FaceMotion) -> Image:
        """Picture (size, size, 3) uint8 BGR of a face motion; see `Renderer.render`."""
        if motion.basis is not ARKIT52:
            raise ValueError(
                f"the portrait renderer needs the basis '{ARKIT52.name}', not "
                f"'{motion.basis.name}': choose another renderer or another listener"
            )
        if not motion.is_finite():
            raise ValueError('the motion holds a number that is not finite')
        self._draw_parts(np.clip(motion.expression, 0.0, 1.0))
        offsets = cv2.resize(self._field.source_offsets(motion), (self.size, self.size))
        offsets = offsets[self._place]
        head = cv2.remap(
            self._texture,
            self._x + offsets[..., 0],
            self._y + offsets[..., 1],
            cv2.INTER_LINEAR,
            None,
            cv2.BORDER_REFLECT_101,
        )
        picture = self._background.copy()
        _lay_over(picture[self._place], head)
        return picture

    def _draw_parts(self, expression: np.ndarray) -> None:
        for part, drawn in zip(self._parts, self._drawn, strict=True):
            if drawn:
                place = part.patch.rows, part.patch.columns
                self._texture[place] = self._still[place]
        self._drawn = [part.draw(self._still, self._texture, expression) for part in self._parts]


def _lay_over(picture: Image, head: np.ndarray) -> None:
    """Lay a BGRA picture over `picture`, in place."""
    alpha = cv2.cvtColor(cv2.extractChannel(head, 3), cv2.COLOR_GRAY2BGR)
    front = cv2.multiply(cv2.cvtColor(head, cv2.COLOR_BGRA2BGR), alpha, None, 1 / 255)
    back = cv2.multiply(picture, cv2.bitwise_not(alpha), None, 1 / 255)
    cv2.add(front, back, picture)


def _around(used: np.ndarray, reach: int) -> slice:
    """The stretch of True in `used`, and `reach` more at both ends."""
    places = np.flatnonzero(used)
    if not len(places):
        return slice(0, len(used))
    return slice(max(0, int(places[0]) - reach), min(len(used), int(places[-1]) + 1 + reach))
