"""What nodes are called: two robots in one graph do not share a head."""

import pytest
from graph import Graph
from rclpy.lifecycle import TransitionCallbackReturn

from vico_listener.nodes.head_node import HeadNode
from vico_listener.robot.profile import known_profiles
from vico_listener.robot.profile import load_profile

ON_TOPICS = [name for name in known_profiles() if load_profile(name).topic]


def command_topic(graph: Graph, namespace: str, **parameters: str) -> str:
    """The topic that a head commands its robot on."""
    head = graph.make(HeadNode, subscribe=False, namespace=namespace, **parameters)
    assert graph.run(head.trigger_configure) == TransitionCallbackReturn.SUCCESS
    published = head.get_publisher_names_and_types_by_node('head', f'/{namespace}')
    (topic,) = [
        name for name, kinds in published if kinds == ['trajectory_msgs/msg/JointTrajectory']
    ]
    return topic


@pytest.mark.trouble(
    'stack',
    'There are two robots of the same kind in one ROS domain',
    sees='Each head has its own command topic, in its namespace.',
    remedy='Give each stack a namespace; `command:=` names a topic that is elsewhere.',
)
def test_two_robots_do_not_share_a_head(graph: Graph) -> None:
    first, second = (command_topic(graph, name, robot='tiago') for name in ('one', 'two'))
    assert first == '/one/head_controller/joint_trajectory'
    assert second == '/two/head_controller/joint_trajectory'


@pytest.mark.parametrize('name', ON_TOPICS)
def test_profiles_have_the_topic_of_the_maker_in_the_root(name: str) -> None:
    topic = load_profile(name).topic
    assert not topic.startswith('/') and '//' not in topic


@pytest.mark.parametrize(
    ('command', 'topic'),
    [
        ('/head_controller/joint_trajectory', '/head_controller/joint_trajectory'),
        ('neck/joint_trajectory', '/one/neck/joint_trajectory'),
        ('', '/one/head_controller/joint_trajectory'),
    ],
)
def test_the_command_topic_can_be_named(graph: Graph, command: str, topic: str) -> None:
    assert command_topic(graph, 'one', robot='tiago', command=command) == topic
