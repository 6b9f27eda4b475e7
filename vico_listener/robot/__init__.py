"""Head pose to robot commands: profiles, shaping, limits, the watchdog and what is sent."""

from vico_listener.robot.controller import HeadCommand
from vico_listener.robot.controller import HeadController
from vico_listener.robot.fields import ProfileError
from vico_listener.robot.profile import Joint
from vico_listener.robot.profile import RobotProfile
from vico_listener.robot.profile import head_rotation
from vico_listener.robot.profile import load_profile

__all__ = [
    'HeadCommand',
    'HeadController',
    'Joint',
    'ProfileError',
    'RobotProfile',
    'head_rotation',
    'load_profile',
]
