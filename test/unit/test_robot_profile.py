"""Robot profiles: every wrong field is refused by name, and what goes over the wire is right."""

import copy
import math
import re
import sys
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import yaml

from vico_listener.cli.robot import ANGLE
from vico_listener.cli.robot import check_commands
from vico_listener.cli.robot import check_poses
from vico_listener.resources import resource_path
from vico_listener.robot import HeadCommand
from vico_listener.robot import ProfileError
from vico_listener.robot import load_profile
from vico_listener.robot.interfaces import INTERFACES
from vico_listener.robot.interfaces import ActionInterface
from vico_listener.robot.interfaces import RobotInterface
from vico_listener.robot.interfaces import TopicInterface
from vico_listener.robot.joints import ANTENNAS
from vico_listener.robot.joints import BODY
from vico_listener.robot.joints import parse_coupled_range
from vico_listener.robot.profile import known_profiles
from vico_listener.robot.profile import parse_profile
from vico_listener.rotation import AXES
from vico_listener.rotation import matrix_from_rpy

ROOT = Path(__file__).resolve().parents[2]
OWN_FIELDS: dict[str, Any] = {
    'topic': 'head',
    'lookahead': 0.04,
    'unit': 'deg',
    'speed': 0.5,
    'frame_id': 'base',
    'url': 'ws://robot:1/x',
    'action': 'head/follow',
}
REQUIRED = {
    'joint_trajectory': ('topic', 'lookahead'),
    'follow_joint_trajectory': ('action', 'lookahead'),
    'float64_multi_array': ('topic', 'unit'),
    'joint_angles_with_speed': ('topic', 'speed'),
    'joint_state': ('topic',),
    'pose': ('topic', 'frame_id'),
    'reachy_mini': ('url',),
    'furhat': ('url',),
}
"""Every interface and the fields that a profile has for it."""

NUMBERS = ('sign', 'gain', 'offset', 'minimum', 'maximum', 'max_velocity', 'max_acceleration')
OPTIONAL_NUMBERS = ('max_jerk', 'soft_zone', 'roll_gain')
TEXTS = ('name', 'axis')


def good(interface: str = 'joint_trajectory') -> dict[str, Any]:
    data = yaml.safe_load(resource_path('config/robots/nao.yaml').read_text())
    for field in ('topic', 'speed'):
        data.pop(field)
    own = {field: OWN_FIELDS[field] for field in REQUIRED[interface]}
    joint = {'max_jerk': 900.0, 'soft_zone': 0.1, 'roll_gain': 0.2}
    data['joints'] = [{**entry, **joint} for entry in data['joints']]
    return {**data, **own, 'interface': interface}


def refused(data: Any, *words: str) -> None:
    with pytest.raises(ProfileError) as error:
        parse_profile(data, 'mine')
    for word in ('mine', *words):
        assert word in str(error.value)


def test_example_of_the_documentation_is_a_profile() -> None:
    text = (ROOT / 'docs' / 'robots.md').read_text(encoding='utf-8')
    block, _ = re.findall(r'```yaml\n(.*?)```', text, re.S)
    profile = parse_profile(yaml.safe_load(block), 'mine')
    optional = ('max_jerk', 'soft_zone', 'roll_gain', 'range_by')
    assert all(any(getattr(j, name) for j in profile.joints) for name in optional)
    for name in [*INTERFACES.own, *known_profiles(), *optional]:
        assert f'`{name}`' in text, name


def own_robot(monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Any], ModuleType]:
    """The profile and the module of the interface that the documentation adds."""
    text = (ROOT / 'docs' / 'robots.md').read_text(encoding='utf-8')
    (code,) = re.findall(r'```python\n(.*?)```', text, re.S)
    _, settings = re.findall(r'```yaml\n(.*?)```', text, re.S)
    module = ModuleType('my_robot.neck')
    exec(compile(code, 'robots.md', 'exec'), vars(module))  # noqa: S102 - our own example
    monkeypatch.setitem(sys.modules, 'my_robot', ModuleType('my_robot'))
    monkeypatch.setitem(sys.modules, 'my_robot.neck', module)
    data = good('joint_state')
    return data | yaml.safe_load(settings), module


def test_interface_of_another_package_needs_a_profile_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data, module = own_robot(monkeypatch)
    profile = parse_profile(data, 'mine')
    assert isinstance(profile.interface, module.Servos)
    assert (profile.topic, profile.interface.target) == ('/neck/goal_steps',) * 2
    # 0.1 and -0.2 rad of 4096 steps a turn.
    assert profile.interface.payload(profile.joints, COMMAND) == {'data': [65, -130]}
    refused({**data, 'steps': 0}, 'steps must lie in')
    refused({**data, 'colour': 'red'}, 'unknown field colour')
    del data['steps']
    refused(data, 'steps is missing')


