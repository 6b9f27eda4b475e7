"""`./run`: what makes it build again, and two of them at once."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

RUN = Path(__file__).parents[2] / 'run'
STUBS = """
find_ros() { :; }
find_python() { :; }
enter_environment() { :; }
enter_workspace() { :; }
check_prerequisites() { :; }
install_head() { :; }
install_extras() { :; }
build() { echo begins >>"$ROOT/log.txt"; sleep 0.5; echo ends >>"$ROOT/log.txt"; }
"""


@pytest.fixture
def root(tmp_path):
    """A checkout with the least in it."""
    for folder in (
        '.run',
        'vico_listener',
        'launch',
        'config',
        'requirements',
        'resource',
        'msg',
        'srv',
        'action',
        'third_party',
    ):
        (tmp_path / folder).mkdir()
    for name in (
        '.run/head.stamp',
        'package.xml',
        'CMakeLists.txt',
        'resource/node.py.in',
        'msg/A.msg',
        'srv/A.srv',
        'action/A.action',
        'third_party/B.msg',
        'vico_listener/motion.py',
    ):
        (tmp_path / name).write_text('first\n')
    shutil.copy(RUN, tmp_path)
    return tmp_path


def start(root, commands):
    """Run commands of bash with the script's functions defined."""
    return subprocess.Popen(
        ['bash', '-c', f'. {root}/run\n{commands}'],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def result(process):
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out, err


def key(root):
    return result(start(root, 'build_key'))[0]


def wait_for(path):
    until = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.parametrize(
    'cache',
    [
        'vico_listener/__pycache__/motion.cpython-312.pyc',
        'vico_listener/__pycache__/motion._step-81.py312.nbi',
        'vico_listener/__pycache__/motion._step-81.py312.1.nbc',
        'vico_listener/.motion.py.swp',
    ],
)
def test_caches_are_nothing_to_build(root, cache):
    before = key(root)
    (root / cache).parent.mkdir(exist_ok=True)
    (root / cache).write_text('cache')
    assert key(root) == before


@pytest.mark.parametrize('name', ['vico_listener/new.py', 'config/new.yaml', 'launch/new.py'])
def test_a_new_file_is_built(root, name):
    before = key(root)
    (root / name).write_text('')
    assert key(root) != before


@pytest.mark.parametrize(
    'name',
    [
        'package.xml',
        'CMakeLists.txt',
        'msg/A.msg',
        'srv/A.srv',
        'action/A.action',
        'third_party/B.msg',
        '.run/head.stamp',
    ],
)
def test_what_the_build_reads_is_built_again(root, name):
    before = key(root)
    (root / name).write_text('second\n')
    assert key(root) != before


def test_a_source_that_changes_is_linked_and_not_built_again(root):
    before = key(root)
    (root / 'vico_listener/motion.py').write_text('second\n')
    assert key(root) == before


def test_a_message_that_is_gone_leaves_nothing_to_link(root):
    """What was built before is kept as long as there are the same messages."""
    old = root / 'build' / 'vico_listener' / 'a.c'

    def build():
        old.parent.mkdir(parents=True, exist_ok=True)
        old.write_text('')
        result(start(root, 'forget_messages'))
        return old.exists()

    assert not build()  # nobody knows which messages it was built from
    assert build()
    (root / 'msg/A.msg').write_text('second\n')
    assert build()
    (root / 'msg/C.msg').write_text('')
    assert not build()
    assert build()
    (root / 'srv/A.srv').unlink()
    assert not build()


def test_two_at_once_build_one_after_the_other(root):
    one = start(root, f'{STUBS}\nmain setup')
    wait_for(root / 'log.txt')  # the first one builds
    other = start(root, f'{STUBS}\nmain setup')
    assert 'waiting' not in result(one)[1]
    assert 'another ./run is setting up here: waiting' in result(other)[1]
    assert (root / 'log.txt').read_text().split() == ['begins', 'ends', 'begins', 'ends']


def test_a_command_that_runs_holds_nobody_up(root):
    running = start(root, f'{STUBS}\nmain shell bash -c "touch $ROOT/runs; read line"')
    wait_for(root / 'runs')
    assert 'waiting' not in result(start(root, f'{STUBS}\nmain setup'))[1]
    assert running.poll() is None
    running.communicate('\n', timeout=60)


def test_a_killed_one_holds_nobody_up(root):
    killed = start(root, f'lock; touch {root}/held; read line')
    wait_for(root / 'held')
    other = start(root, 'lock; echo free')
    killed.send_signal(signal.SIGKILL)
    assert result(other)[0] == 'free\n'
    killed.communicate(timeout=60)


def test_clean_does_not_leave_two_in_the_lock(root):
    """The one that waits must not be content with the lock of a file that `clean` removed."""
    first = start(root, f'lock; touch {root}/held; read line; rm -r "$STATE"')
    wait_for(root / 'held')
    waiting = start(root, 'lock; echo in; read line')
    line = waiting.stderr.readline()
    assert 'waiting' in line
    first.communicate('\n', timeout=60)
    assert waiting.stdout.readline() == 'in\n'
    third = start(root, 'lock; echo in')
    assert 'waiting' in third.stderr.readline()
    waiting.communicate('\n', timeout=60)
    assert result(third)[0] == 'in\n'


@pytest.mark.trouble(
    'environment',
    '`RMW_IMPLEMENTATION`, `ROS_SECURITY_*`, profiles of another ROS, with the wheels',
    sees='`ignoring ... which is set for another ROS`',
    remedy='To use that ROS, install it.',
)
def test_what_is_set_for_another_ros_is_left_out_of_the_wheels(root):
    profile = root / 'profile.xml'
    profile.touch()
    there = {
        'RMW_IMPLEMENTATION': 'rmw_cyclonedds_cpp',
        'ROS_SECURITY_ENABLE': 'true',
        'ROS_SECURITY_KEYSTORE': '/no/keys',
        'CYCLONEDDS_URI': 'file:///etc/cyclone.xml',
        'FASTRTPS_DEFAULT_PROFILES_FILE': '/no/profile.xml',
        'FASTDDS_DEFAULT_PROFILES_FILE': str(profile),
        'AMENT_PREFIX_PATH': '/opt/ros/another',
        'VICO_ROS': 'wheels',
    }
    exports = '; '.join(f'export {name}={value}' for name, value in there.items())
    out, err = result(start(root, f'{exports}; find_ros; env'))
    kept = {line.partition('=')[0] for line in out.splitlines()} & set(there)
    assert kept == {'FASTDDS_DEFAULT_PROFILES_FILE', 'VICO_ROS'}
    for name in there.keys() - kept - {'AMENT_PREFIX_PATH'}:
        assert f'ignoring {name}={there[name]}' in err
    assert f'using FASTDDS_DEFAULT_PROFILES_FILE={profile}' in err


def test_what_the_wheels_have_themselves_is_not_worth_a_line(root):
    lines = 'export VICO_ROS=wheels RMW_IMPLEMENTATION=rmw_fastrtps_cpp; find_ros'
    assert result(start(root, lines)) == ('', '')


@pytest.mark.trouble(
    'environment',
    'The sources lie in a folder with a colon',
    sees='Refused: `the path must not contain a colon, which separates the entries of PATH`',
    remedy='`Move this folder`',
)
def test_a_folder_with_a_colon_is_refused(root):
    moved = root.parent / 'of:mine'
    root.rename(moved)
    process = start(moved, f'{STUBS}\nmain setup')
    assert 'Move this folder' in process.communicate(timeout=60)[1]
    assert process.returncode == 1


@pytest.mark.parametrize('command', ['setup', 'demo'])
def test_ctrl_c_during_the_setup_is_no_failure_to_explain(root, command):
    install = 'install_head() { touch "$ROOT/installs"; sleep 60 || die "Installing failed."; }'
    process = subprocess.Popen(
        ['bash', '-c', f'. {root}/run\n{STUBS}\n{install}\nmain {command}'],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    wait_for(root / 'installs')
    os.killpg(process.pid, signal.SIGINT)
    assert process.communicate(timeout=60)[0] == ''
    assert process.returncode == 130


def test_python_is_started_with_signals_blocked(root):
    """Else Ctrl-C during its own start shows a traceback."""
    status = 'import re; print(re.search("SigBlk:.*", open("/proc/self/status").read())[0])'
    enter = 'enter_environment() { export PATH=$ROOT/bin:$PATH; }'
    (root / 'bin').mkdir()
    (root / 'bin' / 'python').write_text(f"#!/bin/sh\nexec {sys.executable} -c '{status}'\n")
    (root / 'bin' / 'python').chmod(0o755)
    for command in ('demo', 'vico demo', 'stack'):
        out, _ = result(start(root, f'{STUBS}\n{enter}\nmain {command}'))
        blocked = int(out.split()[-1], 16)
        assert blocked & 1 << (signal.SIGINT - 1) and blocked & 1 << (signal.SIGTERM - 1)


@pytest.mark.parametrize('there', [True, False])
def test_ros2_is_no_command_of_the_wheels(root, there):
    """Where it is missing, one is told where it would come from."""
    path = root / 'bin'
    path.mkdir()
    if there:
        (path / 'ros2').write_text('#!/bin/sh\necho called "$@"\n')
        (path / 'ros2').chmod(0o755)
    enter = f'enter_environment() {{ export PATH={path}:/usr/bin:/bin; }}'
    out, err = start(root, f'{STUBS}\n{enter}\nmain shell ros2 topic list').communicate(timeout=60)
    assert ('called topic list' in out) == there
    assert ('Install ROS 2' in err) != there


@pytest.mark.parametrize(
    ('kind', 'version', 'fits'),
    [
        ('installed', (3, 14), True),
        ('installed', (3, 9), False),
        ('installed', (3, 15), False),
        ('wheels', (3, 13), True),
        ('wheels', (3, 14), False),  # there are none
    ],
)
def test_which_pythons_fit(root, kind, version, fits):
    python = root / 'python'
    python.write_text(
        f'#!{sys.executable}\nimport sys\nsys.version_info = {version}\n'
        'code, sys.argv = sys.argv[2], ["-c", *sys.argv[3:]]\nexec(code)\n'
    )
    python.chmod(0o755)
    line = f'ROS_KIND={kind}; python_fits {python} && echo fits || echo not'
    assert result(start(root, line))[0].split() == ['fits' if fits else 'not']


@pytest.mark.parametrize(
    ('version', 'imports', 'chosen', 'says'),
    [
        ((3, 12), True, True, ''),
        ((3, 12), False, True, 'cannot import rclpy, which is compiled for another Python'),
        ((3, 8), True, True, 'is not a Python 3.10 to 3.14'),
        ((3, 8), True, False, 'this package needs 3.10 to 3.14'),
    ],
)
def test_the_python_of_an_installed_ros_is_the_one_that_it_was_made_for(
    root, version, imports, chosen, says
):
    python = root / 'python3'
    python.write_text(
        f'#!{sys.executable}\nimport sys\nsys.version_info = {version}\n'
        f'sys.modules["rclpy"] = {"sys" if imports else None}\n'
        'if sys.argv[1] == "--version": print("Python 3"); sys.exit()\n'
        'code, sys.argv = sys.argv[2], ["-c", *sys.argv[3:]]\nexec(code)\n'
    )
    python.chmod(0o755)
    lines = f'export PATH={root}:$PATH ROS_DISTRO=made; ROS_KIND=installed'
    lines += f'; VICO_PYTHON={python if chosen else ""}; find_python && echo goes on'
    out, err = start(root, lines).communicate(timeout=60)
    assert (says in err and not out) if says else (out == 'goes on\n' and not err)


def test_the_same_python_by_another_name_makes_no_environment_anew(root, tmp_path_factory):
    """As in the shell of somebody who has activated an environment of their own."""
    other = tmp_path_factory.mktemp('names') / 'python3.99'
    other.symlink_to(sys.executable)
    for name in ('ros', 'basics', 'head'):
        (root / f'requirements/{name}.txt').touch()
    (root / 'vico_listener/bundled_files.py').touch()
    lines = f'ROS_KIND=wheels; PYTHON={sys.executable}; head_key; PYTHON={other}; head_key'
    one, two = result(start(root, lines))[0].splitlines()
    assert one == two and sys.version.split()[0] in one


@pytest.mark.parametrize('kind', ['installed', 'wheels'])
def test_an_arm_computer_is_refused_only_without_a_ros(root, kind):
    lines = f'uname() {{ echo aarch64; }}; PYTHON={sys.executable}; ROS_KIND={kind}'
    process = start(root, f'{lines}; check_prerequisites && echo goes on')
    out, err = process.communicate(timeout=60)
    if kind == 'installed':
        assert out == 'goes on\n' and err == ''
    else:
        assert 'this machine is aarch64' in err and 'pixi run -e jazzy' in err
        assert process.returncode == 1
