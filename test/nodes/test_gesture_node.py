"""Gestures on command over DDS: the action and the topic of the listener node."""

from typing import Any

import numpy as np
import pytest
from action_msgs.msg import GoalStatus
from graph import Graph
from graph import wait_until
from rclpy.action import ActionClient
from std_msgs.msg import String
from test_listener_node import Bench
from vico_listener.action import PerformGesture

from vico_listener import msg


class Client:
    """A client of the action of a bench's listener."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._client = ActionClient(bench.tester, PerformGesture, 'listener/perform_gesture')
        self.feedback: list[Any] = []
        wait_until(self._client.server_is_ready)

    def send(self, **goal: Any) -> Any:
        """Send a goal, and return its handle."""
        future = self._client.send_goal_async(
            PerformGesture.Goal(**goal), lambda message: self.feedback.append(message.feedback)
        )
        wait_until(future.done)
        return future.result()


def result(handle: Any) -> tuple[int, PerformGesture.Result]:
    future = handle.get_result_async()
    wait_until(future.done)
    return future.result().status, future.result().result


def feed_until(bench: Bench, condition: Any) -> None:
    """Feed speaker frames until something is so."""

    def fed() -> Any:
        bench.feed(3)
        return condition()

    wait_until(fed)


def pitches(bench: Bench) -> np.ndarray:
    return np.degrees([motion.face.rotation[1] for motion in bench.motions])


def test_a_goal_is_played_and_its_progress_is_told(graph: Graph) -> None:
    bench = Bench(graph, idle=False)
    events = graph.record(bench.tester, msg.ListenerEvent, 'listener_event')
    client = Client(bench)
    handle = client.send(kind='nod', cycles=2, size=1.5)
    assert handle.accepted
    future = handle.get_result_async()
    feed_until(bench, future.done)
    found = future.result()
    assert found.status == GoalStatus.STATUS_SUCCEEDED
    assert found.result.success and found.result.message == 'done'
    assert found.result.duration == pytest.approx(2 / 1.9 + 0.7, abs=0.1)
    assert 7.5 < np.ptp(pitches(bench)) < 10.0
    wait_until(lambda: events)
    assert [(e.kind, e.cycles, e.cue) for e in events if e.cue == 'command'] == [
        ('nod', 2, 'command')
    ]
    told = [f.progress for f in client.feedback]
    assert told and told == sorted(told) and told[-1] <= 1.0
    assert client.feedback[0].remaining > 0.0


def test_a_goal_can_be_cancelled(graph: Graph) -> None:
    bench = Bench(graph, idle=False)
    handle = Client(bench).send(kind='nod', cycles=5, speed=0.5)
    bench.feed(15)
    cancelled = handle.cancel_goal_async()
    wait_until(cancelled.done)
    assert len(cancelled.result().goals_canceling) == 1
    future = handle.get_result_async()
    feed_until(bench, future.done)
    assert future.result().status == GoalStatus.STATUS_CANCELED
    assert not future.result().result.success
    assert np.abs(np.diff(pitches(bench), 2)).max() * 900 < 1900.0


@pytest.mark.parametrize(
    ('goal', 'reason'),
    [
        ({'kind': 'wave'}, "unknown gesture 'wave': choose one of nod, shake, beat, glance"),
        (
            {'kind': 'nod', 'size': 9.0},
            'the size of a gesture must be a number between 0.25 and 2.0',
        ),
        ({'kind': 'nod', 'size': float('nan')}, 'the size of a gesture must be a number between'),
        (
            {'kind': 'nod', 'cycles': 200},
            'the cycles of a gesture must be a whole number between 0',
        ),
        ({'kind': 'nod', 'side': 'left'}, 'a nod has no side'),
    ],
)
def test_a_goal_that_cannot_be_played_is_refused_with_the_reason(
    graph: Graph, goal: dict[str, Any], reason: str
) -> None:
    status, found = result(Client(Bench(graph)).send(**goal))
    assert status == GoalStatus.STATUS_ABORTED
    assert not found.success and reason in found.message


def test_a_second_goal_a_released_listener_and_an_inactive_node_refuse(graph: Graph) -> None:
    bench = Bench(graph)
    client = Client(bench)
    first = client.send(kind='nod', cycles=5)
    status, found = result(client.send(kind='shake'))
    assert status == GoalStatus.STATUS_ABORTED
    assert 'a nod is still performed for' in found.message
    graph.run(bench.node.trigger_deactivate)
    status, found = result(first)
    assert (status, found.message) == (GoalStatus.STATUS_ABORTED, 'the node was deactivated')
    _, found = result(client.send(kind='nod'))
    assert found.message == 'not active: `ros2 lifecycle set /listener activate`'
    graph.run(bench.node.trigger_activate)
    bench.node.agent.set_active(False)
    _, found = result(client.send(kind='nod'))
    assert 'the listener is not active' in found.message


def test_a_goal_for_which_no_motion_comes_is_given_up(graph: Graph) -> None:
    status, found = result(Client(Bench(graph)).send(kind='nod'))
    assert status == GoalStatus.STATUS_ABORTED
    assert 'there are no speaker frames' in found.message


def test_a_text_does_the_same_and_a_wrong_one_is_named(graph: Graph) -> None:
    bench = Bench(graph, idle=False)
    logs = graph.logs(bench.tester)
    topic = bench.tester.create_publisher(String, 'gesture', 10)
    wait_until(lambda: topic.get_subscription_count() == 1)
    topic.publish(String(data='nod sideways'))
    wait_until(lambda: any('is not a number' in log.msg for log in logs))
    topic.publish(String(data='nod 2 size=1.5'))
    feed_until(bench, lambda: len(pitches(bench)) and np.ptp(pitches(bench)) > 7.5)