@pytest.mark.parametrize(
    ('interface', 'words'),
    [
        ('smoke', ["unknown robot interface 'smoke'", 'furhat', 'package.module:Class']),
        ('no_such_package.neck:Servos', ["no module 'no_such_package'"]),
        ('my_robot.neck:Wheels', ["has no class 'Wheels'"]),
        ('builtins:dict', ['it lacks', 'payload', 'RobotInterface']),
        (
            'my_robot.neck:Signals',
            ['must be a TopicInterface, an ActionInterface or a Link'],
        ),
    ],
)
def test_interface_that_is_none_is_named(
    interface: str, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data, module = own_robot(monkeypatch)

    class Signals(RobotInterface):
        name = 'signals'
        target = 'a hill'

        def __init__(self, fields: Any) -> None:
            self.steps, self.topic = fields.take('steps'), fields.take('topic')

        def payload(self, joints: Any, command: Any, ahead: float = 0.0) -> dict[str, Any]:
            return {}

    vars(module)['Signals'] = Signals
    refused({**data, 'interface': interface}, 'interface: ', *words)


@pytest.mark.parametrize('name', REQUIRED)
def test_interface_says_everything_about_itself(name: str) -> None:
    interface = parse_profile(good(name), 'mine').interface
    assert interface.name == name
    assert INTERFACES.locate(name).startswith(f'vico_listener.robot.interfaces.{name}:')
    assert interface.unit == ('deg' if name in ('float64_multi_array', 'furhat') else 'rad')
    if isinstance(interface, TopicInterface):
        assert re.fullmatch(r'\w+/msg/[A-Z]\w+', interface.message)
        assert interface.target == 'head'
    elif isinstance(interface, ActionInterface):
        assert re.fullmatch(r'\w+/action/[A-Z]\w+', interface.message)
        assert interface.target == 'head/follow'
    else:
        assert interface.target == 'ws://robot:1/x'


def test_table_of_interfaces_is_complete() -> None:
    assert set(REQUIRED) == set(INTERFACES.own)


@pytest.mark.parametrize('interface', REQUIRED)
def test_good_profile_of_every_interface(interface: str) -> None:
    profile = parse_profile(good(interface), 'mine')
    for field in REQUIRED[interface]:
        assert getattr(profile.interface, field) == OWN_FIELDS[field]
    assert [joint.max_jerk for joint in profile.joints] == [900.0, 900.0]


@pytest.mark.parametrize('interface', REQUIRED)
def test_every_field_of_an_interface_is_needed_and_no_other_taken(interface: str) -> None:
    for field in ('interface', 'rate', 'joints', *REQUIRED[interface]):
        data = good(interface)
        del data[field]
        refused(data, field, 'is missing')
        data[field] = []
        refused(data, field)
    for field in set(OWN_FIELDS) - set(REQUIRED[interface]):
        refused({**good(interface), field: OWN_FIELDS[field]}, 'unknown field', field)


@pytest.mark.parametrize(
    ('field', 'wrong'),
    [
        ('rate', [0.0, -1, 1e6, math.nan, math.inf, '50', None, True]),
        ('eye_height', [0.6, -0.6, math.nan, 'high', True]),
        ('lookahead', [-0.1, 2.0, math.nan, 'soon', None]),
        ('speed', [0.0, 1.5, math.nan, 'fast']),
        ('unit', ['degrees', 1, None]),
        ('topic', ['', ' ', 3, None]),
        ('frame_id', ['', 3]),
        ('url', ['', 3, 'http://robot', 'robot:8000', 'ws://', 'ws://:80/x', 'ws://robot:x/y']),
        ('url', ['ws://robot:70000/x', 'ws://robot:0', 'ws://[::1/x', 'ws://a b/x', 'ws://r/#x']),
        ('interface', ['smoke', 3, None, ['pose']]),
        ('joints', [[], {}, 'head', None, ['head'], [None]]),
    ],
)
def test_wrong_value_of_a_field_names_it(field: str, wrong: list[Any]) -> None:
    interface = next(
        name
        for name, own in REQUIRED.items()
        if field in (*own, 'rate', 'interface', 'joints', 'eye_height')
    )
    for value in wrong:
        refused({**good(interface), field: value}, field)


@pytest.mark.parametrize('field', [*NUMBERS, *OPTIONAL_NUMBERS, *TEXTS])
@pytest.mark.parametrize('wrong', [math.nan, math.inf, -math.inf, 'much', None, True, [1.0], {}])
def test_wrong_value_of_a_joint_names_joint_and_field(field: str, wrong: Any) -> None:
    if field == 'name' and wrong == 'much':
        return  # as good a name as any
    data = good()
    data['joints'][1][field] = wrong
    refused(data, 'joints[1]', field)


@pytest.mark.parametrize('field', [*NUMBERS, *TEXTS])
def test_missing_field_of_a_joint_names_it(field: str) -> None:
    data = good()
    del data['joints'][1][field]
    refused(data, f'joints[1]: {field} is missing')


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        ({'minimum': 0.6}, ['minimum must be less than maximum']),
        ({'maximum': -0.7}, ['minimum must be less than maximum']),
        ({'offset': 0.55}, ['offset must lie between']),
        ({'sign': 0.5}, ['sign must be 1 or -1']),
        ({'max_velocity': 0.0}, ['max_velocity must lie in']),
        ({'max_acceleration': -3}, ['max_acceleration must lie in']),
        ({'max_jerk': 30.0}, ['max_jerk must lie in 300.0']),
        ({'soft_zone': 1.1}, ['soft_zone must lie in']),
        ({'roll_gain': 3.0}, ['roll_gain must lie in']),
        ({'axis': 'surge'}, ['axis must be one of roll, pitch, yaw']),
        ({'axis': 'yaw'}, ['two joints have the same axis']),
        ({'axis': 'roll'}, ['roll_gain is for heads without a roll joint']),
        ({'name': 'HeadYaw'}, ['two joints have the same name']),
        ({'colour': 'red'}, ['joints[1]: unknown field colour']),
        ({'range_by': None}, ['range_by: expected a mapping']),
        ({'range_by': {}}, ['range_by: joint is missing']),
    ],
)
def test_what_does_not_fit_together_is_named(change: dict[str, Any], words: list[str]) -> None:
    data = good()
    data['joints'][1].update(change)
    refused(data, *words)


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        ({'joint': 'HeadPitch'}, ['joint must name another joint', "'HeadPitch'"]),
        ({'joint': 'Neck'}, ['joint must name another joint', "'Neck'"]),
        ({'joint': 7}, ['joint must be a text']),
        ({'table': []}, ['table must be a list']),
        ({'table': [[0.0, -0.5, 0.5]]}, ['table must hold two or more rows']),
        ({'table': [[0.0, -0.5, 0.5], [0.0, -0.5, 0.5]]}, ['increasing positions']),
        ({'table': [[0.0, -0.5], [1.0, -0.5]]}, ['table[0] must be [position, minimum, maximum]']),
        ({'table': [[-2, -0.5, 0.5], [2, 'low', 0.5]]}, ['table[1] must be a number']),
        ({'table': [[-2, -0.5, 0.5], [2, math.nan, 0.5]]}, ['table[1] must lie in']),
        ({'table': [[-2, -0.5, 0.5], [2, 0.6, 0.5]]}, ['table[1]: minimum must be less']),
        ({'table': [[-2, -0.5, 0.5], [0, -0.1, 0.1], [2, -0.5, 0.5]]}, ['table[1] bends inwards']),
        ({'table': [[-1, -0.5, 0.5], [1, -0.5, 0.5]]}, ['must reach from minimum to maximum']),
        ({'table': [[-2, 0.1, 0.5], [2, 0.1, 0.5]]}, ['leaves out where the head looks ahead']),
        ({'colour': 'red'}, ['range_by: unknown field colour']),
    ],
)
def test_wrong_coupling_is_named(change: dict[str, Any], words: list[str]) -> None:
    data = good()
    data['joints'][1]['range_by'].update(change)
    refused(data, 'joints[1]: range_by', *words)


