"""Builds a generic head: a pedestal, a neck with the profile's joints, a face with two eyes."""

import math
from pathlib import Path
from string import Template

import mujoco
import numpy as np

from vico_listener.lab.simulation.simulated_head import SimulatedHead
from vico_listener.lab.simulation.simulated_head import Vector
from vico_listener.lab.simulation.simulated_head import View
from vico_listener.resources import resource_path
from vico_listener.robot.joints import Joint
from vico_listener.robot.profile import RobotProfile
from vico_listener.rotation import AXES

MODEL = 'config/simulation/head.xml'
NECK = ('yaw', 'pitch', 'roll')
"""The axes from the pedestal up, in the order in which roll, pitch and yaw are composed."""

_DIRECTIONS = {'roll': (1, 0, 0), 'pitch': (0, 1, 0), 'yaw': (0, 0, 1)}
VIEW = View(lookat=(0.0, 0.0, 0.315), distance=1.15, azimuth=163.0, elevation=-7.0, fovy=27.0)


def own_head(profile: RobotProfile) -> SimulatedHead:
    """Build a head with the joints of `profile`; an axis without a joint does not turn.

    It has no antennas.
    """
    text = Path(resource_path(MODEL)).read_text(encoding='utf-8')
    neck = [joint for joint in profile.joints if joint.axis in AXES]
    joints = {joint.axis: joint for joint in neck}
    parts = {axis: _joint(joints[axis]) if axis in joints else '' for axis in NECK}
    parts['actuators'] = '\n'.join(_actuator(joint) for joint in neck)
    model = mujoco.MjModel.from_xml_string(Template(text).substitute(parts))
    axes = [AXES.index(joint.axis) for joint in neck]
    signs = np.array([float(joint.sign) for joint in neck])
    offsets = np.array([joint.offset for joint in neck])

    def controls(rotation: Vector) -> Vector:
        return offsets + signs * rotation[axes]

    return SimulatedHead(model, 'head', controls, VIEW)


def _joint(joint: Joint) -> str:
    direction = ' '.join(str(joint.sign * x) for x in _DIRECTIONS[joint.axis])
    return (
        f'<joint name="{joint.axis}" axis="{direction}" ref="{math.degrees(joint.offset):.9g}" '
        f'range="{math.degrees(joint.minimum):.9g} {math.degrees(joint.maximum):.9g}"/>'
    )


def _actuator(joint: Joint) -> str:
    return (
        f'<position name="{joint.axis}" joint="{joint.axis}" '
        f'ctrlrange="{joint.minimum:.9g} {joint.maximum:.9g}"/>'
    )
