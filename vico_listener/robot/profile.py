"""Robot profiles: which joints a head has, how they turn and how far and fast they may."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import ArrayLike
from numpy.typing import NDArray

from vico_listener.resources import resource_path

AXES = ('roll', 'pitch', 'yaw')
INTERFACES = ('joint_trajectory',)


class ProfileError(ValueError):
    """A robot profile is missing or wrong; the message names the field."""


@dataclass(frozen=True)
class Joint:
    """One joint of the head.

    The joint turns to ``offset + sign * gain * angle`` where angle is the commanded roll, pitch or
    yaw in rad (REP-103: pitch > 0 looks down, yaw > 0 to its left, roll > 0 right ear down).

    Attributes:
        name: as the robot's controller knows it.
        axis: 'roll', 'pitch' or 'yaw'.
        sign: +1 or -1.
        gain: scales the angle (1 = as large as the listener moves).
        offset: joint position that looks straight ahead, rad.
        minimum, maximum: position limits, rad.
        max_velocity, max_acceleration: rad/s, rad/s^2.
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


@dataclass(frozen=True)
class RobotProfile:
    """A robot's head.

    Attributes:
        name: name of the profile.
        interface: how commands are sent, one of `INTERFACES`.
        topic: where they are sent.
        rate: commands per second.
        lookahead: seconds from a command to the moment at which it shall be reached.
        joints: in the order in which the controller expects them.
    """

    name: str
    interface: str
    topic: str
    rate: float
    lookahead: float
    joints: tuple[Joint, ...]


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
    folder = resource_path('config/robots')
    path = Path(name) if name.endswith(('.yaml', '.yml')) else folder / f'{name}.yaml'
    if not path.is_file():
        known = ', '.join(sorted(p.stem for p in folder.glob('*.yaml')))
        raise ProfileError(f"no robot profile '{name}': give a YAML file or one of {known}")
    try:
        data = yaml.safe_load(path.read_text(encoding='utf-8'))
    except yaml.YAMLError as error:
        raise ProfileError(f'{path.name} is not valid YAML: {error}') from error
    return parse_profile(data, path.stem)


def parse_profile(data: Any, name: str) -> RobotProfile:
    """Build a profile from the mapping that its YAML file holds; ProfileError names the field."""
    fields = _Fields(data, name)
    interface = fields.choice('interface', INTERFACES)
    topic = fields.text('topic')
    rate = fields.number('rate', 1.0, 1000.0)
    lookahead = fields.number('lookahead', 0.0, 1.0)
    joint_data = fields.take('joints')
    fields.finish()
    if not isinstance(joint_data, list) or not joint_data:
        raise ProfileError(f'{name}: joints must be a list of at least one joint')
    joints = tuple(_parse_joint(j, f'{name}: joints[{i}]') for i, j in enumerate(joint_data))
    for what in ('name', 'axis'):
        values = [getattr(joint, what) for joint in joints]
        if len(set(values)) < len(values):
            raise ProfileError(f'{name}: two joints have the same {what}')
    return RobotProfile(name, interface, topic, rate, lookahead, joints)


def _parse_joint(data: Any, where: str) -> Joint:
    fields = _Fields(data, where)
    joint = Joint(
        name=fields.text('name'),
        axis=fields.choice('axis', AXES),
        sign=int(fields.number('sign', -1, 1)),
        gain=fields.number('gain', 0.0, 10.0),
        offset=fields.number('offset', -math.tau, math.tau),
        minimum=fields.number('minimum', -math.tau, math.tau),
        maximum=fields.number('maximum', -math.tau, math.tau),
        max_velocity=fields.number('max_velocity', 1e-3, 100.0),
        max_acceleration=fields.number('max_acceleration', 1e-2, 10_000.0),
    )
    fields.finish()
    if joint.sign == 0:
        raise ProfileError(f'{where}: sign must be 1 or -1')
    if not joint.minimum < joint.maximum:
        raise ProfileError(f'{where}: minimum must be less than maximum')
    if not joint.minimum <= joint.offset <= joint.maximum:
        raise ProfileError(f'{where}: offset must lie between minimum and maximum')
    return joint


class _Fields:
    """Takes fields out of a mapping one by one and complains about each by its name."""

    def __init__(self, data: Any, where: str) -> None:
        if not isinstance(data, dict):
            raise ProfileError(f'{where}: expected a mapping of fields')
        self._data = dict(data)
        self._where = where

    def take(self, field: str) -> Any:
        if field not in self._data:
            raise ProfileError(f'{self._where}: {field} is missing')
        return self._data.pop(field)

    def text(self, field: str) -> str:
        value = self.take(field)
        if not isinstance(value, str) or not value:
            raise ProfileError(f'{self._where}: {field} must be a text, not {value!r}')
        return value

    def choice(self, field: str, choices: tuple[str, ...]) -> str:
        value = self.take(field)
        if value not in choices:
            raise ProfileError(
                f'{self._where}: {field} must be one of {", ".join(choices)}, not {value!r}'
            )
        return str(value)

    def number(self, field: str, low: float, high: float) -> float:
        value = self.take(field)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ProfileError(f'{self._where}: {field} must be a number, not {value!r}')
        if not low <= value <= high:  # also false for NaN
            raise ProfileError(f'{self._where}: {field} must lie in {low}..{high}, not {value}')
        return float(value)

    def finish(self) -> None:
        if self._data:
            raise ProfileError(f'{self._where}: unknown field {", ".join(map(str, self._data))}')
