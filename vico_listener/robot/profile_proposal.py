"""Proposes a robot profile from a URDF: a commented YAML text, to be checked on the robot."""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from vico_listener.robot.head_joints import OBLIQUE
from vico_listener.robot.head_joints import HeadJoint
from vico_listener.robot.head_joints import eye_height
from vico_listener.robot.head_joints import facing
from vico_listener.robot.head_joints import find_neck
from vico_listener.robot.head_joints import head_joints
from vico_listener.robot.head_joints import rival_necks
from vico_listener.robot.joints import JERK
from vico_listener.robot.joints import LEAST_JERK
from vico_listener.robot.urdf import Urdf
from vico_listener.yaml_text import parse_yaml

TOPIC = 'head_controller/joint_trajectory'
"""Where commands go unless somebody says otherwise: as most call it."""

INSIDE = 0.02
"""Share of its range by which a joint stays away from the stops."""

WIDEST = 1.5
"""How far a listener turns its head at most, to either side, rad."""

MOST = 4.0 * math.pi
"""A larger range of a joint with stops was rather meant in degrees, rad."""

RIVALS = 3
"""So many other necks are named at most."""

NARROW = 0.3
"""How far it may turn a joint of which no limits are known, rad."""

FASTEST, SLOW = 3.0, 1.0
"""How fast it turns at most, and where no limit is known, rad/s."""

BRISK = 10.0
"""Acceleration where none is given, per unit of velocity: full speed after 0.1 s."""


@dataclass(frozen=True)
class _Proposed:
    """The fields of a joint, and what there is to say of them."""

    fields: dict[str, str | float | int]
    remarks: tuple[str, ...]


def propose_profile(
    urdf: Urdf, names: Sequence[str] = (), command: str = '', source: str = ''
) -> str:
    """Return the text of a profile of the head of a robot.

    Args:
        urdf: of the robot.
        names: the joints of its neck; without, they are found.
        command: topic of a joint_trajectory_controller; '' for the usual one.
        source: where the URDF comes from, for the text.

    Raises:
        UrdfError: no neck is found.
    """
    neck = find_neck(urdf, names)
    found = head_joints(urdf, neck)
    # Of two joints about one axis the one nearer the head makes the better nod.
    chosen = {joint.axis: joint for joint in found}
    joints = [joint for joint in found if chosen[joint.axis] is joint]
    left = [joint for joint in found if chosen[joint.axis] is not joint]
    name = ' '.join(urdf.name.split())
    lines = [
        f'# The head of {name}, proposed from {source or "its URDF"}. Nobody has tried it.',
        '# What is marked CHECK the URDF does not say. First of all, and with the hand at the',
        '# emergency stop: vico robot check THIS_FILE, then the same with --move.',
    ]
    ahead = facing(urdf, neck)
    if ahead[0] < 1.0:
        lines.append(
            f'# CHECK: the cameras look along ({ahead[0]:.0f}, {ahead[1]:.0f}, 0), not x: so the '
            'axes were read.'
        )
    for joint in left:
        lines.append(
            f'# CHECK: {joint.joint.name} turns about {joint.axis}, too, and is left where it is.'
        )
    if 'roll' not in chosen:
        lines.append('# There is no joint for roll: a tilt of the head is not shown.')
    if not names:
        lines += [
            f'# CHECK: {" and ".join(other)} could be the neck as well (--joints).'
            for other in rival_necks(urdf, neck)[:RIVALS]
        ]
    lines += _interface(urdf, joints, command)
    if (height := eye_height(urdf, neck)) is not None:
        lines.append(
            f'eye_height: {height:.3f}  # CHECK: of eyes or cameras above the axis of pitch [m]'
        )
    lines.append('joints:')
    for joint in joints:
        lines += _entry(_proposed(joint, urdf.copies_of(joint.joint)))
    return '\n'.join(lines) + '\n'


def _interface(urdf: Urdf, joints: Sequence[HeadJoint], command: str) -> list[str]:
    remark = '' if command else '  # CHECK: of the controller of these joints'
    lines = [
        'interface: joint_trajectory  # CHECK: what takes the commands (docs/robots.md)',
        f'topic: {command or TOPIC}{remark}',
        'rate: 50.0        # commands per second [Hz]',
        'lookahead: 0.04   # time_from_start of a command [s]',
    ]
    for joint in joints:
        interfaces = urdf.commanded.get(joint.joint.name)
        if interfaces is not None and 'position' not in interfaces:
            kinds = ', '.join(sorted(interfaces)) or 'none'
            lines.append(
                f'# CHECK: ros2_control has no command interface `position` of '
                f'{joint.joint.name}, but {kinds}.'
            )
    return lines