@pytest.mark.parametrize('data', [None, [], 'head', 3])
def test_file_without_fields_is_refused(data: Any) -> None:
    refused(data, 'expected a mapping')


def test_file_that_is_no_text_is_refused(tmp_path: Any) -> None:
    file = tmp_path / 'bytes.yaml'
    file.write_bytes(b'\xff\xfe\x00joints')
    with pytest.raises(ProfileError, match=r'bytes.yaml is not valid YAML'):
        load_profile(str(file))


@pytest.mark.parametrize(
    'text',
    ['rate: 2026-02-30', 'rate: !!bool maybe', 'rate: !!timestamp soon', 'rate: ' + 2000 * '['],
    ids=['no such day', 'no truth', 'no time', 'too deep'],
)
def test_what_yaml_cannot_hold_is_refused(tmp_path: Any, text: str) -> None:
    file = tmp_path / 'odd.yaml'
    file.write_text(text)
    with pytest.raises(ProfileError, match=r'odd.yaml is not valid YAML'):
        load_profile(str(file))


def test_nao_keeps_inside_the_table_of_its_maker() -> None:
    # doc.aldebaran.com, NAO joints, "anti collision limitation" (rad; yaw is symmetric).
    yaw = [0.0, 0.486074, 0.756077, 0.903033, 1.089958, 1.526988]
    minimum = [-0.671951, -0.671951, -0.548033, -0.479965, -0.430049, -0.330041]
    maximum = [0.515047, 0.422021, 0.370010, 0.330041, 0.300022, 0.200015]
    ours = load_profile('nao').joints[1].range_by
    assert ours is not None
    for angle in np.linspace(-1.2, 1.2, 241):
        low, high = ours.over(angle, angle)
        assert low >= np.interp(abs(angle), yaw, minimum) - 1e-9
        assert high <= np.interp(abs(angle), yaw, maximum) + 1e-9
    assert parse_coupled_range({'joint': 'x', 'table': [[0, -1, 1], [1, -1, 1]]}, '').joint == 'x'


