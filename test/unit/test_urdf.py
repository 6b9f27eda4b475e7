"""Robot profiles from URDFs: necks as real robots have them, made small."""

import math
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from vico_listener.cli.main import main
from vico_listener.resources import resource_path
from vico_listener.robot import load_profile
from vico_listener.robot.head_joints import find_neck
from vico_listener.robot.head_joints import head_joints
from vico_listener.robot.profile import parse_profile
from vico_listener.robot.profile_proposal import propose_profile
from vico_listener.robot.urdf import Urdf
from vico_listener.robot.urdf import UrdfError
from vico_listener.robot.urdf_check import disagreements
from vico_listener.yaml_text import parse_yaml

LIMIT = '<limit lower="-1.2" upper="1.2" velocity="2.0" effort="1"/>'


def joint(
    name: str,
    parent: str,
    child: str,
    axis: str = '0 0 1',
    rpy: str = '0 0 0',
    kind: str = 'revolute',
    rest: str = LIMIT,
) -> str:
    return (
        f'<joint name="{name}" type="{kind}"><parent link="{parent}"/><child link="{child}"/>'
        f'<origin xyz="0 0 0.1" rpy="{rpy}"/><axis xyz="{axis}"/>{rest}</joint>'
    )


def robot(*joints: str, name: str = 'made') -> Urdf:
    return Urdf(f'<?xml version="1.0"?><robot name="{name}">{"".join(joints)}</robot>')


def proposed(urdf: Urdf, *names: str):
    return parse_profile(parse_yaml(propose_profile(urdf, names)), 'made')


# As PAL's: the tilt is turned onto its side, and counts upwards.
PAN_TILT = robot(
    joint('torso_lift_joint', 'base', 'torso', kind='prismatic'),
    joint('head_1_joint', 'torso', 'head_1_link'),
    joint('head_2_joint', 'head_1_link', 'head_2_link', '0 0 1', f'{math.pi / 2} 0 0'),
    joint('camera_optical_joint', 'head_2_link', 'rgb_optical_frame', kind='fixed',
          rpy=f'0 {-math.pi / 2} {math.pi}'),
    joint('head_tablet_lid_joint', 'head_2_link', 'lid'),
)  # fmt: skip


def test_pan_and_tilt_that_counts_upwards() -> None:
    found = [(j.name, j.axis, j.sign) for j in proposed(PAN_TILT).joints]
    assert found == [('head_1_joint', 'yaw', 1), ('head_2_joint', 'pitch', -1)]


def test_each_sign_is_that_of_forward_kinematics() -> None:
    """An independent way: turn the joint a little, and see where the face goes."""
    random = np.random.default_rng(3)
    for _ in range(50):
        rpy = random.uniform(-3, 3, 3)
        axis = random.choice([[1, 0, 0], [0, 1, 0], [0, 0, 1]]) * random.choice([-1, 1])
        # In the frame of the joint an axis that lies along one of the root's.
        there = Rotation.from_euler('xyz', rpy)
        inside = there.inv().apply(axis)
        (head,) = head_joints(
            urdf := robot(
                joint('neck', 'base', 'skull', ' '.join(map(str, inside)),
                      ' '.join(map(str, rpy))),
            ),
            find_neck(urdf),
        )  # fmt: skip
        turned = there * Rotation.from_rotvec(0.1 * inside) * there.inv()
        angles = dict(zip(('yaw', 'pitch', 'roll'), turned.as_euler('ZYX'), strict=True))
        assert angles[head.axis] == pytest.approx(0.1 * head.sign)
        assert head.off == pytest.approx(0.0, abs=1e-6)


def test_a_model_that_looks_along_y_is_read_by_its_camera() -> None:
    urdf = robot(
        joint('neck_nod', 'base', 'skull', '1 0 0'),
        joint('eye', 'skull', 'left_optical_frame', kind='fixed', rpy=f'{-math.pi / 2} 0 0'),
    )
    (nod,) = proposed(urdf).joints
    assert (nod.axis, nod.sign) == ('pitch', -1)
    assert 'look along (0, 1, 0)' in propose_profile(urdf)


def test_the_upper_one_of_two_pitches_nods() -> None:
    urdf = robot(
        joint('NeckYaw', 'torso', 'NeckYaw_link'),
        joint('NeckPitch', 'NeckYaw_link', 'NeckPitch_link', '0 1 0'),
        joint('HeadPitch', 'NeckPitch_link', 'HeadPitch_link', '0 1 0'),
        joint('HeadRoll', 'HeadPitch_link', 'HeadRoll_link', '1 0 0'),
        joint('LEyeYaw', 'HeadRoll_link', 'LEye'),
    )
    assert [j.name for j in proposed(urdf).joints] == ['NeckYaw', 'HeadPitch', 'HeadRoll']
    assert 'NeckPitch turns about pitch, too' in propose_profile(urdf)
    named = proposed(urdf, 'NeckYaw', 'NeckPitch')
    assert [j.name for j in named.joints] == ['NeckYaw', 'NeckPitch']


