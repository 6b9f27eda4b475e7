"""What goes over the wire for a command, as plain data, for every interface."""

import math
from typing import Any

from scipy.spatial.transform import Rotation

from vico_listener.robot.controller import HeadCommand
from vico_listener.robot.profile import AXES
from vico_listener.robot.profile import RobotProfile

Payload = dict[str, Any]


def make_payload(profile: RobotProfile, command: HeadCommand, ahead: float) -> Payload:
    """The fields of the robot's message, named as in its type.

    Args:
        profile: whose interface decides.
        command: joint positions.
        ahead: seconds until the command shall be reached (only trajectories say so).

    Returns:
        Fields with angles in the units of the wire. ``joint_trajectory``: of
        trajectory_msgs/JointTrajectory; ``float64_multi_array``: std_msgs/Float64MultiArray;
        ``joint_angles_with_speed``: naoqi_bridge_msgs/JointAnglesWithSpeed; ``joint_state``:
        sensor_msgs/JointState; ``pose``: geometry_msgs/PoseStamped; ``reachy_mini``: the
        FullBodyTarget of its daemon; ``furhat``: an event of its Realtime API.
    """
    names = [joint.name for joint in profile.joints]
    positions = list(command.positions)
    match profile.interface:
        case 'joint_trajectory':
            point = {'positions': positions, 'time_from_start': ahead}
            return {'joint_names': names, 'points': [point]}
        case 'float64_multi_array':
            scale = math.degrees(1.0) if profile.unit == 'deg' else 1.0
            return {'data': [scale * position for position in positions]}
        case 'joint_angles_with_speed':
            return {
                'joint_names': names,
                'joint_angles': positions,
                'speed': profile.speed,
                'relative': 0,
            }
        case 'joint_state':
            return {'name': names, 'position': positions, 'velocity': list(command.velocities)}
        case 'pose':
            x, y, z, w = Rotation.from_euler('xyz', _angles(profile, command)).as_quat().tolist()
            return {'pose': {'orientation': {'x': x, 'y': y, 'z': z, 'w': w}}}
        case 'reachy_mini':
            angles = dict(zip(AXES, _angles(profile, command), strict=True))
            return {'target_head_pose': {'x': 0.0, 'y': 0.0, 'z': 0.0, **angles}}
        case 'furhat':
            degrees = [math.degrees(angle) for angle in _angles(profile, command)]
            angles = dict(zip(AXES, degrees, strict=True))
            return {'type': 'request.face.headpose', **angles, 'relative': False}
    raise ValueError(f'no interface {profile.interface!r}')


def _angles(profile: RobotProfile, command: HeadCommand) -> list[float]:
    """Positions by axis: roll, pitch, yaw (rad), zero where the head has no such joint."""
    by_axis = {
        joint.axis: position
        for joint, position in zip(profile.joints, command.positions, strict=True)
    }
    return [by_axis.get(axis, 0.0) for axis in AXES]
