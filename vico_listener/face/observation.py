"""The measurements of a face backend: the place and the motion of a face in one image."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import DataError
from vico_listener.frames import Image
from vico_listener.motion import FaceMotion

MIN_IMAGE_SIDE = 16
"""The shortest side of an image that can show a face, px."""

ROI_PER_BOX = 1.5
"""The side of a region of interest over that of the box around the face."""

SAME_FACE = 0.3
"""Intersection over union of two boxes above which they are of the same face."""

TURNS = {180: cv2.ROTATE_180, 90: cv2.ROTATE_90_CLOCKWISE, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
"""The ways to turn an image upright, by degrees clockwise, the likeliest first."""


@dataclass(frozen=True)
class Roi:
    """The square region of interest in which a face is measured.

    Attributes:
        x, y: its centre, px.
        size: its side, px; about `ROI_PER_BOX` times the size of the face.
        angle: the rotation of the head in the image, rad, clockwise as seen (image y points down).
        score: the detector's score of the face, or 1 where a face was seen in the last image.
    """

    x: float
    y: float
    size: float
    angle: float = 0.0
    score: float = 1.0


@dataclass
class FaceObservation:
    """One face in one image, unfiltered.

    Attributes:
        landmarks: (N, 3) float32 points, px: x right, y down, z away from the camera in the scale
            of x. The landmarker gives the 478 points of MediaPipe's face mesh, with z relative to
            the centre of the head.
        box: (4,) float32 bounding box x0, y0, x1, y1 of the landmarks, px; it may extend beyond the
            image.
        motion: expression and pose; its confidence is the backend's score that this is a face.
        roi: the region in which to look for this face in the next image.
        mouth_opening: the gap between the lips over the distance of the outer eye corners.
        metric: the same face as measured in metres, where `motion` is not.
    """

    landmarks: NDArray[np.float32]
    box: NDArray[np.float32]
    motion: FaceMotion
    roi: Roi
    mouth_opening: float
    metric: FaceMotion | None = None

    @property
    def size(self) -> float:
        """The longer side of the box, px."""
        x0, y0, x1, y1 = self.box
        return float(max(x1 - x0, y1 - y0))


def overlap(a: FaceObservation, b: FaceObservation) -> float:
    """Return the intersection over union of the boxes of two faces."""
    x0, y0 = np.maximum(a.box[:2], b.box[:2])
    x1, y1 = np.minimum(a.box[2:], b.box[2:])
    common = max(0.0, float(x1 - x0)) * max(0.0, float(y1 - y0))
    areas = [float((f.box[2] - f.box[0]) * (f.box[3] - f.box[1])) for f in (a, b)]
    return common / max(sum(areas) - common, 1e-9)


def turned_image(image: Image, degrees: int) -> Image:
    """Return the image turned clockwise by 0, 90, 180 or 270 degrees."""
    return np.asarray(cv2.rotate(image, TURNS[degrees])) if degrees else image


def check_image(image: Image) -> Image:
    """Return the image as a contiguous array.

    Raises:
        DataError: it is not an (H, W, 3) uint8 array; the message says what to do.
    """
    if not isinstance(image, np.ndarray):
        raise DataError(f'expected an image as a numpy array, got {type(image).__name__}')
    if image.dtype != np.uint8:
        raise DataError(f'expected an 8-bit image (uint8), got {image.dtype}: scale it to 0..255')
    if image.ndim != 3 or image.shape[2] != 3:
        raise DataError(
            f'expected a BGR image of shape (height, width, 3), got {image.shape}: '
            'convert grayscale and 4-channel images with cv2.cvtColor first'
        )
    if image.size == 0:
        raise DataError(f'expected an image, got an empty array of shape {image.shape}')
    return np.ascontiguousarray(image)
