"""Estimates how far a clip's faces are stretched sideways: ViCo shows them too wide.

On stretched faces the blendshape network reads a wrong mouth and wrong brows, so that images are
made narrower first. Three cues say how far: how wide the canonical mesh has to be to fit the
landmarks, how wide the irises are, which are round in everybody, and how deep the landmarks are for
their height, because the landmark network guesses depth by the width. What a cue shows of a face
that is not stretched, and how much of a stretch it shows, was measured on 46 people.
"""

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.face import observe_faces
from vico_listener.face.backends.landmarker import LandmarkerBackend
from vico_listener.face.geometry import CanonicalFace
from vico_listener.face.geometry import scales_of_mesh
from vico_listener.face.observation import FaceObservation
from vico_listener.frames import Image

PEOPLE = 0.055
"""Deviation of the estimate's logarithm from person to person, for stretches of 0.85 to 1.4."""
CERTAIN = 0.1
"""A stretch whose logarithm is less than this is somebody's own shape of the face."""
BOUNDS = 0.7, 1.43
"""The factors that can come out: ViCo's faces need 0.71 to 0.83."""
FRONTAL = np.radians([20.0, 35.0, 25.0])
"""Roll, pitch and yaw; faces turned further are not used."""
ROUNDS = 2
"""Landmarks of a much stretched face lean towards a usual one: look again at the mended image."""
IRISES = (468, 473)
"""The landmarks of their centres; each is followed by those of its side, top, side and bottom."""


@dataclass(frozen=True)
class Width:
    """The factor for the width of images that un-stretches them.

    Attributes:
        factor: the factor; 1 leaves the images as they are.
        deviation: its standard deviation, as a share; 0 when somebody has given the factor.
        seen: by how much the face looked wider than faces are; None where none was seen.
    """

    factor: float = 1.0
    deviation: float = 0.0
    seen: float | None = None

    def __str__(self) -> str:
        if not self.deviation:
            return f'x {self.factor:.2f}'
        if self.seen is None:
            return 'x 1.00 (never seen from the front: not estimated)'
        within = self.factor * self.deviation
        if self.factor == 1.0:
            return f'x 1.00 (looks {self.seen:.2f} +-{self.deviation:.2f} wide, as people do)'
        bound = ', the bound' if self.factor in BOUNDS else ''
        return f'x {self.factor:.2f} +-{within:.2f}{bound}'


@lru_cache(maxsize=1)
def landmarker() -> LandmarkerBackend:
    """Return the one landmarker of this process."""
    return LandmarkerBackend()


def width_factor(images: Sequence[Image], backend: LandmarkerBackend) -> Width:
    """Estimate the factor of the width that un-stretches images of one face.

    Args:
        images: some of a clip, (H, W, 3) uint8 BGR.
        backend: the landmarker, whose `canonical` mesh is used.

    Returns:
        the factor, within `BOUNDS`; 1 when the face is as wide as faces are, or never seen from the
        front.
    """
    found = Width(1.0, PEOPLE)
    for _ in range(ROUNDS):
        faces = [observe_faces(resized(picture, found.factor), backend) for picture in images]
        cues = [
            [cue.stretch(seen[0], backend.canonical) for cue in CUES]
            for seen in faces
            if seen and (np.abs(seen[0].motion.rotation) < FRONTAL).all()
        ]
        if not cues:
            return found
        each = np.median(cues, axis=0)
        weights = [cue.weight for cue in CUES]
        left = float(np.average(each, weights=weights))
        doubt = float(np.sqrt(np.average((each - left) ** 2, weights=weights)))
        deviation = max(PEOPLE, doubt)
        if found.seen is None and abs(left) < CERTAIN:
            return Width(1.0, deviation, float(np.exp(left)))
        factor = float(np.clip(found.factor * np.exp(-left), *BOUNDS))
        found = Width(factor, deviation, 1 / factor)
    return found


def resized(image: Image, factor: float) -> Image:
    """Return the image with its width multiplied."""
    if factor == 1.0:
        return image
    size = max(1, round(image.shape[1] * factor)), image.shape[0]
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))


@dataclass(frozen=True)
class Cue:
    """What shows a stretch.

    Attributes:
        measure: what is measured of a face.
        usual: its median over 46 people who are not stretched.
        slope: by how much its logarithm grows with that of the stretch.
        weight: its weight among the cues.
    """

    measure: Callable[[FaceObservation, CanonicalFace], float]
    usual: float
    slope: float
    weight: float

    def stretch(self, face: FaceObservation, mesh: CanonicalFace) -> float:
        """Return the logarithm of the stretch that the cue shows."""
        return float(np.log(self.measure(face, mesh) / self.usual) / self.slope)


def mesh_width(face: FaceObservation, mesh: CanonicalFace) -> float:
    """Return the scale in x over the scale in y by which the mesh fits the landmarks."""
    across, down, _ = scales_of_mesh(face.landmarks, mesh, mesh.pose_points, mesh.pose_weights)
    return across / down


def mesh_depth(face: FaceObservation, mesh: CanonicalFace) -> float:
    """Return the scale in depth over the scale in y by which the mesh fits the landmarks."""
    everything = np.arange(len(mesh.vertices), dtype=np.int32)
    _, down, deep = scales_of_mesh(face.landmarks, mesh, everything, np.ones(len(everything)))
    return deep / down


def iris_width(face: FaceObservation, mesh: CanonicalFace) -> float:
    """Return the width of the irises over their height, as if the eyes looked where the head does.

    `mesh` does not matter.
    """
    points = face.landmarks[:, :2].astype(np.float64)
    sides = [
        _length(points[eye + 1] - points[eye + 3]) / _length(points[eye + 2] - points[eye + 4])
        for eye in IRISES
    ]
    _, pitch, yaw = face.motion.rotation
    return float(np.mean(sides) * np.cos(pitch) / np.cos(yaw))


def _length(vector: NDArray[np.float64]) -> float:
    return max(float(np.linalg.norm(vector)), 1e-6)


CUES = (
    Cue(mesh_width, 1.040, 0.89, 0.45),
    Cue(iris_width, 1.091, 0.77, 0.4),
    Cue(mesh_depth, 1.015, 0.95, 0.15),
)
"""Each alone errs by 0.05 to 0.08 from person to person."""
