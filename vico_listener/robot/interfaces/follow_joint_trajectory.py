"""The action of a `joint_trajectory_controller`, and of robots that have nothing else (Stretch)."""

from collections.abc import Sequence

from vico_listener.robot.fields import Fields
from vico_listener.robot.interfaces.joint_trajectory import take_hold_joints
from vico_listener.robot.interfaces.joint_trajectory import way_to
from vico_listener.robot.interfaces.robot_interface import ActionInterface
from vico_listener.robot.interfaces.robot_interface import Payload
from vico_listener.robot.joints import HeadCommand
from vico_listener.robot.joints import Joint


class FollowJointTrajectory(ActionInterface):
    """Goals like the trajectories of `joint_trajectory`, one after the other.

    Each goal takes the place of the one before it, as controllers have it; none is waited for.
    """

    name = 'follow_joint_trajectory'
    message = 'control_msgs/action/FollowJointTrajectory'

    def __init__(self, fields: Fields) -> None:
        super().__init__(fields)
        self.lookahead: float = fields.number('lookahead', 0.0, 1.0)
        self.hold_joints = take_hold_joints(fields)

    def payload(self, joints: Sequence[Joint], command: HeadCommand, ahead: float = 0.0) -> Payload:
        """Return the goal."""
        return {'trajectory': way_to(joints, command, ahead + self.lookahead, self.hold_joints)}
