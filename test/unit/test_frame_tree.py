"""Where a head is, from the frames of TF."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from vico_listener.robot import head_rotation
from vico_listener.robot import load_profile
from vico_listener.robot.frame_tree import FrameTree
from vico_listener.robot.profile import joint_positions


def test_a_chain_is_the_product_of_its_rotations() -> None:
    tree = FrameTree()
    turns = Rotation.random(4, random_state=0)
    names = ['map', 'torso', 'neck', 'gimbal', 'head']
    # In any order, as publishers have it.
    for n in (2, 0, 3, 1):
        assert tree.add(names[n], names[n + 1], turns[n].as_quat().tolist())
    expected = (turns[1] * turns[2] * turns[3]).as_matrix()
    assert np.allclose(tree.rotation('torso', 'head'), expected)
    assert np.allclose(tree.rotation('head', 'torso'), expected.T)
    assert tree.between('torso', 'head') == {'neck', 'gimbal', 'head'}
    # Two branches of one tree.
    assert tree.add('torso', '/imu', turns[0].as_quat().tolist())
    found = tree.rotation('imu', 'head')
    assert np.allclose(found, turns[0].as_matrix().T @ expected)
    assert tree.between('imu', 'head') == {'imu', 'neck', 'gimbal', 'head'}


def test_frames_that_are_not_joined_are_not_known() -> None:
    tree = FrameTree()
    assert tree.rotation('torso', 'head') is None
    tree.add('neck', 'head', (0, 0, 0, 1))
    assert tree.rotation('torso', 'head') is None
    assert np.allclose(tree.rotation('neck', 'head'), np.eye(3))


@pytest.mark.parametrize('quaternion', [(0, 0, 0, 0), (0, 0, 0, 2), (np.nan, 0, 0, 1)])
def test_what_is_no_rotation_changes_nothing(quaternion: tuple[float, ...]) -> None:
    tree = FrameTree()
    tree.add('torso', 'head', (0, 0, 0, 1))
    assert not tree.add('torso', 'head', quaternion)
    assert np.allclose(tree.rotation('torso', 'head'), np.eye(3))


def test_a_circle_ends() -> None:
    tree = FrameTree()
    tree.add('a', 'b', (0, 0, 0, 1))
    tree.add('b', 'a', (0, 0, 0, 1))
    assert tree.rotation('torso', 'b') is None


@pytest.mark.parametrize('name', ['generic_3dof', 'tiago', 'reachy2', 'qtrobot', 'generic_pose'])
def test_joints_are_found_from_how_the_head_is_turned(name: str) -> None:
    profile = load_profile(name)
    random = np.random.default_rng(0)
    for _ in range(50):
        positions = [random.uniform(j.minimum, j.maximum) for j in profile.joints]
        assert np.allclose(joint_positions(profile, head_rotation(profile, positions)), positions)
