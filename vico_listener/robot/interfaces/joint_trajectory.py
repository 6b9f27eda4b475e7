"""The topic of a `joint_trajectory_controller` of ros2_control."""

from collections.abc import Sequence

from vico_listener.clock import NANOSECONDS
from vico_listener.robot.fields import Fields
from vico_listener.robot.interfaces.base import Payload
from vico_listener.robot.interfaces.base import TopicInterface
from vico_listener.robot.joints import HeadCommand
from vico_listener.robot.joints import Joint


class JointTrajectory(TopicInterface):
    """Trajectories of one point, positions only."""

    name = 'joint_trajectory'
    message = 'trajectory_msgs/msg/JointTrajectory'
    starts_at_stamp = True

    def __init__(self, fields: Fields) -> None:
        super().__init__(fields)
        self.lookahead: float = fields.number('lookahead', 0.0, 1.0)

    def payload(self, joints: Sequence[Joint], command: HeadCommand, ahead: float = 0.0) -> Payload:
        """Return one point, to be reached `lookahead` after the command is due."""
        left = max(0, round((ahead + self.lookahead) * NANOSECONDS))
        seconds, nanoseconds = divmod(left, NANOSECONDS)
        point = {
            'positions': list(command.positions),
            'time_from_start': {'sec': seconds, 'nanosec': nanoseconds},
        }
        return {'joint_names': [joint.name for joint in joints], 'points': [point]}
