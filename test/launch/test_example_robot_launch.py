"""example_robot.launch.py: the whole thing on a desk, with what is installed here."""

import runpy
import subprocess
import sys
import time
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

launch_pytest = pytest.importorskip('launch_pytest', reason='needs an installed ROS 2')

from ament_index_python.packages import PackageNotFoundError  # noqa: E402
from ament_index_python.packages import get_package_prefix  # noqa: E402
from ament_index_python.packages import get_package_share_directory  # noqa: E402
from launched import Launched  # noqa: E402
from launched import observe  # noqa: E402
from launching import LaunchProcess  # noqa: E402
from sensor_msgs.msg import JointState  # noqa: E402

from launch import LaunchDescription  # noqa: E402
from vico_listener.robot import load_profile  # noqa: E402

FILE = 'example_robot.launch.py'
NAMES = [joint.name for joint in load_profile('generic_3dof').joints]


@launch_pytest.fixture
def desk(speech_clip: Path) -> tuple[LaunchDescription, Launched]:
    launch = Launched(
        FILE, source=str(speech_clip), controller='simulated', rviz='false', namespace='desk'
    )
    return launch.description, launch


@pytest.mark.launch(fixture=desk)
def test_the_head_listens(desk: tuple[LaunchDescription, Launched]) -> Iterator[None]:
    with observe() as observer:
        states = observer.record(JointState, '/desk/joint_states')
        observer.wait_until(
            lambda: states and np.ptp([state.position for state in states], axis=0).max() > 0.03
        )
        assert list(states[0].name) == NAMES
        # It begins where the joints are, and those go where it says.
        steps = np.diff([state.position for state in states], axis=0)
        assert np.abs(steps).max() < 0.1
    yield
    desk[1].assert_clean_end('simulated_robot', 'stack', 'replay')


def test_what_is_not_installed_is_said(tmp_path: Path) -> None:
    launch = LaunchProcess(tmp_path, FILE)
    try:
        for package, notice in {
            'controller_manager': 'the joints are moved by a simulated controller: ',
            'robot_state_publisher': 'robot_state_publisher is not installed',
            'rviz2': 'rviz2 is not installed',
        }.items():
            if not is_installed(package):
                launch.wait_for(notice)
        launch.wait_for('[head]: activate: done')
        launch.interrupt()
        assert launch.exit_code() == 0
        launch.assert_nothing_is_left()
    finally:
        launch.close()


def is_installed(package: str) -> bool:
    try:
        get_package_prefix(package)
    except PackageNotFoundError:
        return False
    return True


@pytest.mark.parametrize(
    ('arguments', 'reason'),
    [
        ({'controller': 'pid'}, 'controller:=pid is not one of ros2_control, simulated'),
        ({'rviz': 'perhaps'}, 'rviz:=perhaps is neither true nor false'),
        ({'robot': 'generic_pose', 'controller': 'simulated'}, 'takes no trajectories on a topic'),
    ],
)
def test_nonsense_is_refused(tmp_path: Path, arguments: dict[str, str], reason: str) -> None:
    launch = LaunchProcess(tmp_path, FILE, **{'rviz': 'false', **arguments})
    try:
        assert launch.exit_code() != 0
        assert reason in launch.log, launch.log
    finally:
        launch.close()


LAUNCH = """
import subprocess
import sys
child = subprocess.Popen([*sys.argv[1:], 'sleep', '1000'])
print(child.pid, flush=True)
child.wait()
"""


@pytest.mark.skipif(sys.platform != 'linux', reason='only Linux ends them')
def test_a_program_of_others_ends_with_a_launch_that_is_killed() -> None:
    share = get_package_share_directory('vico_listener')
    tied = runpy.run_path(f'{share}/launch/{FILE}')['TIED'].split()
    launch = subprocess.Popen(
        [sys.executable, '-c', LAUNCH, *tied], stdout=subprocess.PIPE, text=True
    )
    assert launch.stdout is not None
    program = Path('/proc', launch.stdout.readline().strip())
    command = program / 'cmdline'

    def until(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 20.0
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    until(lambda: command.read_text().startswith('sleep'))
    launch.kill()
    launch.wait()
    until(lambda: not program.exists() or not command.read_text())
