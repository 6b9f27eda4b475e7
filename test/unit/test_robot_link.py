"""Robots over WebSocket: against a server that speaks the documented protocol."""

import json
import sys
import threading
import time
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler
from http.server import HTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

pytest.importorskip('websockets')

from websockets.exceptions import ConnectionClosed  # noqa: E402
from websockets.http11 import Request  # noqa: E402
from websockets.http11 import Response  # noqa: E402
from websockets.sync.server import ServerConnection  # noqa: E402
from websockets.sync.server import serve  # noqa: E402

from vico_listener.cli import robot as robot_command  # noqa: E402
from vico_listener.cli import robot_mover  # noqa: E402
from vico_listener.cli.main import main  # noqa: E402
from vico_listener.cli.robot_mover import RobotMover  # noqa: E402
from vico_listener.errors import NotInstalledError  # noqa: E402
from vico_listener.errors import UnavailableError  # noqa: E402
from vico_listener.motion import FaceMotion
from vico_listener.resources import resource_path  # noqa: E402
from vico_listener.robot import HeadCommand  # noqa: E402
from vico_listener.robot import RobotProfile  # noqa: E402
from vico_listener.robot import load_profile  # noqa: E402
from vico_listener.robot.interfaces import LinkInterface  # noqa: E402
from vico_listener.robot.interfaces import RobotLink  # noqa: E402
from vico_listener.robot.interfaces import web_socket_link  # noqa: E402
from vico_listener.robot.interfaces.furhat import KEY_VARIABLE  # noqa: E402
from vico_listener.robot.interfaces.state_poll import StatePoll  # noqa: E402
from vico_listener.robot.interfaces.web_socket import WebSocketInterface  # noqa: E402
from vico_listener.robot.profile import parse_profile  # noqa: E402

# Roll, pitch, yaw.
COMMAND = HeadCommand(0, (0.1, -0.2, 0.3), (0.0, 0.0, 0.0))
# And body, right and left antenna of Reachy Mini.
WHOLE = HeadCommand(0, (0.1, -0.2, 0.3, 0.4, 0.5, -0.6), (0.0,) * 6)


class Robot:
    """A WebSocket server in a thread that keeps what it is told.

    Attributes:
        pose: where it says over HTTP that its head is; it goes where it is told at once.
        tracking: whether it says over HTTP that it follows a face itself.
    """

    STATE = '/api/state/full'
    TRACKING = '/api/media/tracking/face'

    def __init__(
        self,
        path: str,
        answer: Callable[[dict], dict | None],
        port: int = 0,
        pose: dict[str, float] | None = None,
    ) -> None:
        self.pose, self.body, self.antennas = pose, 0.0, [0.3, -0.3]
        self.tracking = False
        self.messages: list[dict[str, Any]] = []
        self.paused = threading.Event()
        self.connections: list[ServerConnection] = []
        self._path = path
        self._answer = answer
        self._server = serve(self._serve, '127.0.0.1', port, process_request=self._respond)
        self.port = self._server.socket.getsockname()[1]
        self.url = f'ws://127.0.0.1:{self.port}{path}'
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def _respond(self, connection: ServerConnection, request: Request) -> Response | None:
        """Say over HTTP where the head is, as a daemon that has a pose does."""
        if request.path == self.TRACKING:
            target = {'detected': self.tracking, 'x': 0.1, 'y': 0.0}
            return connection.respond(200, json.dumps({'status': 'ok', 'face_target': target}))
        if request.path != self.STATE:
            return None
        state = {'head_pose': self.pose, 'body_yaw': self.body, 'antennas_position': self.antennas}
        return connection.respond(200 if self.pose else 503, json.dumps(state))

    def _serve(self, connection: ServerConnection) -> None:
        assert connection.request is not None and connection.request.path == self._path
        self.connections.append(connection)
        try:
            for text in connection:
                self.messages.append(json.loads(text))
                if self.pose is not None:
                    self.pose = self.messages[-1]['target_head_pose']
                    self.body = self.messages[-1]['target_body_yaw']
                    self.antennas = self.messages[-1]['target_antennas']
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
    wait_until(lambda: sender.connected)
    sender.send(WHOLE)
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
            },
            'target_antennas': [0.5, -0.6],
            'target_body_yaw': 0.4,
        }
    ]
    assert sender.trouble == '' and not warned
    wait_until(lambda: informed == [f'connected to {robot.url}'])


