"""Pose against projections of the canonical face in known poses, and the metadata's parser."""

import struct

import numpy as np
import pytest

from vico_listener.face.geometry import Camera
from vico_listener.face.geometry import CanonicalFace
from vico_listener.face.geometry import head_pose
from vico_listener.face.geometry import parse_geometry
from vico_listener.face.model_file import FaceModelError
from vico_listener.rotation import matrix_from_rpy

CAMERA = Camera(700.0, 710.0, 330.0, 235.0)


@pytest.fixture(scope='module')
def face():
    """A made-up head: 468 points in its front half, x to its left, y up, z out of the face, cm."""
    rng = np.random.default_rng(1)
    vertices = rng.uniform((-7, -9, 0), (7, 9, 8), (468, 3))
    points = np.arange(0, 462, 14, dtype=np.int32)
    return CanonicalFace(
        vertices, np.zeros((468, 2)), np.zeros((0, 3), np.int32), points, np.ones(33)
    )


def project(face, rpy, position, camera=CAMERA):
    """Pixels of the head, worked out in the axes of FaceMotion: x to the camera, y right, z up."""
    head = face.vertices[:, [2, 0, 1]] / 100  # x out of the face, y to its left, z up, m
    x, y, z = (head @ matrix_from_rpy(rpy).T + position).T
    depth = -x
    u = camera.cx + camera.fx * y / depth
    v = camera.cy - camera.fy * z / depth
    return np.stack([u, v, np.zeros_like(u)], axis=1).astype(np.float32)


@pytest.mark.parametrize(
    'degrees',
    [(0, 0, 0), (20, 0, 0), (0, 25, 0), (0, 0, 40), (-15, -30, -60), (10, 35, 70), (-120, 5, 3)],
)
@pytest.mark.parametrize('position', [(-0.5, 0, 0), (-1.2, 0.4, -0.3)])
def test_pose_is_recovered(face, degrees, position):
    rotation, translation = head_pose(project(face, np.radians(degrees), position), face, CAMERA)
    np.testing.assert_allclose(np.degrees(rotation), degrees, atol=0.1)
    np.testing.assert_allclose(translation, position, atol=1e-3)


@pytest.mark.parametrize('focal', [700.0, 30000.0])
def test_far_heads_and_telephoto_lenses(face, focal):
    camera = Camera(focal, focal, 320.0, 240.0)
    points = project(face, np.radians((10, -15, 30)), (-30.0, 1.0, 0.5), camera)
    rotation, translation = head_pose(points, face, camera)
    np.testing.assert_allclose(np.degrees(rotation), (10, -15, 30), atol=0.2)
    np.testing.assert_allclose(translation, (-30.0, 1.0, 0.5), rtol=1e-3)


def test_rotation_is_relative_to_the_camera_axis_not_to_the_line_of_sight(face):
    rotation, _ = head_pose(project(face, (0, 0, 0), (-1.0, 0.5, 0.4)), face, CAMERA)
    np.testing.assert_allclose(rotation, 0, atol=1e-3)


def turned_nose(face, rpy):
    """Where a point in front of the face moves in the image when the head turns (px)."""
    nose = CanonicalFace(
        np.vstack([[0, 0, 10], face.vertices[1:]]), face.uv, face.triangles, face.pose_points, None
    )
    return (project(nose, rpy, (-0.6, 0, 0)) - project(nose, (0, 0, 0), (-0.6, 0, 0)))[0]


def test_signs_in_the_image(face):
    assert turned_nose(face, (0, 0.2, 0))[1] > 5  # pitch > 0: nose goes down
    assert turned_nose(face, (0, 0, 0.2))[0] > 5  # yaw > 0: to the own left, image right
    left = np.argmax(face.vertices[:, 0])
    rolled = project(face, (0.2, 0, 0), (-0.6, 0, 0)) - project(face, (0, 0, 0), (-0.6, 0, 0))
    assert rolled[left, 1] < -5  # roll > 0: right ear down, left ear up


@pytest.mark.parametrize('value', [np.nan, 100.0])
def test_no_pose_from_points_that_are_no_face(face, value):
    assert head_pose(np.full((478, 3), value, np.float32), face, CAMERA) is None


def test_camera_from_field_of_view():
    camera = Camera.from_fov(90, 640, 480)
    assert (camera.fx, camera.fy) == pytest.approx((320, 320))
    assert (camera.cx, camera.cy) == (320, 240)
    assert Camera.from_fov(90, 480, 640).fx == pytest.approx(320)


@pytest.mark.parametrize('values', [(0, 0, 0, 0), (700, 700, np.nan, 240), (-700, 700, 320, 240)])
def test_degenerate_camera_is_refused(values):
    with pytest.raises(ValueError, match='positive focal lengths.*calibrated'):
        Camera(*values)


def field(number, kind, payload):
    length = bytes([len(payload) & 0x7F | 0x80, len(payload) >> 7]) if kind == 2 else b''
    return bytes([number << 3 | kind]) + length + payload


def metadata(vertices=468, landmark=4):
    values = np.arange(vertices * 5, dtype=np.float32)
    mesh = b''.join(field(3, 5, struct.pack('<f', v)) for v in values)
    mesh += b''.join(field(4, 0, bytes([index])) for index in (0, 1, 2, 3, 4, 5))
    size = bytes([len(mesh) & 0x7F | 0x80, len(mesh) >> 7 & 0x7F | 0x80, len(mesh) >> 14])
    entry = field(1, 0, bytes([landmark])) + field(2, 5, struct.pack('<f', 0.25))
    return bytes([1 << 3 | 2]) + size + mesh + field(2, 2, entry) * 5


def test_geometry_metadata_is_parsed():
    face = parse_geometry(metadata())
    np.testing.assert_array_equal(face.vertices[1], [5, 6, 7])
    np.testing.assert_array_equal(face.uv[1], [8, 9])
    np.testing.assert_array_equal(face.triangles, [[0, 1, 2], [3, 4, 5]])
    np.testing.assert_array_equal(face.pose_points, [4] * 5)
    np.testing.assert_allclose(face.pose_weights, 0.25)


@pytest.mark.parametrize('data', [b'', b'no protobuf', metadata()[:-3], metadata(vertices=400)])
def test_broken_geometry_is_refused(data):
    with pytest.raises(FaceModelError, match='geometry'):
        parse_geometry(data)
