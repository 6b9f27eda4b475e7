"""A graph of one's own ends with its context, whatever happens in it."""

import os
from pathlib import Path

import pytest
import rclpy
from graph import wait_until
from rclpy.node import Node

from vico_listener.errors import UnavailableError
from vico_listener.nodes.isolation import own_namespace
from vico_listener.nodes.own_graph import OwnGraph


def test_nodes_and_stack_end_with_the_context(tmp_path):
    calls = []
    graph = OwnGraph(tmp_path, {'listener': 'rules'})
    with pytest.raises(KeyError, match='on the way'), graph:
        node = rclpy.create_node('beside_the_stack')
        node.create_timer(0.01, lambda: calls.append(node.get_namespace()))
        graph.spin(node)
        wait_until(lambda: calls)
        assert graph.stack.running
        raise KeyError('on the way')
    assert set(calls) == {own_namespace()}
    assert not graph.stack.running
    assert not rclpy.ok()


def test_a_stack_that_was_killed_is_started_again_in_the_same_way(tmp_path):
    """With the same parameter files, and by the same command before its own."""
    file = tmp_path / 'mine.yaml'
    file.write_text('/**: {ros__parameters: {attitude: negative}}')
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    prefix = ['nice', '-n', '3']
    with OwnGraph(tmp_path, {'listener': 'rules'}, files=[file], prefix=prefix) as graph:
        first = graph.stack
        first.kill()
        assert not first.running
        graph.restart_stack()
        assert graph.stack.running
        assert graph.stack.pid != first.pid
        wait_until(lambda: os.getpriority(os.PRIO_PROCESS, graph.stack.pid) > usual)
        command = Path(f'/proc/{graph.stack.pid}/cmdline').read_text().split('\0')
        assert command.index(str(file)) < command.index(str(tmp_path / 'stack.yaml'))
        assert graph.stack.processor_time() >= 0.0
    assert not graph.stack.running


def has_failed(graph):
    try:
        graph.check()
    except LookupError:
        return True
    return False


@pytest.mark.trouble(
    'environment',
    'An exception in a callback of the demo',
    sees='The demo ends immediately with its message.',
)
def test_an_exception_of_a_callback_is_raised_where_somebody_hears_it(tmp_path):
    def fail():
        raise LookupError('nothing there')

    with OwnGraph(tmp_path, {'listener': 'rules'}) as graph:
        node = rclpy.create_node('beside_the_stack')
        node.create_timer(0.05, fail)
        graph.check()
        graph.spin(node)
        wait_until(lambda: has_failed(graph))
        with pytest.raises(LookupError, match='nothing there'):
            graph.check()


def test_a_node_that_cannot_go_on_is_told_in_its_words(tmp_path):
    class Camera(Node):
        failure = ''

    with OwnGraph(tmp_path, {'listener': 'rules'}) as graph:
        node = Camera('beside_the_stack')
        graph.spin(node)
        graph.check()
        node.failure = 'the lens fell off'
        with pytest.raises(UnavailableError, match='the lens fell off'):
            graph.check()
