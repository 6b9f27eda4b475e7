"""A decoded image as it is to be seen: upright, not mirrored, with square pixels."""

from fractions import Fraction
from typing import Any

import cv2
import numpy as np

from vico_listener.frames import Image

MAX_PIXELS = 8192 * 8192
"""The most pixels of an image; a larger one is damage, and would fill the memory."""

SQUARE = Fraction(1, 100)
"""Pixels that are wider or higher than square by less than this share stay as they are."""

WIDEST = Fraction(10)
"""Ratio of the sides of a pixel beyond which it is taken for damage."""


def shown_image(frame: Any, aspect: Fraction | None, matrix: bytes | None) -> Image:
    """Return a frame as (H, W, 3) uint8 BGR.

    Args:
        frame: an av.VideoFrame as decoded.
        aspect: width of its pixels over their height; None if they are square.
        matrix: says how it is turned and mirrored, see `displayed`; None if it is upright.
    """
    image = np.asarray(frame.to_ndarray(format='bgr24'), np.uint8)
    image = with_square_pixels(image, aspect)
    return image if matrix is None else displayed(image, matrix)


def with_square_pixels(image: Image, aspect: Fraction | None) -> Image:
    """Return the image widened, or made higher, until its pixels are square."""
    if not aspect or not 1 / WIDEST <= aspect <= WIDEST or abs(aspect - 1) < SQUARE:
        return image
    height, width = image.shape[:2]
    if aspect > 1:
        width = round(width * aspect)
    else:
        height = round(height / aspect)
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR))


def displayed(image: Image, matrix: bytes) -> Image:
    """Return the image turned by quarters and mirrored as a display matrix asks.

    Args:
        image: (H, W, 3).
        matrix: nine int32 in the machine's order, row by row: a point (x, y) of the image goes to
            (a x + c y, b x + d y), where a b stand first and c d fourth (libavutil/display.h).
            What lies between two quarters goes to the nearer; one without a direction changes
            nothing.
    """
    a, b, _, c, d = np.frombuffer(matrix, np.int32)[:5].tolist()
    upright = abs(a) + abs(d) >= abs(b) + abs(c)
    if upright:
        flip_x, flip_y = a < 0, d < 0
    else:
        image = image.swapaxes(0, 1)
        flip_x, flip_y = c < 0, b < 0
    rows = slice(None, None, -1) if flip_y else slice(None)
    columns = slice(None, None, -1) if flip_x else slice(None)
    return np.ascontiguousarray(image[rows, columns])


def fit(image: Image, height: int, width: int) -> Image:
    """Return `image` scaled into a black (height, width, 3) image with its aspect kept."""
    scale = min(height / image.shape[0], width / image.shape[1])
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    scaled = cv2.resize(image, size, interpolation=method)
    if scaled.shape[:2] == (height, width):
        return np.asarray(scaled)
    canvas = np.zeros((height, width, 3), np.uint8)
    top, left = (height - size[1]) // 2, (width - size[0]) // 2
    canvas[top : top + size[1], left : left + size[0]] = scaled
    return canvas
