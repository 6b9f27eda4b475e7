"""A graph of one's own ends with its context, whatever happens in it."""

import pytest
import rclpy
from graph import wait_until

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
    assert set(calls) == {'/vico_demo'}
    assert not graph.stack.running
    assert not rclpy.ok()


def test_a_stack_that_was_killed_is_started_again(tmp_path):
    with OwnGraph(tmp_path, {'listener': 'rules'}) as graph:
        first = graph.stack
        first.kill()
        assert not first.running
        graph.restart_stack()
        assert graph.stack.running
        assert graph.stack.pid != first.pid
    assert not graph.stack.running