def test_the_eyes_are_where_the_urdf_has_them_or_else_where_the_cameras_are() -> None:
    """Each joint here is 0.1 m above its parent's."""
    neck = joint('neck_yaw', 'base', 'neck'), joint('neck_pitch', 'neck', 'skull', '0 1 0')
    camera = joint('c', 'skull', 'rgb_optical_frame', kind='fixed')
    brow = joint('b', 'skull', 'brow', kind='fixed')
    eyes = [joint(side, 'brow', f'{side}_eye', kind='fixed') for side in ('l', 'r')]
    assert proposed(robot(*neck, camera, brow, *eyes)).eye_height == pytest.approx(0.2)
    assert proposed(robot(*neck, camera)).eye_height == pytest.approx(0.1)
    assert proposed(robot(*neck)).eye_height == 0.0
    assert 'eye_height' not in propose_profile(robot(*neck))


def test_limits_are_kept_inside_those_of_the_urdf() -> None:
    rest = (
        '<limit lower="-0.6" upper="0.4" velocity="1.5" acceleration="6" deceleration="5" '
        'jerk="40" effort="1"/>'
    )
    urdf = robot(joint('neck', 'base', 'skull', '0 1 0', rest=rest))
    (neck,) = proposed(urdf).joints
    assert -0.6 < neck.minimum < 0.0 < neck.maximum < 0.4
    assert neck.max_velocity == 1.5
    # No jerk of a profile is less than ten times its acceleration.
    assert neck.max_jerk == 40 and neck.max_acceleration == 4.0
    # What was proposed agrees with what it was proposed from.
    assert disagreements(proposed(urdf), urdf) == []


@pytest.mark.parametrize(
    ('kind', 'rest', 'remark'),
    [
        ('continuous', '', 'no limit of its velocity'),
        ('revolute', '', 'no limits of its position'),
        ('revolute', '<limit lower="0.2" upper="0.8" velocity="0"/>', '0 is out of its range'),
        ('revolute', '<limit lower="-40" upper="40"/>', 'are they degrees'),
        ('revolute', '<limit lower="1" upper="-1" velocity="-2"/>', 'the wrong way round'),
    ],
)
def test_what_a_urdf_does_not_say_is_to_be_checked(kind: str, rest: str, remark: str) -> None:
    urdf = robot(joint('neck', 'base', 'skull', kind=kind, rest=rest))
    assert remark in propose_profile(urdf)
    (neck,) = proposed(urdf).joints
    assert neck.minimum <= neck.offset <= neck.maximum and neck.max_velocity <= 1.0


def test_real_profiles_agree_with_the_example_robot() -> None:
    urdf = Urdf((resource_path('config/example_robot') / 'head.urdf').read_text('utf-8'))
    assert disagreements(load_profile('generic_3dof'), urdf) == []
    # Axes of the head are no joints: there is nothing to compare.
    assert disagreements(load_profile('reachy_mini'), urdf) == []


def test_what_a_profile_says_otherwise_is_named() -> None:
    rest = '<limit lower="-0.5" upper="0.9" velocity="1.0" acceleration="8" effort="1"/>'
    urdf = robot(
        joint('head_pan_joint', 'base', 'pan', '0 0 -1', rest=rest),
        joint('head_tilt_joint', 'pan', 'skull', '1 0 0', rest=rest),
    )
    found = '\n'.join(disagreements(load_profile('generic_2dof'), urdf))
    assert 'head_pan_joint counts the other way according to the URDF: set sign to -1' in found
    assert (
        'head_tilt_joint turns the head about roll according to the URDF, not about pitch' in found
    )
    assert 'the minimum of head_pan_joint, -1.2 rad, lies 40.1 degrees beyond the stop' in found
    assert 'max_velocity of head_pan_joint, 3 rad/s, exceeds the 1' in found
    assert '30 rad/s^2, exceeds the 8' in found
    (missing,) = disagreements(load_profile('tiago'), urdf)
    assert 'no joint head_1_joint, head_2_joint' in missing
    assert 'those of its neck are head_pan_joint, head_tilt_joint' in missing
    fixed = robot(
        joint('head_pan_joint', 'a', 'b'), joint('head_tilt_joint', 'b', 'c', kind='fixed')
    )
    assert disagreements(load_profile('generic_2dof'), fixed) == [
        'head_tilt_joint does not turn by itself in the URDF: it is fixed'
    ]


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('nonsense', 'not valid XML'),
        ('<sdf/>', 'begins with <robot>'),
        ('<robot xmlns:xacro="http://www.ros.org/wiki/xacro"><xacro:arm/></robot>', 'xacro FILE'),
        (joint('neck', 'a', ''), 'lacks its name'),
        (joint('${prefix}neck', 'a', 'b'), 'xacro FILE'),
        (joint('neck', 'a', 'b') + joint('neck', 'b', 'c'), 'two joints called neck'),
        (joint('neck', 'a', 'b', '0 0 0'), 'axis of length 0'),
        (joint('neck', 'a', 'b', '0 nan 1'), 'is not a vector'),
        (joint('neck', 'a', 'b', rest='<limit lower="low"/>'), 'is not a number'),
        (joint('neck', 'a', 'b') + joint('head', 'b', 'a'), 'form a loop'),
        (joint('elbow', 'a', 'b'), 'has head or neck in its name'),
    ],
)
def test_what_is_no_urdf_is_refused_with_the_reason(text: str, message: str) -> None:
    whole = f'<robot>{text}</robot>' if text.startswith('<joint') else text
    with pytest.raises(UrdfError, match=message):
        propose_profile(Urdf(whole))


