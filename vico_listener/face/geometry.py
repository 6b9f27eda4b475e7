"""The canonical face and the head's pose.

Everything that knows about the axes of OpenCV's camera (x right, y down, z into the scene) and of
the canonical mesh (x to the person's left, y up, z out of the face, cm) is in this module; outside,
only the axes of `vico_listener.motion.FaceMotion` exist.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import DataError
from vico_listener.face.model_file import FaceModelError
from vico_listener.rotation import rpy_from_matrix

VERTICES = 468
"""Vertices of the canonical mesh; landmarks 468..477 are the irises, which it lacks."""

SQPNP_MIN_SPREAD = 2e-5
"""Variance of the points over focal length squared; below half of it OpenCV's SQPnP refuses."""

_VIEW_FROM_CAMERA = np.array([[0.0, 0.0, -1.0], [1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
_HEAD_FROM_MESH = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
_METRES_PER_CM = 0.01


@dataclass(frozen=True)
class CanonicalFace:
    """MediaPipe's canonical face, an average head that looks straight ahead.

    Attributes:
        vertices: (468, 3) float64, cm: x to the person's left, y up, z out of the face.
        uv: (468, 2) float64 texture coordinates, 0..1.
        triangles: (898, 3) int32 vertex indices.
        pose_points: (33,) int32 landmarks that expressions move least, used for the pose.
        pose_weights: (33,) float64 their weights in MediaPipe's Procrustes fit.
    """

    vertices: NDArray[np.float64]
    uv: NDArray[np.float64]
    triangles: NDArray[np.int32]
    pose_points: NDArray[np.int32]
    pose_weights: NDArray[np.float64]

    @cached_property
    def pose_vertices(self) -> NDArray[np.float64]:
        """The vertices of the pose points, (33, 3)."""
        return self.vertices[self.pose_points]


@dataclass(frozen=True)
class Camera:
    """A pinhole camera.

    Attributes:
        fx, fy: focal lengths, px.
        cx, cy: principal point, px.
    """

    fx: float
    fy: float
    cx: float
    cy: float

    def __post_init__(self) -> None:
        """DataError unless the numbers are finite and the focal lengths positive."""
        if not (np.isfinite(self.matrix).all() and self.fx > 0 and self.fy > 0):
            raise DataError(
                f'camera intrinsics must be finite, with positive focal lengths, got {self}: '
                'is the CameraInfo of a camera that was never calibrated?'
            )

    @classmethod
    def from_fov(cls, fov_deg: float, width: int, height: int) -> 'Camera':
        """The camera that sees `fov_deg` along the picture's longer side; square pixels."""
        focal = max(width, height) / 2 / np.tan(np.radians(fov_deg) / 2)
        return cls(focal, focal, width / 2, height / 2)

    @cached_property
    def matrix(self) -> NDArray[np.float64]:
        """The intrinsic matrix (3, 3)."""
        return np.array([[self.fx, 0.0, self.cx], [0.0, self.fy, self.cy], [0.0, 0.0, 1.0]])


def head_pose(
    landmarks: NDArray[np.float32], face: CanonicalFace, camera: Camera
) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
    """Pose of a head from its landmarks, by SQPnP on the points that expressions move least.

    The rotation is relative to the camera's axis, not to the line of sight: a head at the edge of
    the picture that faces parallel to the axis has yaw 0.

    Args:
        landmarks: (>= 468, >= 2) px.
        face: the canonical mesh.
        camera: intrinsics; no distortion.

    Returns:
        rotation: (3,) roll, pitch, yaw in rad; translation: (3,) m, of the canonical mesh's origin
        (inside the head); both as `FaceMotion` has them for a speaker. None where no pose fits.

    Source: Terzakis and Lourakis, A Consistently Fast and Globally Optimal Solution to the
    Perspective-n-Point Problem, ECCV 2020 (cv2.SOLVEPNP_SQPNP).
    """
    image_points = landmarks[face.pose_points, :2].astype(np.float64)
    spread = float((image_points.var(axis=0) / (camera.fx**2, camera.fy**2)).sum())
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


def parse_geometry(data: bytes) -> CanonicalFace:
    """The canonical face in a .task bundle's geometry metadata.

    Messages of MediaPipe's face_geometry protos: metadata {1: mesh, 2: weighted landmark*},
    mesh {3: vertex buffer (x, y, z, u, v)*, 4: index buffer*}, landmark {1: id, 2: weight}.

    Raises:
        FaceModelError: it holds something else.
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
    """Numbers and values of a protobuf message: int for varints, bytes for the other kinds."""
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
