"""Finds, checks and unpacks `face_landmarker.task`, MediaPipe's bundle of face networks.

The bundle (Apache-2.0) is a zip file of three TFLite networks and the geometry of a face. It is one
of the `bundled_files`, or any file that the user names.
"""

import zipfile
from dataclasses import dataclass
from pathlib import Path

from vico_listener import bundled_files
from vico_listener.bundled_files import FACE_MODEL
from vico_listener.bundled_files import bundled_path
from vico_listener.errors import DataError

REMEDY = f'get it with `{bundled_files.REMEDY}`, or give the path of a face_landmarker.task'


class FaceModelError(DataError):
    """The face model is missing, broken or of another kind; the message says what to do."""


@dataclass(frozen=True)
class FaceModel:
    """The parts of a .task bundle.

    Attributes:
        path: the file of the bundle.
        detector: the TFLite network BlazeFace short range.
        landmarks: the TFLite network FaceMesh-V2, which gives 478 points.
        blendshapes: the TFLite network Blendshapes-V2, which gives 52 coefficients.
        geometry: the canonical mesh and Procrustes weights as a protobuf message.
    """

    path: Path
    detector: bytes
    landmarks: bytes
    blendshapes: bytes
    geometry: bytes


MEMBERS = {
    'detector': 'face_detector.tflite',
    'landmarks': 'face_landmarks_detector.tflite',
    'blendshapes': 'face_blendshapes.tflite',
    'geometry': 'geometry_pipeline_metadata_landmarks.binarypb',
}


def default_model_path() -> Path:
    """Return the path of the installed model.

    Raises:
        FaceModelError: it is not installed.
    """
    path = bundled_path(FACE_MODEL)
    if path is None:
        raise FaceModelError(f'the face model is not installed: {REMEDY}')
    return path


def load_model(path: str | Path | None = None) -> FaceModel:
    """Read the bundle at `path`, by default the installed one, whose checksum must be right.

    Raises:
        FaceModelError: there is no such file, it is not a .task bundle, or a part of it is missing
            or damaged.
    """
    source = default_model_path() if path is None else Path(path).expanduser()
    if not source.is_file():
        raise FaceModelError(f'no face model at {source}: {REMEDY}')
    if path is None and not FACE_MODEL.is_intact(source.read_bytes()):
        raise FaceModelError(
            f'{source} is damaged or another version (its checksum differs): {REMEDY}'
        )
    try:
        with zipfile.ZipFile(source) as bundle:
            parts = {part: bundle.read(member) for part, member in MEMBERS.items()}
    except KeyError as error:
        raise FaceModelError(
            f'{source} is not a face landmarker with blendshapes ({error.args[0]}): {REMEDY}'
        ) from None
    except zipfile.BadZipFile as error:
        raise FaceModelError(
            f'{source} is not an intact .task bundle ({error}): {REMEDY}'
        ) from None
    return FaceModel(source, **parts)
