"""Robots over WebSocket: against a server that speaks the documented protocol."""

import json
import sys
import threading
import time
from collections.abc import Callable
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from http.server import HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

pytest.importorskip('websockets')

from websockets.exceptions import ConnectionClosed  # noqa: E402
from websockets.sync.server import ServerConnection  # noqa: E402
from websockets.sync.server import serve  # noqa: E402

from vico_listener.cli import robot as robot_command  # noqa: E402
from vico_listener.cli.main import main  # noqa: E402
from vico_listener.errors import NotInstalledError  # noqa: E402
from vico_listener.resources import resource_path  # noqa: E402
from vico_listener.robot import HeadCommand  # noqa: E402
from vico_listener.robot import load_profile  # noqa: E402
from vico_listener.robot.interfaces import LinkInterface  # noqa: E402
from vico_listener.robot.interfaces import RobotLink  # noqa: E402
from vico_listener.robot.interfaces import web_socket_link  # noqa: E402
from vico_listener.robot.interfaces.furhat import KEY_VARIABLE  # noqa: E402
from vico_listener.robot.interfaces.state_poll import StatePoll  # noqa: E402
from vico_listener.robot.interfaces.web_socket_link import blend  # noqa: E402
from vico_listener.robot.profile import parse_profile  # noqa: E402

# Roll, pitch, yaw.
COMMAND = HeadCommand(0, (0.1, -0.2, 0.3), (0.0, 0.0, 0.0))


class Robot:
    """A WebSocket server in a thread that keeps what it is told."""

    def __init__(self, path: str, answer: Callable[[dict], dict | None], port: int = 0) -> None:
        self.messages: list[dict[str, Any]] = []
        self.paused = threading.Event()
        self.connections: list[ServerConnection] = []
        self._path = path
        self._answer = answer
        self._server = serve(self._serve, '127.0.0.1', port)
        self.port = self._server.socket.getsockname()[1]
        self.url = f'ws://127.0.0.1:{self.port}{path}'
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def _serve(self, connection: ServerConnection) -> None:
        assert connection.request is not None and connection.request.path == self._path
        self.connections.append(connection)
        try:
            for text in connection:
                self.messages.append(json.loads(text))
                answer = self._answer(self.messages[-1])
                if answer is not None:
                    connection.send(json.dumps(answer))
                while self.paused.is_set():
                    time.sleep(0.01)
        except ConnectionClosed:
            pass

    def close(self) -> None:
        self.paused.clear()
        for connection in self.connections:
            connection.close()
        self._server.shutdown()
        self._thread.join(5.0)


def reachy(message: dict) -> dict | None:
    """The daemon answers only what it cannot read."""
    pose = message.get('target_head_pose', {})
    if sorted(pose) == ['pitch', 'roll', 'x', 'y', 'yaw', 'z']:
        return None
    return {'status': 'error', 'detail': 'target_head_pose is wrong'}


def furhat(message: dict) -> dict | None:
    if message['type'] == 'request.auth':
        access = message.get('key') in (None, 'sesame')
        return {'type': 'response.auth', 'access': access, 'scope': 'control'}
    return None


@pytest.fixture
def robots() -> Iterator[list[Any]]:
    """What the test makes and this closes: links first."""
    made: list[Any] = []
    yield made
    for thing in reversed(made):
        thing.close()


def wait_until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 10.0
    while not condition():
        assert time.monotonic() < deadline, 'timed out'
        time.sleep(0.005)


def make(robots: list[Any], profile: str, url: str) -> tuple[RobotLink, list[str], list[str]]:
    informed: list[str] = []
    warned: list[str] = []
    data = yaml.safe_load((resource_path('config/robots') / f'{profile}.yaml').read_text())
    settings = parse_profile({**data, 'url': url}, profile)
    assert isinstance(settings.interface, LinkInterface)
    made = settings.interface.connector(settings.joints, informed.append, warned.append)()
    robots.append(made)
    return made, informed, warned


def test_reachy_mini_gets_targets_in_radians(robots: list[Any]) -> None:
    robot = Robot('/api/move/ws/set_target', reachy)
    robots.append(robot)
    sender, informed, warned = make(robots, 'reachy_mini', robot.url)
    sender.send(COMMAND)
    wait_until(lambda: robot.messages)
    assert robot.messages == [
        {
            'target_head_pose': {
                'x': 0.0,
                'y': 0.0,
                'z': 0.0,
                'roll': 0.1,
                'pitch': -0.2,
                'yaw': 0.3,
            }
        }
    ]
    assert sender.trouble == '' and not warned
    assert informed == [f'connected to {robot.url}']


