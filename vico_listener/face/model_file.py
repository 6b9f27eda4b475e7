"""Find, check and unpack `face_landmarker.task`, MediaPipe's bundle of face networks.

The bundle (Apache-2.0) is a zip of three TFLite networks and the face's geometry. It is one of the
`bundled_files`, or comes from any path that the user gives.
"""

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path

from vico_listener import bundled_files
from vico_listener.bundled_files import FACE_MODEL
from vico_listener.bundled_files import bundled_path
from vico_listener.errors import DataError

REMEDY = f'get it with `{bundled_files.REMEDY}`, or give the path of a face_landmarker.task'


class FaceModelError(DataError):
    """The face model is missing, broken or another model; the message says how to mend it."""


@dataclass(frozen=True)
class FaceModel:
    """The parts of a .task bundle, as bytes.

    Attributes:
        path: where it came from.
        detector: BlazeFace short range, TFLite.
        landmarks: FaceMesh-V2, 478 points, TFLite.
        blendshapes: Blendshapes-V2, 52 coefficients, TFLite.
        geometry: canonical mesh and Procrustes weights, protobuf.
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
    """Return where the installed model is; FaceModelError when there is none."""
    path = bundled_path(FACE_MODEL)
    if path is None:
        raise FaceModelError(f'the face model is not installed: {REMEDY}')
    return path


def load_model(path: str | Path | None = None) -> FaceModel:
    """Read the bundle at `path`, by default the installed one, whose checksum must be right.

    Raises:
        FaceModelError: no such file, not a .task bundle, a member is missing or damaged.
    """
    source = default_model_path() if path is None else Path(path).expanduser()
    if not source.is_file():
        raise FaceModelError(f'no face model at {source}: {REMEDY}')
    if path is None and hashlib.sha256(source.read_bytes()).hexdigest() != FACE_MODEL.sha256:
        raise FaceModelError(
            f'{source} is damaged or another version (its checksum differs): {REMEDY}'
        )
    try:
        with zipfile.ZipFile(source) as bundle:
            parts = {part: bundle.read(member) for part, member in MEMBERS.items()}
    except KeyError as error:
        raise FaceModelError(
            f'{source} is no face landmarker with blendshapes ({error.args[0]}): {REMEDY}'
        ) from None
    except zipfile.BadZipFile as error:
        raise FaceModelError(f'{source} is no intact .task bundle ({error}): {REMEDY}') from None
    return FaceModel(source, **parts)
