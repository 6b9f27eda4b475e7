"""The policy for SROS 2 allows what a running stack uses, and nothing that it does not."""

from functools import partial
from xml.etree import ElementTree

import pytest
from graph import Graph
from rclpy.action import get_action_server_names_and_types_by_node
from rclpy.lifecycle import TransitionCallbackReturn
from stack_playing import PARAMETERS
from stack_playing import build

from vico_listener.nodes.head_node import HeadNode
from vico_listener.nodes.stack import bring_up
from vico_listener.resources import resource_path

NODES = ('perception', 'listener', 'renderer', 'head')
SOMETIMES = {'/clock', '/parameter_events'}
"""Subscribed only with use_sim_time."""
LIVE = {'joint_states', 'head/commanded', '/tf', '/tf_static', 'head/offset', 'vocal_sound'}
"""What perception and head use with some parameters only; the tables say with which."""


def policy(namespace: str) -> ElementTree.Element:
    """What a user makes of the file for a namespace, as docs/security.md says."""
    text = resource_path('config/sros2_policy.xml').read_text()
    return ElementTree.fromstring(text.replace('ns="/"', f'ns="{namespace}"'))


def allowed(namespace: str, node: str, kind: str, verb: str) -> set[str]:
    found = set()
    (profile,) = policy(namespace).findall(f".//profile[@node='{node}'][@ns='{namespace}']")
    for group in profile.findall(kind):
        if group.get(verb) == 'ALLOW':
            found |= {str(item.text).replace('~', node) for item in group}
    home = namespace.rstrip('/')
    return {name if name.startswith('/') else f'{home}/{name}' for name in found}


@pytest.fixture(scope='module', params=['/', '/robot1'])
def used(request):
    namespace = request.param
    graph = Graph()
    spaces = {kind.__name__: {'namespace': namespace} for kind in PARAMETERS}
    nodes = build(graph, composed=False, **spaces)
    assert graph.run(lambda: bring_up(nodes))
    found = {}
    for node in nodes:
        name = node.get_name()
        found[name] = tuple(
            {topic for topic, _ in method(name, namespace)}
            for method in (
                node.get_subscriber_names_and_types_by_node,
                node.get_publisher_names_and_types_by_node,
                node.get_service_names_and_types_by_node,
                partial(get_action_server_names_and_types_by_node, node),
            )
        )
    graph.close()
    return namespace, found


@pytest.mark.parametrize('node', NODES)
def test_policy_is_what_a_stack_uses(node, used):
    namespace, found = used
    subscribed, published, services, actions = found[node]
    # Those of an action are granted with it.
    published = {name for name in published if '/_action/' not in name}
    services = {name for name in services if '/_action/' not in name}
    assert actions == allowed(namespace, node, 'actions', 'execute')
    granted = allowed(namespace, node, 'topics', 'subscribe')
    home = namespace.rstrip('/')
    live = {name if name.startswith('/') else f'{home}/{name}' for name in LIVE}
    assert subscribed <= granted <= subscribed | SOMETIMES | live
    assert published <= allowed(namespace, node, 'topics', 'publish') <= published | live
    assert services <= allowed(namespace, node, 'services', 'reply')


@pytest.mark.parametrize('namespace', ['/', '/robot1'])
def test_policy_allows_what_a_live_head_asks(namespace):
    graph = Graph()
    head = graph.make(HeadNode, robot='generic_2dof', namespace=namespace)
    for transition in (head.trigger_configure, head.trigger_activate):
        assert graph.run(transition) == TransitionCallbackReturn.SUCCESS
    subscribed = {t for t, _ in head.get_subscriber_names_and_types_by_node('head', namespace)}
    asked = {s for s, _ in head.get_client_names_and_types_by_node('head', namespace)}
    graph.close()
    assert subscribed <= allowed(namespace, 'head', 'topics', 'subscribe')
    assert len(asked) == 2
    assert asked == allowed(namespace, 'head', 'services', 'request')
