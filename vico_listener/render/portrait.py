"""Loads the listener's portrait, finds the one face in it, and crops it to head and shoulders."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener import bundled_files
from vico_listener.bundled_files import PORTRAIT
from vico_listener.bundled_files import bundled_path
from vico_listener.errors import DataError
from vico_listener.errors import SettingError
from vico_listener.face import FaceBackend
from vico_listener.face import FaceObservation
from vico_listener.face import create_backend
from vico_listener.face import observe_faces
from vico_listener.face.observation import TURNS
from vico_listener.face.observation import turned_image
from vico_listener.frames import Picture
from vico_listener.motion import FaceMotion
from vico_listener.render.covers import covered_part
from vico_listener.render.landmarks import CHIN
from vico_listener.render.landmarks import EYE_OUTER_LEFT
from vico_listener.render.landmarks import EYE_OUTER_RIGHT
from vico_listener.render.renderers import RENDERERS
from vico_listener.render.wide_blur import wide_blur

CROP = 2.5
"""Side of the crop in face heights, if the photo is large enough."""

TIGHT_CROP = 1.7
"""Smallest side of the crop in face heights, even if it extends beyond the photo."""

FACE_LEVEL = 0.47
"""Distance of the face's centre from the top of the crop, as a share of its side."""

RIVAL = 0.5
"""Size of a second face, as a share of the first one's, that makes the portrait ambiguous."""

MAX_ROLL = np.radians(45.0)
"""A face that is tilted by more lies on its side, or is upside down."""

SURELY_UPRIGHT = 0.9
"""The detector's score above which no portrait is upside down.

In 23 photos and paintings, upright ones had at least 0.92, and upside down ones 0.84 at most.
"""

HUMAN = 0.87
"""The detector's score below which a face is not taken for a human one.

In 50 photos, paintings and cartoons, people had at least 0.89, and seven animals 0.85 at most.
"""

MAX_YAW = np.radians(40.0)
"""A face that is turned farther is a profile, of which one side is not seen."""

MAX_BEYOND = 0.08
"""Share of the face's height by which it may reach beyond the edge of the photo."""

SMALL_FACE = 100.0
"""A face that is lower than this in its photo, px, looks blurred."""

DARK_FACE = 60.0
"""A face whose brightest twentieth is darker than this, of 255, is underexposed.

Skin of every colour has brighter highlights in a well exposed photo.
"""

MAX_SIDE = 2048
"""Longest side of a photo, px; larger ones are scaled down first."""


class PortraitError(DataError):
    """A photo cannot serve as a portrait; the message says why and what to do."""


def load_portrait(path: str | Path) -> Picture:
    """Return a photo (H, W, 3) uint8 BGR, rotated as its EXIF says and without transparency.

    Raises:
        PortraitError: there is no such file, or it is not an image.
    """
    if not Path(path).is_file():
        raise PortraitError(f'no such portrait: {path}')
    photo = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if photo is None:
        raise PortraitError(f'{path} is not an image that OpenCV can read: give a JPEG or PNG')
    return np.asarray(photo)


def default_portrait_path() -> Path:
    """Return the path of the default portrait: the astronaut Eileen Collins (NASA, public domain).

    Raises:
        PortraitError: it is not installed.
    """
    path = bundled_path(PORTRAIT)
    if path is None:
        raise PortraitError(
            f'the default portrait is not installed: get it with `{bundled_files.REMEDY}`, or give '
            'your own portrait'
        )
    return path


def portrait_of(renderer: str, given: str | Path) -> str | Path:
    """Return the path of the portrait that a renderer draws: the given one, else the default one.

    Args:
        renderer: the name of the renderer.
        given: a photo; '' for none.

    Returns:
        the path; '' for a renderer that draws no portrait.

    Raises:
        SettingError: a portrait is given, but the renderer draws none.
        PortraitError: the default portrait is not installed.
    """
    if RENDERERS.load(renderer).PORTRAIT:
        return given or default_portrait_path()
    if given:
        raise SettingError(
            f'the renderer {renderer} draws no portrait: leave portrait empty, or choose the '
            "renderer 'portrait'"
        )
    return ''


def measure_portrait(path: str | Path) -> FaceMotion:
    """Return the reference face m_1 of the photo at `path`: its expression with pose zero.

    Raises:
        PortraitError: see `load_portrait` and `find_face`.
    """
    return reference_of(find_face(load_portrait(path)))


