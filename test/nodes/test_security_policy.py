"""The policy for SROS 2 allows what a running stack uses, and nothing that it does not."""

from xml.etree import ElementTree

import pytest
from graph import Graph
from playing import build

from vico_listener.nodes.stack import bring_up
from vico_listener.resources import resource_path

NODES = ('perception', 'listener', 'renderer', 'head')
SOMETIMES = {'/clock', '/parameter_events'}
"""Subscribed only with use_sim_time."""


def allowed(node: str, kind: str, verb: str) -> set[str]:
    root = ElementTree.parse(resource_path('config/sros2_policy.xml')).getroot()
    found = set()
    for group in root.findall(f".//profile[@node='{node}']/{kind}"):
        if group.get(verb) == 'ALLOW':
            found |= {str(item.text) for item in group}
    return {'/' + name.replace('~', node) for name in found}


@pytest.fixture(scope='module')
def used():
    graph = Graph()
    nodes = build(graph, composed=False)
    assert graph.run(lambda: bring_up(nodes))
    found = {}
    for node in nodes:
        name = node.get_name()
        found[name] = tuple(
            {topic for topic, _ in method(name, '/')}
            for method in (
                node.get_subscriber_names_and_types_by_node,
                node.get_publisher_names_and_types_by_node,
                node.get_service_names_and_types_by_node,
            )
        )
    graph.close()
    return found


@pytest.mark.parametrize('node', NODES)
def test_policy_is_what_a_stack_uses(node, used):
    subscribed, published, services = used[node]
    assert subscribed <= allowed(node, 'topics', 'subscribe') <= subscribed | SOMETIMES
    assert published == allowed(node, 'topics', 'publish')
    assert services <= allowed(node, 'services', 'reply')
