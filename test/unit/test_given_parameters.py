"""What a command line and its parameter files set is looked at as it was written."""

import re
from pathlib import Path

import pytest

from vico_listener.errors import SettingError
from vico_listener.resources import resource_path
from vico_listener.ros_api import NODES
from vico_listener.ros_api import REPLAY
from vico_listener.ros_api.given import check_given
from vico_listener.ros_api.rows import Parameter

DEFAULTS = str(resource_path('config/listener.yaml'))


def check(tmp_path: Path, content: str, *more: str) -> list[str]:
    """The warnings about a file that is given beside that of the defaults."""
    file = tmp_path / 'mine.yaml'
    file.write_text(content)
    files = ['--params-file', DEFAULTS, '--params-file', str(file)]
    return check_given(['stack', '--ros-args', *files, *more])


def of_all(content: str) -> str:
    return '/**: {ros__parameters: {' + content + '}}'


@pytest.mark.trouble(
    'stack',
    'A value of a wrong type in `params_file` (`intensity: strong`, `use_audio: 0`, `size: 300.5`)',
    sees='The start fails with the file, the name, the value and the reason, e.g. `not a number`.',
    remedy='Give a value of the right type; whole numbers are accepted for real ones.',
)
@pytest.mark.parametrize(
    ('content', 'reason'),
    [
        ('intensity: "strong"', "intensity: 'strong' is not a number"),
        ('use_audio: 0', 'use_audio: 0 is neither true nor false'),
        ('size: 300.5', 'size: 300.5 is not a whole number'),
        ('size: true', 'size: True is not a whole number'),
        ('fov_deg: wide', "fov_deg: 'wide' is not a number"),
        ('fov_deg: [60.0]', r'fov_deg: \[60.0\] is not a number'),
        ('attitude: no', 'attitude: False is not a text: put it into quotes'),
        ('portrait: 7', 'portrait: 7 is not a text'),
    ],
)
def test_a_wrong_type_is_refused_by_name_whatever_other_files_say(tmp_path, content, reason):
    with pytest.raises(SettingError, match=f'mine.yaml: {reason}'):
        check(tmp_path, of_all(content))


def test_every_wrong_type_is_named_at_once(tmp_path):
    with pytest.raises(SettingError, match='intensity: .* is not a number; .*size: '):
        check(tmp_path, of_all('intensity: strong, size: big'))


@pytest.mark.parametrize(
    'content',
    [
        of_all(
            'intensity: 1, fov_deg: 75, audio_wait: 1e-1, image_rotation: 90, use_sim_time: true'
        ),
        of_all('qos_overrides: {/image: {subscription: {depth: 3}}}'),
        'camera: {ros__parameters: {intensity: strong, fov: 3}}',
        'listener: {ros__parameters: {intensity: 0.5}}',
        '/**/head: {ros__parameters: {robot: tiago}}',
        'controller: {ros__parameters: {head: 3}}',
        '',
    ],
)
def test_what_is_right_or_of_another_node_is_left_alone(tmp_path, content):
    assert check(tmp_path, content) == []


def test_all_defaults_are_right():
    for api in NODES:
        for row in api.parameters:
            assert row.wrong_type(row.default) == '', row.name
    assert check_given(['stack', '--ros-args', '--params-file', DEFAULTS]) == []


@pytest.mark.trouble(
    'stack',
    'A name in `params_file` that no node has (`fov: 75.0`)',
    sees='A warning: `no node of this package has` it, with the nearest existing name.',
    remedy='Correct the name.',
)
@pytest.mark.parametrize(
    ('content', 'warning'),
    [
        (of_all('fov: 75.0'), "no node of this package has a parameter 'fov': is it fov_deg?"),
        (
            of_all('attitud: 3'),
            "no node of this package has a parameter 'attitud': is it attitude?",
        ),
        (of_all('xyzzy: 3'), "no node of this package has a parameter 'xyzzy'"),
        (
            'head: {ros__parameters: {portrait: a.jpg}}',
            "the node 'head' does not have a parameter 'portrait'",
        ),
        (
            'renderer: {ros__parameters: {siz: 3}}',
            "the node 'renderer' does not have a parameter 'siz': is it size?",
        ),
    ],
)
def test_an_unknown_name_warns_with_the_nearest_known_one(tmp_path, content, warning):
    assert check(tmp_path, content) == [f'{tmp_path / "mine.yaml"}: {warning}']


