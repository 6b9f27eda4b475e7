"""`DataExecutor`: data at once, services all the same."""

import math
from typing import Any

import pytest
from graph import Graph
from graph import wait_until
from std_msgs.msg import String
from std_srvs.srv import Trigger

from vico_listener.nodes.data_executor import DataExecutor

CALLS = 3


@pytest.mark.parametrize('busy', [False, True], ids=['without data', 'under a stream of data'])
def test_services_are_answered(graph: Graph, busy: bool) -> None:
    node = graph.tester()

    def answer(_: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        response.success = True
        return response

    received = graph.record(node, String, 'data')
    publisher = node.create_publisher(String, 'data', 10)
    timer = node.create_timer(0.002, lambda: publisher.publish(String(data='x')))
    if not busy:
        timer.cancel()
    else:
        wait_until(lambda: len(received) > 20)
    node.create_service(Trigger, 'ask', answer)
    client = node.create_client(Trigger, 'ask')
    wait_until(client.service_is_ready)
    for _ in range(CALLS):
        future = client.call_async(Trigger.Request())
        wait_until(future.done, 5.0)
        assert future.result().success
    timer.cancel()


def test_data_flows_between_the_turns_of_the_services(graph: Graph) -> None:
    graph.executor._next_turn = math.inf  # they never have a turn
    node = graph.tester()
    received = graph.record(node, String, 'data')
    publisher = node.create_publisher(String, 'data', 10)
    timer = node.create_timer(0.01, lambda: publisher.publish(String(data='x')))
    wait_until(lambda: len(received) > 5)
    timer.cancel()


def test_a_callback_costs_one_wait(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    """rclpy wakes its executor after each callback for the sake of other threads."""
    waits: list[int] = []
    called: list[int] = []
    get_nodes = type(graph.executor).get_nodes

    def counted(executor: DataExecutor) -> list[Any]:
        waits.append(len(called))
        return get_nodes(executor)

    monkeypatch.setattr(DataExecutor, 'get_nodes', counted)
    timer = graph.tester().create_timer(0.01, lambda: called.append(1))
    wait_until(lambda: len(called) > 40)
    timer.cancel()
    assert sum(10 <= number < 40 for number in waits) < 1.5 * 30
