"""The head reads the parameters of the controller that it commands, over DDS."""

from typing import Any

import pytest
from graph import Graph
from graph import wait_until
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.node import Node
from rclpy.task import Future

from vico_listener.nodes.controller_watch import ControllerWatch
from vico_listener.nodes.head_node import HeadNode

JOINTS = ['head_yaw', 'head_pitch', 'head_roll']


def controller(graph: Graph, **parameters: Any) -> Node:
    node = Node('head_controller', context=graph.context)
    for name, value in parameters.items():
        node.declare_parameter(name.replace('__', '.'), value)
    return graph.add(node)


def start(graph: Graph) -> HeadNode:
    head = graph.make(HeadNode, robot='generic_3dof')
    for transition in (head.trigger_configure, head.trigger_activate):
        assert graph.run(transition) == TransitionCallbackReturn.SUCCESS
    return head


def told(graph: Graph, head: HeadNode) -> tuple[str, str]:
    """What the head says once it knows something of the controller."""
    wait_until(lambda: graph.run(head.diagnose)[2]['controller'])
    _, message, values = graph.run(head.diagnose)
    return message, values['controller']


@pytest.mark.trouble(
    'robot',
    'The trajectory controller has joints besides those of the head, or other names',
    sees='WARN, with its name: `it refuses trajectories without ...`, or `it has no ...`.',
    remedy='`hold_joints` in the profile, or the names of the controller, as the message says.',
)
def test_what_the_controller_would_refuse_is_a_warning(graph: Graph) -> None:
    controller(graph, joints=[*JOINTS, 'torso'], state_publish_rate=50.0)
    head = start(graph)
    message, value = told(graph, head)
    text = '/head_controller: it refuses trajectories without torso: add `hold_joints: [torso]`'
    assert text in message and text in value


@pytest.mark.trouble(
    'robot',
    'A trajectory controller with tight constraints',
    sees='WARN: `... rad, which stops a neck that lags behind a nod: set it ...`.',
    remedy='Set it to 0 (any), or to more than 0.1.',
)
def test_tight_constraints_are_a_warning(graph: Graph) -> None:
    controller(graph, joints=JOINTS, constraints__head_pitch__trajectory=0.02)
    message, _ = told(graph, start(graph))
    assert 'constraints.head_pitch.trajectory is 0.02 rad' in message


def test_what_could_be_better_is_said_without_a_warning(graph: Graph) -> None:
    node = controller(graph, joints=JOINTS, interpolate_from_desired_state=False)
    head = start(graph)
    message, value = told(graph, head)
    assert 'head_controller: ' not in message
    assert value.startswith('set interpolate_from_desired_state to true')
    # It is not known any more once the controller has gone.
    graph.remove(node)
    wait_until(lambda: graph.run(head.diagnose)[2]['controller'] == '')


def test_a_controller_that_is_set_up_well_is_ok(graph: Graph) -> None:
    controller(graph, joints=JOINTS, interpolate_from_desired_state=True)
    assert told(graph, start(graph))[1] == 'ok'


def test_nothing_is_known_of_a_program_without_parameters(graph: Graph) -> None:
    head = start(graph)
    assert graph.run(head.diagnose)[2]['controller'] == ''


@pytest.mark.parametrize('closed', [False, True])
def test_an_answer_that_comes_after_the_end_counts_for_nothing(graph: Graph, closed: bool) -> None:
    asked: list[Future] = []

    class Slow:
        def call_async(self, request: Any) -> Future:
            asked.append(Future())
            return asked[-1]

    watch = ControllerWatch(graph.tester(), '/head_controller/joint_trajectory', JOINTS, False)
    taken: list[str] = []
    watch._ask(Slow(), None, taken.append)
    if closed:
        watch.close()
    asked[0].set_result('names')
    assert taken == ([] if closed else ['names'])
