"""Robot profiles: which joints a head has, and who takes its commands."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from numpy.typing import NDArray

from vico_listener.resources import resource_path
from vico_listener.robot.fields import Fields
from vico_listener.robot.fields import ProfileError
from vico_listener.robot.interfaces import ActionInterface
from vico_listener.robot.interfaces import LinkInterface
from vico_listener.robot.interfaces import TopicInterface
from vico_listener.robot.interfaces import take_interface
from vico_listener.robot.joints import Joint
from vico_listener.robot.joints import parse_joints
from vico_listener.robot.measured import MeasuredSource
from vico_listener.robot.measured import parse_measured
from vico_listener.rotation import AXES
from vico_listener.yaml_text import parse_yaml

TALLEST = 0.5
"""No eyes are further from the neck's axes, m."""


@dataclass(frozen=True)
class RobotProfile:
    """A robot's head.

    Attributes:
        name: name of the profile.
        interface: how commands are sent, with the profile's settings for that.
        rate: commands per second.
        joints: in the order in which the controller expects them.
        measured: who says where the joints are.
        eye_height: of the eyes above the axis about which the head pitches, where it looks
            straight ahead, m.
    """

    name: str
    interface: TopicInterface | ActionInterface | LinkInterface
    rate: float
    joints: tuple[Joint, ...]
    measured: MeasuredSource = MeasuredSource()
    eye_height: float = 0.0

    @property
    def topic(self) -> str:
        """The topic that commands go to; '' for a robot without one."""
        return self.interface.topic if isinstance(self.interface, TopicInterface) else ''


def known_profiles() -> list[str]:
    """Return the names of the profiles that come with the package."""
    return sorted(path.stem for path in resource_path('config/robots').glob('*.yaml'))


def head_rotation(profile: RobotProfile, positions: ArrayLike) -> NDArray[np.float64]:
    """Return roll, pitch, yaw (rad) of a head whose joints stand at `positions` (..., joints), rad.

    What the joints do turn; gain, which only scales the listener's motion, is not undone. Axes
    without a joint are 0; body and antennas do not count. Shape (..., 3).
    """
    joints = np.asarray(positions, dtype=np.float64)
    rotation = np.zeros((*joints.shape[:-1], len(AXES)))
    for number, joint in enumerate(profile.joints):
        if joint.axis in AXES:
            turned = joint.sign * (joints[..., number] - joint.offset)
            rotation[..., AXES.index(joint.axis)] = turned
    return rotation


def joint_positions(profile: RobotProfile, rotation: ArrayLike) -> NDArray[np.float64]:
    """Return the joint positions (rad) of a head that is turned by roll, pitch, yaw (3,), rad.

    The reverse of `head_rotation`; what the head has no joint for is left out, body and antennas
    stand at their offsets.
    """
    turned = dict(zip(AXES, np.asarray(rotation, dtype=np.float64), strict=True))
    return np.array(
        [joint.offset + joint.sign * turned.get(joint.axis, 0.0) for joint in profile.joints]
    )


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
        data = parse_yaml(path.read_text(encoding='utf-8'))
    except ValueError as error:
        raise ProfileError(f'{path.name} is not valid YAML: {error}') from error
    return parse_profile(data, path.stem)


def parse_profile(data: Any, name: str) -> RobotProfile:
    """Build a profile from the mapping that its YAML file holds; ProfileError names the field."""
    fields = Fields(data, name)
    profile = RobotProfile(
        name=name,
        interface=take_interface(fields),
        rate=fields.number('rate', 2.0, 1000.0),
        joints=parse_joints(fields.entries('joints'), name),
        measured=parse_measured(fields),
        eye_height=fields.number('eye_height', -TALLEST, TALLEST, 0.0),
    )
    fields.finish()
    if objection := profile.interface.objection(profile.joints):
        raise ProfileError(f'{name}: {objection}')
    if profile.measured.source == 'tf' and not {j.axis for j in profile.joints} <= {*AXES}:
        raise ProfileError(
            f'{name}: measured: tf does not say where body and antennas are: take joint_states'
        )
    if profile.measured.source == 'tf' and profile.interface.hold_joints:
        raise ProfileError(
            f'{name}: measured: tf does not give the positions of hold_joints: use joint_states'
        )
    if profile.measured.unit == 'deg' and profile.interface.hold_joints:
        raise ProfileError(
            f'{name}: measured: unit deg cannot be combined with hold_joints, whose '
            'positions are sent back unchanged: use a source in rad'
        )
    return profile
