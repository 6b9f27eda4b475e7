"""README and architecture tell the truth: what they list is in the code, and all of the code's."""

import ast
import re
import sys
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import yaml
from faces import face_with
from listening import Listening
from synthetic_speaker import speaker_frames
from synthetic_speaker import synthetic_speech

from vico_listener.face import create_face_tracker
from vico_listener.listener import create_listener
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.render import create_renderer
from vico_listener.robot.profile import parse_profile

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / 'vico_listener'
README = (ROOT / 'README.md').read_text(encoding='utf-8')
ARCHITECTURE = (ROOT / 'docs' / 'architecture.md').read_text(encoding='utf-8')
NODES = ('perception', 'listener', 'renderer', 'head', 'replay')
ROS_ROOMS = ('nodes/', 'cli/', 'lab/nodes/', 'lab/faults/', 'lab/cli/')
ROS_IMPORTS = re.compile(r'(rclpy|launch|ament_\w+|\w+_(msgs|srvs|interfaces))$')


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding='utf-8'))


def calls(module: ast.AST, *names: str) -> Iterator[ast.Call]:
    """Calls of functions or methods with one of these names."""
    for call in ast.walk(module):
        if isinstance(call, ast.Call):
            name = getattr(call.func, 'id', getattr(call.func, 'attr', ''))
            if name in names:
                yield call