def reference_of(face: FaceObservation) -> FaceMotion:
    """Return the expression of a face with pose zero, because its pose counts as zero."""
    return FaceMotion(face.motion.expression)


def find_face(photo: Picture) -> FaceObservation:
    """Return the one face of a photo.

    Raises:
        PortraitError: there is no face, or more than one of comparable size; or the face is not
            upright, or a profile, or the edge of the photo cuts it off, or something covers it.
    """
    backend = create_backend('landmarker')
    faces = observe_faces(photo, backend)
    if not faces:
        _refuse_turned(photo, backend)
        raise PortraitError(
            'no face in the portrait: give a photo of one human face, seen from the front, '
            'with both eyes visible'
        )
    rivals = [f for f in faces[1:] if f.size >= RIVAL * faces[0].size]
    if rivals:
        raise PortraitError(
            f'{1 + len(rivals)} faces in the portrait: crop the photo so that it shows one person'
        )
    score = _check_upright(faces[0], photo, backend)
    _check_frontal(faces[0])
    _check_whole(faces[0], photo)
    covered = covered_part(photo, faces[0].landmarks)
    if covered is not None:
        raise PortraitError(
            f'something covers {covered} in the portrait: give one without sunglasses, mask or '
            'hand, with both eyes open'
        )
    if score < HUMAN and not _is_dark(faces[0].landmarks, photo):
        raise PortraitError(
            f'the face in the portrait hardly looks human (the face detector is sure by '
            f'{score:.2f}, of people by {HUMAN} and more): give a photo of a neutral human face'
        )
    return faces[0]


def _refuse_turned(photo: Picture, backend: FaceBackend) -> None:
    """Raise a PortraitError that says how to turn a photo in which a face is found then."""
    for degrees in TURNS:
        faces = observe_faces(turned_image(photo, degrees), backend)
        if faces and abs(faces[0].motion.rotation[0]) < MAX_ROLL:
            raise _lying(degrees)


def _check_upright(face: FaceObservation, photo: Picture, backend: FaceBackend) -> float:
    """Check that a face is upright, and return how sure the face detector is of it, 0 to 1."""
    roll = float(face.motion.rotation[0])
    if abs(roll) > MAX_ROLL:
        raise _lying(round(np.degrees(roll) / 90) * 90 % 360)
    # A look at the whole photo nearly always tells; a search costs sixty times as much.
    seen = max((roi.score for roi in backend.detect(photo, 0)), default=0.0)
    if seen > SURELY_UPRIGHT:
        return seen
    # The landmarks of some faces that are upside down are those of an upright one.
    scores = []
    for degrees in (0, 180):
        found = backend.detect(turned_image(photo, degrees))
        scores.append(max((roi.score for roi in found), default=0.0))
        if scores[0] > SURELY_UPRIGHT:
            return scores[0]
    if scores[1] > SURELY_UPRIGHT:
        raise _lying(180)
    return scores[0]


def _check_frontal(face: FaceObservation) -> None:
    yaw = float(face.motion.rotation[2])
    if abs(yaw) > MAX_YAW:
        raise PortraitError(
            f'the face in the portrait is turned aside by {abs(np.degrees(yaw)):.0f} degrees: give '
            'one that looks at the camera, or is turned by 40 degrees at most'
        )


def _lying(degrees: int) -> PortraitError:
    how = 'is upside down' if degrees == 180 else 'lies on its side'
    return PortraitError(
        f'the face in the portrait {how}: turn the photo clockwise by {degrees} degrees'
    )


def _check_whole(face: FaceObservation, photo: Picture) -> None:
    points = face.landmarks[:468, :2]
    size = np.array(photo.shape[1::-1])
    beyond = max(float(-points.min()), float((points - size).max()))
    if beyond > MAX_BEYOND * float(np.ptp(points[:, 1])):
        raise PortraitError(
            'the face in the portrait is cut off by the edge of the photo: give one that shows the '
            'whole face, from forehead to chin'
        )


@dataclass(frozen=True)
class Portrait:
    """A square photo of a head and shoulders, with the measurements of its face.

    Attributes:
        image: (size, size, 3) uint8 BGR.
        matrix: (2, 3) the transform from px of the original photo to px of the image.
        landmarks: (478, 3) px of the image; z is as in `FaceObservation`.
        reference: the expression of the face, with pose zero.
        yaw: how far the face is turned to its left in the photo, rad.
        across, down: (2,) unit vectors in the image to the person's left and towards the chin.
        eyes: the distance between the outer eye corners, px, which is the unit of all sizes.
        face_height: the distance from forehead to chin, px.
    """

    image: Picture
    matrix: NDArray[np.float64]
    landmarks: NDArray[np.float32]
    reference: FaceMotion
    yaw: float
    across: NDArray[np.float64]
    down: NDArray[np.float64]
    eyes: float
    face_height: float


