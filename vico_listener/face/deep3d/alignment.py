"""Crops the face from an image in the way in which Deep3DFaceRecon was trained.

Five points determine scale and place, by the least-squares weak perspective camera (POS) that sees
a standard face at these points. The image is scaled, never rotated.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import DataError
from vico_listener.frames import Image

SIZE = 224
"""The side of the network's input, px."""

STANDARD_SCALE = 102.0
"""Pixels per unit of the standard face in the network's input."""

STANDARD_POINTS = np.array(
    [
        [-0.31149, 0.29036, 0.13378],
        [0.30980, 0.28972, 0.13180],
        [0.00325, -0.04618, 0.55244],
        [-0.25217, -0.38134, 0.22406],
        [0.24847, -0.38128, 0.22236],
    ]
)
"""Eyes, tip of the nose and corners of the mouth of the standard face.

The axes are x to the right of the image, y up and z out of the face; what is left in the image
comes first.
"""

MESH_POINTS = ((33, 133), (263, 362), (1, 4), (61, 57), (291, 287))
"""The same points in the landmarker's face mesh, each the mean of a group of landmarks.

Of 352 choices of groups this one differs least from the points that come with the authors' 25
example images, without moving more than the corners of the mouth (docs/checkpoints.md).
"""

_SOLVE = np.linalg.pinv(np.column_stack([STANDARD_POINTS, np.ones(5)]))


class AlignmentError(DataError):
    """The five points are not those of a face."""


@dataclass(frozen=True)
class AlignedFace:
    """A face as the network sees it.

    Attributes:
        image: (224, 224, 3) uint8 RGB; black beyond the original image.
        transform_params: (5,) float32: the width and height of the original image in px, the scale,
            and the place x, y of the standard face's origin in px, with y counted upwards from the
            lowest row.
    """

    image: NDArray[np.uint8]
    transform_params: NDArray[np.float32]


def five_points(landmarks: NDArray) -> NDArray[np.float64]:
    """Return the five points (5, 2), px, y down, of the landmarker's points (478, >= 2)."""
    return np.array([landmarks[list(group), :2].mean(axis=0) for group in MESH_POINTS], np.float64)


def align_face(image: Image, points: NDArray) -> AlignedFace:
    """Crop a face from an image.

    Args:
        image: (H, W, 3) uint8 BGR, the camera's.
        points: (5, 2) the eyes, the tip of the nose and the corners of the mouth, px, y down; what
            is left in the image comes first.

    Raises:
        AlignmentError: the points coincide or are not finite.
    """
    height, width = image.shape[:2]
    upward = np.array(points, np.float64)
    upward[:, 1] = height - 1 - upward[:, 1]
    camera = _SOLVE @ upward if np.isfinite(upward).all() else np.zeros((4, 2))
    size = float(np.linalg.norm(camera[:3], axis=0).mean())
    if not size > 1e-3:
        raise AlignmentError('the five points of the face coincide or are not finite')
    scale, (x, y) = STANDARD_SCALE / size, camera[3]
    # Truncate to whole pixels, as in the images with which the network was trained.
    columns, rows = int(width * scale), int(height * scale)
    left = int(columns / 2 - SIZE / 2 + (x - width / 2) * scale)
    top = int(rows / 2 - SIZE / 2 + (height / 2 - y) * scale)
    return AlignedFace(
        _cut(image, columns, rows, left, top),
        np.array([width, height, scale, x, y], np.float32),
    )


def _cut(image: Image, columns: int, rows: int, left: int, top: int) -> NDArray[np.uint8]:
    """Return the square (224, 224, 3) RGB at (left, top) of the image scaled to columns x rows."""
    # Only Deep3D needs Pillow, and the stack imports this module without it.
    from PIL.Image import Resampling
    from PIL.Image import fromarray

    height, width = image.shape[:2]
    cut = np.zeros((SIZE, SIZE, 3), np.uint8)
    x0, x1 = max(left, 0), min(left + SIZE, columns)
    y0, y1 = max(top, 0), min(top + SIZE, rows)
    if x0 >= x1 or y0 >= y1:
        return cut
    # Only the visible part is scaled; Pillow also uses the pixels around the box.
    box = x0 * width / columns, y0 * height / rows, x1 * width / columns, y1 * height / rows
    scaled = fromarray(image).resize((x1 - x0, y1 - y0), Resampling.BICUBIC, box=box)
    cut[y0 - top : y1 - top, x0 - left : x1 - left] = np.asarray(scaled)[..., ::-1]
    return cut