def _entry(proposed: _Proposed) -> list[str]:
    fields = proposed.fields
    first = [f'{key}: {fields[key]}' for key in ('name', 'axis', 'sign', 'gain', 'offset')]
    others = [f'{key}: {value}' for key, value in fields.items() if key not in _FIRST]
    return [
        *(f'  # {remark}' for remark in proposed.remarks),
        f'  - {{{", ".join(first)},',
        f'     {", ".join(others)}}}',
    ]


_FIRST = ('name', 'axis', 'sign', 'gain', 'offset')


def _proposed(head: HeadJoint, copies: Sequence[str]) -> _Proposed:
    joint = head.joint
    remarks = [f'Positive {_DIRECTIONS[head.axis][head.sign]}, by the URDF.']
    if head.off > OBLIQUE:
        remarks.append(f'CHECK: its axis is {math.degrees(head.off):.0f} degrees off.')
    if copies:
        remarks.append(f'CHECK: {", ".join(copies)} copies it, and turns with it (gain).')
    wide = joint.kind == 'revolute' and joint.maximum - joint.minimum > MOST
    known = joint.maximum > joint.minimum and not wide
    low, high = (joint.minimum, joint.maximum) if known else (-NARROW, NARROW)
    limits = f'{joint.minimum:g}..{joint.maximum:g} rad'
    if wide:
        remarks.append(f'CHECK: its limits of {limits} are more than two turns: are they degrees?')
    elif joint.minimum > joint.maximum:
        remarks.append(f'CHECK: its limits of {limits} are the wrong way round.')
    elif not known:
        remarks.append('CHECK: the URDF has no limits of its position.')
    # A joint that cannot be at 0 looks ahead somewhere else.
    offset = 0.0 if low <= 0.0 <= high else 0.5 * (low + high)
    if offset:
        remarks.append('CHECK: 0 is out of its range; where does it look straight ahead?')
    inside = INSIDE * min(high - low, 2.0 * WIDEST)
    minimum = min(offset, max(low + inside, offset - WIDEST))
    maximum = max(offset, min(high - inside, offset + WIDEST))
    velocity = min(joint.velocity, FASTEST)
    if math.isinf(joint.velocity):
        velocity = SLOW
        remarks.append('CHECK: the URDF has no limit of its velocity.')
    acceleration = min(joint.acceleration, BRISK * velocity, joint.jerk / LEAST_JERK)
    if math.isinf(joint.acceleration):
        remarks.append('CHECK: the acceleration is a guess, as the URDF has no limit of it.')
    fields: dict[str, str | float | int] = {
        'name': _text(joint.name),
        'axis': head.axis,
        'sign': head.sign,
        'gain': 1.0,
        'offset': round(offset, 4),
        'minimum': _towards(minimum, offset),
        'maximum': _towards(maximum, offset),
        'max_velocity': _towards(velocity, 0.0),
        'max_acceleration': _towards(acceleration, 0.0),
    }
    if joint.jerk < JERK * acceleration:
        fields['max_jerk'] = _towards(joint.jerk, 0.0)
    return _Proposed(fields, tuple(remarks))


_DIRECTIONS = {
    'roll': {1: 'tilts the right ear down', -1: 'tilts the left ear down'},
    'pitch': {1: 'looks down', -1: 'looks up'},
    'yaw': {1: 'turns to its left', -1: 'turns to its right'},
}


def _text(name: str) -> str:
    """Return a name as YAML: in quotes where it would be read as something else."""
    plain = re.fullmatch(r'[^\W\d][\w/.-]*', name) and isinstance(parse_yaml(name), str)
    return name if plain else json.dumps(name, ensure_ascii=False)


def _towards(value: float, middle: float) -> float:
    """Return a value with four decimals, rounded towards the middle."""
    scaled = 10_000.0 * value
    return (math.floor(scaled) if value > middle else math.ceil(scaled)) / 10_000.0
