"""OK on /diagnostics means that it works: what does not is a warning that names the remedy."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from diagnostic_msgs.msg import DiagnosticStatus
from graph import Graph
from graph import wait_until
from made_faces import face_with
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.node import Node
from rosgraph_msgs.msg import Clock
from trajectory_msgs.msg import JointTrajectory

from vico_listener.clock import tick_stamp
from vico_listener.frames import ListenerMotion
from vico_listener.frames import Timing
from vico_listener.motion import Attitude
from vico_listener.nodes.head_node import HeadNode
from vico_listener.nodes.listener_node import ListenerNode
from vico_listener.nodes.managed_node import OK
from vico_listener.nodes.managed_node import WARN
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.status_name import node_of
from vico_listener.nodes.status_name import status_name

COMMAND = '/head_controller/joint_trajectory'


class Plain(ManagedNode):
    def __init__(self, **options: Any) -> None:
        super().__init__('plain', **options)


@pytest.fixture
def told(graph: Graph) -> Callable[[ManagedNode], DiagnosticStatus]:
    """What a node says of itself now, as others hear it."""
    tester = graph.tester()
    heard = graph.record(tester, DiagnosticArray, '/diagnostics')

    def tell(node: ManagedNode) -> DiagnosticStatus:
        wait_until(lambda: node._diagnostics.get_subscription_count() == 1)
        name = status_name(node.get_fully_qualified_name())
        heard.clear()
        graph.run(node.publish_diagnostics)
        wait_until(lambda: any(s.name == name for m in heard for s in m.status))
        return next(s for m in heard for s in m.status if s.name == name)

    return tell


def activate(graph: Graph, node: ManagedNode) -> Any:
    for transition in (node.trigger_configure, node.trigger_activate):
        assert graph.run(transition) == TransitionCallbackReturn.SUCCESS
    return node


def test_names_of_diagnostics_carry_the_namespace(graph: Graph, told: Any) -> None:
    first = graph.make(Plain, namespace='robot1')
    second = graph.make(Plain, namespace='/lab/robot2')
    assert told(first).name == 'vico_listener: robot1/plain'
    assert told(second).name == 'vico_listener: lab/robot2/plain'
    assert told(graph.make(Plain)).name == 'vico_listener: plain'


@pytest.mark.parametrize(
    ('status', 'namespace', 'node'),
    [
        ('vico_listener: head', '/', 'head'),
        ('vico_listener: robot1/head', '/robot1', 'head'),
        ('vico_listener: robot1/head', '/', ''),
        ('vico_listener: robot1/head', '/robot', ''),
        ('vico_listener: head', '/robot1', ''),
        ('vico_listener: lab/robot1/head', '/lab', ''),
        ('motors: head', '/', ''),
    ],
)
def test_a_status_is_of_a_node_of_ones_own_namespace_or_of_none(status, namespace, node) -> None:
    assert node_of(status, namespace) == node


def test_a_node_that_is_not_active_says_so_and_what_to_do(graph: Graph, told: Any) -> None:
    node = graph.make(Plain)
    status = told(node)
    assert status.level == WARN and status.values == []
    assert status.message == 'not active, unconfigured: `ros2 lifecycle set /plain configure`'
    graph.run(node.trigger_configure)
    assert told(node).message == 'not active, inactive: `ros2 lifecycle set /plain activate`'
    graph.run(node.trigger_activate)
    assert told(node).level == OK
    graph.run(node.trigger_shutdown)
    assert told(node).message == 'not active, finalized'


@pytest.mark.trouble(
    'stack',
    'Two stacks of the same name in one ROS domain',
    sees='Diagnostics of every node say WARN: `another node is also called`.',
    remedy='End one of them, or give it a namespace (`namespace:=robot2`).',
)
def test_another_stack_of_the_same_name_is_noticed(graph: Graph, told: Any, capfd: Any) -> None:
    node = activate(graph, graph.make(Plain))
    assert told(node).level == OK
    other = graph.add(Node('plain', context=graph.context))
    wait_until(lambda: told(node).level == WARN)
    assert 'another node is also called /plain: end the other stack' in told(node).message
    said = 'another node is also called /plain'
    assert capfd.readouterr().err.count(said) == 1, 'not every second'
    graph.remove(other)
    wait_until(lambda: told(node).level == OK)


@pytest.mark.trouble(
    'stack',
    'Two simulators or replays publish `/clock` in one ROS domain',
    sees='Nodes with `use_sim_time` say WARN in the diagnostics, and who publishes it.',
    remedy='End one of them, or give each a `ROS_DOMAIN_ID` of its own.',
)
def test_a_second_clock_is_noticed(graph: Graph, told: Any) -> None:
    simulated = activate(graph, graph.make(Plain, use_sim_time=True))
    makers = [graph.add(Node(name, context=graph.context)) for name in ('gazebo', 'replay')]
    makers[0].create_publisher(Clock, '/clock', 1)
    wait_until(lambda: simulated.count_publishers('/clock') == 1)
    assert told(simulated).level == OK
    makers[1].create_publisher(Clock, '/clock', 1)
    wait_until(lambda: told(simulated).level == WARN)
    said = '/clock is published by /gazebo and /replay, and time jumps between them'
    wait_until(lambda: said in told(simulated).message)  # names are known later
    graph.remove(makers[1])
    wait_until(lambda: told(simulated).level == OK)


def test_who_goes_by_wall_time_does_not_care_about_clocks(graph: Graph, told: Any) -> None:
    node = activate(graph, graph.make(Plain))
    maker = graph.add(Node('maker', context=graph.context))
    for _ in range(2):
        maker.create_publisher(Clock, '/clock', 1)
    wait_until(lambda: node.count_publishers('/clock') == 2)
    assert told(node).level == OK


def motion(stamp: int) -> ListenerMotion:
    face, timing = face_with(rotation=(0, 0.1, 0)), Timing(received=0.0)
    return ListenerMotion(stamp, stamp, face, Attitude.NEUTRAL, 1.0, True, 'test', timing=timing)


@pytest.mark.trouble(
    'stack',
    'Nobody subscribes to the command topic of the robot',
    sees='Diagnostics of the head say WARN: `nobody subscribes to ... start the robot`.',
    remedy="Start the robot's controller, or name its topic.",
)
@pytest.mark.trouble(
    'stack',
    'Another program publishes on the command topic while the head is active',
    sees='The diagnostics of `head` show WARN and name the program: `is also published by ...`.',
    remedy='End that program, or release the head before it moves it.',
)
def test_head_says_who_is_at_its_command_topic(graph: Graph, told: Any) -> None:
    # As in a replay, where nothing is measured.
    replay = {'use_sim_time': True, 'lossless': True}
    head = activate(graph, graph.make(HeadNode, robot='generic_3dof', subscribe=False, **replay))
    stamps = map(tick_stamp, count(1))
    status = told(head)
    assert status.level == WARN
    assert status.message.startswith('no motion: the head rests; nobody subscribes to ' + COMMAND)
    controller = graph.tester()
    controller.create_subscription(JointTrajectory, COMMAND, lambda _: None, 10)
    wait_until(lambda: told(head).message == 'no motion: the head rests')

    def step() -> None:
        head.follow(motion(next(stamps)))

    step()
    assert (told(head).level, told(head).message) == (OK, 'following')
    graph.stranger().create_publisher(JointTrajectory, COMMAND, 10)
    said = f'{COMMAND} is also published by /stranger while the head is active: end that program'
    wait_until(lambda: step() or told(head).message.startswith(said))
    assert told(head).level == WARN
    # A head that rests leaves the robot to whoever wants it.
    wait_until(lambda: told(head).message == 'no motion: the head rests')


def test_diagnostics_tell_what_is_in_use(graph: Graph, told: Any, tmp_path: Any) -> None:
    head = activate(graph, graph.make(HeadNode, robot='generic_3dof', subscribe=False))
    listener = activate(graph, graph.make(ListenerNode, listener='rules', subscribe=False))
    for node, values in (
        (head, {'robot': 'generic_3dof'}),
        (listener, {'listener': 'rules', 'attitude': 'neutral', 'active': 'True'}),
    ):
        shown = {item.key: item.value for item in told(node).values}
        assert {name: shown[name] for name in values} == values


def test_a_listener_without_perception_says_so(
    graph: Graph, told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vico_listener.nodes import listener_node

    listener = activate(graph, graph.make(ListenerNode, listener='rules', subscribe=False))
    assert (told(listener).level, told(listener).message) == (OK, 'listening')
    monkeypatch.setattr(listener_node, 'SILENCE', 0.2)
    wait_until(lambda: told(listener).level == WARN)
    assert 'no speaker frame (/speaker) for 0 s: perception is not active' in told(listener).message