def prepare_portrait(photo: Picture, size: int) -> Portrait:
    """Crop a photo to a square of `size` px around its one face.

    The crop stays inside the photo if possible. Beyond the photo, its edge is continued and
    blurred.

    Raises:
        PortraitError: see `find_face`.
    """
    scale = min(MAX_SIDE / max(photo.shape[:2]), 1.0)
    if scale < 1.0:
        photo = np.asarray(cv2.resize(photo, None, None, scale, scale, cv2.INTER_AREA))
    face = find_face(photo)
    points = face.landmarks.astype(np.float64)
    height = float(np.ptp(points[:468, 1]))
    centre = (points[:468, :2].max(axis=0) + points[:468, :2].min(axis=0)) / 2
    extent = np.array(photo.shape[1::-1], np.float64)
    side = float(np.clip(extent.min(), TIGHT_CROP * height, CROP * height))
    origin = centre - side * np.array([0.5, FACE_LEVEL])
    room = extent - side
    origin = np.where(room >= 0, np.clip(origin, 0, np.maximum(room, 0)), room / 2)
    zoom = size / side
    matrix = np.array([[zoom, 0, -origin[0] * zoom], [0, zoom, -origin[1] * zoom]])
    image = _crop(photo, matrix, size)
    points[:, :2] = (points[:, :2] - origin) * zoom
    points[:, 2] *= zoom
    eyes = points[EYE_OUTER_LEFT, :2] - points[EYE_OUTER_RIGHT, :2]
    distance = float(np.linalg.norm(eyes))
    across = eyes / distance
    down = np.array([-across[1], across[0]])
    return Portrait(
        image=image,
        matrix=matrix * [scale, scale, 1],
        landmarks=points.astype(np.float32),
        reference=reference_of(face),
        yaw=float(face.motion.rotation[2]),
        across=across,
        down=down,
        # A turned head shortens the distance between the eyes, not the height of the face.
        eyes=max(distance, 0.45 * height * zoom),
        face_height=float((points[CHIN, :2] - points[10, :2]) @ down),
    )


def remarks_on(portrait: Portrait) -> tuple[str, ...]:
    """Return sentences about what makes a photo a poor portrait, although it can serve as one."""
    found = []
    height = portrait.face_height / float(portrait.matrix[0, 0])
    if height < SMALL_FACE:
        found.append(
            f'the face in the portrait is only {height:.0f} px high and will look blurred: give a '
            f'photo in which it has {SMALL_FACE:.0f} px or more'
        )
    if _is_dark(portrait.landmarks, portrait.image):
        found.append(
            'the face in the portrait is very dark, so that little of its motion will be seen: '
            'give a photo with more light on the face'
        )
    return tuple(found)


def _is_dark(landmarks: NDArray[np.float32], photo: Picture) -> bool:
    """Return whether the face in a photo is underexposed."""
    inside = np.zeros(photo.shape[:2], np.uint8)
    outline = cv2.convexHull(landmarks[:468, :2].astype(np.int32))
    cv2.fillConvexPoly(inside, outline, 255)
    grey = cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY)[inside > 0]
    return bool(grey.size) and float(np.percentile(grey, 95)) < DARK_FACE


def _crop(photo: Picture, matrix: NDArray[np.float64], size: int) -> Picture:
    zoom = float(matrix[0, 0])
    if zoom < 1.0:  # Smooth before shrinking, or fine patterns would alias.
        photo = np.asarray(cv2.GaussianBlur(photo, (0, 0), 0.4 / zoom))
    flags = cv2.INTER_LINEAR if zoom < 1.0 else cv2.INTER_CUBIC
    crop = cv2.warpAffine(photo, matrix, (size, size), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    inside = cv2.warpAffine(
        np.full(photo.shape[:2], 255, np.uint8), matrix, (size, size), flags=cv2.INTER_NEAREST
    )
    if inside.min() == 255:
        return np.asarray(crop)
    soft = wide_blur(crop, size / 32)
    depth = cv2.distanceTransform(255 - inside, cv2.DIST_L2, 3) / (size / 24)
    weight = np.clip(depth, 0, 1)[..., None]
    return np.asarray(crop * (1 - weight) + soft * weight).astype(np.uint8)
