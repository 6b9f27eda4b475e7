"""Estimates how far a clip's faces are stretched sideways: ViCo shows them too wide.

On stretched faces the blendshape network reads a wrong mouth and wrong brows, so that images are
made narrower first. The factor follows from the face outline: the canonical mesh, turned as the
face is, is laid over the landmarks with one scale for x and one for y.
"""

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.face import observe_faces
from vico_listener.face.backends.landmarker import LandmarkerBackend
from vico_listener.face.geometry import CanonicalFace
from vico_listener.face.observation import FaceObservation
from vico_listener.frames import Image
from vico_listener.rotation import matrix_from_rpy

NORMAL = 1.06
"""Scale in x over scale in y of unstretched faces (0.99 to 1.18 on ten people, median 1.06)."""
CERTAIN = 0.12
"""Less than this off `NORMAL` is somebody's own shape of the face."""
FRONTAL = np.radians([35.0, 25.0])
"""Pitch and yaw; faces turned further are not used."""
ROUNDS = 2
"""Landmarks of a much stretched face lean towards a usual one: look again at the mended image."""


@lru_cache(maxsize=1)
def landmarker() -> LandmarkerBackend:
    """Return the one landmarker of this process."""
    return LandmarkerBackend()


def width_factor(images: Sequence[Image], backend: LandmarkerBackend) -> float:
    """Estimate the factor of the width that un-stretches images of one face.

    Args:
        images: some of a clip, (H, W, 3) uint8 BGR.
        backend: the landmarker, whose `canonical` mesh is used.

    Returns:
        the factor, 0.5 to 2; 1 when the face is as wide as faces are, or never seen from the front.
    """
    factor = 1.0
    for _ in range(ROUNDS):
        ratios = [
            width_to_height(faces[0], backend.canonical)
            for faces in (observe_faces(resized(p, factor), backend) for p in images)
            if faces and (np.abs(faces[0].motion.rotation[1:]) < FRONTAL).all()
        ]
        if not ratios:
            return factor
        off = float(np.median(ratios)) / NORMAL
        if factor == 1.0 and abs(off - 1.0) < CERTAIN:
            return 1.0
        factor = min(max(factor / off, 0.5), 2.0)
    return factor


def resized(image: Image, factor: float) -> Image:
    """Return the image with its width multiplied."""
    if factor == 1.0:
        return image
    size = max(1, round(image.shape[1] * factor)), image.shape[0]
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))


def width_to_height(face: FaceObservation, mesh: CanonicalFace) -> float:
    """Return the scale in x over the scale in y by which the mesh fits the landmarks."""
    points = face.landmarks[mesh.pose_points, :2].astype(np.float64)
    turned = _view(mesh) @ matrix_from_rpy(np.asarray(face.motion.rotation, np.float64)).T
    across, down = -turned[:, 1], -turned[:, 2]
    # A face to the camera's left is the person's right.
    x = np.polyfit(-across, points[:, 0], 1, w=mesh.pose_weights)[0]
    y = np.polyfit(down, points[:, 1], 1, w=mesh.pose_weights)[0]
    return float(abs(x / y))


def _view(mesh: CanonicalFace) -> NDArray[np.float64]:
    """Return the mesh's pose points (33, 3) in the head's axes: x out of the face, y left, z up."""
    return np.asarray(mesh.pose_vertices[:, [2, 0, 1]])
