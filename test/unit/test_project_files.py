"""Files that a public project has agree with each other and with the code."""

import configparser
import json
import re
import runpy
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

import vico_listener

ROOT = Path(__file__).parents[2]
PACKAGE = ElementTree.parse(ROOT / 'package.xml').getroot()
VERSION = PACKAGE.findtext('version')
CONTRIBUTING = (ROOT / 'CONTRIBUTING.md').read_text(encoding='utf-8')


def tracked():
    """Files of the repository; skips outside of one."""
    done = subprocess.run(
        ['git', 'ls-files', '-co', '--exclude-standard'], cwd=ROOT, capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip('no git repository')
    return [ROOT / name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def test_the_version_is_said_once():
    assert vico_listener.__version__ == VERSION
    assert yaml.safe_load((ROOT / 'CITATION.cff').read_text('utf-8'))['version'] == VERSION
    setup = (ROOT / 'setup.py').read_text('utf-8')
    assert "version=package.findtext('version')" in setup and VERSION not in setup


def test_the_changelog_is_one_that_catkin_reads(tmp_path):
    changelog = pytest.importorskip('catkin_pkg.changelog')
    text = (ROOT / 'CHANGELOG.rst').read_text('utf-8')
    # As catkin_prepare_release does.
    released = re.sub(r'^Forthcoming\n-+$', f'{VERSION} (2026-01-01)\n{18 * "-"}', text, flags=re.M)
    (tmp_path / 'CHANGELOG.rst').write_text(released, 'utf-8')
    found = changelog.get_changelog_from_path(tmp_path / 'CHANGELOG.rst', 'vico_listener')
    newest, _, content = next(iter(found.foreach_version()))
    assert newest == VERSION and content


def test_every_placeholder_is_in_the_release_checklist():
    checklist = CONTRIBUTING.split('## Releasing')[1]
    holders = set()
    for path in tracked():
        if path.suffix in ('.xml', '.md', '.cff', '.py', '.rst', '.toml', '.yml', '.yaml', ''):
            text = path.read_text(encoding='utf-8')
            if re.search(r'\w\.invalid\b(?!_)|<this repository>', text):
                holders.add(path.relative_to(ROOT).as_posix())
    holders -= {'test/unit/test_project_files.py', 'CONTRIBUTING.md'}
    assert holders == holders & set(re.findall(r'`([\w./]+)`', checklist))
    assert len(holders) >= 4


def test_the_linter_before_a_commit_is_that_of_the_tests():
    hooks = yaml.safe_load((ROOT / '.pre-commit-config.yaml').read_text('utf-8'))['repos']
    (ruff,) = (repo for repo in hooks if 'ruff' in repo['repo'])
    assert (
        f'ruff=={ruff["rev"].removeprefix("v")}\n' in (ROOT / 'requirements/test.txt').read_text()
    )


def test_the_workflow_runs_what_people_run():
    workflow = yaml.safe_load((ROOT / '.github/workflows/test.yml').read_text('utf-8'))
    steps = {name: [s.get('run') for s in job['steps']] for name, job in workflow['jobs'].items()}
    assert '.ci/run' in steps['jazzy'] and '.ci/run' in steps['wheels']
    for distro in ('jazzy', 'lyrical'):
        assert workflow['jobs'][distro]['container'] == f'ros:{distro}'
        assert '.ci/run' in steps[distro]
    assert workflow['jobs']['aarch64']['runs-on'].endswith('-arm')
    assert 'python3 .ci/wheels.py' in steps['requirements']
    for job in ('pixi', 'docker'):
        assert workflow['jobs'][job]['strategy']['matrix']['distro'] == ['jazzy', 'lyrical']


def test_wheels_are_looked_up_by_the_marker_of_each_python():
    wheels = runpy.run_path(str(ROOT / '.ci/wheels.py'))
    old, new = (list(wheels['lines']('basics', python)) for python in ('3.10', '3.14'))
    assert [line.partition('==')[0] for line in old] == ['numpy', 'opencv-python-headless']
    assert old[0] != new[0] and old[1] == new[1]
    assert not any(';' in line for line in old + new)
    pythons = {python for python, _ in wheels['TARGETS']}
    assert {'3.10', '3.12', '3.14'} <= pythons


def test_containers_and_pixi_are_made_for_the_same_distributions():
    # tomllib is not there before Python 3.11.
    pixi = (ROOT / 'pixi.toml').read_text('utf-8')
    environments = re.findall(r'^(\w+) = \["(\w+)"\]$', pixi.partition('[environments]')[2], re.M)
    assert environments == [('jazzy', 'jazzy'), ('lyrical', 'lyrical')]
    for distro, _ in environments:
        assert f'[feature.{distro}.dependencies]' in pixi and f'ros-{distro}-ros-base' in pixi
    stages = (ROOT / 'Dockerfile').read_text('utf-8').split('\nFROM ')
    assert [re.search(r' AS (\w+)', stage).group(1) for stage in stages[1:-1]] == [
        'ros', 'tools', 'build'
    ]  # fmt: skip
    assert 'STOPSIGNAL SIGINT' in stages[-1]
    assert 'USER ubuntu' in stages[-1] and 'build-essential' not in stages[-1]
    container = json.loads((ROOT / '.devcontainer/devcontainer.json').read_text('utf-8'))
    assert container['build']['target'] == 'tools'


def test_the_service_starts_what_there_is():
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str
    unit.read(ROOT / 'config/vico_listener.service')
    command = unit['Service']['ExecStart'].split()
    assert command[0].endswith('/run') and command[1:5] == [
        'shell',
        'ros2',
        'launch',
        'vico_listener',
    ]
    assert (ROOT / 'launch' / command[5]).is_file()
    assert unit['Service']['KillSignal'] == 'SIGINT'


def test_what_contributors_are_told_of_is_there():
    for name in re.findall(
        r'`((?:test|config|vico_listener|requirements|examples)[\w/.]*)`', CONTRIBUTING
    ):
        assert (ROOT / name).exists(), name


def test_colcon_runs_every_folder_of_tests():
    cmake = (ROOT / 'CMakeLists.txt').read_text('utf-8')
    found = re.search(r'foreach\(TESTS ([\w ]+)\)', cmake)
    folders = {path.parent.name for path in (ROOT / 'test').glob('*/test_*.py')}
    assert found is not None and set(found[1].split()) == folders
    depends = {element.text for element in PACKAGE.findall('test_depend')}
    assert depends == {
        'ament_cmake_lint_cmake',
        'ament_cmake_pytest',
        'launch_pytest',
        'python3-pytest',
        'tf2_ros_py',
    }


# The keys that rosdistro has for what the requirements name.
KEYS = {
    'matplotlib': 'python3-matplotlib',
    'numba': 'python3-numba',
    'numpy': 'python3-numpy',
    'onnxruntime': 'python3-onnxruntime-pip',
    'opencv-python-headless': 'python3-opencv',
    'PyYAML': 'python3-yaml',
    'rosbags': 'python3-rosbags-pip',
    'scipy': 'python3-scipy',
    'tqdm': 'python3-tqdm',
    'websockets': 'python3-websockets',
}
WITHOUT_KEY = {'ai-edge-litert', 'av', 'python-osc', 'safetensors'}


def test_package_names_what_has_a_rosdep_key():
    names = set()
    for file in ('bags', 'basics', 'head', 'lab', 'numba', 'robots'):
        text = (ROOT / f'requirements/{file}.txt').read_text('utf-8')
        names |= set(re.findall(r'^([\w-]+)==', text, flags=re.M))
    assert names == set(KEYS) | WITHOUT_KEY
    depends = {element.text for element in PACKAGE.findall('exec_depend')}
    assert {name for name in depends if name.startswith('python3-')} == set(KEYS.values())
