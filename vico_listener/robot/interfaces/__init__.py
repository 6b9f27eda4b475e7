"""Robot interfaces: one class in one module for each way in which robots are commanded.

A profile names its interface by a short name or, where another installed package brings it, as
``package.module:Class``.
"""

from vico_listener.plugins import PluginError
from vico_listener.plugins import Plugins
from vico_listener.robot.fields import Fields
from vico_listener.robot.fields import ProfileError
from vico_listener.robot.interfaces.robot_interface import ActionInterface
from vico_listener.robot.interfaces.robot_interface import LinkInterface
from vico_listener.robot.interfaces.robot_interface import Payload
from vico_listener.robot.interfaces.robot_interface import RobotInterface
from vico_listener.robot.interfaces.robot_interface import RobotLink
from vico_listener.robot.interfaces.robot_interface import TopicInterface
from vico_listener.robot.interfaces.web_socket import WebSocketInterface

__all__ = [
    'INTERFACES',
    'ActionInterface',
    'LinkInterface',
    'Payload',
    'RobotInterface',
    'RobotLink',
    'TopicInterface',
    'WebSocketInterface',
    'take_interface',
]

INTERFACES: Plugins[RobotInterface] = Plugins(
    kind='robot interface',
    interface=RobotInterface,
    group='vico_listener.robot_interfaces',
    own={
        'joint_trajectory': f'{__name__}.joint_trajectory:JointTrajectory',
        'follow_joint_trajectory': f'{__name__}.follow_joint_trajectory:FollowJointTrajectory',
        'float64_multi_array': f'{__name__}.float64_multi_array:Float64MultiArray',
        'joint_angles_with_speed': f'{__name__}.joint_angles_with_speed:JointAnglesWithSpeed',
        'joint_state': f'{__name__}.joint_state:JointState',
        'pose': f'{__name__}.pose:Pose',
        'reachy_mini': f'{__name__}.reachy_mini:ReachyMini',
        'furhat': f'{__name__}.furhat:Furhat',
    },
)


def take_interface(fields: Fields) -> TopicInterface | ActionInterface | LinkInterface:
    """Build the interface that a profile names, and take its settings from the profile's fields.

    Raises:
        ProfileError: there is no such interface, or a field is missing or wrong.
    """
    name = fields.text('interface')
    try:
        interface = INTERFACES.load(name)(fields)
    except PluginError as error:
        raise ProfileError(f'{fields.where}: interface: {error}') from error
    if not isinstance(interface, TopicInterface | ActionInterface | LinkInterface):
        raise ProfileError(
            f'{fields.where}: interface: {name} must be a TopicInterface, an ActionInterface or '
            'a LinkInterface'
        )
    return interface
