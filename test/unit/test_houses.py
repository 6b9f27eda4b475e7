"""The head imports nothing of the laboratory, the core nothing of ROS."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import vico_listener

PACKAGE = Path(vico_listener.__file__).parent
LAB = re.compile(r'vico_listener\.lab\b')
ROS_ROOMS = ('nodes/', 'cli/', 'lab/nodes/', 'lab/faults/', 'lab/cli/')
ROS = re.compile(r'(rclpy|launch|ament_\w+|\w+_(msgs|srvs|interfaces))(\.|$)')
ROOMS_WITH_ROS = re.compile(r'vico_listener\.((lab\.)?(nodes|cli)|lab\.faults|msg)\b')


def imports(path: Path) -> Iterator[str]:
    """Everything that a module imports, at its top or later, by full name."""
    for part in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
        if isinstance(part, ast.Import):
            yield from (alias.name for alias in part.names)
        elif isinstance(part, ast.ImportFrom):
            yield from (f'{part.module}.{alias.name}' for alias in part.names)


def test_head_imports_nothing_of_the_laboratory() -> None:
    for path in PACKAGE.rglob('*.py'):
        if not path.is_relative_to(PACKAGE / 'lab'):
            assert not [name for name in imports(path) if LAB.match(name)], path


def test_core_imports_no_ros() -> None:
    for path in PACKAGE.rglob('*.py'):
        if not path.relative_to(PACKAGE).as_posix().startswith(ROS_ROOMS):
            names = list(imports(path))
            assert not [name for name in names if ROS.match(name)], path
            assert not [name for name in names if ROOMS_WITH_ROS.match(name)], path


def test_launch_files_need_nothing_that_is_not_in_python() -> None:
    """`ros2 launch` runs in a Python that need not have the Python modules of the nodes."""
    code = (
        'import sys; before = set(sys.modules); import vico_listener.ros_api.launch; '
        'print(*{name.partition(".")[0] for name in set(sys.modules) - before})'
    )
    done = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, check=True, timeout=60
    )
    assert set(done.stdout.split()) <= {'vico_listener', *sys.stdlib_module_names}
