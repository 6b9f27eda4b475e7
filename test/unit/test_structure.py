"""How the modules of the package lean on each other, read from their sources."""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from graphlib import TopologicalSorter
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def module_name(path: Path) -> str:
    return '.'.join(path.relative_to(ROOT).with_suffix('').parts).removesuffix('.__init__')


MODULES = {module_name(path): path for path in (ROOT / 'vico_listener').rglob('*.py')}


def named_imports(path: Path) -> Iterator[str]:
    """What a module imports, wherever in it the import stands."""
    for part in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
        if isinstance(part, ast.Import):
            yield from (alias.name for alias in part.names)
        elif isinstance(part, ast.ImportFrom):
            assert part.level == 0, f'{path}: a relative import'
            for alias in part.names:
                full = f'{part.module}.{alias.name}'
                yield full if full in MODULES else str(part.module)


def needed(name: str) -> set[str]:
    """The modules of the package that must be loaded for one, packages around them included."""
    found = set()
    for target in named_imports(MODULES[name]):
        parts = target.split('.')
        around = {'.'.join(parts[:size]) for size in range(1, len(parts))}
        found |= {target} | {p for p in around if not f'{name}.'.startswith(f'{p}.')}
    return found & MODULES.keys() - {name}


def test_no_module_needs_one_that_needs_it() -> None:
    graph = {name: needed(name) for name in MODULES}
    assert sum(map(len, graph.values())) > len(graph)
    TopologicalSorter(graph).prepare()  # CycleError names the modules of a circle


ROS = re.compile(r'(rclpy|launch|ament_\w+|\w+_(msgs|srvs|interfaces)|vico_listener\.msg)(\.|$)')
ROS_ROOMS = re.compile(r'vico_listener\.((lab\.)?(nodes|cli)|lab\.faults)(\.|$)')


def test_ros_is_imported_in_its_rooms_only() -> None:
    core = [name for name in MODULES if not ROS_ROOMS.match(name)]
    assert len(core) > 200
    for name in core:
        for imported in named_imports(MODULES[name]):
            assert not ROS.match(imported), f'{name} imports {imported}'
            assert not ROS_ROOMS.match(imported), f'{name} imports {imported}'


def test_launch_files_need_nothing_but_python() -> None:
    """`ros2 launch` runs in a Python that need not have what the nodes import."""
    code = (
        'import sys; before = set(sys.modules); import vico_listener.ros_api.launch; '
        'print(*{name.partition(".")[0] for name in set(sys.modules) - before})'
    )
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= {'vico_listener', *sys.stdlib_module_names}


LABORATORY = 'vico_listener.lab'
HEAVY = (
    'matplotlib', 'rosbags', 'av', 'torch', 'numba', 'scipy.optimize', 'scipy.stats',
    'scipy.signal', 'mujoco', 'aiohttp',
)  # fmt: skip
"""What takes long to import, or is not installed with the head alone."""


def test_head_imports_nothing_of_the_laboratory() -> None:
    head = [name for name in MODULES if not f'{name}.'.startswith(f'{LABORATORY}.')]
    assert len(head) > 100
    for name in head:
        for imported in named_imports(MODULES[name]):
            assert not f'{imported}.'.startswith(f'{LABORATORY}.'), f'{name} imports {imported}'


def test_no_room_of_the_laboratory_needs_one_that_needs_it() -> None:
    def room(name: str) -> str:
        return name.removeprefix(f'{LABORATORY}.').partition('.')[0]

    graph: dict[str, set[str]] = {}
    for name in MODULES:
        if name.startswith(f'{LABORATORY}.'):
            others = {room(other) for other in needed(name) if other.startswith(f'{LABORATORY}.')}
            graph.setdefault(room(name), set()).update(others - {room(name)})
    assert len(graph) > 10 and 'dataset' in graph['training']
    TopologicalSorter(graph).prepare()  # CycleError names the rooms of a circle


@pytest.mark.parametrize(
    'module',
    [
        'vico_listener',
        'vico_listener.listening_head',
        'vico_listener.nodes.main',
        'vico_listener.nodes.stack',
    ],
)
def test_head_is_there_without_what_is_heavy(module: str) -> None:
    """In a fresh interpreter: what is loaded here already says nothing."""
    if module.endswith('.stack') and find_spec('rclpy') is None:
        pytest.skip('ROS 2 is not on the path: use ./run test')
    code = (
        f'import sys, {module}; '
        f'print(*(name for name in {HEAVY!r} if name in sys.modules), sep=", ")'
    )
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == '', f'{module} loads {done.stdout.strip()}'


@pytest.mark.parametrize('page', sorted((ROOT / 'docs').glob('*.md')), ids=lambda path: path.name)
def test_sources_that_the_docs_name_exist(page: Path) -> None:
    for name in re.findall(r'`((?:\w+/)+\w+\.py)`', page.read_text(encoding='utf-8')):
        places = (ROOT / name, ROOT / 'vico_listener' / name)
        assert any(place.is_file() for place in places), name


def test_no_two_modules_have_one_name() -> None:
    """But where a program begins, and the module of a command, which has the command's name."""
    names = Counter(
        path.name
        for name, path in MODULES.items()
        if path.name not in ('__init__.py', 'main.py') and '.cli.' not in name
    )
    assert len(names) > 300
    assert [name for name, count in names.items() if count > 1] == []


def test_no_two_tests_have_one_name() -> None:
    """Else pytest refuses to run them together."""
    names = Counter(path.name for path in (ROOT / 'test').rglob('test_*.py'))
    assert len(names) > 100
    assert [name for name, count in names.items() if count > 1] == []


def test_nodes_are_short() -> None:
    lines = {
        name: len(path.read_text(encoding='utf-8').splitlines())
        for name, path in MODULES.items()
        if name.endswith('_node')
    }
    assert len(lines) >= 7
    assert {name: count for name, count in lines.items() if count > 200} == {}
