"""Fits the coefficients of a clip's main face, image by image."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from vico_listener.errors import DataError
from vico_listener.face import FaceBackend
from vico_listener.face import create_backend
from vico_listener.face import observe_faces
from vico_listener.face.deep3d.alignment import AlignedFace
from vico_listener.face.deep3d.alignment import AlignmentError
from vico_listener.face.deep3d.alignment import align_face
from vico_listener.face.deep3d.alignment import five_points
from vico_listener.face.deep3d.reconstruction import Reconstruction
from vico_listener.frames import Image

BATCH = 16


@dataclass(frozen=True)
class ClipCoefficients:
    """The main face in each image of a clip.

    Attributes:
        coefficients: (T, 257) float32.
        transform_params: (T, 5) float32, see `AlignedFace`.
        found: (T,) False where there was no face and the place of the one before was looked at.
    """

    coefficients: NDArray[np.float32]
    transform_params: NDArray[np.float32]
    found: NDArray[np.bool_]


def reconstruct_clip(
    images: Iterable[Image],
    reconstruction: Reconstruction,
    backend: FaceBackend | None = None,
    batch: int = BATCH,
    progress: bool = False,
) -> ClipCoefficients:
    """Fit the coefficients of the largest face in each image.

    In an image without a face the network looks where the face was in the one before, as the
    authors have it; in those before the first face, where that one is.

    Args:
        images: (H, W, 3) BGR each.
        reconstruction: the network.
        backend: finds the landmarks; None makes a landmarker.
        batch: images per run of the network.
        progress: show a bar.

    Raises:
        DataError: no image, or no face in any of them.
    """
    backend = backend or create_backend('landmarker')
    coefficients, params, found = [], [], []
    waiting: list[Image] = []
    points: NDArray | None = None
    faces: list[AlignedFace] = []
    for image in tqdm(images, desc='faces', unit='image', disable=not progress):
        seen = _points_of(image, backend)
        found.append(seen is not None)
        points = points if seen is None else seen
        waiting.append(image)
        if points is None:
            continue
        faces += [align_face(p, points) for p in waiting]
        waiting = []
        if len(faces) >= batch:
            coefficients.append(reconstruction(faces))
            params += [face.transform_params for face in faces]
            faces = []
    if waiting or not found:
        raise DataError('no face in any of the images' if found else 'there are no images')
    coefficients.append(reconstruction(faces))
    params += [face.transform_params for face in faces]
    return ClipCoefficients(
        np.concatenate(coefficients), np.array(params, np.float32), np.array(found)
    )


def _points_of(image: Image, backend: FaceBackend) -> NDArray[np.float64] | None:
    faces = observe_faces(image, backend)
    if not faces:
        return None
    points = five_points(faces[0].landmarks)
    try:
        align_face(image, points)
    except AlignmentError:
        return None
    return points
