"""Moves a head a little about one axis after the other, so that its signs can be seen."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from vico_listener.clock import NANOSECONDS
from vico_listener.robot.controller import HeadCommand
from vico_listener.robot.controller import HeadController
from vico_listener.robot.profile import AXES
from vico_listener.robot.profile import RobotProfile

ANGLE = math.radians(5.0)
"""How far the head moves to either side (rad)."""

HOLD = 1.5
"""Seconds that each pose is kept."""

DIRECTIONS = {
    ('roll', 1): 'tilts its right ear down',
    ('roll', -1): 'tilts its left ear down',
    ('pitch', 1): 'looks down',
    ('pitch', -1): 'looks up',
    ('yaw', 1): 'looks to its own left',
    ('yaw', -1): 'looks to its own right',
}


@dataclass(frozen=True)
class Pose:
    """One pose of the check: a rotation (roll, pitch, yaw, rad), and what should be seen."""

    name: str
    rotation: tuple[float, float, float]
    seen: str


def check_poses(profile: RobotProfile) -> list[Pose]:
    """Straight ahead, then + and - about each axis that the head has, and back between them."""
    ahead = Pose('neutral', (0.0, 0.0, 0.0), 'looks straight ahead')
    poses = [ahead]
    for joint in profile.joints:
        for direction in (1, -1):
            name = f'{joint.axis} {direction * math.degrees(ANGLE):+.0f} deg'
            roll, pitch, yaw = (direction * ANGLE * (axis == joint.axis) for axis in AXES)
            poses.append(Pose(name, (roll, pitch, yaw), DIRECTIONS[joint.axis, direction]))
        poses.append(ahead)
    return poses


def check_commands(profile: RobotProfile) -> Iterator[tuple[Pose, HeadCommand]]:
    """Every command of the check, in order, each with the pose it leads to.

    Made by the same controller as everything else that moves the head, so that all limits hold.
    """
    head = HeadController(profile)
    now = 0
    for pose in check_poses(profile):
        for _ in range(round(HOLD * profile.rate)):
            head.follow(pose.rotation, now)
            for command in head.advance(now):
                yield pose, command
            now += round(NANOSECONDS / profile.rate)
