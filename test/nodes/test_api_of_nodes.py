"""Every topic, service and value of the diagnostics of a running node is in its tables."""

import pytest
from graph import Graph
from rclpy.action import get_action_server_names_and_types_by_node
from stack_playing import build

from vico_listener.nodes.capture_node import CaptureNode
from vico_listener.nodes.replay_node import ReplayNode
from vico_listener.nodes.stack import bring_up
from vico_listener.ros_api import NODES
from vico_listener.ros_api import STACK
from vico_listener.ros_api import NodeApi
from vico_listener.ros_api import Topic

OF_RCLPY = ('/parameter_events', '/rosout', '/clock', '/diagnostics')
CONDITIONAL = (
    '/humans/',
    '/robot_face/',
    '/joint_states',
    '/head/commanded',
    '/controller_state',
    '/tf',
    '/head/offset',
    '/vocal_sound',
)
"""Topics that a node uses only with some parameters, live only, or with packages that are not
installed."""
COMMAND = '/head_controller/joint_trajectory'
Endpoints = set[tuple[str, str]]


@pytest.fixture(scope='module')
def shown():
    """What every node subscribes to, publishes, offers and says of itself."""
    graph = Graph()
    nodes = build(graph, composed=False)
    assert graph.run(lambda: bring_up(nodes))
    found = {}
    for node in [*nodes, graph.make(ReplayNode), graph.make(CaptureNode)]:
        name = node.get_name()
        found[name] = (
            endpoints(node.get_subscriber_names_and_types_by_node(name, '/')),
            endpoints(node.get_publisher_names_and_types_by_node(name, '/')),
            endpoints(node.get_service_names_and_types_by_node(name, '/')),
            endpoints(get_action_server_names_and_types_by_node(node, name, '/')),
            set(node.diagnose()[2]) if node.is_active else set(),
        )
    graph.close()
    return found


def endpoints(names_and_types: list[tuple[str, list[str]]]) -> Endpoints:
    return {(name, kind) for name, kinds in names_and_types for kind in kinds}


def listed(topics: tuple[Topic, ...], node: str) -> Endpoints:
    return {('/' + t.name.replace('~', node).lstrip('/'), t.type) for t in topics}


@pytest.mark.parametrize('api', NODES, ids=lambda api: api.node)
def test_topics_are_those_of_the_tables(api: NodeApi, shown) -> None:
    subscribed, published, services, actions, _ = shown[api.node]
    for used, rows in ((subscribed, api.subscriptions), (published, api.publications)):
        table = listed(rows, api.node)
        own = {e for e in used if e[0] not in (*OF_RCLPY, COMMAND) and '/_' not in e[0]}
        own = {e for e in own if not e[0].endswith('/transition_event')}
        assert own <= table
        names = {name for name, _ in table if not name.startswith(CONDITIONAL)}
        assert names <= {name for name, _ in used}
    assert listed(api.services, api.node) <= services
    assert listed(api.actions, api.node) == actions


@pytest.mark.parametrize('api', STACK, ids=lambda api: api.node)
def test_diagnostics_are_those_of_the_tables(api: NodeApi, shown) -> None:
    said = shown[api.node][4]
    assert said and all(api.documents(key) for key in said)
    for value in api.values:
        if not value.name.startswith('avatar'):
            assert any(NodeApi('', values=(value,)).documents(key) for key in said), value.name
