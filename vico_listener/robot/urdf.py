"""Reads of a robot's URDF what a head needs: its joints, how they turn, and how far and fast.

The format is that of http://wiki.ros.org/urdf/XML; acceleration and jerk are those of URDF 1.2.
"""

import math
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import DataError
from vico_listener.rotation import matrix_from_quaternion
from vico_listener.rotation import matrix_from_rpy

TURNS = ('revolute', 'continuous')
"""The types of joints that turn about one axis."""


class UrdfError(DataError):
    """A URDF cannot be used; the message says why."""


@dataclass(frozen=True, eq=False)
class UrdfJoint:
    """One joint.

    Attributes:
        name: as `joint_states` knows it.
        kind: its type, such as 'revolute' or 'fixed'.
        parent, child: the links that it joins.
        turned: rotation (3, 3) of its frame in that of the parent, at position 0.
        origin: place (3,) of its frame in that of the parent, m.
        axis: unit vector (3,) in its own frame.
        minimum, maximum: rad, or m; infinite where there is no limit. Where a safety controller
            stops it earlier (`soft_lower_limit`, `soft_upper_limit`), these.
        velocity, acceleration, jerk: limits in rad/s, rad/s^2, rad/s^3; infinite where none is
            given. Acceleration is the smaller one of those for speeding up and slowing down.
        mimics: the joint that it copies; '' if it moves of itself.
    """

    name: str
    kind: str
    parent: str
    child: str
    turned: NDArray[np.float64]
    origin: NDArray[np.float64]
    axis: NDArray[np.float64]
    minimum: float
    maximum: float
    velocity: float
    acceleration: float
    jerk: float
    mimics: str

    @property
    def turns(self) -> bool:
        """Whether it turns about one axis, by a motor of its own."""
        return self.kind in TURNS and not self.mimics


class Urdf:
    """The joints of a robot, by name, and which hangs on which.

    Args:
        text: the URDF; as bytes, it is in the encoding that it declares.

    Attributes:
        name: of the robot.
        joints: by name, in the order of the file.
        commanded: the joints that ros2_control commands, and by which interfaces.

    Raises:
        UrdfError: it is no URDF, or a joint is not whole.
    """

    def __init__(self, text: str | bytes) -> None:
        try:
            root = ElementTree.fromstring(text.lstrip())
        except (ElementTree.ParseError, ValueError, LookupError) as error:
            # ValueError, LookupError: an encoding that is not supported, or that there is not.
            raise UrdfError(f'the URDF is not valid XML: {error}') from None
        if root.tag != 'robot':
            raise UrdfError(f'a URDF begins with <robot>, but this file begins with <{root.tag}>')
        values = [value for element in root.iter() for value in element.attrib.values()]
        if any('xacro' in e.tag for e in root.iter()) or any('${' in value for value in values):
            raise UrdfError(
                'this is a xacro file: convert it to a URDF first (xacro FILE > robot.urdf)'
            )
        self.name = root.get('name', 'robot')
        joints = [_joint(element) for element in root.findall('joint')]
        self.joints = {joint.name: joint for joint in joints}
        if len(self.joints) < len(joints):
            names = [joint.name for joint in joints]
            twice = sorted({name for name in names if names.count(name) > 1})
            raise UrdfError(f'the URDF has two joints called {", ".join(twice)}')
        self._above = {joint.child: joint for joint in joints}
        self.commanded = {
            joint.get('name', ''): {e.get('name', '') for e in joint.findall('command_interface')}
            for joint in root.findall('ros2_control/joint')
        }

    def copies_of(self, joint: UrdfJoint) -> list[str]:
        """Return the names of the joints that copy a joint."""
        return [other.name for other in self.joints.values() if other.mimics == joint.name]

    def chain(self, link: str) -> list[UrdfJoint]:
        """Return the joints from the root down to a link.

        Raises:
            UrdfError: they go round in a circle.
        """
        found: dict[str, UrdfJoint] = {}
        while link in self._above:
            joint = self._above[link]
            if joint.name in found:
                raise UrdfError(f'the joints above {link} form a loop')
            found[joint.name] = joint
            link = joint.parent
        return list(found.values())[::-1]

    def orientation(self, link: str) -> NDArray[np.float64]:
        """Return the rotation (3, 3) of a link in the frame of the root, all joints at 0."""
        turned = np.eye(3)
        for joint in self.chain(link):
            turned = turned @ joint.turned
        return turned

    def place(self, link: str) -> NDArray[np.float64]:
        """Return the place (3,) of a link in the frame of the root, all joints at 0, m."""
        place = np.zeros(3)
        for joint in reversed(self.chain(link)):
            place = joint.turned @ place + joint.origin
        return place

    def axis(self, joint: UrdfJoint) -> NDArray[np.float64]:
        """Return the axis (3,) of a joint in the frame of the root, all joints at 0."""
        return self.orientation(joint.child) @ joint.axis