def texts(nodes: list[ast.expr]) -> list[str]:
    return [n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def section(title: str, text: str = README) -> str:
    """What stands under a heading, up to the next heading of the same or a higher level."""
    found = re.search(rf'^(#+) {re.escape(title)}\n(.*?)(?=^#{{1,3}} |\Z)', text, re.M | re.S)
    assert found, title
    return found[2]


def rows(table: str) -> list[list[str]]:
    """Cells of the rows of a Markdown table; an empty first cell repeats the one above."""
    found: list[list[str]] = []
    for line in table.splitlines():
        if line.startswith('| ') and not line.startswith('|---'):
            cells = [cell.strip() for cell in line.strip('|').split('|')]
            found.append([cells[0] or found[-1][0], *cells[1:]])
    return found


def sources(node: str) -> list[ast.Module]:
    """What a node is made of."""
    parts = ('inputs', 'diagnosis') if node == 'perception' else ()
    return [tree(PACKAGE / 'nodes' / f'{node}_{part}.py') for part in ('node', *parts)]


def parameters() -> list[tuple[str, str, str, list[float]]]:
    """Node, name, default and range of every row of every parameter table, from the sources."""
    found = []
    for node in NODES:
        for call in (call for module in sources(node) for call in calls(module, 'Parameter')):
            name, default = (ast.literal_eval(argument) for argument in call.args[:2])
            found.append((node, name, str(default), [eval_number(a) for a in call.args[3:5]]))
    return found


def eval_number(expression: ast.expr) -> float:
    """A literal, or a power or difference of literals such as 2**31 - 1."""
    code = compile(ast.Expression(expression), 'a range', 'eval')
    return float(eval(code, {'__builtins__': {}}))  # noqa: S307 - our own source


@pytest.mark.parametrize(('node', 'name', 'default', 'limits'), parameters())
def test_parameter_stands_in_the_readme(
    node: str, name: str, default: str, limits: list[float]
) -> None:
    table = {
        (row[0], row[1].removesuffix(' *')): row[2:] for row in rows(section('Parameters'))[1:]
    }
    shown = table[node, f'`{name}`']
    assert shown[0] == f'`{default}`' if default else "`''`"
    if limits:
        assert [float(n) for n in shown[1].split('..')] == limits


def test_parameters_of_the_readme_exist() -> None:
    names = {f'`{name}`' for _, name, _, _ in parameters()}
    assert len(names) > 25
    assert {row[1].removesuffix(' *') for row in rows(section('Parameters'))[1:]} == names


def test_live_parameters_are_marked() -> None:
    live = {
        ast.literal_eval(call.args[0])
        for node in NODES
        for module in sources(node)
        for call in calls(module, 'Parameter')
        if any(k.arg == 'live' for k in call.keywords)
    }
    marked = {row[1] for row in rows(section('Parameters')) if row[1].endswith(' *')}
    assert marked == {f'`{name}` *' for name in live}


def test_parameter_files_name_parameters() -> None:
    files = [(ROOT / 'config' / 'listener.yaml').read_text(encoding='utf-8')]
    files += [b for b in code_blocks(README, 'yaml') if 'ros__parameters' in b]
    names = {name for _, name, _, _ in parameters()}
    assert len(files) == 2
    for file in files:
        assert set(yaml.safe_load(file)['/**']['ros__parameters']) <= names


def test_parameter_file_of_the_package_has_the_defaults() -> None:
    file = yaml.safe_load((ROOT / 'config' / 'listener.yaml').read_text(encoding='utf-8'))
    defaults = {name: default for _, name, default, _ in parameters()}
    for name, value in file['/**']['ros__parameters'].items():
        assert str(value) == defaults[name], name


@pytest.mark.parametrize(
    ('file', 'title'),
    [
        ('listener.launch.py', '`listener.launch.py`'),
        ('replay.launch.py', '`replay.launch.py`'),
    ],
)
def test_launch_arguments_are_those_of_the_readme(file: str, title: str) -> None:
    module = tree(ROOT / 'launch' / file)
    tables = [
        ast.literal_eval(node.value)
        for node in module.body
        if isinstance(node, ast.Assign)
        and getattr(node.targets[0], 'id', '') in ('ARGUMENTS', 'PARAMETERS')
    ]
    names = {row[0] for table in tables for row in table}
    names.update(*(texts(call.args[:1]) for call in calls(module, 'DeclareLaunchArgument')))
    documented = {
        name for row in rows(section(title))[1:] for name in re.findall(r'`(\w+)`', row[0])
    }
    assert len(names) >= 3
    assert documented == names


@pytest.mark.parametrize('node', NODES)
def test_topics_stand_in_the_readme(node: str) -> None:
    makers = (
        'create_publisher',
        'create_lifecycle_publisher',
        'create_subscription',
        'create_service',
        'InputSubscription',
        '_add',
    )
    modules = sources(node)
    if node == 'perception':
        modules.append(tree(PACKAGE / 'nodes' / 'audio_input.py'))
    topics = {
        topic
        for module in modules
        for call in calls(module, *makers)
        for topic in texts(call.args[:3])
    }
    assert topics
    table = rows(section('ROS API'))
    shown = {t for row in table if row[0] == node for t in re.findall(r'`([\w/~]+)`', row[1])}
    assert topics <= shown, topics - shown


@pytest.mark.parametrize('path', sorted((ROOT / 'msg').glob('*.msg')), ids=lambda p: p.stem)
def test_message_fields_stand_in_the_readme(path: Path) -> None:
    fields = re.findall(r'^[\w/]+(?:\[\d*\])? (\w+)$', path.read_text(encoding='utf-8'), re.M)
    assert fields
    (row,) = (row for row in rows(section('Messages')) if row[0] == f'`{path.stem}`')
    for field in fields:
        assert f'`{field}`' in row[1], field


@pytest.mark.parametrize('node', NODES)
def test_diagnostics_values_stand_in_the_readme(node: str) -> None:
    diagnose = [
        inner
        for module in sources(node)
        for part in ast.walk(module)
        if isinstance(part, ast.FunctionDef) and part.name in ('diagnose', 'report')
        for inner in ast.walk(part)
    ]
    values = {
        key.value
        for part in diagnose
        if isinstance(part, ast.Dict)
        for key in part.keys
        if isinstance(key, ast.Constant)
    }
    assert values
    values |= {
        f'{part.values[0].value}*_ms'
        for part in diagnose
        if isinstance(part, ast.JoinedStr)
        and isinstance(part.values[-1], ast.Constant)
        and part.values[-1].value == '_ms'
        and isinstance(part.values[0], ast.Constant)
    }
    counters = {
        'perception': PACKAGE / 'perception/join.py',
        'listener': PACKAGE / 'listener/agent.py',
    }
    if node in counters:
        values |= {
            field.target.id
            for part in tree(counters[node]).body
            if isinstance(part, ast.ClassDef) and part.name.endswith('Counters')
            for field in part.body
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        }
    (row,) = (row for row in rows(section('Diagnostics'))[1:] if row[0] == node)
    for value in values:
        assert f'`{value}`' in row[1], value


@pytest.mark.parametrize('command', ['demo', 'describe', 'bench'])
def test_command_options_are_those_of_the_readme(command: str) -> None:
    files = ['lab/cli/demo.py', 'cli/stack.py'] if command == 'demo' else [f'lab/cli/{command}.py']
    options = {
        name
        for file in files
        for call in calls(tree(PACKAGE / file), 'add_argument')
        for name in texts(call.args)
        if name.startswith('--')
    }
    assert options
    if command == 'demo':
        described = '\n'.join(row[0] for row in rows(section('The demo')))
    else:
        (described,) = re.findall(rf'^\* `\./run {command}\b.*$', README, re.M)
    assert set(re.findall(r'`(--[\w-]+)', described)) == options


def test_demo_defaults_are_those_of_the_readme() -> None:
    defaults = {
        texts(call.args)[0]: ast.unparse(k.value)
        for file in ('lab/cli/demo.py', 'cli/stack.py')
        for call in calls(tree(PACKAGE / file), 'add_argument')
        for k in call.keywords
        if k.arg == 'default'
    }
    table = {row[0].strip('`').split()[0]: row[1] for row in rows(section('The demo'))}
    for option, default in defaults.items():
        assert table[option].strip('`') in default, option


def test_files_of_the_demo_are_written_by_the_code() -> None:
    code = ''.join(path.read_text(encoding='utf-8') for path in PACKAGE.rglob('*.py'))
    table = section('The demo').split('| file in DIR')[1]
    names = re.findall(r'`([\w.]+\.(?:mp4|png|csv|json|yaml|log))`', table)
    assert len(names) >= 8
    for name in names:
        assert f"'{name}'" in code, name


def test_requirements_stand_in_the_third_party_table() -> None:
    table = section('Third-party parts')
    for file in (ROOT / 'requirements').glob('*.txt'):
        for line in file.read_text(encoding='utf-8').splitlines():
            found = re.match(r'\w[\w-]*', line)
            if found is None or found[0].startswith('ros-'):
                continue
            name = 'colcon' if found[0].startswith('colcon-') else found[0]
            assert re.search(rf'\b{name}\b', table), name


def test_links_and_pictures_exist() -> None:
    for text, base in ((README, ROOT), (ARCHITECTURE, ROOT / 'docs')):
        anchors = {
            re.sub(r'[^\w -]', '', title.lower()).replace(' ', '-')
            for title in re.findall(r'^#+ (.*)$', text, re.M)
        }
        for target in re.findall(r'\]\(([^)]+)\)', text):
            if target.startswith('#'):
                assert target[1:] in anchors, target
            elif '://' not in target:
                assert (base / target).exists(), target


def test_commands_of_run_exist() -> None:
    run = (ROOT / 'run').read_text(encoding='utf-8')
    known = {
        name
        for case in re.findall(r'^ +([\w |-]+)\)', run.split('case $COMMAND in')[1], re.M)
        for name in case.split(' | ')
    }
    commands = set(re.findall(r'\./run ([a-z]+)', README + ARCHITECTURE))
    assert len(commands) >= 6
    assert commands <= known, commands - known


def test_executables_and_launch_files_exist() -> None:
    cmake = (ROOT / 'CMakeLists.txt').read_text(encoding='utf-8')
    (built,) = re.findall(r'foreach\(NODE (.*?)\)', cmake)
    (named,) = re.findall(r'Executables: (.*?)\.\n', README)
    assert re.findall(r'`(\w+)`', named) == built.split()
    files = set(re.findall(r'ros2 launch vico_listener (\S+)', README))
    assert files == {'listener.launch.py', 'replay.launch.py'}
    for file in files:
        assert (ROOT / 'launch' / file).is_file()


def test_launch_commands_use_declared_arguments() -> None:
    launch = section('`listener.launch.py`') + section('`replay.launch.py`')
    declared = {name for row in rows(launch) for name in re.findall(r'`(\w+)`', row[0])}
    lines = re.findall(r'ros2 launch vico_listener .*', README)
    used = {name for line in lines for name in re.findall(r'(\w+):=', line)}
    assert len(used) >= 5
    assert used <= declared, used - declared


def test_files_of_shell_commands_exist() -> None:
    shell = '\n'.join(code_blocks(README, 'bash'))
    for path in re.findall(r'src/vico_listener/(\S+)', shell):
        assert (ROOT / path).is_file(), path
    for profile in re.findall(r'robot:=(\w+)', README):
        assert (ROOT / 'config' / 'robots' / f'{profile}.yaml').is_file(), profile


def test_example_robot_is_a_profile() -> None:
    (block,) = (b for b in code_blocks(README, 'yaml') if 'joints:' in b)
    profile = parse_profile(yaml.safe_load(block), 'example')
    assert [joint.axis for joint in profile.joints] == ['yaw', 'pitch']


def test_map_of_modules_is_complete() -> None:
    names = re.findall(r'`([\w/]+(?:/|\.py))`', section('Modules', ARCHITECTURE))
    for name in names:
        assert (PACKAGE / name).exists(), name
    for path in PACKAGE.rglob('*.py'):
        module = path.relative_to(PACKAGE)
        if path.name.startswith('__'):
            continue
        parents = {f'{parent}/' for parent in module.parents}
        assert str(module) in names or parents & set(names), f'{module} is not in the map'


def test_core_imports_no_ros() -> None:
    for path in PACKAGE.rglob('*.py'):
        if path.relative_to(PACKAGE).as_posix().startswith(ROS_ROOMS):
            continue
        for part in ast.walk(tree(path)):
            names = [a.name for a in part.names] if isinstance(part, ast.Import) else []
            if isinstance(part, ast.ImportFrom):
                names = [part.module or '']
            for name in names:
                assert not ROS_IMPORTS.match(name.split('.')[0]), f'{path} imports {name}'
                assert not re.match(
                    r'vico_listener\.((lab\.)?(nodes|cli)|lab\.faults|msg)\b', name
                ), path


def code_blocks(text: str, language: str) -> list[str]:
    return re.findall(rf'```{language}\n(.*?)```', text, re.S)


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Import the example of the architecture that holds a text, as the module `example`."""
    return lambda marker: _import_example(marker, monkeypatch)


def _import_example(marker: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    (code,) = (block for block in code_blocks(ARCHITECTURE, 'python') if marker in block)
    module = ModuleType('example')
    exec(compile(code, 'architecture.md', 'exec'), vars(module))  # noqa: S102 - our own example
    monkeypatch.setitem(sys.modules, 'example', module)
    return module


def test_example_backend_works(example: Callable[[str], ModuleType]) -> None:
    example('class CentreBackend')
    tracker = create_face_tracker('example:CentreBackend', threads=2)
    tracker.warm_up()
    picture = np.zeros((48, 64, 3), np.uint8)
    motions = [tracker.update(picture, stamp) for stamp in range(0, 10**9, 10**8)]
    assert all(motion.confidence == 1.0 for motion in motions)
    np.testing.assert_allclose(tracker.faces[0].box.mean(), 28)


def test_example_listener_works(example: Callable[[str], ModuleType]) -> None:
    example('class Mirror')
    listener = Listening(create_listener('example:Mirror', seed=1))
    frames = speaker_frames(synthetic_speech(3, 4.0))
    runs = []
    for _ in range(2):
        listener.reset(FaceMotion.neutral(), Attitude.POSITIVE)
        runs.append([listener.step(frame).expression for frame in frames])
    assert max(e.max() for e in runs[0]) > 0.05
    assert np.abs(np.diff(runs[0], axis=0)).max() < 0.2
    np.testing.assert_array_equal(*runs)
    listener.reset(FaceMotion.neutral(), Attitude.NEGATIVE)
    assert all(not listener.step(frame).expression.any() for frame in frames)


def test_example_renderer_works(example: Callable[[str], ModuleType]) -> None:
    example('class Dot')
    renderer = create_renderer('example:Dot', portrait=None, size=64)
    looking = face_with(rotation=(0.0, 0.2, 0.3))  # down and to its left
    rows_, columns = np.nonzero(renderer.render(looking)[..., 1] == 0)
    np.testing.assert_allclose([rows_.mean(), columns.mean()], [64 * 0.7, 64 * 0.8], atol=1)
