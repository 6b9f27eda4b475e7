"""A camera on the moving head: geometry, timing, and the loop that it closes."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from made_faces import face_with

from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.clock import tick_stamp
from vico_listener.face.tracker import Correction
from vico_listener.listener.mimicry import Mimicry
from vico_listener.motion import BFM64
from vico_listener.motion import FaceMotion
from vico_listener.perception.camera_on_head import MAX_AHEAD_NS
from vico_listener.perception.camera_on_head import CameraOnHead
from vico_listener.perception.camera_on_head import CameraPose
from vico_listener.perception.camera_on_head import JointPoses
from vico_listener.perception.camera_on_head import Mounting
from vico_listener.perception.camera_on_head import to_base_frame
from vico_listener.robot import HeadController
from vico_listener.robot import head_rotation
from vico_listener.robot import load_profile
from vico_listener.robot.profile import parse_profile
from vico_listener.rotation import matrix_from_rpy
from vico_listener.rotation import rpy_from_matrix

PROFILE = load_profile('generic_3dof')
NAMES = [joint.name for joint in PROFILE.joints]
OFFSET = np.array([0.06, 0.0, 0.1])
MS = 1_000_000


def person(rpy: tuple[float, float, float], position: np.ndarray) -> np.ndarray:
    """Pose (4, 4) in the base frame of a head that, at rpy 0, looks towards the robot."""
    pose = np.eye(4)
    pose[:3, :3] = matrix_from_rpy([0, 0, math.pi]) @ matrix_from_rpy(rpy)
    pose[:3, 3] = position
    return pose


def seen_from(camera: np.ndarray, pose: np.ndarray) -> FaceMotion:
    """What a camera with this pose (4, 4; x forward, y left, z up) reports.

    By the definition of FaceMotion: x from the scene into the camera, y to image right, z up.
    """
    view = camera @ np.diag([-1.0, -1.0, 1.0, 1.0])
    relative = np.linalg.inv(view) @ pose
    return face_with(rotation=rpy_from_matrix(relative[:3, :3]), translation=relative[:3, 3])


def camera_at(rpy: np.ndarray) -> np.ndarray:
    pose = np.eye(4)
    pose[:3, :3] = matrix_from_rpy(rpy)
    pose[:3, 3] = pose[:3, :3] @ OFFSET
    return pose


def test_moving_camera_sees_what_a_camera_at_the_base_would() -> None:
    random = np.random.default_rng(3)
    for _ in range(50):
        rpy = random.uniform(-0.5, 0.5, 3)
        pose = person(tuple(random.uniform(-0.6, 0.6, 3)), np.array([1.1, 0.2, 0.15]))
        camera = camera_at(rpy)
        corrected = to_base_frame(
            seen_from(camera, pose), CameraPose(camera[:3, :3], camera[:3, 3])
        )
        truth = seen_from(np.eye(4), pose)
        np.testing.assert_allclose(corrected.rotation, truth.rotation, atol=1e-5)
        np.testing.assert_allclose(corrected.translation, truth.translation, atol=1e-5)


def test_signs_by_hand() -> None:
    """The robot looks down by 0.2: a speaker at eye level appears to look down, and higher up."""
    camera = camera_at(np.array([0.0, 0.2, 0.0]))
    seen = seen_from(camera, person((0, 0, 0), np.array([1.0, 0.0, 0.0])))
    np.testing.assert_allclose(seen.rotation, [0, 0.2, 0], atol=1e-6)
    assert seen.translation[2] > 0.05
    corrected = to_base_frame(seen, CameraPose(camera[:3, :3], camera[:3, 3]))
    np.testing.assert_allclose(corrected.rotation, 0, atol=1e-6)
    np.testing.assert_allclose(corrected.translation, [-1, 0, 0], atol=1e-6)


def test_expression_stays_and_other_units_are_not_moved() -> None:
    plain = FaceMotion(np.linspace(0, 1, 64, dtype=np.float32), basis=BFM64, confidence=0.7)
    face = face_with(plain, translation=(1.0, 2.0, 3.0))
    moved = to_base_frame(face, CameraPose(matrix_from_rpy([0, 0.3, 0]), np.ones(3)))
    assert np.array_equal(moved.expression, face.expression) and moved.confidence == 0.7
    assert np.array_equal(moved.translation, face.translation)
    assert abs(moved.rotation[1]) > 0.2


def test_joints_turn_the_head_by_sign_and_offset() -> None:
    joints = [
        {'name': 'pan', 'axis': 'yaw', 'sign': -1, 'gain': 0.5, 'offset': 0.1},
        {'name': 'tilt', 'axis': 'pitch', 'sign': 1, 'gain': 1.0, 'offset': -0.2},
    ]
    limits = {'minimum': -1.0, 'maximum': 1.0, 'max_velocity': 3.0, 'max_acceleration': 30.0}
    data = {'interface': 'joint_trajectory', 'topic': 't', 'rate': 50.0, 'lookahead': 0.0}
    profile = parse_profile(data | {'joints': [j | limits for j in joints]}, 'mine')
    np.testing.assert_allclose(head_rotation(profile, [0.4, 0.1]), [0.0, 0.3, -0.3])
    np.testing.assert_allclose(head_rotation(profile, [[0.1, -0.2]] * 2), np.zeros((2, 3)))


def swinging(poses: JointPoses, until: float) -> Callable[[float], float]:
    """Joint states at 50 Hz of a head that swings in pitch; returns its pitch at a time in s."""

    def pitch(seconds: float) -> float:
        return 0.15 * math.sin(2 * math.pi * 1.5 * seconds)

    for n in range(round(until * 50) + 1):
        poses.add(NAMES, [0.0, pitch(n / 50), 0.0], n * 20 * MS)
    return pitch


def pitch_of(pose: CameraPose | None) -> float:
    assert pose is not None
    return float(rpy_from_matrix(pose.rotation)[1])


def test_pose_is_that_of_the_stamp_also_between_and_just_after_the_states() -> None:
    poses = JointPoses(PROFILE, Mounting(*OFFSET))
    pitch = swinging(poses, 1.0)
    for stamp in (400 * MS, 407 * MS, 990 * MS, 1000 * MS):
        assert pitch_of(poses(stamp)) == pytest.approx(pitch(stamp / 1e9), abs=0.001)
    assert pitch_of(poses(1030 * MS)) == pytest.approx(pitch(1.03), abs=0.015)
    pose = poses(407 * MS)
    assert pose is not None
    np.testing.assert_allclose(pose.position, pose.rotation @ OFFSET)


def test_unknown_poses_leave_the_face_alone_and_are_counted() -> None:
    poses = JointPoses(PROFILE)
    correct = CameraOnHead(poses)
    face = FaceMotion.neutral()
    assert correct(face, 0) is face
    swinging(poses, 1.0)
    assert correct(face, 1000 * MS + MAX_AHEAD_NS + 1) is face
    assert correct(face, -1) is face
    assert correct(face, 500 * MS) is not face
    assert (correct.corrected, correct.uncorrected) == (1, 3)


def test_states_that_are_partial_foreign_late_or_broken() -> None:
    poses = JointPoses(PROFILE)
    poses.add(['wheel'], [3.0], 0)
    poses.add(NAMES[:2], [0.1, 0.2], 10 * MS)
    assert poses(10 * MS) is None
    poses.add(NAMES[2:], [0.0], 20 * MS)
    poses.add(NAMES, [9.0, 9.0, 9.0], 15 * MS)
    poses.add(NAMES, [0.0, math.nan, 0.0], 30 * MS)
    assert pitch_of(poses(20 * MS)) == pytest.approx(0.2)
    assert poses(15 * MS) is None


def test_clock_that_jumps_back_starts_anew() -> None:
    poses = JointPoses(PROFILE)
    poses.add(NAMES, [0.0, 0.3, 0.0], 100 * NANOSECONDS)
    poses.add(NAMES, [0.0, 0.1, 0.0], NANOSECONDS)
    assert pitch_of(poses(NANOSECONDS)) == pytest.approx(0.1)


class Robot:
    """A head that does what it was told `delay` seconds ago, with a camera and joint states."""

    def __init__(self, delay: float) -> None:
        self._delay_ns = round(delay * NANOSECONDS)
        self._controller = HeadController(PROFILE)
        self._path: list[tuple[int, tuple[float, ...]]] = [(0, (0.0, 0.0, 0.0))]

    def follow(self, rpy: np.ndarray, stamp: int) -> None:
        assert self._controller.follow(rpy, stamp)
        for command in self._controller.advance(stamp, ahead=True):
            self._path.append((command.stamp, command.positions))

    def joints(self, stamp: int) -> list[float]:
        stamps, positions = zip(*self._path[-30:], strict=True)  # the delay is far shorter
        when = stamp - self._delay_ns
        return [float(np.interp(when, stamps, column)) for column in np.array(positions).T]


def listen(
    mimic: Callable[[FaceMotion], np.ndarray], delay: float, compensated: bool, seconds: float
) -> np.ndarray:
    """Head angles (ticks, 3) of a robot that mimics a motionless speaker through its own camera.

    In the first second it makes a nod of its own; what follows is the loop's.
    """
    robot, poses = Robot(delay), JointPoses(PROFILE, Mounting(*OFFSET))
    correction: Correction = CameraOnHead(poses) if compensated else lambda face, stamp: face
    speaker = person((0.0, 0.05, 0.1), np.array([1.0, 0.1, 0.0]))
    told, path = 0, []
    for tick in range(round(seconds * MODEL_RATE)):
        stamp = tick_stamp(tick)
        while told <= stamp:  # joint states at 100 Hz
            poses.add(NAMES, robot.joints(told), told)
            told += 10 * MS
        rpy = head_rotation(PROFILE, robot.joints(stamp))
        path.append(rpy)
        face = correction(seen_from(camera_at(rpy), speaker), stamp)
        goal = mimic(face)
        if tick < MODEL_RATE:
            goal = goal + 0.12 * math.sin(2 * math.pi * tick / MODEL_RATE) * np.array([0.5, 1, 0.5])
        robot.follow(goal, stamp)
    return np.array(path)


def late_motion(path: np.ndarray) -> float:
    """Largest angle in the second half."""
    return float(np.abs(path[len(path) // 2 :]).max())


@pytest.mark.parametrize('delay', [0.0, 0.1])
def test_motion_of_a_strong_mimic_grows_only_without_compensation(delay: float) -> None:
    """A listener that returns 1.2 times what it sees, smoothed: its own nod never ends."""

    def mimic() -> Callable[[FaceMotion], np.ndarray]:
        state = np.zeros(3)

        def step(face: FaceMotion) -> np.ndarray:
            state[:] += 0.2 * (1.2 * (face.rotation - [0.0, 0.05, 0.1]) - state)
            return state * [-1.0, 1.0, -1.0]

        return step

    open_loop = listen(mimic(), delay, compensated=True, seconds=8)
    closed_loop = listen(mimic(), delay, compensated=False, seconds=8)
    assert late_motion(open_loop) < 0.005
    assert late_motion(closed_loop) > 0.3
    assert np.abs(open_loop[-1]).max() < 0.001


@pytest.mark.parametrize('delay', [0.0, 0.1])
def test_mimicry_of_the_listener_dies_down_with_compensation(delay: float) -> None:
    def mimic() -> Callable[[FaceMotion], np.ndarray]:
        mimicry = Mimicry(0.3)
        return lambda face: np.array(mimicry.step(face, True)[:3])

    compensated = listen(mimic(), delay, compensated=True, seconds=8)
    uncompensated = listen(mimic(), delay, compensated=False, seconds=8)
    assert late_motion(compensated) < 1e-5
    assert late_motion(uncompensated) > 0.005
