"""The head node over DDS: commands in limits, prompt, and an eased stop."""

import math
import threading
import time
from typing import Any

import numpy as np
import pytest
from geometry_msgs.msg import PointStamped
from graph import Graph
from graph import wait_until
from made_faces import face_with
from neck import Neck
from rclpy.lifecycle import TransitionCallbackReturn
from trajectory_msgs.msg import JointTrajectory

from vico_listener import msg
from vico_listener.clock import NANOSECONDS
from vico_listener.clock import tick_stamp
from vico_listener.frames import ListenerMotion
from vico_listener.frames import Timing
from vico_listener.motion import Attitude
from vico_listener.nodes.convert import motion_message
from vico_listener.nodes.head_node import HeadNode
from vico_listener.nodes.topics import message_class
from vico_listener.robot import load_profile

TOPIC = 'head_controller/joint_trajectory'


def motion(stamp: int, pitch: float) -> msg.ListenerMotion:
    face, timing = face_with(rotation=(0, pitch, 0)), Timing(received=time.time())
    core = ListenerMotion(stamp, stamp, face, Attitude.NEUTRAL, 1.0, True, 'test', timing=timing)
    return motion_message(core, 'head')


def bring_up(graph: Graph, **parameters: Any) -> tuple[HeadNode, Any, list[JointTrajectory]]:
    profile = load_profile(parameters['robot'])
    if not profile.interface.lookahead:
        parameters['measured_wait'] = 0.0
        kind = message_class(profile.interface.message)
        graph.record(graph.tester(), kind, profile.topic)
    elif not parameters.get('lossless'):
        graph.add(Neck(profile, context=graph.context))
    head = graph.make(HeadNode, **parameters)
    tester = graph.tester()
    commands = graph.record(tester, JointTrajectory, TOPIC)
    publisher = tester.create_publisher(msg.ListenerMotion, 'motion', 60)
    assert graph.run(head.trigger_configure) == TransitionCallbackReturn.SUCCESS
    assert graph.run(head.trigger_activate) == TransitionCallbackReturn.SUCCESS
    wait_until(lambda: publisher.get_subscription_count() == 1)
    return head, publisher, commands


def pitch_path(commands: list[JointTrajectory]) -> np.ndarray:
    return np.array([c.points[-1].positions[1] for c in commands])


def test_live_motion_is_followed_and_then_eased_to_rest(graph: Graph) -> None:
    head, publisher, commands = bring_up(graph, robot='generic_3dof')
    # It eases in over 2 s.
    for n in range(80):
        publisher.publish(motion(head.get_clock().now().nanoseconds, 0.3 + 1e-6 * n))
        time.sleep(1 / 30)
    wait_until(lambda: len(commands) > 100)
    assert commands[-1].joint_names == ['head_yaw', 'head_pitch', 'head_roll']
    assert pitch_path(commands).max() == pytest.approx(0.3, abs=0.02)
    assert commands[0].header.stamp.sec == 0
    ahead = commands[-1].points[-1].time_from_start
    assert 0 < ahead.nanosec / NANOSECONDS <= 0.06  # `lookahead`, and a step of the grid
    wait_until(lambda: head.diagnose()[1].startswith('no motion'))
    count = head.diagnose()[2]['commands']
    wait_until(lambda: len(commands) == count)
    assert abs(pitch_path(commands)[-1]) < 2e-3
    time.sleep(0.3)
    assert len(commands) == count  # a resting head is left to whoever wants it
    assert head.diagnose()[2]['limits'] == 'ok'


@pytest.mark.parametrize('robot', ['generic_3dof', 'tiago', 'generic_pose'])
def test_limits_hold_live_however_unevenly_the_node_runs(graph: Graph, robot: str) -> None:
    head, publisher, _ = bring_up(graph, robot=robot)
    random = np.random.default_rng(0)
    over = threading.Event()

    def keep_busy() -> None:
        while not over.is_set():
            math.factorial(3000)  # holds the interpreter for a while

    beside = threading.Thread(target=keep_busy)
    beside.start()
    for n in range(60):
        publisher.publish(motion(n + 1, random.uniform(-0.6, 0.6)))
        time.sleep(random.uniform(0.0, 0.1))
    wait_until(lambda: head.diagnose()[2]['commands'] > 30)
    over.set()
    beside.join()
    assert head.diagnose()[2]['limits'] == 'ok'


def test_replay_gives_the_same_commands_at_any_speed(graph: Graph) -> None:
    paths = []
    for pause in (0.0, 0.01):
        replay = {'use_sim_time': True, 'lossless': True}
        head, publisher, commands = bring_up(graph, robot='generic_2dof', **replay)
        for n in range(60):
            publisher.publish(motion(tick_stamp(100 + n), 0.2 * math.sin(n / 5)))
            time.sleep(pause)
        wait_until(lambda found=commands: len(found) >= 99)
        paths.append([(c.header.stamp.nanosec, *c.points[0].positions) for c in commands[:99]])
        graph.run(head.trigger_deactivate)
        graph.remove(head)
    assert paths[0] == paths[1]


def test_nan_never_reaches_the_motor(graph: Graph) -> None:
    head, publisher, commands = bring_up(graph, robot='generic_3dof')
    for n in range(20):
        publisher.publish(motion(head.get_clock().now().nanoseconds, math.nan if n % 2 else 0.1))
        time.sleep(0.02)
    wait_until(lambda: head.diagnose()[2]['refused_motions'] >= 9)
    assert commands and all(np.isfinite(c.points[0].positions).all() for c in commands)
    assert 'not finite' in head.diagnose()[1]


def test_look_at_sets_the_base_gaze(graph: Graph) -> None:
    head, publisher, commands = bring_up(graph, robot='generic_3dof')
    tester = graph.tester()
    look = tester.create_publisher(PointStamped, 'look_at', 1)
    wait_until(lambda: look.get_subscription_count() == 1)
    target = PointStamped()
    target.point.x, target.point.y, target.point.z = 1.0, 1.0, 0.0  # 45 deg to the left

    def looks_left() -> bool:
        look.publish(target)  # again, because the node may not have matched yet
        publisher.publish(motion(head.get_clock().now().nanoseconds, 0.0))
        time.sleep(1 / 30)
        return bool(commands) and abs(commands[-1].points[0].positions[0] - math.pi / 4) < 0.01

    wait_until(looks_left)


def test_without_a_robot_nothing_is_commanded(graph: Graph) -> None:
    head = graph.make(HeadNode)
    assert graph.run(head.trigger_configure) == TransitionCallbackReturn.SUCCESS
    assert graph.run(head.trigger_activate) == TransitionCallbackReturn.SUCCESS
    assert head.diagnose()[1] == 'no robot is set (robot:=PROFILE)'
    assert graph.run(head.trigger_deactivate) == TransitionCallbackReturn.SUCCESS


def test_unknown_robot_is_refused_in_configure(graph: Graph) -> None:
    head = graph.make(HeadNode, robot='r2d2')
    assert graph.run(head.trigger_configure) == TransitionCallbackReturn.FAILURE
    assert (
        graph.run(head.trigger_configure) == TransitionCallbackReturn.FAILURE
    )  # and can be tried again
