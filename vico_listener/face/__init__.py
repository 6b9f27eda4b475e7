"""Measures faces in images as `FaceMotion`.

`create_face_tracker` makes a tracker that follows the speaker through a video, and `observe_faces`
measures the faces in a single image.
"""

from pathlib import Path
from typing import Any

from vico_listener.face.backends import BACKENDS
from vico_listener.face.backends import FaceBackend
from vico_listener.face.backends import create_backend
from vico_listener.face.geometry import Camera
from vico_listener.face.model_file import FaceModelError
from vico_listener.face.observation import MIN_IMAGE_SIDE
from vico_listener.face.observation import FaceObservation
from vico_listener.face.observation import check_image
from vico_listener.face.people import observe_all
from vico_listener.face.tracker import FaceTracker
from vico_listener.face.tracker import TrackerSettings
from vico_listener.frames import Image

__all__ = [
    'BACKENDS',
    'FaceBackend',
    'FaceModelError',
    'FaceObservation',
    'FaceTracker',
    'TrackerSettings',
    'create_backend',
    'create_face_tracker',
    'observe_faces',
]


def create_face_tracker(
    backend: str = 'landmarker',
    model_path: str | Path | None = None,
    fov_deg: float = 60.0,
    settings: TrackerSettings | None = None,
    **options: Any,
) -> FaceTracker:
    """Make a tracker that turns the frames of a video into the speaker's `FaceMotion`.

    Args:
        backend: a short name in `BACKENDS`, or 'package.module:Class'.
        model_path: the file of the backend's model; None for the default one.
        fov_deg: the camera's field of view along the image's longer side, degrees; it applies until
            `FaceTracker.set_camera` is called.
        settings: how faces are followed, chosen and smoothed.
        options: further options of the backend, e.g. `threads`.

    Raises:
        PluginError: there is no such backend.
        SettingError: the field of view is not between 1 and 179 degrees.
        FaceModelError: the model is missing, broken or of another kind.
    """
    made = create_backend(backend, model_path=model_path, **options)
    return FaceTracker(made, fov_deg, settings)


def observe_faces(
    image: Image, backend: FaceBackend | None = None, fov_deg: float = 60.0
) -> list[FaceObservation]:
    """Return every face in a single image, the largest first; several scales are searched.

    Args:
        image: (H, W, 3) uint8 BGR.
        backend: the backend; None makes a landmarker, which takes about 0.1 s to load.
        fov_deg: the camera's field of view along the image's longer side, degrees.

    Raises:
        DataError: it is not an 8-bit BGR image.
        FaceModelError: there is no model for the default backend.
    """
    image = check_image(image)
    height, width = image.shape[:2]
    if min(height, width) < MIN_IMAGE_SIDE:
        return []
    camera = Camera.from_fov(fov_deg, width, height)
    return observe_all(backend or create_backend('landmarker'), image, camera)
