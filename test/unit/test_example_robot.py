"""The example robot: its model turns as the profile says, and its controller takes the commands."""

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import yaml
from scipy.spatial.transform import Rotation

from vico_listener import ros_api
from vico_listener.resources import resource_path
from vico_listener.robot import head_rotation
from vico_listener.robot import load_profile

PROFILE = load_profile('generic_3dof')
FOLDER = resource_path('config/example_robot')
MODEL = ElementTree.parse(Path(FOLDER) / 'head.urdf').getroot()
JOINTS = {str(joint.get('name')): joint for joint in MODEL.findall('joint')}


def vector(element: ElementTree.Element | None, attribute: str) -> np.ndarray:
    text = '0 0 0' if element is None else element.get(attribute, '0 0 0')
    return np.array([float(word) for word in text.split()])


def orientation(positions: dict[str, float]) -> Rotation:
    """Forward kinematics of the link `head` in `base_link`, by the model alone."""
    chain, link = [], 'head'
    while link != 'base_link':
        (joint,) = (j for j in JOINTS.values() if j.find('child').get('link') == link)
        chain.insert(0, joint)
        link = str(joint.find('parent').get('link'))
    found = Rotation.identity()
    for joint in chain:
        found *= Rotation.from_euler('xyz', vector(joint.find('origin'), 'rpy'))
        found *= Rotation.from_rotvec(
            vector(joint.find('axis'), 'xyz') * positions[str(joint.get('name'))]
        )
    return found


def test_joints_and_limits_are_those_of_the_profile() -> None:
    assert list(JOINTS) == [joint.name for joint in PROFILE.joints]
    for joint in PROFILE.joints:
        limit = JOINTS[joint.name].find('limit')
        assert limit is not None
        assert float(limit.get('lower')) == joint.minimum
        assert float(limit.get('upper')) == joint.maximum
        assert float(limit.get('velocity')) == joint.max_velocity


def test_the_eyes_are_as_high_as_the_profile_says() -> None:
    """Above the axis of pitch, to which the link of the head has no distance."""
    assert not vector(JOINTS['head_roll'].find('origin'), 'xyz').any()
    parts = MODEL.findall("link[@name='head']/visual")
    balls = [part for part in parts if part.find('geometry/sphere') is not None]
    heights = [vector(ball.find('origin'), 'xyz')[2] for ball in balls]
    assert heights == [PROFILE.eye_height] * 2


@pytest.mark.parametrize(
    ('joint', 'axis', 'part'),
    [
        ('head_yaw', [1, 0, 0], (1, 1)),  # the face goes to its own left
        ('head_pitch', [1, 0, 0], (2, -1)),  # the face goes down
        ('head_roll', [0, -1, 0], (2, -1)),  # the right ear goes down
    ],
)
def test_positive_angles_turn_as_rep_103_says(
    joint: str, axis: list[int], part: tuple[int, int]
) -> None:
    turned = orientation({name: 0.3 * (name == joint) for name in JOINTS}).apply(axis)
    coordinate, sign = part
    assert sign * turned[coordinate] == pytest.approx(np.sin(0.3))


def test_the_model_turns_its_head_as_the_profile_says() -> None:
    random = np.random.default_rng(0)
    for _ in range(100):
        positions = [random.uniform(j.minimum, j.maximum) for j in PROFILE.joints]
        roll, pitch, yaw = head_rotation(PROFILE, positions)
        found = orientation(dict(zip(JOINTS, positions, strict=True)))
        expected = Rotation.from_euler('ZYX', [yaw, pitch, roll])
        assert (found.inv() * expected).magnitude() < 1e-9


def test_every_link_hangs_together_and_can_be_simulated() -> None:
    links = {str(link.get('name')): link for link in MODEL.findall('link')}
    assert {j.find('child').get('link') for j in JOINTS.values()} == set(links) - {'base_link'}
    for name, link in links.items():
        assert link.find('visual') is not None
        # Of the root, tools want none (KDL does not support it).
        assert (link.find('inertial') is None) == (name == 'base_link')
        inertia = link.find('inertial/inertia')
        if inertia is not None:
            x, y, z = sorted(float(inertia.get(key)) for key in ('ixx', 'iyy', 'izz'))
            assert x > 0 and z <= x + y  # as of a body


def test_the_controller_takes_what_the_head_sends() -> None:
    settings = yaml.safe_load((FOLDER / 'controllers.yaml').read_text('utf-8'))
    name = PROFILE.topic.partition('/')[0]
    manager = settings['/**/controller_manager']['ros__parameters']
    assert manager[name]['type'] == 'joint_trajectory_controller/JointTrajectoryController'
    parameters = settings[f'/**/{name}']['ros__parameters']
    names = [joint.name for joint in PROFILE.joints]
    assert parameters['joints'] == names
    # What docs/robots.md recommends.
    assert parameters['allow_nonzero_velocity_at_trajectory_end'] is False
    assert parameters['interpolate_from_desired_state'] is True
    hardware = MODEL.find('ros2_control')
    assert hardware.findtext('hardware/plugin') == 'mock_components/GenericSystem'
    for joint, found in zip(PROFILE.joints, hardware.findall('joint'), strict=True):
        assert found.get('name') == joint.name
        limits = [float(p.text) for p in found.findall('command_interface/param')]
        assert limits == [joint.minimum, joint.maximum]
        for kind in ('command_interface', 'state_interface'):
            offered = {element.get('name') for element in found.findall(kind)}
            assert set(parameters[f'{kind}s']) <= offered


def test_rviz_shows_links_and_topics_that_there_are() -> None:
    view = yaml.safe_load((FOLDER / 'view.rviz').read_text('utf-8'))['Visualization Manager']
    assert view['Global Options']['Fixed Frame'] in {link.get('name') for link in MODEL}
    (picture,) = (d['Topic']['Value'] for d in view['Displays'] if d['Class'].endswith('/Image'))
    published = {topic.name for node in ros_api.STACK for topic in node.publications}
    assert picture in published
