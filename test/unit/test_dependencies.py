"""What needs which packages is said once: requirements/, `dependencies`, README and CMake agree."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from vico_listener import dependencies
from vico_listener.cli.main import COMMANDS
from vico_listener.dependencies import EXTRAS
from vico_listener.dependencies import HEAD
from vico_listener.dependencies import needs
from vico_listener.dependencies import packages
from vico_listener.dependencies import remedy
from vico_listener.lab.training.network_calibration import CALIBRATED_BY

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / 'vico_listener'
OTHERS = {'ros', 'lab-data', 'simulation-data', 'training-data'}
"""Requirement files that pip never sees as an extra."""

OPTIONAL = {'compression', 'librosa', 'mediapipe'}
"""Modules that are used where they happen to be; `compression` belongs to Python 3.14."""

FOUND_BY_ROS = {
    'action_msgs',
    'ament_index_python',
    'audio_common_msgs',
    'builtin_interfaces',
    'cv_bridge',
    'diagnostic_msgs',
    'geometry_msgs',
    'hri_msgs',
    'launch',
    'launch_ros',
    'lifecycle_msgs',
    'rcl_interfaces',
    'rclpy',
    'rosgraph_msgs',
    'sensor_msgs',
    'std_msgs',
    'std_srvs',
    'tf2_ros',
    'trajectory_msgs',
}


def imported(path):
    """Third-party modules that a file imports, anywhere in it."""
    names = set()
    for part in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
        if isinstance(part, ast.Import):
            names |= {alias.name.partition('.')[0] for alias in part.names}
        elif isinstance(part, ast.ImportFrom) and part.module:
            names.add(part.module.partition('.')[0])
    return names - set(sys.stdlib_module_names) - FOUND_BY_ROS - OPTIONAL - {'vico_listener'}


def distribution(module):
    return dependencies.DISTRIBUTIONS.get(module, module.replace('_', '-')).lower()


def all_packages():
    return {name.lower() for file in (*HEAD, *EXTRAS) for name in packages(file)}


def test_every_requirement_file_has_its_place():
    files = {path.stem for path in (ROOT / 'requirements').glob('*.txt')}
    assert files == {*HEAD, *EXTRAS, *OTHERS}


def test_training_installs_the_runtime_that_it_steps_networks_with():
    assert CALIBRATED_BY in packages('training')


def test_everything_that_is_imported_is_required():
    known = all_packages()
    for path in SOURCES.rglob('*.py'):
        missing = {m for m in imported(path) if distribution(m) not in known}
        assert not missing, f'{path} imports {missing}'


def test_every_command_has_its_needs():
    assert set(COMMANDS) <= set(dependencies.COMMANDS)
    for extras in dependencies.COMMANDS.values():
        assert set(extras) <= set(EXTRAS)
    assert {command for command, _ in dependencies.ARGUMENTS} <= set(dependencies.COMMANDS)
    of_arguments = {extra for extras in dependencies.ARGUMENTS.values() for extra in extras}
    assert {*of_arguments, *dependencies.PARTS.values()} <= set(EXTRAS)


@pytest.mark.parametrize(
    ('line', 'extras'),
    [
        ('stack', 'robots'),
        ('stack --ros-args -p runtime:=numba -p renderer:=pirender', 'robots numba neural'),
        ('demo clip.mp4', 'lab'),
        ('demo --sim --out there', 'lab simulation'),
        ('dataset extract folder --face deep3d --ray', 'lab cluster neural'),
        ('checkpoint info folder', ''),
        ('checkpoint import weights.bin', 'training'),
        ('setup live lab', 'robots live lab'),
        ('nothing', ''),
    ],
)
def test_needs_of_a_command_line(line, extras):
    command, *arguments = line.split()
    assert needs(command, arguments) == extras.split()


def test_the_script_asks_for_what_a_command_needs():
    done = subprocess.run(
        [sys.executable, '-m', 'vico_listener.dependencies', 'demo', '--sim'],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ['lab', 'simulation'], done.stderr


@pytest.mark.parametrize(
    ('module', 'extras', 'told'),
    [
        ('rosbags.rosbag2', (), '.* -m pip install -r .*/requirements/bags.txt'),
        ('rosbags', ('lab',), '.* -m pip install -r .*/requirements/lab.txt'),
        ('av.error', ('lab',), '.* -m pip install -r .*/requirements/head.txt'),
        ('torch', (), '.* -m pip install -r .*/requirements/neural.txt'),
        ('torch', ('lab', 'training'), '.* -m pip install -r .*/requirements/training.txt'),
        ('ai_edge_litert.interpreter', (), '.* -m pip install -r .*/requirements/head.txt'),
        ('pythonosc', (), '.* -m pip install -r .*/requirements/robots.txt'),
        ('std_msgs.msg', (), 'install and source ROS 2, or start it by ./run'),
        ('my_package.mirror', (), '.* -m pip install my-package'),
    ],
)
def test_remedy_of_a_missing_module(module, extras, told):
    assert re.fullmatch(told, remedy(module, extras))


def test_the_head_declares_nothing_that_it_does_not_import():
    head = set().union(
        *(imported(p) for p in SOURCES.rglob('*.py') if not p.is_relative_to(SOURCES / 'lab'))
    )
    used = {distribution(module) for module in head}
    assert {name.lower() for file in HEAD for name in packages(file)} <= used


@pytest.mark.parametrize('module', ['face', 'listener', 'render', 'robot', 'nodes.stack'])
def test_the_head_imports_nothing_of_the_extras(module):
    """Found out in a fresh interpreter, by what it has imported in the end."""
    if module.startswith('nodes'):
        pytest.importorskip('vico_listener.msg', reason='the workspace is not built')
    script = f'import sys, vico_listener.{module}; print(*sys.modules)'
    done = subprocess.run([sys.executable, '-c', script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    loaded = {distribution(name.partition('.')[0]) for name in done.stdout.split()}
    head = {name.lower() for file in HEAD for name in packages(file)}
    assert not loaded & (all_packages() - head - {'setuptools'})


def test_pip_is_told_the_tested_versions_and_no_later_major_one(tmp_path, monkeypatch):
    (tmp_path / 'basics.txt').write_text('numpy==2.4.6; python_version >= "3.11"\n')
    (tmp_path / 'head.txt').write_text('# What is needed.\n-r basics.txt\nother==1.31.1\n')
    monkeypatch.setattr(dependencies, 'requirements_file', lambda name: tmp_path / f'{name}.txt')
    assert dependencies.bounds('head') == [
        'numpy>=2.4.6,<3; python_version >= "3.11"',
        'other>=1.31.1,<2',
    ]


def test_a_command_gets_the_data_of_what_its_extras_include():
    """`run` installs `NAME-data.txt` beside an extra that a command names, not beside others.

    The tests do without the data of the training, which are large.
    """
    for command in dependencies.COMMANDS.keys() - {'test'}:
        named = needs(command)
        for extra in named:
            text = (ROOT / f'requirements/{extra}.txt').read_text('utf-8')
            for included in re.findall(r'^-r (\w+)\.txt', text, re.M):
                if (ROOT / f'requirements/{included}-data.txt').exists():
                    assert included in named, command
