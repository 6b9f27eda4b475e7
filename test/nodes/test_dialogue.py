"""The example of a dialogue: it thinks, speaks and gives way, with a real listener."""

import runpy
from pathlib import Path
from typing import Any

import pytest
from graph import Graph
from graph import wait_until
from rclpy.lifecycle import TransitionCallbackReturn
from std_msgs.msg import Bool
from std_msgs.msg import String
from vico_listener.msg import Turn

from vico_listener.nodes.listener_node import ListenerNode
from vico_listener.nodes.topics import STATE_QOS

SCRIPT = Path(__file__).parents[2] / 'examples' / 'dialogue.py'


class Talk:
    """The example beside a listener, and somebody who makes turns."""

    def __init__(self, graph: Graph) -> None:
        self.listener = graph.make(ListenerNode, listener='rules')
        for step in (self.listener.trigger_configure, self.listener.trigger_activate):
            assert graph.run(step) == TransitionCallbackReturn.SUCCESS
        self.example = runpy.run_path(str(SCRIPT))
        self.node: Any = graph.add(self.example['Dialogue'](context=graph.context))
        tester = graph.tester()
        self.speaking: list[Bool] = []
        self.states: list[str] = []
        tester.create_subscription(Bool, 'robot_speaking', self.speaking.append, STATE_QOS)
        tester.create_subscription(
            String, 'conversation_state', lambda m: self.states.append(m.data), STATE_QOS
        )
        self.turn = tester.create_publisher(Turn, 'turn', 10)
        wait_until(self.node.state.service_is_ready)
        wait_until(lambda: self.node.count_publishers('turn') == 2)
        # The first one may come before they have met.
        wait_until(lambda: self.tells('speaking') or self.node.heard)

    def tells(self, state: str, interruption: bool = False) -> None:
        self.turn.publish(Turn(state=state, interruption=interruption))

    def spoke(self) -> list[bool]:
        return [message.data for message in self.speaking]


def test_it_thinks_speaks_and_listens_again(graph: Graph) -> None:
    talk = Talk(graph)
    talk.tells('pausing')
    talk.tells('yielding')
    wait_until(lambda: talk.spoke()[-2:] == [True, False])
    # The listener may have been met when it was thinking already.
    wait_until(lambda: talk.states[-3:] == ['thinking', 'speaking', 'listening'])
    # An end of a turn of which nothing was heard is not answered.
    talk.tells('yielding')
    assert talk.node.turns == 1


def test_it_gives_way_to_who_interrupts(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = Talk(graph)
    function = talk.example['Dialogue'].on_turn.__globals__
    monkeypatch.setitem(function, 'answer_to', lambda turns: (0.1, 'word ' * 1000))
    talk.tells('yielding')
    wait_until(lambda: talk.spoke()[-1:] == [True])
    talk.tells('silent')
    talk.tells('silent', interruption=True)
    wait_until(lambda: talk.spoke()[-1:] == [False])
    wait_until(lambda: talk.states[-1:] == ['listening'])


def test_it_listens_to_who_goes_on_while_it_thinks(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = Talk(graph)
    function = talk.example['Dialogue'].on_turn.__globals__
    monkeypatch.setitem(function, 'answer_to', lambda turns: (1000.0, 'it comes too late'))
    talk.tells('yielding')
    wait_until(lambda: talk.states[-1:] == ['thinking'])
    talk.tells('speaking')
    wait_until(lambda: talk.states[-1:] == ['listening'])
    assert True not in talk.spoke()
    # What the person has said then is answered.
    talk.tells('yielding')
    wait_until(lambda: talk.node.turns == 2)
