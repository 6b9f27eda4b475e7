"""Computes the pose of a head from its landmarks and MediaPipe's canonical face.

Only this module knows the axes of OpenCV's camera (x right, y down, z into the scene) and of the
canonical mesh (x to the person's left, y up, z out of the face, cm). Everything else uses the axes
of `vico_listener.motion.FaceMotion`.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import DataError
from vico_listener.face.model_file import FaceModelError
from vico_listener.rotation import rpy_from_matrix

VERTICES = 468
"""The number of vertices of the canonical mesh, which lacks the irises (landmarks 468 to 477)."""

SQPNP_MIN_SPREAD = 2e-5
"""The least spread of points for SQPnP; OpenCV's rejects less than half of it.

The spread is the variance of the points over the square of the focal length.
"""

_VIEW_FROM_CAMERA = np.array([[0.0, 0.0, -1.0], [1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
_HEAD_FROM_MESH = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
_METRES_PER_CM = 0.01


@dataclass(frozen=True)
class CanonicalFace:
    """MediaPipe's canonical face, an average head that looks straight ahead.

    Attributes:
        vertices: (468, 3) float64 positions, cm: x to the person's left, y up, z out of the face.
        uv: (468, 2) float64 texture coordinates, 0 to 1.
        triangles: (898, 3) int32 indices of vertices.
        pose_points: (33,) int32 indices of the landmarks that expressions move least, which
            determine the pose.
        pose_weights: (33,) float64 weights of these landmarks in MediaPipe's Procrustes fit.
    """

    vertices: NDArray[np.float64]
    uv: NDArray[np.float64]
    triangles: NDArray[np.int32]
    pose_points: NDArray[np.int32]
    pose_weights: NDArray[np.float64]

    @cached_property
    def pose_vertices(self) -> NDArray[np.float64]:
        """(33, 3) the vertices of the pose points, cm."""
        return self.vertices[self.pose_points]


@dataclass(frozen=True)
class Camera:
    """A pinhole camera.

    Attributes:
        fx, fy: the focal lengths, px.
        cx, cy: the principal point, px.

    Raises:
        DataError: a number is not finite, or a focal length is not positive.
    """

    fx: float
    fy: float
    cx: float
    cy: float

    def __post_init__(self) -> None:
        """Check the numbers."""
        if not (np.isfinite(self.matrix).all() and self.fx > 0 and self.fy > 0):
            raise DataError(
                f'camera intrinsics must be finite, with positive focal lengths, got {self}: '
                'is the CameraInfo of a camera that was never calibrated?'
            )

    @classmethod
    @lru_cache(maxsize=8)
    def from_fov(cls, fov_deg: float, width: int, height: int) -> 'Camera':
        """Return the camera with square pixels and this field of view along the longer side."""
        focal = max(width, height) / 2 / np.tan(np.radians(fov_deg) / 2)
        return cls(focal, focal, width / 2, height / 2)

    @cached_property
    def matrix(self) -> NDArray[np.float64]:
        """The intrinsic matrix (3, 3)."""
        return np.array([[self.fx, 0.0, self.cx], [0.0, self.fy, self.cy], [0.0, 0.0, 1.0]])


def head_pose(
    landmarks: NDArray[np.float32], face: CanonicalFace, camera: Camera
) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
    """Return the pose of a head from its landmarks, by SQPnP on the points expressions move least.

    The rotation is relative to the camera's optical axis, not to the line of sight: a head at the
    edge of the image that faces parallel to the axis has yaw 0.

    Args:
        landmarks: (>= 468, >= 2) the landmarks, px.
        face: the canonical face.
        camera: the camera, without distortion.

    Returns:
        rotation (3,) roll, pitch, yaw in rad, and translation (3,) in m of the canonical mesh's
        origin, which lies inside the head; both are those of a speaker's `FaceMotion`. The result
        is None if no pose fits.

    Source: Terzakis and Lourakis, A Consistently Fast and Globally Optimal Solution to the
    Perspective-n-Point Problem, ECCV 2020 (cv2.SOLVEPNP_SQPNP).
    """
    # Small arrays cost by the call, not by the number: few calls, and plain numbers.
    image_points = landmarks.take(face.pose_points, axis=0)[:, :2].astype(np.float64)
    count = len(image_points)
    x, y = (image_points - image_points.sum(axis=0) / count).T
    spread = (float(x.dot(x)) / camera.fx**2 + float(y.dot(y)) / camera.fy**2) / count
    if not 0 < spread < np.inf:
        return None
    found, rotation_vector, position = cv2.solvePnP(
        face.pose_vertices,
        image_points,
        camera.matrix,
        None,
        flags=cv2.SOLVEPNP_SQPNP if spread > SQPNP_MIN_SPREAD else cv2.SOLVEPNP_ITERATIVE,
    )
    if not found or not position[2, 0] > 0:
        return None
    camera_from_mesh = cv2.Rodrigues(rotation_vector)[0]
    rotation = rpy_from_matrix(_VIEW_FROM_CAMERA @ camera_from_mesh @ _HEAD_FROM_MESH.T)
    translation = _VIEW_FROM_CAMERA @ position[:, 0] * _METRES_PER_CM
    return rotation.astype(np.float32), translation.astype(np.float32)


def turn_in_depth(landmarks: NDArray[np.float32], face: CanonicalFace) -> NDArray[np.float32]:
    """Return the rotation of a head from its landmarks in depth, by MediaPipe's Procrustes fit.

    It knows no camera, and is relative to the line of sight: right for a camera that is far away,
    or for a crop of its images, in which `head_pose` with a wide field of view takes half of a nod
    for the way that the face makes in the image. It scatters more than `head_pose` does.

    Args:
        landmarks: (>= 468, 3) the landmarks, px, z away from the camera in the scale of x.
        face: the canonical face.

    Returns:
        (3,) roll, pitch, yaw, rad, as of a speaker's `FaceMotion`.

    Source: Kabsch, A solution for the best rotation to relate two sets of vectors, 1976.
    """
    weights = face.pose_weights / face.pose_weights.sum()
    vertices = face.pose_vertices - weights @ face.pose_vertices
    points = landmarks[face.pose_points].astype(np.float64)
    u, _, vt = np.linalg.svd(((points - weights @ points) * weights[:, None]).T @ vertices)
    camera_from_mesh = u @ np.diag([1.0, 1.0, np.linalg.det(u @ vt)]) @ vt
    return rpy_from_matrix(_VIEW_FROM_CAMERA @ camera_from_mesh @ _HEAD_FROM_MESH.T).astype(
        np.float32
    )


def scales_of_mesh(
    landmarks: NDArray[np.float32],
    face: CanonicalFace,
    chosen: NDArray[np.int32],
    weights: NDArray[np.float64],
) -> tuple[float, float, float]:
    """Return the scales across, down and in depth (px / cm) of the affine fit of the mesh.

    Args:
        landmarks: (>= 468, 3) the landmarks, px.
        face: the canonical face.
        chosen: (N,) the landmarks that count.
        weights: (N,) how much each one counts.
    """
    root = np.sqrt(weights)[:, None]
    mesh = np.hstack([face.vertices[chosen], np.ones((len(chosen), 1))])
    fit = np.linalg.lstsq(mesh * root, landmarks[chosen] * root, rcond=None)[0]
    across, down, deep = np.linalg.norm(fit[:3], axis=0)
    return float(across), float(down), float(deep)


@lru_cache(maxsize=1)
def parse_geometry(data: bytes) -> CanonicalFace:
    """Return the canonical face from the geometry metadata of a .task bundle.

    The metadata consist of messages of MediaPipe's face_geometry protos: metadata {1: mesh,
    2: weighted landmark*}, mesh {3: vertex buffer (x, y, z, u, v)*, 4: index buffer*}, landmark
    {1: id, 2: weight}.

    Raises:
        FaceModelError: the data are something else.
    """
    try:
        fields = list(_fields(data))
        mesh = list(_fields(next(value for number, value in fields if number == 1)))
        buffer = np.array([_float(value) for number, value in mesh if number == 3])
        indices = np.array([value for number, value in mesh if number == 4], np.int32)
        landmarks = [dict(_fields(value)) for number, value in fields if number == 2]
        points = np.array([entry[1] for entry in landmarks], np.int32)
        weights = np.array([_float(entry[2]) for entry in landmarks])
        vertices = buffer.reshape(VERTICES, 5)
        triangles = indices.reshape(-1, 3)
    except (IndexError, KeyError, StopIteration, TypeError, ValueError, struct.error) as error:
        raise FaceModelError(f"the face model's geometry cannot be read: {error!r}") from None
    if len(points) < 4 or points.max() >= VERTICES or triangles.max(initial=0) >= VERTICES:
        raise FaceModelError("the face model's geometry is not that of a face of 468 vertices")
    xyz, uv = np.ascontiguousarray(vertices[:, :3]), np.ascontiguousarray(vertices[:, 3:])
    return CanonicalFace(xyz, uv, triangles, points, weights)


def _float(value: bytes) -> float:
    return float(struct.unpack('<f', value)[0])


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """Yield the numbers and values of a protobuf message: int for varints, else bytes."""
    position = 0
    while position < len(data):
        key, position = _varint(data, position)
        kind = key & 7
        value: Any
        if kind == 0:
            value, position = _varint(data, position)
        else:
            start, length = position, {1: 8, 2: 0, 5: 4}[kind]
            if kind == 2:
                length, start = _varint(data, position)
            position = start + length
            value = data[start:position]
        yield key >> 3, value


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
