"""A topic with the pose of the head, for any program that can turn one."""

from collections.abc import Sequence

from vico_listener.robot.fields import Fields
from vico_listener.robot.interfaces.robot_interface import Payload
from vico_listener.robot.interfaces.robot_interface import TopicInterface
from vico_listener.robot.joints import HeadCommand
from vico_listener.robot.joints import Joint
from vico_listener.robot.joints import by_axis
from vico_listener.rotation import AXES
from vico_listener.rotation import quaternion_from_rpy


class Pose(TopicInterface):
    """The orientation of the head (REP-103) in the frame that the profile says."""

    name = 'pose'
    message = 'geometry_msgs/msg/PoseStamped'
    axes = AXES

    def __init__(self, fields: Fields) -> None:
        super().__init__(fields)
        self.frame_id = fields.text('frame_id')

    def payload(self, joints: Sequence[Joint], command: HeadCommand, ahead: float = 0.0) -> Payload:
        """Return the orientation; the position is the origin."""
        rpy = list(by_axis(joints, command.positions).values())
        x, y, z, w = quaternion_from_rpy(rpy).tolist()
        return {'pose': {'orientation': {'x': x, 'y': y, 'z': z, 'w': w}}}
