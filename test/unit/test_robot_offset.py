"""What is sent where another program owns the head: only the listener's part."""

import math

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from vico_listener.frames import ListenerMotion
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.robot import RobotHead
from vico_listener.robot import load_profile
from vico_listener.robot.fields import ProfileError
from vico_listener.robot.offset import offset_profile
from vico_listener.robot.profile import known_profiles
from vico_listener.rotation import AXES

TICK = 33_333_333


def sent(robot: str, rotation: tuple[float, float, float]) -> np.ndarray:
    """Roll, pitch and yaw (rad) of the last pose when a head has turned."""
    profile = offset_profile(robot, 'head/offset')
    head = RobotHead(profile)
    face = FaceMotion(np.zeros(52, np.float32), np.array(rotation, np.float32))
    commands = []
    for tick in range(90):
        motion = ListenerMotion(tick * TICK, 0, face, Attitude.NEUTRAL, 1.0, True, 'test')
        commands += head.follow(motion, tick * TICK)
    turn = profile.interface.payload(profile.joints, commands[-1])['pose']['orientation']
    x, y, z, w = (turn[name] for name in 'xyzw')
    yaw, pitch, roll = Rotation.from_quat([x, y, z, w]).as_euler('ZYX')
    return np.array([roll, pitch, yaw])


def test_the_offset_is_the_motion_of_the_listener() -> None:
    np.testing.assert_allclose(sent('', (0.1, 0.2, -0.3)), [0.1, 0.2, -0.3], atol=1e-3)


def test_it_has_the_gains_of_the_robot_but_not_its_signs_and_offsets() -> None:
    # Reachy Mini makes nods larger; TIAGo has no roll.
    np.testing.assert_allclose(sent('reachy_mini', (0, 0.1, 0)), [0, 0.18, 0], atol=1e-3)
    np.testing.assert_allclose(sent('tiago', (0.1, 0.1, 0.1)), [0, 0.1, 0.1], atol=0.02)


@pytest.mark.parametrize('robot', known_profiles())
def test_it_stays_in_the_limits_of_every_robot(robot: str) -> None:
    real, profile = load_profile(robot), offset_profile(robot, 'head/offset')
    assert (profile.rate, profile.topic) == (real.rate, 'head/offset')
    assert profile.measured.source == 'none'
    neck = [joint for joint in real.joints if joint.axis in AXES]  # no antennas
    for joint, own in zip(profile.joints, neck, strict=True):
        assert joint.maximum - joint.minimum == pytest.approx(own.maximum - own.minimum)
        assert joint.minimum <= 0 <= joint.maximum
        assert joint.max_velocity == own.max_velocity
        ahead = own.offset + own.sign * joint.maximum
        assert ahead == pytest.approx(own.maximum if own.sign > 0 else own.minimum)
    assert all(math.isfinite(x) for x in sent(robot, (0.5, 0.5, 0.5)))


def test_an_unknown_robot_is_refused() -> None:
    with pytest.raises(ProfileError, match="no robot profile 'hal'"):
        offset_profile('hal', 'head/offset')