def test_a_joint_is_called_as_in_the_urdf_whatever_that_is_in_yaml() -> None:
    for name in ('neck: {yaw}, #1', 'on', '1', 'hals_\u00e4', 'a "b" \\ c', 'neck/yaw-1.2'):
        quoted = name.replace('"', '&quot;')
        (found,) = proposed(robot(joint(quoted, 'base', 'skull')), name).joints
        assert found.name == name


def test_stops_of_a_safety_controller_are_kept() -> None:
    """As in the URDFs of PR2: they lie inside those of the joint."""
    soft = '<safety_controller soft_lower_limit="-0.5" soft_upper_limit="0.4" k_velocity="1"/>'
    (neck,) = proposed(robot(joint('neck', 'base', 'skull', rest=LIMIT + soft))).joints
    assert -0.5 < neck.minimum < 0.0 < neck.maximum < 0.4
    none = '<safety_controller k_velocity="1"/>'
    (neck,) = proposed(robot(joint('neck', 'base', 'skull', rest=LIMIT + none))).joints
    assert neck.maximum > 1.0


def test_what_is_told_of_other_necks_and_of_joints_that_copy() -> None:
    two = [joint(f'{side}_neck', 'base', f'{side}_skull') for side in ('left', 'right')]
    assert 'CHECK: left_neck could be the neck as well' in propose_profile(robot(*two))
    assert 'as well' not in propose_profile(robot(*two), ['left_neck'])
    copy = joint('nod_up', 'a', 'b', rest=f'{LIMIT}<mimic joint="neck"/>')
    assert 'CHECK: nod_up copies it' in propose_profile(robot(joint('neck', 'base', 'a'), copy))


def test_a_file_is_read_in_the_encoding_that_it_declares(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    neck = joint('neck_\u00e4', 'base', 'skull')
    file = tmp_path / 'robot.urdf'
    for encoding in ('iso-8859-1', 'utf-16', 'utf-8'):
        file.write_bytes(
            f'<?xml version="1.0" encoding="{encoding}"?><robot>{neck}</robot>'.encode(encoding)
        )
        assert main(['robot', 'from-urdf', str(file)]) == 0
        assert 'neck_\u00e4, axis: yaw' in capsys.readouterr().out
    for garbage in (b'\x7fELF\xff\xfe\x00', b'<?xml version="1.0" encoding="klingon"?><robot/>'):
        file.write_bytes(garbage)
        assert main(['robot', 'from-urdf', str(file)]) == 1
        assert 'the URDF is not valid XML' in capsys.readouterr().err


def test_joints_that_are_not_there_are_refused() -> None:
    with pytest.raises(UrdfError, match="no joint 'knee' that turns: it has head_1_joint"):
        find_neck(PAN_TILT, ['knee'])
    apart = robot(joint('left', 'base', 'l'), joint('right', 'base', 'r'))
    with pytest.raises(UrdfError, match='are not in one chain'):
        find_neck(apart, ['left', 'right'])


def test_from_urdf_writes_what_check_accepts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = str(resource_path('config/example_robot') / 'head.urdf')
    mine = tmp_path / 'mine.yaml'
    assert main(['robot', 'from-urdf', model, '--command', '/neck/go', '-o', str(mine)]) == 0
    assert main(['robot', 'check', str(mine)]) == 0
    printed = capsys.readouterr().out
    assert 'joint_trajectory -> /neck/go' in printed and 'looks to its own left' in printed
    assert main(['robot', 'from-urdf', model, '-o', str(mine)]) == 1
    assert 'exists already' in capsys.readouterr().err
    assert main(['robot', 'from-urdf', model, '--command', 'a b: c']) == 1
    assert 'command: ' in capsys.readouterr().err
    assert main(['robot', 'from-urdf']) == 1
    assert 'either the FILE' in capsys.readouterr().err
