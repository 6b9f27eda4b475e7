"""How a launch ends: with an exit code that tells, without orphans, at whatever moment."""

import os
import signal
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip('launch_ros', reason='needs an installed ROS 2')

from launching import LaunchProcess  # noqa: E402

NODES = ('perception', 'listener', 'renderer', 'head')
Launch = Callable[..., LaunchProcess]
HOW = pytest.mark.parametrize('composed', ['true', 'false'])


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    """Starts a launch file; whatever is left of it ends with the test."""
    started: list[LaunchProcess] = []

    def start(file: str = 'listener', **arguments: str) -> LaunchProcess:
        started.append(LaunchProcess(tmp_path, f'{file}.launch.py', **arguments))
        return started[-1]

    yield start
    for process in started:
        process.close()


@HOW
@pytest.mark.parametrize(
    ('arguments', 'reason'),
    [
        ({'robot': 'r2d2'}, "no robot profile 'r2d2': give a YAML file or one of"),
        (
            {'file': 'replay', 'clip': '/no/clip.mp4'},
            'no such clip: /no/clip.mp4',
        ),
        ({'portrait': '~/no/such.jpg'}, '/no/such.jpg'),
        ({'params_file': 'PARAMETERS'}, "mine.yaml: intensity: 'strong' is not a number"),
    ],
)
@pytest.mark.trouble(
    'stack',
    'A node refuses its parameters, or dies',
    sees='`ros2 launch` ends with exit code 1; the log of the node says why.',
    remedy='What the log says.',
)
def test_a_refused_start_is_a_failure(
    launch: Launch, tmp_path: Path, composed: str, arguments: dict[str, str], reason: str
) -> None:
    file = tmp_path / 'mine.yaml'
    file.write_text('/**: {ros__parameters: {intensity: "strong"}}')
    given = {k: str(file) if v == 'PARAMETERS' else v for k, v in arguments.items()}
    started = launch(composed=composed, **given)
    assert started.exit_code() == 1
    assert reason in started.log and 'its log says why' in started.log
    started.assert_nothing_is_left()


@HOW
def test_a_node_that_died_is_a_failure(launch: Launch, composed: str) -> None:
    started = launch(composed=composed)
    started.wait_for('activate: done', 4)
    victim = next(p for p, name in started.nodes().items() if name in ('stack', 'renderer'))
    os.kill(victim, signal.SIGKILL)
    assert started.exit_code() == 1
    started.assert_nothing_is_left()


@HOW
@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.trouble(
    'stack',
    '`ros2 launch` gets SIGTERM, or is killed',
    sees='The stack ends with it, and the head gets no more commands.',
)
def test_nodes_end_with_their_launch(launch: Launch, composed: str, number: signal.Signals) -> None:
    started = launch(composed=composed)
    started.wait_for('activate: done', 4)
    started.kill(number)
    started.exit_code()
    started.assert_nothing_is_left()


MOMENTS = {
    'a process': lambda launch: launch.nodes(),
    'all processes': lambda launch: len(launch.nodes()) == 4,
    'rclpy': lambda launch: any(
        'rclpy' in Path(f'/proc/{p}/maps').read_text() for p in launch.nodes()
    ),
    'configured': lambda launch: 'configure: done' in launch.log,
    'active': lambda launch: launch.log.count('activate: done') == 4,
}


@pytest.mark.parametrize(
    ('composed', 'moment'),
    [(c, m) for c in ('true', 'false') for m in MOMENTS if (c, m) != ('true', 'all processes')],
)
def test_an_interruption_leaves_nothing_behind(launch: Launch, composed: str, moment: str) -> None:
    started = launch(composed=composed)
    started.wait_until(lambda: MOMENTS[moment](started))
    started.interrupt()
    assert started.exit_code() == 0
    started.assert_nothing_is_left()


@HOW
@pytest.mark.parametrize('moment', ['rclpy', 'active'])
@pytest.mark.trouble(
    'stack',
    'Ctrl-C is pressed again and again because ending takes too long',
    sees='Launch and stack still end properly.',
)
def test_impatience_leaves_nothing_behind(launch: Launch, composed: str, moment: str) -> None:
    started = launch(composed=composed)
    started.wait_until(lambda: MOMENTS[moment](started))

    def ended() -> bool:
        started.interrupt()
        return started.ended

    started.wait_until(ended)
    started.assert_nothing_is_left()