def test_furhat_is_asked_first_and_gets_degrees(robots: list[Any], monkeypatch: Any) -> None:
    monkeypatch.setenv(KEY_VARIABLE, 'sesame')
    robot = Robot('/v1/events', furhat)
    robots.append(robot)
    sender, _, warned = make(robots, 'furhat', robot.url)
    sender.send(COMMAND)
    wait_until(lambda: len(robot.messages) == 2)
    assert robot.messages[0] == {'type': 'request.auth', 'key': 'sesame'}
    pose = robot.messages[1]
    assert (pose['type'], pose['relative']) == ('request.face.headpose', False)
    assert [pose[axis] for axis in ('roll', 'pitch', 'yaw')] == pytest.approx(
        [5.7296, -11.4592, 17.1887], abs=1e-4
    )
    assert not warned


def test_wrong_key_is_named(robots: list[Any], monkeypatch: Any) -> None:
    monkeypatch.setenv(KEY_VARIABLE, 'wrong')
    robot = Robot('/v1/events', furhat)
    robots.append(robot)
    sender, _, warned = make(robots, 'furhat', robot.url)
    wait_until(lambda: warned)
    assert 'is VICO_FURHAT_KEY right?' in warned[0]
    assert 'refuses access' in sender.trouble


def test_error_event_of_furhat_is_logged(robots: list[Any]) -> None:
    def grumpy(message: dict) -> dict | None:
        return furhat(message) or {'type': 'response.error', 'message': 'no head'}

    robot = Robot('/v1/events', grumpy)
    robots.append(robot)
    sender, _, warned = make(robots, 'furhat', robot.url)

    def refused() -> bool:
        sender.send(COMMAND)
        return bool(warned)

    wait_until(refused)
    assert warned == [f'{robot.url} refuses commands: no head']
    assert sender.trouble == 'no head'


def test_robot_that_never_grants_control_is_named(robots: list[Any], monkeypatch: Any) -> None:
    monkeypatch.setattr(web_socket_link, 'PATIENCE', 0.2)
    robot = Robot('/v1/events', lambda message: {'type': 'response.weather'})
    robots.append(robot)
    sender, _, warned = make(robots, 'furhat', robot.url)
    wait_until(lambda: 'furhat does not answer the request for control' in sender.trouble)
    assert len(warned) == 1


def test_what_is_not_installed_is_named(monkeypatch: Any) -> None:
    monkeypatch.delitem(sys.modules, 'vico_listener.robot.interfaces.web_socket_link')
    monkeypatch.setitem(sys.modules, 'websockets.exceptions', None)
    profile = load_profile('furhat')
    assert isinstance(profile.interface, LinkInterface)
    with pytest.raises(NotInstalledError, match="interface 'furhat' needs .* 'websockets"):
        profile.interface.connector(profile.joints, print, print)


