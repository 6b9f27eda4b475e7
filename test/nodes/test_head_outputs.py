"""The head node's back ends: each robot gets its own message, or the reason why not."""

import json
import math
import re
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from geometry_msgs.msg import PoseStamped
from graph import Graph
from graph import wait_until
from made_faces import face_with
from rclpy.lifecycle import TransitionCallbackReturn
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray
from std_msgs.msg import Int16MultiArray
from std_msgs.msg import String
from trajectory_msgs.msg import JointTrajectory

from vico_listener.cli import robot as robot_command
from vico_listener.cli.main import main
from vico_listener.clock import tick_stamp
from vico_listener.frames import ListenerMotion
from vico_listener.frames import Timing
from vico_listener.motion import Attitude
from vico_listener.nodes.head_node import HeadNode
from vico_listener.resources import resource_path
from vico_listener.robot import HeadCommand
from vico_listener.robot.fields import Fields
from vico_listener.robot.interfaces import LinkInterface
from vico_listener.robot.interfaces import Payload
from vico_listener.robot.interfaces import RobotLink
from vico_listener.robot.interfaces.robot_interface import Log

try:
    import naoqi_bridge_msgs  # noqa: F401

    HAS_NAOQI = True
except ImportError:
    HAS_NAOQI = False


def motion(stamp: int, pitch: float) -> ListenerMotion:
    face, timing = face_with(rotation=(0, pitch, 0)), Timing(received=time.time())
    return ListenerMotion(stamp, stamp, face, Attitude.NEUTRAL, 1.0, True, 'test', timing=timing)


def nod(graph: Graph, head: HeadNode, ready: Callable[[], bool]) -> None:
    """Look down until something has come of it."""
    tick = 0

    def follow() -> bool:
        nonlocal tick
        tick += 1
        head.follow(motion(tick_stamp(tick), 0.2 + 1e-6 * tick))
        time.sleep(0.02)
        return ready()

    wait_until(follow)


def bring_up(graph: Graph, robot: str) -> HeadNode:
    # Nobody says where the head is: it begins straight ahead, and eases in.
    head = graph.make(HeadNode, subscribe=False, robot=robot, measured_wait=0.0)
    assert graph.run(head.trigger_configure) == TransitionCallbackReturn.SUCCESS
    assert graph.run(head.trigger_activate) == TransitionCallbackReturn.SUCCESS
    return head


def changed(path: Path, name: str, **fields: Any) -> str:
    """A profile like a shipped one, but for some fields."""
    data = yaml.safe_load((resource_path('config/robots') / f'{name}.yaml').read_text())
    for field, value in fields.items():
        if value is None:
            del data[field]
        else:
            data[field] = value
    file = path / 'mine.yaml'
    file.write_text(yaml.safe_dump(data))
    return str(file)


def test_qtrobot_gets_degrees(graph: Graph) -> None:
    commands = graph.record(graph.tester(), Float64MultiArray, '/qt_robot/head_position/command')
    head = bring_up(graph, 'qtrobot')
    nod(graph, head, lambda: bool(commands) and commands[-1].data[1] > 11.0)
    assert list(commands[-1].data) == pytest.approx([0.0, 11.46], abs=0.5)


def test_pose_has_frame_and_stamp(graph: Graph) -> None:
    poses = graph.record(graph.tester(), PoseStamped, 'head_pose')
    head = bring_up(graph, 'generic_pose')
    nod(graph, head, lambda: bool(poses) and poses[-1].pose.orientation.y > 0.095)
    last = poses[-1]
    assert last.header.frame_id == 'head_base'
    assert abs(last.header.stamp.sec - time.time()) < 60
    turn = last.pose.orientation  # half the angle, about y
    assert (turn.x, turn.z) == (0.0, 0.0)
    assert turn.w**2 + turn.y**2 == pytest.approx(1.0)


def test_joint_state_names_its_joints(graph: Graph, tmp_path: Path) -> None:
    robot = changed(tmp_path, 'generic_2dof', interface='joint_state', topic='neck', lookahead=None)
    states = graph.record(graph.tester(), JointState, 'neck')
    head = bring_up(graph, robot)
    nod(graph, head, lambda: bool(states) and states[-1].position[1] > 0.19)
    assert states[-1].name == ['head_pan_joint', 'head_tilt_joint']
    assert max(state.velocity[1] for state in states) > 0.1


