"""What the environment lacks, or has for another ROS, keeps nobody from starting."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vico_listener.nodes.isolation import isolate
from vico_listener.nodes.ros import log_folder

START = 'from vico_listener.nodes.ros import start_ros; start_ros([])'
NODE = "import rclpy; rclpy.create_node('a').get_logger().info('made')"


def run(program: str, changes: dict[str, str | None]) -> subprocess.CompletedProcess:
    variables = os.environ | changes
    return subprocess.run(
        [sys.executable, '-c', program],
        capture_output=True,
        text=True,
        env={name: value for name, value in variables.items() if value is not None},
        timeout=60,
    )


@pytest.mark.parametrize(
    ('changes', 'told'),
    [
        ({'HOME': None, 'ROS_LOG_DIR': None}, 'there is no HOME: the logs of ROS go to '),
        ({'HOME': '', 'ROS_LOG_DIR': ''}, 'there is no HOME: the logs of ROS go to '),
        ({'HOME': '/dev/null', 'ROS_LOG_DIR': None}, '/dev/null/.ros/log cannot be written: '),
        ({'ROS_LOG_DIR': '/dev/null/logs'}, '/dev/null/logs cannot be written: '),
        ({'ROS_LOG_DIR': '/proc/logs'}, '/proc/logs cannot be written: '),
    ],
)
@pytest.mark.trouble(
    'environment',
    'No `HOME`; a `ROS_LOG_DIR` that is empty or read-only',
    sees='`... the logs of ROS go to ...` a temporary folder.',
    remedy='Set `ROS_LOG_DIR`.',
)
def test_logs_go_where_they_can(changes: dict[str, str | None], told: str, tmp_path: Path) -> None:
    isolate()
    done = run(f'{START}; {NODE}', changes | {'ROS_HOME': None, 'TMPDIR': str(tmp_path)})
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith(told)
    (folder,) = tmp_path.glob('ros_log_*')
    assert 'made' in next(folder.iterdir()).read_text()


def test_logs_stay_where_they_are_wanted(tmp_path: Path) -> None:
    isolate()
    done = run(f'{START}; {NODE}', {'ROS_LOG_DIR': str(tmp_path / 'of:mine')})
    assert done.returncode == 0 and 'the logs of ROS go to' not in done.stderr
    assert 'made' in next((tmp_path / 'of:mine').iterdir()).read_text()


@pytest.mark.parametrize(
    ('environment', 'folder'),
    [
        ({'HOME': '/h'}, '/h/.ros/log'),
        ({'HOME': '/h', 'ROS_HOME': '/r'}, '/r/log'),
        ({'HOME': '/h', 'ROS_HOME': '/r', 'ROS_LOG_DIR': '~/l'}, '/h/l'),
        ({'HOME': '/h', 'ROS_HOME': '', 'ROS_LOG_DIR': ''}, '/h/.ros/log'),
        ({'HOME': ''}, None),
    ],
)
def test_the_folder_is_the_one_that_ros_chooses(
    environment: dict[str, str], folder: str | None
) -> None:
    assert log_folder(environment) == (None if folder is None else Path(folder))


@pytest.mark.trouble(
    'environment',
    'A demo runs beside a robot with DDS security or a discovery server',
    sees='It runs in a separate graph.',
)
def test_a_graph_of_its_own_needs_no_keys_and_no_server_of_another(tmp_path: Path) -> None:
    foreign = {
        'ROS_SECURITY_ENABLE': 'true',
        'ROS_SECURITY_STRATEGY': 'Enforce',
        'ROS_SECURITY_KEYSTORE': '/no/keys',
        'ROS_DISCOVERY_SERVER': '10.0.0.1:11811',
        'ROS_STATIC_PEERS': '10.0.0.1',
        'ROS_DOMAIN_ID': 'mine',
    }
    isolation = 'from vico_listener.nodes.isolation import isolate; isolate()'
    done = run(f'{isolation}\n{START}\n{NODE}', foreign)
    assert done.returncode == 0, done.stderr
    assert 'SECURITY' in run(f'{START}\n{NODE}', foreign | {'ROS_DOMAIN_ID': '77'}).stderr
