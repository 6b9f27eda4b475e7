"""The topic of naoqi_driver2: Pepper and NAO."""

from collections.abc import Sequence

from vico_listener.robot.fields import Fields
from vico_listener.robot.interfaces.robot_interface import Payload
from vico_listener.robot.interfaces.robot_interface import TopicInterface
from vico_listener.robot.joints import HeadCommand
from vico_listener.robot.joints import Joint


class JointAnglesWithSpeed(TopicInterface):
    """Absolute joint angles.

    Attributes:
        speed: share 0..1 of the motors' highest speed at which naoqi interpolates.
    """

    name = 'joint_angles_with_speed'
    message = 'naoqi_bridge_msgs/msg/JointAnglesWithSpeed'

    def __init__(self, fields: Fields) -> None:
        super().__init__(fields)
        self.speed = fields.number('speed', 0.01, 1.0)

    def payload(self, joints: Sequence[Joint], command: HeadCommand, ahead: float = 0.0) -> Payload:
        """Return the angles by name, with the speed."""
        return {
            'joint_names': [joint.name for joint in joints],
            'joint_angles': list(command.positions),
            'speed': self.speed,
            'relative': 0,
        }
