"""Finds in a URDF the joints that turn a head, and which way each of them turns it."""

import math
import re
from collections.abc import Sequence
from collections.abc import Set
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from vico_listener.robot.urdf import Urdf
from vico_listener.robot.urdf import UrdfError
from vico_listener.robot.urdf import UrdfJoint
from vico_listener.rotation import AXES

HEAD = re.compile('head|neck', re.IGNORECASE)
"""What the names of a neck's joints, or of the links that they turn, have in them."""

NOT_HEAD = re.compile(
    r'eye|jaw|mouth|lip|brow|lid|antenna|camera|(?<![a-z])ears?(?![a-z])|printhead|headlight',
    re.IGNORECASE,
)
"""What those have in them that sit on a head and do not turn it."""

EYES = re.compile('eye(?!brow|lid)', re.IGNORECASE)
"""What the names of eyes have in them."""

OPTICAL = re.compile('optical')
"""What the names of cameras' frames have in them that look along z."""

OBLIQUE = math.radians(20.0)
"""An axis that is farther from all three axes of the head than this is worth a remark, rad."""

STEEP = math.cos(math.radians(45.0))
"""A camera that looks further up or down than 45 degrees does not say where ahead is."""


@dataclass(frozen=True, eq=False)
class HeadJoint:
    """A joint that turns the head.

    Attributes:
        joint: of the URDF.
        axis: the one that it turns about: 'roll', 'pitch' or 'yaw'.
        sign: 1 where it turns as REP-103 says, else -1.
        off: angle between its axis and that one, rad.
    """

    joint: UrdfJoint
    axis: str
    sign: int
    off: float


def find_neck(urdf: Urdf, names: Sequence[str] = ()) -> list[UrdfJoint]:
    """Return the joints between body and head, from the body on.

    Args:
        urdf: of the robot.
        names: which they are; without, the longest chain of those that are called after a head or
            neck.

    Raises:
        UrdfError: there is none, or one of those that were named is no joint that turns.
    """
    movable = [name for name, joint in urdf.joints.items() if joint.turns]
    for name in names:
        if name not in movable:
            raise UrdfError(
                f"the URDF has no joint '{name}' that turns: it has {', '.join(movable) or 'none'}"
            )
    chains = _chains(urdf, set(names) or _called_head(urdf))
    neck = max(chains, key=lambda chain: (len(chain), chain[-1].name), default=[])
    if not neck:
        raise UrdfError(
            'no joint that turns has head or neck in its name: give the joints of the '
            'neck, from the body upwards (--joints A,B,C), out of: '
            f'{", ".join(movable) or "none"}'
        )
    if len(neck) < len(names):
        raise UrdfError(f'{", ".join(names)} are not in one chain from the body to the head')
    return neck


def rival_necks(urdf: Urdf, neck: Sequence[UrdfJoint]) -> list[list[str]]:
    """Return the joints of other chains that are called after a head or neck, and as long."""
    ends = [chain for chain in _chains(urdf, _called_head(urdf)) if len(chain) >= len(neck)]
    return [[joint.name for joint in chain] for chain in ends if chain[-1] is not neck[-1]]


def _called_head(urdf: Urdf) -> set[str]:
    """Return the joints that turn and are called after a head or neck."""
    return {
        name
        for name, joint in urdf.joints.items()
        if joint.turns
        if HEAD.search(f'{name} {joint.child}') and not NOT_HEAD.search(f'{name} {joint.child}')
    }


def _chains(urdf: Urdf, wanted: Set[str]) -> list[list[UrdfJoint]]:
    """Return for each joint of some those of them from the body up to it."""
    return [
        [joint for joint in urdf.chain(urdf.joints[name].child) if joint.name in wanted]
        for name in sorted(wanted)
    ]


def facing(urdf: Urdf, neck: Sequence[UrdfJoint]) -> NDArray[np.float64]:
    """Return where the head looks at 0, as a unit vector (3,) in the frame of the root.

    REP-103 has x ahead. Where the optical frames of the cameras on the head say that the model is
    built otherwise, theirs counts, in steps of 90 degrees.
    """
    seen = [urdf.orientation(link)[:, 2] for link in on_head(urdf, neck, OPTICAL)]
    directions = {
        round(math.atan2(look[1], look[0]) / (math.pi / 2)) % 4
        for look in seen
        if math.hypot(look[0], look[1]) > STEEP
    }
    turn = directions.pop() * math.pi / 2 if len(directions) == 1 else 0.0
    return np.array([round(math.cos(turn)), round(math.sin(turn)), 0.0])


def on_head(urdf: Urdf, neck: Sequence[UrdfJoint], names: re.Pattern[str]) -> list[str]:
    """Return the links on the head whose names have something in them."""
    head = neck[-1].child
    links = dict.fromkeys(joint.child for joint in urdf.joints.values())
    return [
        link
        for link in links
        if names.search(link) and head in {joint.child for joint in urdf.chain(link)}
    ]


def eye_height(urdf: Urdf, neck: Sequence[UrdfJoint]) -> float | None:
    """Return how high the eyes, or else the cameras, are above the axis of pitch, m.

    None where the URDF has neither, or no axis of pitch; where there are several, their median.
    """
    pitch = [found.joint for found in head_joints(urdf, neck) if found.axis == 'pitch']
    links = on_head(urdf, neck, EYES) or on_head(urdf, neck, OPTICAL)
    if not pitch or not links:
        return None
    heights = [float(urdf.place(link)[2]) for link in links]
    return median(heights) - float(urdf.place(pitch[-1].child)[2])


def head_joints(urdf: Urdf, neck: Sequence[UrdfJoint]) -> list[HeadJoint]:
    """Say of each joint of a neck about which axis it turns the head, and which way."""
    ahead = facing(urdf, neck)
    up = np.array([0.0, 0.0, 1.0])
    axes = np.array([ahead, np.cross(up, ahead), up])
    found = []
    for joint in neck:
        shares = axes @ urdf.axis(joint)
        most = int(np.abs(shares).argmax())
        off = math.acos(min(1.0, abs(shares[most])))
        found.append(HeadJoint(joint, AXES[most], 1 if shares[most] > 0 else -1, off))
    return found
