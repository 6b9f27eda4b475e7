"""Simulates Reachy Mini by the model in the PyPI wheel `reachy-mini` and its head's kinematics.

The wheel (Apache-2.0, Pollen Robotics) is found where it is installed; only its model is used, none
of its code, so that it needs none of its dependencies.
"""

import importlib.util
from pathlib import Path

import mujoco
import numpy as np

from vico_listener.dependencies import pip_install
from vico_listener.dependencies import requirements_file
from vico_listener.lab.simulation.simulated_head import SimulatedHead
from vico_listener.lab.simulation.simulated_head import SimulationError
from vico_listener.lab.simulation.simulated_head import Vector
from vico_listener.lab.simulation.simulated_head import View
from vico_listener.lab.simulation.stewart import Leg
from vico_listener.lab.simulation.stewart import StewartPlatform
from vico_listener.rotation import matrix_from_rpy

SCENE = 'descriptions/reachy_mini/mjcf/scene.xml'

HEAD_HEIGHT = 0.177
"""Height of the head's site at the robot's neutral pose, m (that of its own software)."""

STIFFNESS = 40.0
"""Gain of the position servos, Nm/rad; with the model's 10 a 2 Hz nod is halved."""
DAMPING = 0.4
"""Damping of the position servos, Nms/rad, in place of the model's 0.1."""

BEARING_DAMPING = 0.005
"""Damping of the rods' ball joints, Nms/rad; the model gives them a motor's friction too."""

LEGS = (
    *(Leg(f'stewart_{n}', f'passive_{n}', f'closing_{n}_2') for n in range(1, 6)),
    Leg('stewart_6', 'passive_6', 'passive_7'),
)
BALL_JOINTS = tuple(f'passive_{n}' for n in range(1, 8))
VIEW = View(lookat=(0.0, 0.0, 0.205), distance=0.95, azimuth=162.0, elevation=-9.0, fovy=29.0)


def scene_path() -> Path:
    """Return the path of the model in the wheel; SimulationError explains how to install it."""
    spec = importlib.util.find_spec('reachy_mini')
    for folder in list(spec.submodule_search_locations or []) if spec is not None else []:
        if (Path(folder) / SCENE).is_file():
            return Path(folder) / SCENE
    wheel = requirements_file('simulation-data')
    how = f'{pip_install()} --no-deps -r {wheel}'
    raise SimulationError(f"Reachy Mini's model is not installed: {how}")


class ReachyMiniKinematics:
    """Converts a pose of the head to the nine actuators of the model."""

    def __init__(self, model: mujoco.MjModel) -> None:
        self._platform = StewartPlatform(model, LEGS, 'head')
        self._motors = [model.actuator(name).id for name in self._platform.motors]
        self._body = model.actuator('yaw_body').id
        self._antennas = [model.actuator(f'{side}_antenna').id for side in ('right', 'left')]
        self._size = model.nu

    def controls(
        self,
        rotation: Vector,
        body_yaw: float = 0.0,
        antennas: tuple[float, float] = (0.0, 0.0),
        position: tuple[float, float, float] = (0.0, 0.0, 0.0),
    ) -> Vector:
        """Return the actuator inputs (9,) in rad.

        Args:
            rotation: (3,) roll, pitch, yaw of the head in the world, rad.
            body_yaw: yaw of the body under the head, rad.
            antennas: right and left, rad.
            position: displacement of the head from its neutral place, m, world axes.

        Raises:
            PoseError: the head cannot take that pose.
        """
        back = matrix_from_rpy([0.0, 0.0, -body_yaw])
        place = back @ (np.array([0.0, 0.0, HEAD_HEIGHT]) + position)
        inputs = np.zeros(self._size)
        inputs[self._motors] = self._platform.angles(back @ matrix_from_rpy(rotation), place)
        inputs[self._body] = body_yaw
        inputs[self._antennas] = antennas
        return inputs


def reachy_mini() -> SimulatedHead:
    """Return Reachy Mini on a plain floor, body straight ahead.

    Raises:
        SimulationError: its wheel is not installed.
    """
    spec = mujoco.MjSpec.from_file(str(scene_path()))
    _plain_scene(spec)
    model = spec.compile()
    _stiffen(model)
    kinematics = ReachyMiniKinematics(model)
    return SimulatedHead(model, 'head', kinematics.controls, VIEW, has_antennas=True)


def _stiffen(model: mujoco.MjModel) -> None:
    for name in BALL_JOINTS:
        first = model.jnt_dofadr[model.joint(name).id]
        model.dof_frictionloss[first : first + 3] = 0.0
        model.dof_damping[first : first + 3] = BEARING_DAMPING
    model.actuator_gainprm[:, 0] = STIFFNESS
    model.actuator_biasprm[:, 1] = -STIFFNESS
    model.actuator_biasprm[:, 2] = -DAMPING


def _plain_scene(spec: mujoco.MjSpec) -> None:
    """Put the light and the floor of our own head instead of the checkerboard."""
    spec.visual.headlight.ambient = [0.40, 0.40, 0.42]
    spec.visual.headlight.diffuse = [0.35, 0.35, 0.35]
    spec.visual.quality.shadowsize = 2048
    spec.visual.rgba.haze = [0.80, 0.83, 0.87, 1.0]
    spec.stat.extent = 0.6
    for texture in spec.textures:
        if texture.type == mujoco.mjtTexture.mjTEXTURE_SKYBOX:
            texture.rgb1, texture.rgb2 = [0.86, 0.89, 0.93], [0.55, 0.61, 0.70]
    floor = spec.geom('floor')
    floor.material = ''
    floor.rgba = [0.80, 0.83, 0.87, 1.0]
    for light in spec.lights:
        light.pos, light.dir = [0.9, 0.7, 1.6], [-0.5, -0.4, -0.8]
        light.diffuse = [0.55, 0.54, 0.52]
