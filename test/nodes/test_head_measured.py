"""The head node and a robot's neck over DDS: it begins where that is, and sees it follow."""

import math
import re
import time
from typing import Any

import numpy as np
import pytest
from graph import Graph
from graph import wait_until
from neck import Neck
from rclpy.lifecycle import TransitionCallbackReturn
from test_head_node import TOPIC
from test_head_node import motion
from trajectory_msgs.msg import JointTrajectory

from vico_listener import msg
from vico_listener.nodes.head_node import HeadNode
from vico_listener.robot import load_profile

PROFILE = load_profile('generic_3dof')
WARN, OK = b'\x01', b'\x00'


def start(graph: Graph, positions: list[float], **parameters: Any) -> tuple[HeadNode, Neck, Any]:
    neck = graph.add(Neck(PROFILE, positions, context=graph.context))
    head = graph.make(HeadNode, robot='generic_3dof', **parameters)
    publisher = graph.tester().create_publisher(msg.ListenerMotion, 'motion', 60)
    assert graph.run(head.trigger_configure) == TransitionCallbackReturn.SUCCESS
    assert graph.run(head.trigger_activate) == TransitionCallbackReturn.SUCCESS
    wait_until(lambda: publisher.get_subscription_count() == 1)
    return head, neck, publisher


def listen(publisher: Any, done: Any, yaw_pitch: tuple[float, float] = (0.0, 0.0)) -> None:
    """Send motions until it is done."""
    sent = 0

    def ready() -> bool:
        nonlocal sent
        sent += 1
        message = motion(sent, yaw_pitch[1] + 1e-6 * (sent % 7))
        message.face.rotation[2] = yaw_pitch[0]
        publisher.publish(message)
        time.sleep(1 / 30)
        return bool(done())

    wait_until(ready)


@pytest.mark.trouble(
    'robot',
    'The head is elsewhere at the start, or another program moved it while it was released',
    sees='The head begins from there and is eased in over 2 s.',
)
def test_begins_where_the_neck_is_also_after_others_moved_it(graph: Graph) -> None:
    away = [0.9, -0.4, 0.2]
    head, neck, publisher = start(graph, away, measured_wait=10.0)
    listen(publisher, lambda: len(neck.asked) > 50)
    assert neck.asked[0] == pytest.approx(away, abs=0.01)
    listen(publisher, lambda: np.abs(neck.positions).max() < 0.01)
    values = head.diagnose()[2]
    assert (values['start'], values['limits'], values['following']) == ('measured', 'ok', 'ok')
    assert values['joints'] == 'joint_states'
    assert np.abs(np.diff(neck.asked, axis=0)).max() < 3.0 * 0.02 + 1e-6
    # Released, moved by another program, taken back.
    wait_until(lambda: head.diagnose()[1].startswith('no motion'))
    wait_until(lambda: len(neck.asked) == head.diagnose()[2]['commands'])
    neck.positions = np.array([-0.8, 0.3, 0.0])
    time.sleep(0.5)
    count = len(neck.asked)
    listen(publisher, lambda: len(neck.asked) > count + 10)
    assert neck.asked[count] == pytest.approx([-0.8, 0.3, 0.0], abs=0.01)


@pytest.mark.trouble(
    'robot',
    'A joint is blocked, an emergency stop is pressed, or another program moves it',
    sees='WARN: `... is ... degrees away from its target`, or `... moved by ... of ... degrees '
    'that it was sent`. It is not pushed.',
    remedy='Free it; it then starts gently.',
)
def test_a_neck_that_is_blocked_is_named(graph: Graph, capfd: pytest.CaptureFixture[str]) -> None:
    head, neck, publisher = start(graph, [0.0, 0.0, 0.0], measured_wait=10.0)
    neck.blocked = True
    listen(publisher, lambda: head.diagnose()[2]['following'] != 'ok', (0.7, 0.0))
    level, message, values = head.diagnose()
    assert level == WARN
    # Where a stall had the head begin anew, it is not far from there yet.
    assert re.match(
        r'head_yaw (is|was|moved by) .* (target|sent), for \S+ s: is it blocked', message
    )
    listen(publisher, lambda: abs(neck.asked[-1][0]) < math.radians(1.6), (0.7, 0.0))
    assert 'does another program move it, or does its controller refuse' in capfd.readouterr().err
    neck.blocked = False
    listen(publisher, lambda: neck.positions[0] > 0.69, (0.7, 0.0))
    assert head.diagnose()[2]['following'] == 'ok'


