"""The profile of a head that somebody else moves: only the listener's part of it is sent."""

from dataclasses import replace

from vico_listener.robot.fields import Fields
from vico_listener.robot.interfaces import take_interface
from vico_listener.robot.joints import Joint
from vico_listener.robot.measured import MeasuredSource
from vico_listener.robot.profile import RobotProfile
from vico_listener.robot.profile import load_profile
from vico_listener.rotation import AXES

FRAME = 'head'
"""The frame that is turned: that of the head as the other program holds it."""


def offset_profile(robot: str, topic: str) -> RobotProfile:
    """Return a profile that sends how far a robot's head is turned away from where it looks.

    It has the rate, gains, ranges and limits of the robot's joints; a range is that about straight
    ahead, since it is not known where the other program holds the head.

    Args:
        robot: the robot, as for `load_profile`; '' for `generic_pose`.
        topic: takes the offsets, as poses.

    Raises:
        ProfileError: there is no such profile, or it is wrong.
    """
    profile = load_profile(robot or 'generic_pose')
    fields = Fields({'interface': 'pose', 'topic': topic, 'frame_id': FRAME}, profile.name)
    return replace(
        profile,
        interface=take_interface(fields),
        joints=tuple(_about_zero(joint) for joint in profile.joints if joint.axis in AXES),
        measured=MeasuredSource(source='none'),
    )


def _about_zero(joint: Joint) -> Joint:
    """Return a joint that stands at 0 when the head looks ahead, and counts as its axis does."""
    ends = sorted(joint.sign * (end - joint.offset) for end in (joint.minimum, joint.maximum))
    return replace(joint, sign=1, offset=0.0, minimum=ends[0], maximum=ends[1], range_by=None)
