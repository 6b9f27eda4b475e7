"""face_page:=... : a page shows the motion of the stack, and its end is that of the launch."""

import asyncio
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

launch_pytest = pytest.importorskip('launch_pytest', reason='needs an installed ROS 2')
aiohttp = pytest.importorskip('aiohttp', reason='aiohttp is not installed')

import vico_listener.msg as msg  # noqa: E402
from launched import Launched  # noqa: E402
from launched import observe  # noqa: E402
from launching import LaunchProcess  # noqa: E402
from made_faces import face_with  # noqa: E402

from launch import LaunchDescription  # noqa: E402
from vico_listener.frames import ListenerMotion  # noqa: E402
from vico_listener.motion import ARKIT_INDEX  # noqa: E402
from vico_listener.motion import Attitude  # noqa: E402
from vico_listener.nodes.convert import motion_message  # noqa: E402


def smile() -> msg.ListenerMotion:
    face = face_with(mouthSmile=0.5)
    motion = ListenerMotion(1, 1, face, Attitude.POSITIVE, 1.0, False, 'test')
    return motion_message(motion, 'head')


async def first_motion(address: str) -> Any:
    async with aiohttp.ClientSession() as session:
        origin = {'Origin': address.rstrip('/')}
        async with session.ws_connect(f'{address}face', headers=origin) as socket:
            return await socket.receive_json(timeout=10)


@launch_pytest.fixture
def paged() -> tuple[LaunchDescription, Launched]:
    launch = Launched(
        'listener.launch.py',
        face_page='cartoon',
        face_port='0',
        theme='robot',
        namespace='robot1',
        motion='told',
    )
    return launch.description, launch


@pytest.mark.launch(fixture=paged)
def test_a_page_shows_the_motion(paged: tuple[LaunchDescription, Launched]) -> Iterator[None]:
    launch = paged[1]
    with observe() as observer:
        observer.wait_until_active('/robot1/listener')
        publisher = observer.node.create_publisher(msg.ListenerMotion, '/robot1/told', 60)
        observer.wait_until(lambda: 'face' in _listeners(observer.node))
        publisher.publish(smile())
        observer.wait_until(lambda: 'open http' in launch.output)
        address = re.search(r'open (http://\S+)', launch.output)[1]
        shown = asyncio.run(first_motion(address))
    assert shown['expression'][ARKIT_INDEX['mouthSmileLeft']] == 0.5
    yield
    launch.assert_clean_end('stack', 'face_page')


def _listeners(node: Any) -> list[str]:
    return [who.node_name for who in node.get_subscriptions_info_by_topic('/robot1/told')]


@pytest.mark.parametrize(
    ('arguments', 'reason'),
    [
        ({'face_page': 'picasso'}, 'face_page:=picasso is not one of cartoon, head3d'),
        ({'face_page': 'cartoon', 'theme': 'no.yaml'}, "face_page: unknown theme 'no.yaml'"),
        ({'face_page': 'cartoon', 'face_host': '203.0.113.1'}, 'face_page: '),
    ],
)
def test_a_page_that_cannot_be_is_a_failure(
    tmp_path: Path, arguments: dict[str, str], reason: str
) -> None:
    started = LaunchProcess(tmp_path, 'listener.launch.py', face_port='0', **arguments)
    try:
        assert started.exit_code() == 1
        assert reason in started.log
        started.assert_nothing_is_left()
    finally:
        started.close()


@pytest.mark.parametrize('composed', ['true', 'false'])
def test_a_page_that_died_is_a_failure(tmp_path: Path, composed: str) -> None:
    started = LaunchProcess(
        tmp_path, 'listener.launch.py', face_page='cartoon', face_port='0', composed=composed
    )
    try:
        started.wait_for('activate: done', 4)
        started.wait_for('open http')
        victim = next(p for p, name in started.nodes().items() if name == 'face_page')
        os.kill(victim, signal.SIGKILL)
        assert started.exit_code() == 1
        assert 'face_page' in started.log and 'exit code -9' in started.log
        started.assert_nothing_is_left()
    finally:
        started.close()
