"""What a simulated robot is: a MuJoCo model, a frame on its head and a map to its actuators."""

from collections.abc import Callable
from dataclasses import dataclass

import mujoco
import numpy as np
from numpy.typing import NDArray

from vico_listener.rotation import rpy_from_matrix

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class View:
    """The camera of the pictures, as in MuJoCo's free camera.

    Attributes:
        lookat: (3,) the point in the middle of the picture, m.
        distance: of the camera from it, m.
        azimuth, elevation: direction in which the camera looks, deg; a robot that faces x is seen
            from the front at azimuth 180.
        fovy: vertical field of view, deg.
    """

    lookat: tuple[float, float, float]
    distance: float
    azimuth: float
    elevation: float
    fovy: float


@dataclass(frozen=True)
class SimulatedHead:
    """A robot's head in simulation.

    Attributes:
        model: with the robot on its own in a scene.
        site: frame of the head: x out of the face, y to its left, z up (REP-103).
        controls: actuator inputs (nu,) for a head rotation (3,) roll, pitch, yaw in rad; raises
            `PoseError` for one that the head cannot take.
        view: from where it looks good.
    """

    model: mujoco.MjModel
    site: str
    controls: Callable[[Vector], Vector]
    view: View

    def rotation(self, data: mujoco.MjData) -> Vector:
        """Roll, pitch, yaw (3,) in rad at which the simulated head stands."""
        return rpy_from_matrix(data.site(self.site).xmat.reshape(3, 3))
