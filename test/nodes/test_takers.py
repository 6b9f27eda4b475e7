"""Who only looks at the commands does not take them."""

import pytest
from graph import Graph
from graph import wait_until
from rclpy.node import Node
from std_msgs.msg import String

from vico_listener.nodes.graph_watch import ADD
from vico_listener.nodes.graph_watch import ONLOOKERS
from vico_listener.nodes.graph_watch import Takers
from vico_listener.nodes.graph_watch import at_command_topic


def subscribe(graph: Graph, name: str) -> Node:
    node = graph.add(Node(name, context=graph.context))
    node.create_subscription(String, 'command', print, 10)
    return node


@pytest.mark.trouble(
    'robot',
    'Only a recorder, or `ros2 topic echo`, subscribes to the command topic',
    sees='WARN: `only ... subscribes to ...`; nothing is commanded.',
    remedy="Start the robot's controller, or name its topic by `command:=`.",
)
@pytest.mark.parametrize('name', [*ONLOOKERS, '_ros2cli_4711', 'rqt_gui_py_node_4711'])
def test_onlookers_are_no_robot(graph: Graph, name: str) -> None:
    node = graph.tester()
    publisher = node.create_publisher(String, 'command', 10)
    takers = Takers(node, publisher)
    assert not takers.any()
    subscribe(graph, name)
    wait_until(lambda: publisher.get_subscription_count() == 1 and takers.onlookers() == [name])
    wait_until(lambda: not takers.any())
    (found,) = at_command_topic(node, publisher, takers, False)
    assert found.startswith(f'only {name} subscribes to /command: start ')
    controller = subscribe(graph, 'head_controller')
    wait_until(takers.any)
    assert at_command_topic(node, publisher, takers, False) == []
    graph.remove(controller)
    wait_until(lambda: not takers.any())


def test_nobody_is_no_robot(graph: Graph) -> None:
    node = graph.tester()
    publisher = node.create_publisher(String, 'command', 10)
    (found,) = at_command_topic(node, publisher, Takers(node, publisher), True)
    assert found.startswith('nobody subscribes to /command: start ')
    takers = Takers(node, publisher)
    assert at_command_topic(node, publisher, takers, True, ADD)[0].endswith(ADD)
