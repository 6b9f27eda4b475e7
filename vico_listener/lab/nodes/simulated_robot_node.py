"""A robot without hardware: a trajectory controller, servos, and who says where the joints are."""

import math
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import rclpy
from numpy.typing import NDArray
from rclpy.clock import Clock as SystemClock
from rclpy.clock import ClockType
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory

from vico_listener.clock import NANOSECONDS
from vico_listener.errors import SettingError
from vico_listener.errors import UnavailableError
from vico_listener.lab.simulation.trajectory_controller import Point
from vico_listener.lab.simulation.trajectory_controller import Trajectory
from vico_listener.lab.simulation.trajectory_controller import TrajectoryController
from vico_listener.nodes.convert import stamp_of
from vico_listener.nodes.convert import time_message
from vico_listener.nodes.interruption import Interruption
from vico_listener.nodes.ros import start_ros
from vico_listener.nodes.spin import spin_until
from vico_listener.robot import RobotProfile
from vico_listener.robot import load_profile
from vico_listener.robot.interfaces.joint_trajectory import JointTrajectory as TrajectoryInterface

UPDATE_NS = 10_000_000
"""A step of controller and servos."""

LAG = 0.04
"""Time constant of the servos, s."""

SIMULATION_START = 5 * NANOSECONDS
"""When a simulator's time begins."""

LONGEST_NS = 5 * NANOSECONDS
"""For so long this process may have to wait; the steps are then made up for at once."""


class SimulatedRobot(Node):
    """A neck behind a `joint_trajectory_controller`, as ros2_controllers documents that.

    Its time goes in steps of a hundredth of a second: wall time, or with `gazebo` a simulator's
    own, which it then publishes on `/clock`.

    Args:
        profile: of a robot that takes trajectories on a topic.
        positions: where it stands, rad; straight ahead if None.
        gazebo: whether it is a simulator, whose time is its own.
        command: topic of the trajectories; '' for that of the profile.
        settings: of the `TrajectoryController`.

    Attributes:
        controller: that takes the trajectories; its counts say what became of them.
        positions: where the joints are, rad.
        now: time of the last step, ns.
        top_speeds: fastest that each joint went so far, rad/s.

    Raises:
        SettingError: the robot takes something else.
    """

    def __init__(
        self,
        profile: RobotProfile,
        positions: Sequence[float] | None = None,
        gazebo: bool = False,
        command: str = '',
        settings: dict[str, bool] | None = None,
        **options: Any,
    ) -> None:
        super().__init__('simulated_robot', **options)
        if not isinstance(profile.interface, TrajectoryInterface):
            raise SettingError(
                f"robot '{profile.name}' takes no trajectories on a topic, as the simulated "
                'controller does'
            )
        self._names = [joint.name for joint in profile.joints] + [*profile.interface.hold_joints]
        straight = [joint.offset for joint in profile.joints] if positions is None else positions
        held = [0.0] * len(profile.interface.hold_joints)
        self.positions: NDArray[np.float64] = np.array([*straight, *held], np.float64)
        self.controller = TrajectoryController(
            self._names, self.positions.tolist(), **(settings or {})
        )
        self.top_speeds: NDArray[np.float64] = np.zeros(len(self._names))
        self._gazebo = gazebo
        self._wall = SystemClock(clock_type=ClockType.SYSTEM_TIME)
        self._last = self._wall.now().nanoseconds
        self.now = SIMULATION_START if gazebo else self._last
        self._share = 1.0 - math.exp(-UPDATE_NS / NANOSECONDS / LAG)
        self._states = self.create_publisher(JointState, 'joint_states', 10)
        clock_qos = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
        self._time = self.create_publisher(Clock, '/clock', clock_qos) if gazebo else None
        topic = command or profile.topic
        self.create_subscription(JointTrajectory, topic, self._on_command, 100)
        self.create_timer(UPDATE_NS / NANOSECONDS, self._on_timer)

    def move_to(self, positions: Sequence[float], seconds: float) -> None:
        """Have another program move the head: a trajectory that begins where it is now."""
        points = (
            Point(0, tuple(self.positions.tolist())),
            Point(round(seconds * NANOSECONDS), tuple(positions)),
        )
        self.controller.receive(Trajectory(tuple(self._names), points), self.now)

    def _on_command(self, message: JointTrajectory) -> None:
        points = tuple(
            Point(stamp_of(point.time_from_start), tuple(point.positions))
            for point in message.points
        )
        stamp = stamp_of(message.header.stamp)
        trajectory = Trajectory(tuple(message.joint_names), points, stamp)
        if not self.controller.receive(trajectory, self.now):
            self.get_logger().error(self.controller.reason, throttle_duration_sec=5.0)

    def _on_timer(self) -> None:
        wall = self._wall.now().nanoseconds
        # A simulator gets slower where it has to wait. Otherwise a clock was set.
        longest = UPDATE_NS if self._gazebo else LONGEST_NS
        if not 0 <= wall - self._last <= longest + UPDATE_NS:
            self._last = wall - UPDATE_NS
        if wall - self._last < UPDATE_NS:
            return
        while wall - self._last >= UPDATE_NS:
            self._last += UPDATE_NS
            self._step()
        self._say()

    def _step(self) -> None:
        self.now = self.now + UPDATE_NS if self._gazebo else self._last
        target = self.controller.update(self.now, self.positions.tolist())
        way = self._share * (target - self.positions)
        self.positions = self.positions + way
        self.top_speeds = np.maximum(self.top_speeds, np.abs(way) * (NANOSECONDS / UPDATE_NS))

    def _say(self) -> None:
        stamp = time_message(self.now)
        if self._time is not None:
            self._time.publish(Clock(clock=stamp))
        state = JointState(name=self._names, position=self.positions.tolist())
        state.header.stamp = stamp
        self._states.publish(state)


def run_robot(interruption: Interruption, name: str, arguments: Sequence[str]) -> int:
    """Run one until the process is asked to end, by the parameters `robot` and `command`.

    Args:
        interruption: says when to end.
        name: of the program, for messages.
        arguments: command line with the ROS arguments.

    Returns:
        Exit code: 0 when asked to end, 1 when it could not be made.
    """
    try:
        start_ros(arguments)
        spin_until(interruption, [_from_parameters()])
    except (SettingError, UnavailableError) as error:
        print(f'{name}: {error}', file=sys.stderr)
        return 1
    finally:
        rclpy.try_shutdown()
    return 0


def _from_parameters() -> SimulatedRobot:
    reader = Node('simulated_robot')
    robot = reader.declare_parameter('robot', 'generic_3dof').value
    command = reader.declare_parameter('command', '').value
    reader.destroy_node()
    # As config/example_robot/controllers.yaml has it.
    settings = {'interpolate_from_desired_state': True}
    return SimulatedRobot(load_profile(str(robot)), command=str(command), settings=settings)