def test_furhat_is_asked_first_and_gets_degrees(robots: list[Any], monkeypatch: Any) -> None:
    monkeypatch.setenv(KEY_VARIABLE, 'sesame')
    robot = Robot('/v1/events', furhat)
    robots.append(robot)
    sender, _, warned = make(robots, 'furhat', robot.url)
    wait_until(lambda: sender.connected)
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


def test_furhat_is_told_a_colour_when_it_changes(robots: list[Any]) -> None:
    robot = Robot('/v1/events', furhat)
    robots.append(robot)
    data = yaml.safe_load((resource_path('config/robots') / 'furhat.yaml').read_text())
    light = dict(data['joints'][0], name='light', axis='light', minimum=-1.0, maximum=1.0, sign=1)
    shining = parse_profile({**data, 'url': robot.url, 'joints': [*data['joints'], light]}, 'mine')
    assert isinstance(shining.interface, LinkInterface)
    sender = shining.interface.connector(shining.joints, print, print)()
    robots.append(sender)
    wait_until(lambda: sender.connected)

    def poses() -> int:
        return sum(message['type'] == 'request.face.headpose' for message in robot.messages)

    for count, warmth in enumerate((0.0, 0.01, 1.0)):
        sender.send(HeadCommand(0, (0.1, -0.2, 0.3, warmth), (0.0,) * 4))
        wait_until(partial(lambda least: poses() > least, count))
    wait_until(lambda: robot.messages[-1] == {'type': 'request.led.set', 'color': '#c86e14'})
    colours = [m['color'] for m in robot.messages if m['type'] == 'request.led.set']
    assert colours[0] == '#282828' and colours.count('#282828') == 1


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


def checked_robot(robots: list[Any], tmp_path: Path) -> tuple[Robot, Path]:
    """Return a Reachy Mini and its profile."""
    robot = Robot('/api/move/ws/set_target', reachy)
    robots.append(robot)
    shipped = (resource_path('config/robots') / 'reachy_mini.yaml').read_text(encoding='utf-8')
    mine = tmp_path / 'mine.yaml'
    mine.write_text(yaml.safe_dump(yaml.safe_load(shipped) | {'url': robot.url}))
    return robot, mine


def axes_turned(robot: Robot) -> set[str]:
    """Return the axes about which it was turned."""
    return {axis for m in robot.messages for axis, v in m['target_head_pose'].items() if v}


