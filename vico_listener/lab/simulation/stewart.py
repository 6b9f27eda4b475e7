"""Computes the inverse kinematics of a platform on cranks and rods, as a MuJoCo model has them.

A crank turns about its motor's axis; a rod of fixed length joins the crank's end to a point of the
platform by ball joints. For a given pose of the platform each motor is on its own: the crank's end
lies where its circle meets the sphere of the rod's length about the platform's point.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import mujoco
import numpy as np
from numpy.typing import ArrayLike
from numpy.typing import NDArray

from vico_listener.lab.simulation.simulated_head import PoseError

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Leg:
    """The names of a leg's parts in the model.

    Attributes:
        motor: joint of the motor.
        rod: ball joint between crank and rod.
        end: the platform's end: a site of the platform or, where a rod carries the platform, its
            ball joint.
    """

    motor: str
    rod: str
    end: str


class StewartPlatform:
    """Computes the motor angles of a platform for the pose of a site on it.

    Args:
        model: read at its `qpos0`, where all loops must be closed and the motors stand at 0.
        legs: names of the legs.
        site: the site whose pose is commanded, fixed to the platform.

    Attributes:
        motors: names of the motors' joints, in the order of the angles.
        limits: (legs, 2) lowest and highest angle, rad.
    """

    def __init__(self, model: mujoco.MjModel, legs: Sequence[Leg], site: str) -> None:
        self.motors = [leg.motor for leg in legs]
        motors = [model.joint(name).id for name in self.motors]
        self.limits: Vector = model.jnt_range[motors].copy()
        data = mujoco.MjData(model)
        mujoco.mj_forward(model, data)
        axes = data.xaxis[motors]
        tips = data.xanchor[[model.joint(leg.rod).id for leg in legs]]
        ends = np.array([_position(model, data, leg.end) for leg in legs])
        rest = data.site(site)
        self._platform = (ends - rest.xpos) @ rest.xmat.reshape(3, 3)
        self._lengths = np.linalg.norm(ends - tips, axis=1)
        arms = tips - data.xanchor[motors]
        # The circle of the crank's end: at angle a it is centre + radius (radial cos a + ... sin a)
        self._centres = data.xanchor[motors] + axes * _dot(axes, arms)[:, None]
        self._radii = np.linalg.norm(tips - self._centres, axis=1)
        self._radial = (tips - self._centres) / self._radii[:, None]
        self._tangential = np.cross(axes, self._radial)
        # Of the two solutions the built one is that which is 0 in the model's zero pose.
        self._branch = -np.sign(_dot(self._tangential, ends - self._centres))

    def angles(self, rotation: ArrayLike, position: ArrayLike) -> Vector:
        """Return motor angles (legs,) in rad for the site at rotation (3, 3) and position (3,) m.

        Raises:
            PoseError: out of reach of a rod, or beyond the limits of a motor.
        """
        points = self._platform @ np.asarray(rotation).T + np.asarray(position) - self._centres
        along, across = _dot(self._radial, points), _dot(self._tangential, points)
        # |radius (radial cos a + tangential sin a) - point| = length, solved for a
        cosines = (self._radii**2 + _dot(points, points) - self._lengths**2) / (
            2 * self._radii * np.hypot(along, across)
        )
        for motor in np.flatnonzero(np.abs(cosines) > 1):
            raise PoseError(f'{self.motors[motor]} cannot reach this pose of the head')
        angles = np.arctan2(across, along) + self._branch * np.arccos(cosines)
        angles = (angles + np.pi) % (2 * np.pi) - np.pi
        for motor in np.flatnonzero((angles < self.limits[:, 0]) | (angles > self.limits[:, 1])):
            low, high = np.degrees(self.limits[motor])
            raise PoseError(
                f'{self.motors[motor]} would have to turn to {np.degrees(angles[motor]):.0f} deg, '
                f'its limits are {low:.0f}..{high:.0f} deg'
            )
        return np.asarray(angles)


def _dot(a: Vector, b: Vector) -> Vector:
    return np.einsum('ij,ij->i', a, b)


def _position(model: mujoco.MjModel, data: mujoco.MjData, name: str) -> Vector:
    """Return the world position (3,) of a site, or of a joint's anchor, called `name`."""
    site = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_SITE, name)
    if site >= 0:
        return np.asarray(data.site_xpos[site])
    return np.asarray(data.xanchor[model.joint(name).id])
