"""page:=true : a dashboard shows the stack of the launch, and its end is that of the launch."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

launch_pytest = pytest.importorskip('launch_pytest', reason='needs an installed ROS 2')
aiohttp = pytest.importorskip('aiohttp', reason='aiohttp is not installed')

from launched import Launched  # noqa: E402
from launched import observe  # noqa: E402
from launching import LaunchProcess  # noqa: E402

from launch import LaunchDescription  # noqa: E402


async def ask(address: str, text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the page says of the stack once it works, and what it answers."""
    async with aiohttp.ClientSession() as session:
        origin = {'Origin': address.rstrip('/')}
        async with session.ws_connect(f'{address}live', headers=origin) as socket:
            told: dict[str, Any] = {}
            while told.get('stack', {}).get('level', 'silent') == 'silent':
                told |= await socket.receive_json(timeout=20)
            await socket.send_str(text)
            while 'outcome' not in told:
                told |= await socket.receive_json(timeout=20)
            return told['stack'], told['outcome']


@launch_pytest.fixture
def paged() -> tuple[LaunchDescription, Launched]:
    launch = Launched('listener.launch.py', page='true', page_port='0', namespace='robot1')
    return launch.description, launch


@pytest.mark.launch(fixture=paged)
def test_a_dashboard_shows_the_stack(paged: tuple[LaunchDescription, Launched]) -> Iterator[None]:
    launch = paged[1]
    with observe() as observer:
        observer.wait_until_active('/robot1/listener')
        observer.wait_until(lambda: 'open http' in launch.output)
        address = re.search(r'open (http://\S+)', launch.output)[1]
        stack, outcome = asyncio.run(ask(address, '{"attitude": "negative"}'))
    assert stack['namespace'] == '/robot1'
    assert not outcome['good'] and 'control:=true' in outcome['text']
    yield
    launch.assert_clean_end('stack', 'dashboard')


def test_a_page_that_cannot_be_is_a_failure(tmp_path: Path) -> None:
    started = LaunchProcess(tmp_path, 'listener.launch.py', page='maybe')
    try:
        assert started.exit_code() == 1
        assert 'page:=maybe is neither true nor false' in started.log
        started.assert_nothing_is_left()
    finally:
        started.close()