def _joint(element: ElementTree.Element) -> UrdfJoint:
    name = element.get('name', '')
    ends = [element.find(end) for end in ('parent', 'child')]
    parent, child = ('' if end is None else end.get('link', '') for end in ends)
    if not (name and parent and child):
        raise UrdfError(f"joint '{name}' of the URDF lacks its name, its parent or its child")
    origin, limit = element.find('origin'), element.find('limit')
    mimic = element.find('mimic')
    turned = np.eye(3)
    if origin is not None and origin.get('quat_xyzw'):  # URDF 1.1
        turned = matrix_from_quaternion(_vector(origin, 'quat_xyzw', '0 0 0 1', name))
    elif origin is not None:
        turned = matrix_from_rpy(_vector(origin, 'rpy', '0 0 0', name))
    kind = element.get('type', '')
    axis = _vector(element.find('axis'), 'xyz', '1 0 0', name)
    if kind in TURNS and not np.linalg.norm(axis) > 0:
        raise UrdfError(f"joint '{name}' of the URDF turns about an axis of length 0")
    lower, upper = -math.inf, math.inf
    if kind != 'continuous':
        lower, upper = _number(limit, 'lower', 0.0, name), _number(limit, 'upper', 0.0, name)
    soft = element.find('safety_controller')
    # Both are 0 where it only limits the velocity.
    low, high = (_number(soft, f'soft_{end}_limit', 0.0, name) for end in ('lower', 'upper'))
    if low < high:
        lower, upper = max(lower, low), min(upper, high)
    return UrdfJoint(
        name,
        kind,
        parent,
        child,
        turned,
        np.zeros(3) if origin is None else _vector(origin, 'xyz', '0 0 0', name),
        axis / max(float(np.linalg.norm(axis)), 1e-12),
        lower,
        upper,
        _speed(limit, 'velocity', name),
        min(_speed(limit, 'acceleration', name), _speed(limit, 'deceleration', name)),
        _speed(limit, 'jerk', name),
        '' if mimic is None else mimic.get('joint', '?'),
    )


def _vector(
    element: ElementTree.Element | None, attribute: str, default: str, joint: str
) -> NDArray[np.float64]:
    text = default if element is None else element.get(attribute, default)
    try:
        found = np.array([float(word) for word in text.split()])
    except ValueError:
        found = np.array([])
    if len(found) != len(default.split()) or not np.isfinite(found).all():
        raise UrdfError(f'joint \'{joint}\' of the URDF: {attribute}="{text}" is not a vector')
    return found


def _number(
    element: ElementTree.Element | None, attribute: str, default: float, joint: str
) -> float:
    text = None if element is None else element.get(attribute)
    if text is None:
        return default
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if math.isnan(found):
        raise UrdfError(f'joint \'{joint}\' of the URDF: {attribute}="{text}" is not a number')
    return found


def _speed(limit: ElementTree.Element | None, attribute: str, joint: str) -> float:
    """Return a limit of speed; none, 0, by which many mean that it is not known, and less: none."""
    found = _number(limit, attribute, math.inf, joint)
    return found if found > 0 else math.inf
