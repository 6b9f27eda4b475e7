"""Compares a robot profile with the robot's URDF: names, limits, and which way the joints turn."""

import math

from vico_listener.robot.head_joints import HeadJoint
from vico_listener.robot.head_joints import find_neck
from vico_listener.robot.head_joints import head_joints
from vico_listener.robot.interfaces import LinkInterface
from vico_listener.robot.joints import Joint
from vico_listener.robot.profile import RobotProfile
from vico_listener.robot.urdf import Urdf
from vico_listener.robot.urdf import UrdfError
from vico_listener.rotation import AXES

EXACT = 1e-6
"""Limits that differ by less are the same, rad."""

LIMITS = {'velocity': 'rad/s', 'acceleration': 'rad/s^2', 'jerk': 'rad/s^3'}
"""What a profile limits beside the position, and in which unit."""


def is_in_urdf(profile: RobotProfile) -> bool:
    """Return whether the joints of a profile are joints of the robot, not axes of its head."""
    linked = isinstance(profile.interface, LinkInterface)
    return not linked and profile.measured.source not in ('tf', 'none')


def disagreements(profile: RobotProfile, urdf: Urdf) -> list[str]:
    """Return what a profile says otherwise than the URDF, with what to do; empty where they agree.

    Of a profile whose joints are the axes of the head there is nothing to compare.
    """
    if not is_in_urdf(profile):
        return []
    missing = [joint.name for joint in profile.joints if joint.name not in urdf.joints]
    if missing:
        try:
            neck = ', '.join(joint.name for joint in find_neck(urdf))
            hint = f'those of its neck are {neck}'
        except UrdfError:
            hint = 'none of its joints has head or neck in its name'
        return [f'the URDF of {urdf.name} has no joint {", ".join(missing)}: {hint}']
    found = [
        f'{joint.name} does not turn by itself in the URDF: it is '
        f'{"a mimic joint" if urdf.joints[joint.name].mimics else urdf.joints[joint.name].kind}'
        for joint in profile.joints
        if not urdf.joints[joint.name].turns
    ]
    if found:
        return found
    # Of antennas a URDF does not say which way is up.
    necks = [joint for joint in profile.joints if joint.axis in AXES]
    names = [joint.name for joint in necks]
    try:
        turning = {head.joint.name: head for head in head_joints(urdf, find_neck(urdf, names))}
    except UrdfError as error:
        return [str(error)]
    return [text for joint in necks for text in _differences(joint, turning[joint.name])]


def _differences(joint: Joint, head: HeadJoint) -> list[str]:
    model, found = head.joint, []
    if joint.axis != head.axis:
        found.append(
            f'{joint.name} turns the head about {head.axis} according to the URDF, not '
            f'about {joint.axis}: correct its axis'
        )
    elif joint.sign != head.sign:
        found.append(
            f'{joint.name} counts the other way according to the URDF: set sign to '
            f'{head.sign}, and check it by vico robot check --move'
        )
    if model.maximum > model.minimum:
        for name, beyond in (
            ('minimum', model.minimum - joint.minimum),
            ('maximum', joint.maximum - model.maximum),
        ):
            if beyond > EXACT:
                limit = getattr(model, name)
                found.append(
                    f'the {name} of {joint.name}, {getattr(joint, name):g} rad, lies '
                    f'{math.degrees(beyond):.1f} degrees beyond the stop at {limit:g} rad: keep '
                    'inside it'
                )
    for name, unit in LIMITS.items():
        wanted, limit = getattr(joint, f'max_{name}'), getattr(model, name)
        if wanted > limit + EXACT:
            found.append(
                f'max_{name} of {joint.name}, {wanted:g} {unit}, exceeds the {limit:g} in the '
                'URDF: lower it'
            )
    return found
