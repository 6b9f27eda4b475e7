"""Head pose to joint commands: profiles, kinematics, limits and the watchdog."""

from vico_listener.robot.controller import HeadCommand
from vico_listener.robot.controller import HeadController
from vico_listener.robot.profile import Joint
from vico_listener.robot.profile import ProfileError
from vico_listener.robot.profile import RobotProfile
from vico_listener.robot.profile import load_profile

__all__ = [
    'HeadCommand',
    'HeadController',
    'Joint',
    'ProfileError',
    'RobotProfile',
    'load_profile',
]
