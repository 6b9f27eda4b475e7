"""listener.launch.py: everything comes up with the parameters that were given, and goes down."""

from collections.abc import Iterator
from pathlib import Path

import pytest

launch_pytest = pytest.importorskip('launch_pytest', reason='needs an installed ROS 2')

from launched import STACK  # noqa: E402
from launched import Launched  # noqa: E402
from launched import observe  # noqa: E402

from launch import LaunchDescription  # noqa: E402

PARAMETERS = '/**: {ros__parameters: {attitude: negative, robot: generic_2dof, size: 128}}'


def launched(tmp_path: Path, **arguments: str) -> tuple[LaunchDescription, Launched]:
    """The stack with a parameter file, some of it overruled by arguments."""
    file = tmp_path / 'mine.yaml'
    file.write_text(PARAMETERS)
    launch = Launched(
        'listener.launch.py',
        params_file=str(file),
        attitude='positive',
        image='/camera/image_raw',
        face_image='/screen',
        look_at='/gaze',
        **arguments,
    )
    return launch.description, launch


@launch_pytest.fixture
def composed(tmp_path: Path) -> tuple[LaunchDescription, Launched]:
    return launched(tmp_path)


@launch_pytest.fixture
def separate(tmp_path: Path) -> tuple[LaunchDescription, Launched]:
    return launched(tmp_path, composed='false', namespace='robot1')


def check_stack(namespace: str) -> None:
    with observe() as observer:
        for name in STACK:
            observer.wait_until_active(f'{namespace}/{name}')
        assert observer.parameter(f'{namespace}/listener', 'attitude') == 'positive'
        assert observer.parameter(f'{namespace}/listener', 'intensity') == 1.0
        assert observer.parameter(f'{namespace}/head', 'robot') == 'generic_2dof'
        assert observer.parameter(f'{namespace}/renderer', 'size') == 128
        observer.wait_until(lambda: observer.node.count_subscribers('/camera/image_raw') == 1)
        observer.wait_until(lambda: observer.node.count_publishers('/screen/compressed') == 1)
        observer.wait_until(lambda: observer.node.count_subscribers('/gaze') == 1)
        command = f'{namespace}/head_controller/joint_trajectory'
        observer.wait_until(lambda: observer.node.count_publishers(command) == 1)


@pytest.mark.launch(fixture=composed)
def test_composed(composed: tuple[LaunchDescription, Launched]) -> Iterator[None]:
    check_stack('')
    yield
    composed[1].assert_clean_end('stack')


@pytest.mark.launch(fixture=separate)
def test_separate_in_a_namespace(separate: tuple[LaunchDescription, Launched]) -> Iterator[None]:
    check_stack('/robot1')
    yield
    separate[1].assert_clean_end(*STACK)