def test_single_parameters_are_looked_at_too(tmp_path):
    with pytest.raises(SettingError, match="intensity:=strong: intensity: 'strong' is not a n"):
        check_given(['listener', '--ros-args', '-p', 'intensity:=strong'])
    with pytest.raises(SettingError, match='listener:idle:=3: idle: 3 is neither'):
        check_given(['stack', '--ros-args', '--param', 'listener:idle:=3'])
    (warning,) = check_given(['head', '--ros-args', '-p', 'head:robt:=tiago', '-r', 'a:=b'])
    assert (
        warning
        == "head:robt:=tiago: the node 'head' does not have a parameter 'robt': is it robot?"
    )


def test_only_ros_arguments_count():
    assert check_given(['listener', '-p', 'size:=x', '--ros-args', '--', '-p', 'size:=x']) == []


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(SettingError, match=r'mine\.yaml is not valid YAML: unacceptable character'):
        check(tmp_path, '\x00')
    with pytest.raises(SettingError) as error:
        check(tmp_path, '/**:\n  ros__parameters: [\n')
    where = 'line 3, column 1: while parsing a flow node, expected the node content'
    assert str(error.value).startswith(f'{tmp_path / "mine.yaml"} is not valid YAML: {where}')
    with pytest.raises(SettingError, match='no.yaml'):
        check_given(['stack', '--ros-args', '--params-file', '/no.yaml'])


def test_paths_are_expanded(monkeypatch):
    monkeypatch.setenv('HOME', '/home/me')
    monkeypatch.setenv('ROBOTS', '/etc/robots')
    row = Parameter('robot', '', '', path=True)
    assert row.used('~/mine.yaml') == '/home/me/mine.yaml'
    assert row.used('$ROBOTS/x.yaml') == '/etc/robots/x.yaml'
    assert row.used('${ROBOTS}/x.yaml') == '/etc/robots/x.yaml'
    assert row.used('tiago') == 'tiago'
    assert row.used('$NOT_THERE/x.yaml') == '$NOT_THERE/x.yaml'


def test_every_parameter_that_names_a_file_is_a_path():
    """What a description calls a file, folder, photo, weights or video, `~` may begin."""
    words = re.compile(r'\b(file|folder|photo|weights|model of|video|^profile of)\b', re.I)
    for api in NODES:
        for row in api.parameters:
            if isinstance(row.default, str) and words.search(row.description):
                assert row.path, row.name
    assert {row.name for row in REPLAY.parameters if row.path} == {'clip', 'bag'}


@pytest.mark.trouble(
    'stack',
    '`params_file` names a node that does not exist: `listener:` although `namespace:=robot1`',
    sees='A warning: `there is no node` of that name, with the correct one.',
    remedy='Write `/**/listener`, or `/**` for all nodes.',
)
@pytest.mark.parametrize(
    ('key', 'namespaces'),
    [
        ('listener', ['']),
        ('/listener', ['']),
        ('/robot1/listener', ['robot1']),
        ('/**/listener', ['', 'robot1', 'lab/robot1']),
        ('/*/listener', ['robot1']),
        ('/lab/**/listener', ['lab/robot1']),
    ],
)
def test_a_node_of_another_namespace_is_warned_of(tmp_path, key, namespaces):
    content = f'{key}: {{ros__parameters: {{intensity: 0.5, idle: true}}}}'
    for namespace in ('', 'robot1', 'lab/robot1'):
        given = ['-r', f'__ns:=/{namespace}'] if namespace else []
        full = key if key.startswith('/') else f'/{key}'
        warning = f"there is no node '{full}', since the namespace is '/{namespace}': "
        wanted = [
            f"{tmp_path / 'mine.yaml'}: {warning}'/**/listener' is the one of every namespace"
        ]
        assert check(tmp_path, content, *given) == ([] if namespace in namespaces else wanted)


def test_a_file_may_name_the_nodes_of_several_robots(tmp_path):
    head = '{head: {ros__parameters: {robot: tiago}}}'
    content = f'robot1: {head}\nrobot2: {head}'
    for robot in ('robot1', 'robot2'):
        assert check(tmp_path, content, '-r', f'__ns:=/{robot}') == []
    (first, second) = check(tmp_path, content, '-r', '__ns:=/robot3')
    assert "no node '/robot1/head'" in first and "no node '/robot2/head'" in second


@pytest.mark.parametrize('name', ['lisener', 'listner', 'percepton', 'heads', 'renderers'])
def test_a_node_whose_name_is_misspelt_is_warned_of(tmp_path, name):
    (warning,) = check(tmp_path, f'/**/{name}: {{ros__parameters: {{use_sim_time: true}}}}')
    assert f"no node of this package is called '{name}': is it " in warning
