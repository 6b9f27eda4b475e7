"""Defines a simulated robot: a MuJoCo model, a frame on its head and a map to its actuators.

It can be imported without MuJoCo, so that a command can name what is missing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import DataError
from vico_listener.errors import UnavailableError
from vico_listener.resources import resource_path
from vico_listener.rotation import rpy_from_matrix

if TYPE_CHECKING:
    import mujoco

Vector = NDArray[np.float64]


class SimulationError(UnavailableError):
    """The simulation cannot run; the message names what is missing and the remedy."""


class PoseError(DataError):
    """A pose that the head cannot take; the message names the motor."""


@dataclass(frozen=True)
class View:
    """The camera of the pictures, as in MuJoCo's free camera.

    Attributes:
        lookat: (3,) the point in the middle of the picture, m.
        distance: distance of the camera from it, m.
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
            `PoseError` for one that the head cannot take. With antennas it takes `antennas`, too:
            where the right and the left one are, rad.
        view: a good view of the robot.
        has_antennas: whether it has some.
    """

    model: 'mujoco.MjModel'
    site: str
    controls: Callable[..., Vector]
    view: View
    has_antennas: bool = False

    def rotation(self, data: 'mujoco.MjData') -> Vector:
        """Return roll, pitch, yaw (3,) in rad at which the simulated head stands."""
        return rpy_from_matrix(data.site(self.site).xmat.reshape(3, 3))


def simulated_profile(name: str) -> str:
    """Return the profile by which the robot `name` is simulated, as `load_profile` takes it.

    Where config/simulation has a profile of that name it is used: a robot that is not commanded by
    joint trajectories is, in simulation. Otherwise the robot's own.
    """
    path = resource_path('config/simulation') / f'{name}.yaml'
    return str(path) if path.is_file() else name
