"""audience.launch.py: one perception, and listeners that differ, each in a namespace of its own."""

from collections.abc import Iterator

import pytest

launch_pytest = pytest.importorskip('launch_pytest', reason='needs an installed ROS 2')

from launched import Launched  # noqa: E402
from launched import observe  # noqa: E402

from launch import LaunchDescription  # noqa: E402


@launch_pytest.fixture
def audience() -> tuple[LaunchDescription, Launched]:
    launch = Launched(
        'audience.launch.py',
        listeners='2',
        attitudes='interested',
        mark='true',
        namespace='hall',
        image='/camera/image_raw',
    )
    return launch.description, launch


@pytest.mark.launch(fixture=audience)
def test_an_audience_comes_up_and_goes(
    audience: tuple[LaunchDescription, Launched],
) -> Iterator[None]:
    with observe() as observer:
        observer.wait_until_active('/hall/perception')
        for number, figure in ((1, 'maya'), (2, 'kofi')):
            node = f'/hall/listener_{number}/listener'
            observer.wait_until_active(node)
            assert observer.parameter(node, 'attitude') == 'interested'
            assert observer.parameter(node, 'personality') == number
            renderer = f'/hall/listener_{number}/renderer'
            assert observer.parameter(renderer, 'figure') == figure
            assert observer.parameter(renderer, 'mark') is True
        observer.wait_until(lambda: observer.node.count_subscribers('/hall/speaker') == 2)
        observer.wait_until(lambda: observer.node.count_subscribers('/camera/image_raw') == 1)
    yield
    audience[1].assert_clean_end('perception', 'listener', 'renderer')
