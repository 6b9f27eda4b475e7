"""Nodes of other processes are brought up, whatever gets lost, or it is said why not."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from graph import Graph
from graph import wait_until
from rclpy.node import Node
from rclpy.task import Future

from vico_listener.errors import SettingError
from vico_listener.errors import UnavailableError
from vico_listener.nodes import remote_node
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.remote_node import RemoteNode

CONFIGURE, ACTIVATE = 'configure', 'activate'


class Plain(ManagedNode):
    """A node that counts what it does."""

    def __init__(self, **options: Any) -> None:
        super().__init__('plain', **options)
        self.done: list[str] = []
        self.refused: dict[str, bool] = {}

    def _do(self, what: str) -> None:
        if self.refused.get(what):
            raise SettingError('no')
        self.done.append(what)

    def configure(self) -> None:
        self._do(CONFIGURE)

    def activate(self) -> None:
        self._do(ACTIVATE)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (('PATIENCE', 0.5), ('LIMIT', 3.0), ('LEASE', 1.0)):
        monkeypatch.setattr(remote_node, name, seconds)


def remote(graph: Graph, stopped: Callable[[], bool] = lambda: False) -> tuple[RemoteNode, list]:
    warnings: list[str] = []
    made = RemoteNode(graph.tester(), '/plain', time.sleep, stopped, warnings.append)
    return made, warnings


def lose(node: RemoteNode, what: str, times: int) -> None:
    """Lose the first requests for a transition, or the answers to them."""
    send = node._change_state.call_async
    left = times

    def call(request: Any) -> Future:
        nonlocal left
        left -= 1
        if left >= 0 and what == 'answer':
            send(request)
        return send(request) if left < 0 else Future()

    node._change_state.call_async = call


def test_a_node_is_brought_up(graph: Graph) -> None:
    node = graph.make(Plain)
    remote(graph)[0].activate()
    assert node.is_active and node.done == [CONFIGURE, ACTIVATE]
    remote(graph)[0].activate()
    assert node.done == [CONFIGURE, ACTIVATE], 'one that is active is left alone'


@pytest.mark.parametrize('what', ['request', 'answer'])
def test_what_was_lost_is_asked_for_again(graph: Graph, what: str) -> None:
    node = graph.make(Plain)
    manager, _ = remote(graph)
    lose(manager, what, 2)
    manager.activate()
    assert node.is_active and node.done == [CONFIGURE, ACTIVATE]


def test_one_who_never_gets_an_answer_ends_with_the_reason(graph: Graph) -> None:
    node = graph.make(Plain)
    manager, _ = remote(graph)
    lose(manager, 'request', 100)
    with pytest.raises(
        UnavailableError, match='/plain is not configured: it did not answer 3 requests'
    ):
        manager.activate()
    assert node.done == []


@pytest.mark.parametrize(('what', 'word'), [(CONFIGURE, 'configured'), (ACTIVATE, 'activated')])
@pytest.mark.parametrize('lost', [False, True])
def test_a_node_that_refuses_is_named(graph: Graph, what: str, word: str, lost: bool) -> None:
    node = graph.make(Plain)
    node.refused = {what: True}
    manager, _ = remote(graph)
    if lost:
        lose(manager, 'answer', 1)
    with pytest.raises(UnavailableError, match=f'/plain cannot be {word}: its log says why'):
        manager.activate()


def test_a_node_that_fails_unexpectedly_is_not_begun_anew(graph: Graph) -> None:
    node = graph.make(Plain)

    def fail() -> None:
        raise RuntimeError('nobody expects this')

    node.activate = fail
    with pytest.raises(UnavailableError, match='/plain cannot be activated: its log says why'):
        remote(graph)[0].activate()
    assert node.done == [CONFIGURE]


def test_a_node_that_is_busy_is_waited_for(graph: Graph) -> None:
    node = graph.make(Plain)
    node.configure = lambda: time.sleep(2.0)  # four times as long as a request is waited for
    remote(graph)[0].activate()
    assert node.is_active


def test_a_node_that_does_not_answer_ends_the_wait(graph: Graph) -> None:
    with pytest.raises(UnavailableError, match='/plain has not answered for 3 s: see its log'):
        remote(graph)[0].activate()


@pytest.mark.trouble(
    'stack',
    'A stack in separate processes is started while one of the same name runs',
    sees='`another node is called ...: waiting`, then the launch ends with exit code 1: '
    '`a stack with a node ... already runs`.',
    remedy='End the other one, or give this one a namespace (`namespace:=robot2`).',
)
def test_a_stack_of_the_same_name_is_not_touched(graph: Graph) -> None:
    node = graph.make(Plain)
    other = graph.add(Node('plain', context=graph.context))
    manager, warnings = remote(graph)
    wait_until(lambda: node.get_node_names().count('plain') == 2)
    with pytest.raises(UnavailableError, match='a stack with a node /plain already runs: end it'):
        manager.activate()
    assert node.done == []
    assert len(warnings) == 1 and 'another node is called /plain: waiting 1 s' in warnings[0]
    graph.remove(other)
    manager.activate()
    assert node.is_active


def test_a_launch_that_ends_touches_nothing(graph: Graph) -> None:
    node = graph.make(Plain)
    looks = iter(range(1000))
    manager, _ = remote(graph, stopped=lambda: next(looks) > 3)
    manager.activate()
    assert not node.is_active


def test_a_node_whose_transitions_others_undo_is_given_up(graph: Graph) -> None:
    graph.make(Plain)
    manager, _ = remote(graph)
    left: list[str] = []
    manager._leave = left.append  # done, and undone before anybody looks
    with pytest.raises(UnavailableError, match='unconfigured after 6 transitions: another program'):
        manager.activate()
    assert left == ['unconfigured'] * 6


def test_a_transition_that_never_ends_is_given_up(graph: Graph) -> None:
    manager, _ = remote(graph)
    manager._state = lambda: 'configuring'
    with pytest.raises(UnavailableError, match='/plain has been configuring for 3 s'):
        manager.activate()