def test_check_moves_a_robot_over_its_own_connection(
    robots: list[Any], monkeypatch: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(robot_command, 'HOLD', 0.12)
    monkeypatch.setattr(robot_mover, 'MEASURED_WAIT', 0.2)
    robot, mine = checked_robot(robots, tmp_path)
    assert main(['robot', 'check', str(mine), '--move']) == 0
    assert f'connected to {robot.url}' in capsys.readouterr().out
    assert axes_turned(robot) == {'roll', 'pitch', 'yaw'}
    for side in (0, 1):
        told = [message['target_antennas'][side] for message in robot.messages]
        assert max(told) - min(told) > 0.1
    robot.close()
    monkeypatch.setattr(robot_command, 'PATIENCE', 0.2)
    assert main(['robot', 'check', str(mine), '--move']) == 1
    assert (
        f'vico robot: there is no connection to the robot: {robot.url}' in capsys.readouterr().err
    )


def test_check_on_a_machine_that_stalls_leaves_no_pose_out(
    robots: list[Any], monkeypatch: Any, tmp_path: Path
) -> None:
    monkeypatch.setattr(robot_command, 'HOLD', 0.06)
    monkeypatch.setattr(robot_mover, 'MEASURED_WAIT', 0.5)
    robot, mine = checked_robot(robots, tmp_path)
    turn, stalls = RobotMover.turn, iter([1.1])

    def stalled(mover: RobotMover, face: FaceMotion) -> None:
        if face.rotation[0]:  # the first pose of all is a roll
            time.sleep(next(stalls, 0.0))
        turn(mover, face)

    monkeypatch.setattr(RobotMover, 'turn', stalled)
    assert main(['robot', 'check', str(mine), '--move']) == 0
    assert next(stalls, None) is None
    assert axes_turned(robot) == {'roll', 'pitch', 'yaw'}


def test_reachy_mini_says_where_its_head_is(tmp_path: Path) -> None:
    class Daemon(BaseHTTPRequestHandler):
        pose = b'"head_pose": {"roll": 0.1, "pitch": -0.2, "yaw": 0.3}'
        answers = [
            b'not json',
            b'[]',
            b'{"head_pose": null, "body_yaw": 0.4}',
            b'{' + pose + b', "body_yaw": 0.4, "antennas_position": null}',
            b'{' + pose + b', "body_yaw": 0.4, "antennas_position": [0.5, -0.6]}',
        ]
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
        assert first is not None and first[1] == [0.1, -0.2, 0.3, 0.4, 0.5, -0.6]
        wait_until(lambda: (newest := poll.newest()) is not None and newest[0] > first[0])
        assert set(Daemon.asked) == {'/api/state/full'}
        assert len(Daemon.asked) >= 5  # what it cannot read is asked for again
        poll.close()
        server.shutdown()


@pytest.mark.trouble(
    'robot',
    "Reachy Mini's own head tracking (`start_head_tracking`) is on",
    sees='The diagnostics of `head` warn, because it makes our motion smaller by its weight.',
)
def test_reachy_minis_own_tracking_is_noticed(robots: list[Any]) -> None:
    robot = Robot('/api/move/ws/set_target', reachy)
    robots.append(robot)
    sender, _, _ = make(robots, 'reachy_mini', robot.url)
    wait_until(lambda: sender.connected and not sender.trouble)
    robot.tracking = True
    wait_until(lambda: 'head tracking of its daemon also turns the head' in sender.trouble)
    sender.send(WHOLE)
    wait_until(lambda: bool(robot.messages))
    robot.tracking = False
    wait_until(lambda: not sender.trouble)


@pytest.mark.parametrize(
    'state', [None, [], {}, {'face_target': None}, {'face_target': {'detected': 'yes'}}]
)
def test_what_says_nothing_of_a_tracking_is_none(state: Any) -> None:
    interface = load_profile('reachy_mini').interface
    assert isinstance(interface, WebSocketInterface)
    assert interface.rival_url == 'http://reachy-mini.local:8000/api/media/tracking/face'
    assert interface.rival(state) == ''


def test_error_that_the_robot_answers_is_logged_once(robots: list[Any]) -> None:
    complaint = {'status': 'error', 'detail': 'the robot sleeps'}
    robot = Robot('/api/move/ws/set_target', lambda message: complaint)
    robots.append(robot)
    sender, _, warned = make(robots, 'reachy_mini', robot.url)

    def refused() -> bool:
        sender.send(WHOLE)
        return len(robot.messages) > 5 and bool(warned)

    wait_until(refused)
    assert len(warned) == 1 and 'the robot sleeps' in warned[0]
    assert sender.trouble == 'the robot sleeps'


def test_slow_robot_gets_the_newest_and_never_blocks(robots: list[Any], monkeypatch: Any) -> None:
    monkeypatch.setattr(web_socket_link, 'UNHEARD', 60.0)  # slow, but no more than that
    robot = Robot('/api/move/ws/set_target', reachy)
    robots.append(robot)
    sender, _, _ = make(robots, 'reachy_mini', robot.url)
    wait_until(lambda: sender.connected)
    sender.send(WHOLE)
    wait_until(lambda: robot.messages)
    robot.paused.set()
    # Far more than every buffer on the way holds; a sender that waits would never get through.
    for n in range(200_000):
        sender.send(replace(WHOLE, stamp=n, positions=(0.0, 0.0, n * 1e-6, 0.0, 0.0, 0.0)))
    robot.paused.clear()
    last = 199_999 * 1e-6
    wait_until(lambda: robot.messages[-1]['target_head_pose']['yaw'] == pytest.approx(last))
    assert len(robot.messages) < 200_000


def test_loss_is_logged_once_and_what_was_to_be_sent_is_dropped(
    robots: list[Any], monkeypatch: Any
) -> None:
    monkeypatch.setattr(web_socket_link, 'RETRY', 0.05)
    robot = Robot('/api/move/ws/set_target', reachy)
    sender, informed, warned = make(robots, 'reachy_mini', robot.url)
    wait_until(lambda: sender.connected)
    sender.send(WHOLE)
    wait_until(lambda: robot.messages)
    robot.close()

    def lost() -> bool:
        sender.send(WHOLE)
        return bool(warned)

    wait_until(lost)
    assert not sender.connected
    sender.send(WHOLE)
    time.sleep(0.3)  # several attempts
    assert len(warned) == 1 and 'no connection to the robot, trying again' in warned[0]
    assert sender.trouble
    back = Robot('/api/move/ws/set_target', reachy, robot.port)
    robots.insert(0, back)
    wait_until(lambda: sender.connected)
    wait_until(lambda: len(informed) == 2)
    assert sender.trouble == ''
    sender.send(replace(WHOLE, stamp=1, positions=(0.0, 0.0, -0.5, 0.0, 0.0, 0.0)))
    wait_until(lambda: back.messages)
    assert back.messages[0]['target_head_pose']['yaw'] == -0.5


@pytest.mark.trouble(
    'robot',
    "A robot's program hangs for seconds while its connection remains",
    sees='After a second the log says that it has not answered, and nothing more is sent; later '
    'the head begins from where it is.',
)
def test_a_robot_whose_program_hangs_is_lost(robots: list[Any], monkeypatch: Any) -> None:
    monkeypatch.setattr(web_socket_link, 'RETRY', 0.05)
    robot = Robot('/api/move/ws/set_target', reachy)
    robots.append(robot)
    sender, informed, warned = make(robots, 'reachy_mini', robot.url)
    wait_until(lambda: sender.connected)
    robot.paused.set()

    def lost() -> bool:
        sender.send(WHOLE)  # the network takes them all
        return bool(warned)

    wait_until(lost)
    assert 'it has not answered for 1 s' in warned[0]
    robot.paused.clear()
    wait_until(lambda: len(informed) == 2)
    assert sender.trouble == ''
    sender.send(replace(WHOLE, stamp=1, positions=(0.0, 0.0, -0.5, 0.0, 0.0, 0.0)))
    # What was under way before may still come after it.
    wait_until(lambda: any(m['target_head_pose']['yaw'] == -0.5 for m in list(robot.messages)))


def test_what_a_robot_said_before_it_was_lost_does_not_count(
    robots: list[Any], monkeypatch: Any
) -> None:
    monkeypatch.setattr(web_socket_link, 'RETRY', 0.05)
    robot = Robot('/api/move/ws/set_target', reachy, pose={'roll': 0.0, 'pitch': 0.0, 'yaw': 0.3})
    link, _, warned = make(robots, 'reachy_mini', robot.url)
    wait_until(link.measured)
    robot.close()
    wait_until(lambda: warned)
    assert link.measured() is None
    robots.insert(0, Robot('/api/move/ws/set_target', reachy, robot.port))  # it says nothing yet
    wait_until(lambda: link.connected)
    assert link.measured() is None


STEP = 0.25
"""Rad; see `slow`."""


def slow(url: str) -> RobotProfile:
    """A Reachy Mini of 1 rad/s: left for longer than 0.1 s it begins anew, from where it is.

    Hence no command leads further than 0.1 s and a period of both, whatever the machine does.
    """
    data = yaml.safe_load((resource_path('config/robots') / 'reachy_mini.yaml').read_text())
    for joint in data['joints']:
        joint['max_velocity'] = 1.0
    return parse_profile({**data, 'url': url}, 'slow')


def turned(yaw: float) -> FaceMotion:
    """A face that looks aside, rad."""
    return FaceMotion(np.zeros(52, np.float32), np.array([0.0, 0.0, yaw], np.float32))


def begun(robots: list[Any], monkeypatch: Any, patience: float) -> tuple[Robot, RobotMover]:
    """A robot that looks ahead, and what has begun to move it; it is missed for `patience` s."""
    monkeypatch.setattr(web_socket_link, 'RETRY', 0.05)
    robot = Robot('/api/move/ws/set_target', reachy, pose={'roll': 0.0, 'pitch': 0.0, 'yaw': 0.0})
    mover = RobotMover(slow(robot.url), patience)
    robots.append(mover)
    mover.begin(turned(0.0))
    return robot, mover


@pytest.mark.trouble(
    'robot',
    'The program of a robot with a WebSocket restarts, and the head is elsewhere afterwards',
    sees='Nothing is sent while it is away; when it is back, the head begins from where it is.',
)
@pytest.mark.parametrize('away', [-0.6, 0.0, 0.55])
def test_a_robot_that_starts_anew_elsewhere_is_begun_with_there(
    robots: list[Any], monkeypatch: Any, capsys: pytest.CaptureFixture[str], away: float
) -> None:
    robot, mover = begun(robots, monkeypatch, patience=10.0)

    def turn(done: Callable[[], bool]) -> None:
        def has_turned() -> bool:
            mover.turn(turned(0.4 + 1e-6 * (time.monotonic_ns() % 7)))  # it did not freeze
            return done()

        wait_until(has_turned)

    turn(lambda: robot.messages[-1]['target_head_pose']['yaw'] > 0.4)
    port = robot.port
    robot.close()
    again: list[Robot] = []

    def restart() -> None:
        time.sleep(0.3)
        pose = {'roll': 0.1, 'pitch': -0.2, 'yaw': away}
        again.append(Robot('/api/move/ws/set_target', reachy, port, pose))

    starter = threading.Thread(target=restart)
    starter.start()
    turn(lambda: bool(again) and len(again[0].messages) > 60)
    starter.join()
    robots.insert(0, again[0])
    turn(lambda: again[0].messages[-1]['target_head_pose']['yaw'] > 0.4)
    poses = [m['target_head_pose'] for m in again[0].messages]
    path = np.array([[0.1, -0.2, away], *([p['roll'], p['pitch'], p['yaw']] for p in poses)])
    assert np.abs(path[1] - path[0]).max() < 0.02
    assert np.abs(np.diff(path, axis=0)).max() < STEP
    assert 'The robot was lost, and is back' in capsys.readouterr().err


def test_a_robot_that_stays_away_is_not_waited_for_for_ever(
    robots: list[Any], monkeypatch: Any
) -> None:
    robot, mover = begun(robots, monkeypatch, patience=0.5)
    robot.close()
    with pytest.raises(UnavailableError, match='the connection to the robot is lost: ws://127'):
        wait_until(lambda: mover.turn(turned(0.4)))


def test_a_refusal_is_forgotten_once_the_robot_takes_commands(
    robots: list[Any], monkeypatch: Any
) -> None:
    monkeypatch.setattr(web_socket_link, 'FORGIVEN', 0.2)
    asleep = threading.Event()
    asleep.set()

    def sleepy(message: dict) -> dict | None:
        return {'status': 'error', 'detail': 'it sleeps'} if asleep.is_set() else None

    robot = Robot('/api/move/ws/set_target', sleepy)
    robots.append(robot)
    sender, informed, warned = make(robots, 'reachy_mini', robot.url)

    def send_until(condition: Callable[[], bool]) -> None:
        def done() -> bool:
            sender.send(WHOLE)
            return condition()

        wait_until(done)

    send_until(lambda: sender.trouble == 'it sleeps')
    asleep.clear()
    send_until(lambda: sender.trouble == '')
    assert informed[-1] == f'{robot.url} takes commands again' and len(warned) == 1
    asleep.set()
    send_until(lambda: len(warned) == 2)


def test_robot_that_is_not_there_is_no_reason_to_wait(robots: list[Any]) -> None:
    sender, _, warned = make(robots, 'furhat', 'ws://127.0.0.1:9/v1/events')
    sender.send(COMMAND)
    wait_until(lambda: warned)
    sender.close()
    assert sender.trouble.startswith('ws://127.0.0.1:9/v1/events: ')