@pytest.mark.skipif(HAS_NAOQI, reason='naoqi_bridge_msgs is installed')
@pytest.mark.parametrize('robot', ['nao', 'pepper'])
def test_robot_whose_messages_are_missing_is_refused_with_the_reason(
    graph: Graph, robot: str, capfd: pytest.CaptureFixture[str]
) -> None:
    head = graph.make(HeadNode, robot=robot)
    assert graph.run(head.trigger_configure) == TransitionCallbackReturn.FAILURE
    reason = f"robot '{robot}' needs the ROS package naoqi_bridge_msgs, which is not installed"
    assert reason in capfd.readouterr().err


def test_reachy_mini_is_commanded_and_missed(graph: Graph, tmp_path: Path) -> None:
    server = pytest.importorskip('websockets.sync.server')
    told: list[dict[str, Any]] = []
    daemon = server.serve(
        lambda connection: told.extend(json.loads(text) for text in connection), '127.0.0.1', 0
    )
    thread = threading.Thread(target=daemon.serve_forever, daemon=True)
    port = daemon.socket.getsockname()[1]
    robot = changed(tmp_path, 'reachy_mini', url=f'ws://127.0.0.1:{port}/api/move/ws/set_target')
    head = bring_up(graph, robot)
    # It waits in the background for a robot that is not up yet, and says so.
    nod(graph, head, lambda: head.diagnose()[1].startswith('the robot does not follow'))
    thread.start()
    nod(graph, head, lambda: bool(told) and told[-1]['target_head_pose']['pitch'] > 0.19)
    assert 'nobody publishes the positions of the joints' in head.diagnose()[1]
    assert graph.run(head.trigger_deactivate) == TransitionCallbackReturn.SUCCESS
    daemon.shutdown()


