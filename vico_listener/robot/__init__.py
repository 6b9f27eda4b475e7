"""Head pose to robot commands: profiles, shaping, limits, the watchdog and what is sent."""

from vico_listener.robot.controller import HeadController
from vico_listener.robot.fields import ProfileError
from vico_listener.robot.joints import HeadCommand
from vico_listener.robot.joints import Joint
from vico_listener.robot.profile import RobotProfile
from vico_listener.robot.profile import head_rotation
from vico_listener.robot.profile import load_profile
from vico_listener.robot.robot_head import RobotHead

__all__ = [
    'HeadCommand',
    'HeadController',
    'Joint',
    'ProfileError',
    'RobotHead',
    'RobotProfile',
    'head_rotation',
    'load_profile',
]
