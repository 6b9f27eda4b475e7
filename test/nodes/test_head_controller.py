"""The head node in front of a joint_trajectory_controller, with a clock like Gazebo's."""

import time

import pytest
from graph import Graph
from graph import wait_until
from rclpy.lifecycle import TransitionCallbackReturn
from test_head_node import TOPIC
from test_head_node import motion
from trajectory_msgs.msg import JointTrajectory

from vico_listener import msg
from vico_listener.lab.nodes.simulated_robot_node import SimulatedRobot
from vico_listener.nodes.convert import stamp_of
from vico_listener.nodes.head_node import HeadNode
from vico_listener.robot import load_profile

PROFILE = load_profile('generic_3dof')


@pytest.mark.trouble(
    'robot',
    'Camera, controller and head run in simulated time (Gazebo)',
    sees='It works; trajectories begin immediately.',
)
def test_a_controller_in_simulated_time_refuses_nothing(graph: Graph) -> None:
    start = [0.5, -0.3, 0.0]
    gazebo = graph.add(SimulatedRobot(PROFILE, start, gazebo=True, context=graph.context))
    head = graph.make(HeadNode, robot='generic_3dof', use_sim_time=True, measured_wait=10.0)
    tester = graph.tester()
    publisher = tester.create_publisher(msg.ListenerMotion, 'motion', 60)
    commands = graph.record(tester, JointTrajectory, TOPIC)
    assert graph.run(head.trigger_configure) == TransitionCallbackReturn.SUCCESS
    assert graph.run(head.trigger_activate) == TransitionCallbackReturn.SUCCESS
    wait_until(lambda: publisher.get_subscription_count() == 1)
    sent = 0

    def settled() -> bool:
        nonlocal sent
        sent += 1
        # Its stamp is that of the image, which is old by now.
        publisher.publish(motion(gazebo.now - 80_000_000, 0.2 + 1e-6 * (sent % 7)))
        time.sleep(1 / 30)
        return len(commands) > 100 and abs(gazebo.positions[1] - 0.2) < 0.005

    wait_until(settled)
    assert {stamp_of(command.header.stamp) for command in commands} == {0}
    assert gazebo.controller.refused == 0 < gazebo.controller.accepted
    values = head.diagnose()[2]
    assert (values['start'], values['limits']) == ('measured', 'ok')
    assert gazebo.positions == pytest.approx([0.0, 0.2, 0.0], abs=0.01)
