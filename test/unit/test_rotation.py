"""Roll-pitch-yaw conversions against scipy and against REP-103's signs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from vico_listener.rotation import compose_rpy
from vico_listener.rotation import matrix_from_quaternion
from vico_listener.rotation import matrix_from_rpy
from vico_listener.rotation import quaternion_from_rpy
from vico_listener.rotation import rpy_from_matrix

angle = st.floats(-3.1, 3.1)
tilt = st.floats(-1.5, 1.5)


@given(angle, tilt, angle)
def test_agrees_with_scipy_and_back(roll: float, pitch: float, yaw: float) -> None:
    matrix = matrix_from_rpy([roll, pitch, yaw])
    expected = Rotation.from_euler('xyz', [roll, pitch, yaw]).as_matrix()
    np.testing.assert_allclose(matrix, expected, atol=1e-12)
    np.testing.assert_allclose(rpy_from_matrix(matrix), [roll, pitch, yaw], atol=1e-6)


@given(angle, tilt, angle)
def test_quaternions_agree_with_scipy(roll: float, pitch: float, yaw: float) -> None:
    rpy = [roll, pitch, yaw]
    quaternion = quaternion_from_rpy(rpy)
    expected = Rotation.from_euler('xyz', rpy).as_quat()
    np.testing.assert_allclose(quaternion, expected, atol=1e-12)
    matrix = matrix_from_quaternion(3.0 * quaternion)
    np.testing.assert_allclose(matrix, matrix_from_rpy(rpy), atol=1e-12)


def test_a_quaternion_of_no_length_is_refused() -> None:
    with pytest.raises(ValueError, match='length zero'):
        matrix_from_quaternion([0, 0, 0, 0])


@given(angle, tilt, angle)
def test_inverse_composes_to_identity(roll: float, pitch: float, yaw: float) -> None:
    rpy = [roll, pitch, yaw]
    inverse = rpy_from_matrix(matrix_from_rpy(rpy).T)
    np.testing.assert_allclose(compose_rpy(rpy, inverse), 0.0, atol=1e-9)


@pytest.mark.parametrize(
    ('rpy', 'point', 'moved'),
    [
        ([0, 0.1, 0], [1, 0, 0], 'down'),  # the nose goes down
        ([0, 0, 0.1], [1, 0, 0], 'left'),  # the nose goes to the head's own left
        ([0.1, 0, 0], [0, -1, 0], 'down'),  # the right ear goes down
    ],
)
def test_signs(rpy: list[float], point: list[float], moved: str) -> None:
    turned = matrix_from_rpy(rpy) @ point
    if moved == 'down':
        assert turned[2] < -0.09
    else:
        assert turned[1] > 0.09


def test_gimbal_lock_is_finite() -> None:
    matrix = matrix_from_rpy([0.3, np.pi / 2, 0.5])
    np.testing.assert_allclose(matrix_from_rpy(rpy_from_matrix(matrix)), matrix, atol=1e-6)