def test_interface_of_another_package_is_published(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The example of docs/robots.md, found by Python as an installed package would be."""
    text = (Path(__file__).resolve().parents[2] / 'docs' / 'robots.md').read_text(encoding='utf-8')
    (code,) = re.findall(r'```python\n(.*?)```', text, re.S)
    (settings,) = re.findall(r'```yaml\n(interface: my_robot.*?)```', text, re.S)
    (tmp_path / 'my_robot').mkdir()
    (tmp_path / 'my_robot' / 'neck.py').write_text(code, encoding='utf-8')
    monkeypatch.syspath_prepend(tmp_path)
    own = yaml.safe_load(settings)
    robot = changed(tmp_path, 'generic_2dof', lookahead=None, **own)
    steps = graph.record(graph.tester(), Int16MultiArray, own['topic'])
    head = bring_up(graph, robot)
    nod(graph, head, lambda: bool(steps) and steps[-1].data[1] > 128)
    assert list(steps[-1].data) == pytest.approx([0, 0.2 * 4096 / (2 * math.pi)], abs=2)


def test_interface_with_a_connection_of_its_own(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[HeadCommand] = []

    class SerialLink:
        connected = True
        trouble = ''

        def send(self, command: HeadCommand) -> None:
            sent.append(command)

        def close(self) -> None:
            self.trouble = 'closed'

    link = SerialLink()

    class Serial(LinkInterface):
        name = 'serial'

        def __init__(self, fields: Fields) -> None:
            self.port = fields.text('port')

        @property
        def target(self) -> str:
            return self.port

        def payload(self, joints: Any, command: HeadCommand, ahead: float = 0.0) -> Payload:
            return {'angles': command.positions}

        def connector(self, joints: Any, inform: Log, warn: Log) -> Callable[[], RobotLink]:
            return lambda: link

    module = ModuleType('serial_neck')
    vars(module)['Serial'] = Serial
    monkeypatch.setitem(sys.modules, 'serial_neck', module)
    own = {'interface': 'serial_neck:Serial', 'port': '/dev/neck', 'topic': None}
    head = bring_up(graph, changed(tmp_path, 'generic_2dof', lookahead=None, **own))
    nod(graph, head, lambda: bool(sent) and sent[-1].positions[1] > 0.19)
    assert 'the robot does not report it' in head.diagnose()[1]
    nod(graph, head, lambda: head.diagnose()[1] == 'following')
    link.connected, link.trouble = False, 'the cable is out'
    count, until = len(sent), time.monotonic() + 0.3
    nod(graph, head, lambda: time.monotonic() > until)
    assert len(sent) <= count + 1  # one was under way
    assert head.diagnose()[1] == 'the robot does not follow: the cable is out'
    count = len(sent)
    link.connected, link.trouble = True, ''
    # It is assumed where it was, and eased in anew.
    nod(graph, head, lambda: len(sent) > count)
    assert 'the robot does not report it' in head.diagnose()[1]
    link.trouble = 'the cable is out'
    assert graph.run(head.trigger_deactivate) == TransitionCallbackReturn.SUCCESS
    assert link.trouble == 'closed'


def test_commands_are_returned_as_they_are_published(graph: Graph) -> None:
    published = graph.record(graph.tester(), JointTrajectory, 'head_controller/joint_trajectory')
    replay = {'use_sim_time': True, 'lossless': True}
    head = graph.make(HeadNode, subscribe=False, robot='generic_2dof', **replay)
    assert graph.run(head.trigger_configure) == TransitionCallbackReturn.SUCCESS
    assert head.follow(motion(tick_stamp(1), 0.2)) == []  # not active yet
    assert graph.run(head.trigger_activate) == TransitionCallbackReturn.SUCCESS
    wait_until(lambda: head.count_subscribers('head_controller/joint_trajectory') > 0)
    returned = [c for n in range(1, 30) for c in head.follow(motion(tick_stamp(n), 0.01 * n))]
    assert head.follow(motion(tick_stamp(29), 0.1)) == []  # no news
    wait_until(lambda: len(published) == len(returned))
    assert [tuple(m.points[0].positions) for m in published] == [c.positions for c in returned]


def test_check_moves_a_robot_on_its_topic(
    graph: Graph, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(robot_command, 'HOLD', 0.06)
    monkeypatch.setattr(robot_command, 'PATIENCE', 1.0)
    assert main(['robot', 'check', 'generic_2dof', '--move']) == 1
    told = capsys.readouterr().err
    assert 'nobody subscribes to /head_controller/joint_trajectory: start the robot' in told
    assert '(--command TOPIC)' in told
    deaf = graph.tester()
    deaf.create_subscription(String, '/head_controller/joint_trajectory', lambda message: None, 1)
    assert main(['robot', 'check', 'generic_2dof', '--move']) == 1
    assert 'takes std_msgs/msg/String on /head_controller/' in capsys.readouterr().err
    graph.remove(deaf)
    monkeypatch.undo()
    monkeypatch.setattr(robot_command, 'HOLD', 0.06)
    moved = graph.record(graph.tester(), JointTrajectory, 'head_controller/joint_trajectory')
    assert main(['robot', 'check', 'generic_2dof', '--move']) == 0
    wait_until(lambda: len(moved) > 7)
    last = moved[-1]
    assert (last.header.stamp.sec, last.header.stamp.nanosec) == (0, 0)
    # A command is sent up to one step before it is due; `lookahead` is 0.04 s.
    assert 0 < last.points[-1].time_from_start.nanosec <= 60_000_000


def test_source_that_repeats_itself_is_no_source(graph: Graph) -> None:
    graph.record(graph.tester(), JointTrajectory, 'head_controller/joint_trajectory')
    head = bring_up(graph, 'generic_3dof')
    for tick in range(1, 20):
        head.follow(motion(tick_stamp(tick), 0.3))
        time.sleep(1 / 30)

    def rests() -> bool:
        head.follow(motion(tick_stamp(19), 0.3))
        time.sleep(1 / 30)
        return head.diagnose()[1].startswith('no motion: the head rests')

    wait_until(rests)


def test_an_avatar_is_driven_without_a_robot(graph: Graph) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(('127.0.0.1', 0))
        receiver.settimeout(10.0)
        address = f'127.0.0.1:{receiver.getsockname()[1]}'
        head = graph.make(HeadNode, subscribe=False, avatar=address)
        assert graph.run(head.trigger_configure) == TransitionCallbackReturn.SUCCESS
        assert graph.run(head.trigger_activate) == TransitionCallbackReturn.SUCCESS
        head.follow(motion(tick_stamp(1), 0.2))
        assert b'/VMC/Ext/Bone/Pos' in receiver.recv(65536)
        wait_until(lambda: head.diagnose()[2]['avatar_motions'] == 1)
