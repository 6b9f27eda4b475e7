"""Robot profiles: which joints a head has, how far and fast they turn, who takes commands."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import ArrayLike
from numpy.typing import NDArray

from vico_listener.resources import resource_path
from vico_listener.robot.coupling import CoupledRange
from vico_listener.robot.coupling import parse_coupled_range
from vico_listener.robot.fields import Fields
from vico_listener.robot.fields import ProfileError

AXES = ('roll', 'pitch', 'yaw')
UNITS = ('rad', 'deg')
INTERFACES = {
    'joint_trajectory': ('topic', 'lookahead'),
    'float64_multi_array': ('topic', 'unit'),
    'joint_angles_with_speed': ('topic', 'speed'),
    'joint_state': ('topic',),
    'pose': ('topic', 'frame_id'),
    'reachy_mini': ('url',),
    'furhat': ('url',),
}
"""Every interface and the fields that a profile has for it."""

FIXED_UNITS = {'furhat': 'deg'}
"""Units of interfaces that speak no radians."""

JERK = 40.0
"""Jerk limit of a joint without one, per unit of acceleration: full acceleration in 1/40 s."""

LEAST_JERK = 10.0
"""The same, at least: smoother motion would come too late (1/10 s)."""

SOFT_ZONE = 0.2
"""Outer share of the way to a limit in which motion is compressed, where a joint says nothing."""


@dataclass(frozen=True)
class Joint:
    """One joint of the head.

    The joint turns to ``offset + sign * (gain * angle + roll_gain * roll)`` where angle is the
    commanded roll, pitch or yaw in rad (REP-103: pitch > 0 looks down, yaw > 0 to its left,
    roll > 0 right ear down).

    Attributes:
        name: as the robot's controller knows it.
        axis: 'roll', 'pitch' or 'yaw'.
        sign: +1 or -1.
        gain: scales the angle (1 = as large as the listener moves).
        offset: joint position that looks straight ahead, rad.
        minimum, maximum: position limits, rad.
        max_velocity, max_acceleration: rad/s, rad/s^2.
        max_jerk: rad/s^3.
        soft_zone: outer share of the way from offset to a limit in which motion is compressed.
        roll_gain: share of the roll that this joint shows, on a head without a roll joint.
        range_by: the joint's range where it depends on another joint's position.
    """

    name: str
    axis: str
    sign: int
    gain: float
    offset: float
    minimum: float
    maximum: float
    max_velocity: float
    max_acceleration: float
    max_jerk: float = math.inf
    soft_zone: float = 0.0
    roll_gain: float = 0.0
    range_by: CoupledRange | None = None


@dataclass(frozen=True)
class RobotProfile:
    """A robot's head.

    Attributes:
        name: name of the profile.
        interface: how commands are sent, one of `INTERFACES`.
        topic: where they are sent ('' where the interface has no topic).
        rate: commands per second.
        lookahead: seconds from a command to the moment at which it shall be reached.
        joints: in the order in which the controller expects them.
        unit: of the angles on the wire, 'rad' or 'deg'.
        speed: share 0..1 of its highest speed at which naoqi interpolates.
        frame_id: frame in which a pose is given.
        url: WebSocket of the robot.
    """

    name: str
    interface: str
    topic: str
    rate: float
    lookahead: float
    joints: tuple[Joint, ...]
    unit: str = 'rad'
    speed: float = 0.0
    frame_id: str = ''
    url: str = ''

    @property
    def target(self) -> str:
        """Where commands go: a topic or a URL."""
        return self.topic or self.url


def known_profiles() -> list[str]:
    """Names of the profiles that come with the package."""
    return sorted(path.stem for path in resource_path('config/robots').glob('*.yaml'))


def head_rotation(profile: RobotProfile, positions: ArrayLike) -> NDArray[np.float64]:
    """Roll, pitch, yaw (rad) of a head whose joints stand at `positions` (..., joints), rad.

    What the joints do turn; gain, which only scales the listener's motion, is not undone. Axes
    without a joint are 0. Shape (..., 3).
    """
    joints = np.asarray(positions, dtype=np.float64)
    rotation = np.zeros((*joints.shape[:-1], len(AXES)))
    for number, joint in enumerate(profile.joints):
        turned = joint.sign * (joints[..., number] - joint.offset)
        rotation[..., AXES.index(joint.axis)] = turned
    return rotation


def load_profile(name: str) -> RobotProfile:
    """Load a profile by name (``config/robots/<name>.yaml``) or by the path of a YAML file.

    Raises:
        ProfileError: there is no such profile, or a field is missing, unknown or out of range.
    """
    is_file = name.endswith(('.yaml', '.yml'))
    path = Path(name) if is_file else resource_path('config/robots') / f'{name}.yaml'
    if not path.is_file():
        known = ', '.join(known_profiles())
        raise ProfileError(f"no robot profile '{name}': give a YAML file or one of {known}")
    try:
        data = yaml.safe_load(path.read_text(encoding='utf-8'))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ProfileError(f'{path.name} is not valid YAML: {error}') from error
    return parse_profile(data, path.stem)


def parse_profile(data: Any, name: str) -> RobotProfile:
    """Build a profile from the mapping that its YAML file holds; ProfileError names the field."""
    fields = Fields(data, name)
    interface = fields.choice('interface', tuple(INTERFACES))
    own = INTERFACES[interface]
    profile = RobotProfile(
        name=name,
        interface=interface,
        rate=fields.number('rate', 1.0, 1000.0),
        topic=fields.text('topic') if 'topic' in own else '',
        lookahead=fields.number('lookahead', 0.0, 1.0) if 'lookahead' in own else 0.0,
        unit=fields.choice('unit', UNITS) if 'unit' in own else FIXED_UNITS.get(interface, 'rad'),
        speed=fields.number('speed', 0.01, 1.0) if 'speed' in own else 0.0,
        frame_id=fields.text('frame_id') if 'frame_id' in own else '',
        url=_web_socket(fields) if 'url' in own else '',
        joints=tuple(
            _parse_joint(joint, f'{name}: joints[{n}]')
            for n, joint in enumerate(fields.entries('joints'))
        ),
    )
    fields.finish()
    _check_joints(profile)
    return profile


def _web_socket(fields: Fields) -> str:
    url = fields.text('url')
    if not url.startswith(('ws://', 'wss://')):
        raise ProfileError(f'{fields.where}: url must begin with ws:// or wss://, not {url!r}')
    return url


def _parse_joint(data: Any, where: str) -> Joint:
    fields = Fields(data, where)
    sign = fields.number('sign', -1, 1)
    acceleration = fields.number('max_acceleration', 1e-2, 10_000.0)
    range_by = None
    if 'range_by' in fields:
        range_by = parse_coupled_range(fields.take('range_by'), f'{where}: range_by')
    joint = Joint(
        name=fields.text('name'),
        axis=fields.choice('axis', AXES),
        sign=int(sign),
        gain=fields.number('gain', 0.0, 10.0),
        offset=fields.number('offset', -math.tau, math.tau),
        minimum=fields.number('minimum', -math.tau, math.tau),
        maximum=fields.number('maximum', -math.tau, math.tau),
        max_velocity=fields.number('max_velocity', 1e-3, 100.0),
        max_acceleration=acceleration,
        max_jerk=fields.number(
            'max_jerk', LEAST_JERK * acceleration, 1e6 * acceleration, JERK * acceleration
        ),
        soft_zone=fields.number('soft_zone', 0.0, 1.0, SOFT_ZONE),
        roll_gain=fields.number('roll_gain', -2.0, 2.0, 0.0),
        range_by=range_by,
    )
    fields.finish()
    if sign not in (-1.0, 1.0):
        raise ProfileError(f'{where}: sign must be 1 or -1')
    if not joint.minimum < joint.maximum:
        raise ProfileError(f'{where}: minimum must be less than maximum')
    if not joint.minimum <= joint.offset <= joint.maximum:
        raise ProfileError(f'{where}: offset must lie between minimum and maximum')
    return joint


def _check_joints(profile: RobotProfile) -> None:
    """What joints must be among each other."""
    name, joints = profile.name, profile.joints
    for what in ('name', 'axis'):
        values = [getattr(joint, what) for joint in joints]
        if len(set(values)) < len(values):
            raise ProfileError(f'{name}: two joints have the same {what}')
    by_name = {joint.name: joint for joint in joints}
    has_roll = any(joint.axis == 'roll' for joint in joints)
    for n, joint in enumerate(joints):
        where = f'{name}: joints[{n}]'
        if joint.roll_gain and has_roll:
            raise ProfileError(f'{where}: roll_gain is for heads without a roll joint')
        if joint.range_by is None:
            continue
        other = by_name.get(joint.range_by.joint)
        if other is None or other is joint or other.range_by is not None:
            raise ProfileError(
                f'{where}: range_by: joint must name another joint without range_by, '
                f'not {joint.range_by.joint!r}'
            )
        knots = joint.range_by.knots
        if knots[0] > other.minimum or knots[-1] < other.maximum:
            raise ProfileError(
                f'{where}: range_by: table must reach from minimum to maximum of {other.name}'
            )
        low, high = joint.range_by.over(other.offset, other.offset)
        if not low <= joint.offset <= high:
            raise ProfileError(f'{where}: range_by: table leaves out where the head looks ahead')