COMMAND = HeadCommand(0, (0.1, -0.2), (0.0, 0.5))


def payload(interface: str, **changes: Any) -> dict[str, Any]:
    data = copy.deepcopy(good(interface))
    data.update(changes)
    profile = parse_profile(data, 'mine')
    return profile.interface.payload(profile.joints, COMMAND, 0.05)


def test_payloads_have_the_fields_and_units_of_the_messages() -> None:
    names = ['HeadYaw', 'HeadPitch']
    assert payload('joint_trajectory') == {
        'joint_names': names,
        'points': [
            {
                'positions': [0.1, -0.2],
                'time_from_start': {'sec': 0, 'nanosec': 90_000_000},
            }
        ],
    }
    assert payload('float64_multi_array', unit='rad') == {'data': [0.1, -0.2]}
    degrees = payload('float64_multi_array')['data']
    assert degrees == pytest.approx([5.729578, -11.459156])
    assert payload('joint_angles_with_speed') == {
        'joint_names': names,
        'joint_angles': [0.1, -0.2],
        'speed': 0.5,
        'relative': 0,
    }
    assert payload('joint_state') == {
        'name': names,
        'position': [0.1, -0.2],
        'velocity': [0.0, 0.5],
    }
    head = payload('reachy_mini')['target_head_pose']
    assert head == {'x': 0.0, 'y': 0.0, 'z': 0.0, 'roll': 0.0, 'pitch': -0.2, 'yaw': 0.1}
    event = payload('furhat')
    assert event['type'] == 'request.face.headpose' and event['relative'] is False
    assert [event[a] for a in ('roll', 'pitch', 'yaw')] == pytest.approx([0, -11.459156, 5.729578])


def test_pose_is_the_rotation_of_rep_103() -> None:
    q = payload('pose')['pose']['orientation']
    x, y, z, w = (q[axis] for axis in 'xyzw')
    matrix = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    np.testing.assert_allclose(matrix, matrix_from_rpy([0.0, -0.2, 0.1]), atol=1e-12)


@pytest.mark.parametrize('name', known_profiles())
def test_check_moves_every_axis_five_degrees_and_back(name: str) -> None:
    profile = load_profile(name)
    poses = check_poses(profile)
    joints = [joint for joint in profile.joints if joint.axis != BODY]
    assert len(poses) == 1 + 3 * len(joints)
    ends = [list(group)[-1][1] for _, group in groupby(check_commands(profile), lambda p: p[0])]
    assert len(ends) == len(poses)
    for n, joint in enumerate(joints):
        for step, direction in ((1, 1), (2, -1)):
            for other, position in zip(profile.joints, ends[3 * n + step].positions, strict=True):
                moved = other.sign * (position - other.offset)
                if other is joint and joint.axis in ANTENNAS:
                    assert direction * moved > 0.1
                elif other.axis in AXES:  # antennas go with a tilt
                    expected = joint.gain * direction * ANGLE if other is joint else 0.0
                    assert moved == pytest.approx(expected, abs=2e-3)