def test_a_neck_that_is_blocked_does_not_keep_the_head_awake(
    graph: Graph, capfd: pytest.CaptureFixture[str]
) -> None:
    head, neck, publisher = start(graph, [0.0, 0.0, 0.0], measured_wait=10.0)
    listen(publisher, lambda: neck.positions[0] > 0.69, (0.7, 0.0))
    neck.blocked = True
    listen(publisher, lambda: head.diagnose()[2]['following'] != 'ok')
    said = 'no motion: the head rests, although head_yaw '
    wait_until(lambda: head.diagnose()[1].startswith(said), 30.0)
    assert said in capfd.readouterr().err
    wait_until(lambda: len(neck.asked) == head.diagnose()[2]['commands'])
    count = len(neck.asked)
    time.sleep(0.3)
    assert len(neck.asked) == count
    assert abs(neck.asked[-1][0] - neck.positions[0]) < math.radians(1.6)
    # It is known from the start when the head is taken back.
    listen(publisher, lambda: len(neck.asked) > count)
    assert re.match('head_yaw (is|was|moved by) ', head.diagnose()[2]['following'])


def test_a_neck_that_is_blocked_while_it_nods_is_named(
    graph: Graph, capfd: pytest.CaptureFixture[str]
) -> None:
    head, neck, publisher = start(graph, [0.0, 0.0, 0.0], measured_wait=10.0)
    begin = time.monotonic()

    def nod(done: Any) -> None:
        sent = 0

        def ready() -> bool:
            nonlocal sent
            sent += 1
            seconds = time.monotonic() - begin
            publisher.publish(motion(sent, 0.045 * math.sin(math.tau * seconds)))
            time.sleep(1 / 30)
            return bool(done())

        wait_until(ready)

    nod(lambda: time.monotonic() - begin > 3.0 and head.diagnose()[1] == 'following')
    neck.blocked = True
    nod(lambda: head.diagnose()[2]['following'] != 'ok')
    level, message, _ = head.diagnose()
    assert level == WARN
    found = re.match(r'head_pitch moved by \S+ of (\S+) degrees that it was sent, for', message)
    assert found is not None and 2.5 < float(found[1]) < 5.5
    assert message.endswith('stays within 1.5 degrees of where it is until it moves')
    assert 'head_pitch moved by ' in capfd.readouterr().err
    neck.blocked = False
    nod(lambda: head.diagnose()[:2] == (OK, 'following'))


@pytest.mark.trouble(
    'robot',
    'Nobody publishes `joint_states`',
    sees='WARN: `the position of the head is not known ...: it eases in from ...`.',
    remedy='Start their publisher, or name another source in `measured` of the profile.',
)
def test_a_neck_that_says_nothing_gets_time(
    graph: Graph, capfd: pytest.CaptureFixture[str]
) -> None:
    neck = Neck(PROFILE, context=graph.context)
    neck.silent = True
    graph.add(neck)
    commands = graph.record(graph.tester(), JointTrajectory, TOPIC)
    head = graph.make(HeadNode, robot='generic_3dof', measured_wait=0.2)
    assert graph.run(head.trigger_configure) == TransitionCallbackReturn.SUCCESS
    assert graph.run(head.trigger_activate) == TransitionCallbackReturn.SUCCESS
    publisher = graph.tester().create_publisher(msg.ListenerMotion, 'motion', 60)
    wait_until(lambda: publisher.get_subscription_count() == 1)
    listen(publisher, lambda: len(commands) > 5)
    assert commands[0].points[0].time_from_start.sec in (1, 2)
    assert list(commands[0].points[0].positions) == [0.0, 0.0, 0.0]
    level, message, values = head.diagnose()
    assert (level, values['start']) == (WARN, 'assumed')
    reason = 'the position of the head is not known (joint_states: nobody publishes the positions'
    assert message.startswith(reason)
    assert reason in capfd.readouterr().err


def test_a_controller_state_needs_its_messages(
    graph: Graph, tmp_path: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip('test_head_outputs')
    from test_head_outputs import changed

    measured = {'source': 'controller_state', 'topic': 'head_controller/controller_state'}
    head = graph.make(HeadNode, robot=changed(tmp_path, 'generic_3dof', measured=measured))
    try:
        import control_msgs  # noqa: F401
    except ModuleNotFoundError:
        assert graph.run(head.trigger_configure) == TransitionCallbackReturn.FAILURE
        assert 'measured: needs the ROS package control_msgs' in capfd.readouterr().err
    else:
        assert graph.run(head.trigger_configure) == TransitionCallbackReturn.SUCCESS
