"""The topic of a forward command controller, and of QTrobot: numbers without names."""

import math
from collections.abc import Sequence

from vico_listener.robot.fields import Fields
from vico_listener.robot.interfaces.robot_interface import Payload
from vico_listener.robot.interfaces.robot_interface import TopicInterface
from vico_listener.robot.joints import UNITS
from vico_listener.robot.joints import HeadCommand
from vico_listener.robot.joints import Joint


class Float64MultiArray(TopicInterface):
    """Positions in the order of the joints, in the unit that the profile says."""

    name = 'float64_multi_array'
    message = 'std_msgs/msg/Float64MultiArray'

    def __init__(self, fields: Fields) -> None:
        super().__init__(fields)
        self.unit = fields.choice('unit', UNITS)

    def payload(self, joints: Sequence[Joint], command: HeadCommand, ahead: float = 0.0) -> Payload:
        """Return the positions."""
        scale = math.degrees(1.0) if self.unit == 'deg' else 1.0
        return {'data': [scale * position for position in command.positions]}
