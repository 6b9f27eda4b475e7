"""The camera of a `ListeningHead`: it stands still, or moves with the robot's head."""

from collections.abc import Sequence

from vico_listener.errors import SettingError
from vico_listener.perception.camera_on_head import COMMANDS_AHEAD_NS
from vico_listener.perception.camera_on_head import CameraOnHead
from vico_listener.perception.camera_on_head import FixedCamera
from vico_listener.perception.camera_on_head import JointPoses
from vico_listener.perception.camera_on_head import Mounting
from vico_listener.robot import HeadCommand
from vico_listener.robot import RobotHead

NO_ROBOT = 'it turns a robot: give this head a robot profile'
"""Why a head without a robot refuses what only a robot does."""


class OwnCamera:
    """Knows where the camera is; on the head that follows from the robot's commands.

    Args:
        robot: the robot; None without one.
        mounting: of the camera.
        on_head: whether it moves with the head.

    Attributes:
        camera: places the people that it sees.
        correction: of the faces that it sees; None if it stands still.

    Raises:
        SettingError: it is on the head of no robot.
    """

    def __init__(self, robot: RobotHead | None, mounting: Mounting, on_head: bool) -> None:
        self._robot = robot
        self.correction: CameraOnHead | None = None
        self.camera: CameraOnHead | FixedCamera = FixedCamera(mounting)
        if not on_head:
            return
        if robot is None:
            raise SettingError(f'camera_on_head: {NO_ROBOT}')
        self._names = [joint.name for joint in robot.profile.joints]
        self._poses = JointPoses(robot.profile, mounting, COMMANDS_AHEAD_NS)
        self.camera = self.correction = CameraOnHead(self._poses)

    def moved(self, commands: Sequence[HeadCommand]) -> Sequence[HeadCommand]:
        """Take note of commands to the robot, and return them."""
        if self.correction is not None and self._robot is not None:
            for command in commands:
                due = self._robot.profile.interface.due(command)
                self._poses.add(self._names, command.positions, due)
        return commands