def test_check_moves_a_robot_over_its_own_connection(
    robots: list[Any], monkeypatch: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(robot_command, 'HOLD', 0.06)
    robot = Robot('/api/move/ws/set_target', reachy)
    robots.append(robot)
    shipped = (resource_path('config/robots') / 'reachy_mini.yaml').read_text(encoding='utf-8')
    mine = tmp_path / 'mine.yaml'
    mine.write_text(yaml.safe_dump(yaml.safe_load(shipped) | {'url': robot.url}))
    assert main(['robot', 'check', str(mine), '--move']) == 0
    assert f'connected to {robot.url}' in capsys.readouterr().out
    axes = {axis for m in robot.messages for axis, v in m['target_head_pose'].items() if v}
    assert axes == {'roll', 'pitch', 'yaw'}
    robot.close()
    monkeypatch.setattr(robot_command, 'PATIENCE', 0.2)
    assert main(['robot', 'check', str(mine), '--move']) == 1
    assert f'vico robot: the robot is not there: {robot.url}' in capsys.readouterr().err


def test_reachy_mini_says_where_its_head_is(tmp_path: Path) -> None:
    class Daemon(BaseHTTPRequestHandler):
        answers = [b'not json', b'{"x": 0.0}', b'{"roll": 0.1, "pitch": -0.2, "yaw": 0.3}']
        asked: list[str] = []

        def do_GET(self) -> None:
            self.asked.append(self.path)
            answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(('127.0.0.1', 0), Daemon) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        shipped = (resource_path('config/robots') / 'reachy_mini.yaml').read_text(encoding='utf-8')
        url = f'ws://127.0.0.1:{server.server_port}/api/move/ws/set_target'
        profile = parse_profile(yaml.safe_load(shipped) | {'url': url}, 'mine')
        assert isinstance(profile.interface, LinkInterface) and profile.interface.measures
        poll = StatePoll(
            profile.interface.state_url,
            lambda state: profile.interface.positions(state, profile.joints),
        )
        wait_until(lambda: poll.newest() is not None)
        first = poll.newest()
        assert first is not None and first[1] == [0.1, -0.2, 0.3]
        wait_until(lambda: (newest := poll.newest()) is not None and newest[0] > first[0])
        assert set(Daemon.asked) == {'/api/state/present_head_pose'}
        assert len(Daemon.asked) >= 3  # what it cannot read is asked for again
        poll.close()
        server.shutdown()


def test_error_that_the_robot_answers_is_logged_once(robots: list[Any]) -> None:
    complaint = {'status': 'error', 'detail': 'the robot sleeps'}
    robot = Robot('/api/move/ws/set_target', lambda message: complaint)
    robots.append(robot)
    sender, _, warned = make(robots, 'reachy_mini', robot.url)

    def refused() -> bool:
        sender.send(COMMAND)
        return len(robot.messages) > 5 and bool(warned)

    wait_until(refused)
    assert len(warned) == 1 and 'the robot sleeps' in warned[0]
    assert sender.trouble == 'the robot sleeps'


def test_slow_robot_gets_the_newest_and_never_blocks(robots: list[Any]) -> None:
    robot = Robot('/api/move/ws/set_target', reachy)
    robots.append(robot)
    sender, _, _ = make(robots, 'reachy_mini', robot.url)
    sender.send(COMMAND)
    wait_until(lambda: robot.messages)
    robot.paused.set()
    # Far more than every buffer on the way holds; a sender that waits would never get through.
    for n in range(200_000):
        sender.send(HeadCommand(n, (0.0, 0.0, n * 1e-6), (0.0, 0.0, 0.0)))
    robot.paused.clear()
    last = 199_999 * 1e-6
    wait_until(lambda: robot.messages[-1]['target_head_pose']['yaw'] == pytest.approx(last))
    assert len(robot.messages) < 200_000


def test_loss_is_logged_once_and_taken_up_smoothly(robots: list[Any], monkeypatch: Any) -> None:
    monkeypatch.setattr(web_socket_link, 'RETRY', 0.05)
    robot = Robot('/api/move/ws/set_target', reachy)
    sender, informed, warned = make(robots, 'reachy_mini', robot.url)
    sender.send(HeadCommand(0, (0.0, 0.0, -0.5), (0.0, 0.0, 0.0)))
    wait_until(lambda: robot.messages)
    robot.close()

    def lost() -> bool:
        sender.send(COMMAND)
        return bool(warned)

    wait_until(lost)
    time.sleep(0.3)  # several attempts
    assert len(warned) == 1 and 'no connection to the robot, trying on' in warned[0]
    assert sender.trouble
    back = Robot('/api/move/ws/set_target', reachy, robot.port)
    robots.insert(0, back)
    yaws: list[float] = []

    def arrived() -> bool:
        sender.send(COMMAND)
        yaws[:] = [m['target_head_pose']['yaw'] for m in back.messages]
        return bool(yaws) and yaws[-1] == 0.3

    wait_until(arrived)
    assert len(informed) == 2 and sender.trouble == ''
    assert yaws[0] < -0.45  # from where the head was left
    assert yaws == sorted(yaws)


def test_blend_has_gentle_ends() -> None:
    old, new = HeadCommand(0, (0.0,), (0.0,)), HeadCommand(1, (1.0,), (0.0,))
    path = [blend(old, new, n / 100).positions[0] for n in range(101)]
    assert path[0] == 0.0 and path[50] == pytest.approx(0.5) and path[100] == 1.0
    assert path[1] < 1e-4 and 1.0 - path[99] < 1e-4
    # Flash and Hogan (1985), equation 1: the fastest moment is 1.875 times the mean.
    assert max(b - a for a, b in zip(path, path[1:], strict=False)) * 100 == pytest.approx(
        1.875, abs=2e-3
    )


def test_robot_that_is_not_there_is_no_reason_to_wait(robots: list[Any]) -> None:
    sender, _, warned = make(robots, 'furhat', 'ws://127.0.0.1:9/v1/events')
    sender.send(COMMAND)
    wait_until(lambda: warned)
    sender.close()
    assert sender.trouble.startswith('ws://127.0.0.1:9/v1/events: ')
