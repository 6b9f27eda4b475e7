"""A topic of joint states as commands, for simulators and drivers that follow one."""

from collections.abc import Sequence

from vico_listener.robot.interfaces.robot_interface import Payload
from vico_listener.robot.interfaces.robot_interface import TopicInterface
from vico_listener.robot.joints import HeadCommand
from vico_listener.robot.joints import Joint


class JointState(TopicInterface):
    """Positions and velocities by the names of the joints."""

    name = 'joint_state'
    message = 'sensor_msgs/msg/JointState'

    def payload(self, joints: Sequence[Joint], command: HeadCommand, ahead: float = 0.0) -> Payload:
        """Return the state that the joints shall have."""
        return {
            'name': [joint.name for joint in joints],
            'position': list(command.positions),
            'velocity': list(command.velocities),
        }
