"""The head node in front of a joint_trajectory_controller, with a clock like Gazebo's."""

import time
from typing import Any

import numpy as np
import pytest
from graph import Graph
from graph import wait_until
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import JointState
from test_head_node import TOPIC
from test_head_node import motion
from trajectory_msgs.msg import JointTrajectory

from vico_listener import msg
from vico_listener.clock import NANOSECONDS
from vico_listener.lab.simulation.trajectory_controller import Point
from vico_listener.lab.simulation.trajectory_controller import Trajectory
from vico_listener.lab.simulation.trajectory_controller import TrajectoryController
from vico_listener.nodes.convert import stamp_of
from vico_listener.nodes.convert import time_message
from vico_listener.nodes.head_node import HeadNode
from vico_listener.robot import load_profile

PROFILE = load_profile('generic_3dof')


class Gazebo(Node):
    """Publishes /clock and runs a controller in its time, with servos that follow at once."""

    def __init__(self, positions: list[float], **options: Any) -> None:
        super().__init__('gazebo', **options)
        self._names = [joint.name for joint in PROFILE.joints]
        self.positions = np.array(positions)
        self.controller = TrajectoryController(self._names, positions)
        self.stamps: list[int] = []
        self.now = 5 * NANOSECONDS
        clock_qos = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
        self._time = self.create_publisher(Clock, '/clock', clock_qos)
        self._states = self.create_publisher(JointState, 'joint_states', 10)
        self.create_subscription(JointTrajectory, TOPIC, self._on_command, 100)
        self.create_timer(0.01, self._step)

    def _on_command(self, message: JointTrajectory) -> None:
        self.stamps.append(stamp_of(message.header.stamp))
        points = tuple(
            Point(stamp_of(p.time_from_start), tuple(p.positions)) for p in message.points
        )
        trajectory = Trajectory(tuple(message.joint_names), points, self.stamps[-1])
        self.controller.receive(trajectory, self.now)

    def _step(self) -> None:
        self.now += 10_000_000
        self._time.publish(Clock(clock=time_message(self.now)))
        self.positions = self.controller.update(self.now, self.positions.tolist())
        state = JointState(name=self._names, position=self.positions.tolist())
        state.header.stamp = time_message(self.now)
        self._states.publish(state)


@pytest.mark.trouble(
    'robot',
    'Gazebo: camera, controller and head in simulated time',
    sees='Nothing; trajectories begin at once.',
)
def test_a_controller_in_simulated_time_refuses_nothing(graph: Graph) -> None:
    gazebo = graph.add(Gazebo([0.5, -0.3, 0.0], context=graph.context))
    head = graph.make(HeadNode, robot='generic_3dof', use_sim_time=True, measured_wait=10.0)
    publisher = graph.tester().create_publisher(msg.ListenerMotion, 'motion', 60)
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
        return len(gazebo.stamps) > 100 and abs(gazebo.positions[1] - 0.2) < 0.005

    wait_until(settled)
    assert set(gazebo.stamps) == {0}
    assert gazebo.controller.refused == 0
    values = head.diagnose()[2]
    assert (values['start'], values['limits']) == ('measured', 'ok')
    assert gazebo.positions == pytest.approx([0.0, 0.2, 0.0], abs=0.01)
