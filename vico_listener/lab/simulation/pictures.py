"""Draws pictures of a simulated head without a screen."""

import cv2
import mujoco
import numpy as np

from vico_listener.frames import Picture
from vico_listener.lab.simulation.simulated_head import PoseError
from vico_listener.lab.simulation.simulated_head import SimulatedHead
from vico_listener.lab.simulation.simulated_head import SimulationError
from vico_listener.lab.simulation.simulated_head import Vector

POSES = np.array([[0, 0, 0], [0.3, 0.4, 0.5], [-0.3, -0.4, -0.5], [0.3, -0.4, -0.5]])
"""Head rotations (rad) at which is looked for what can be seen."""

UNSEEN_GROUP = 5
OVERSAMPLING = 2
"""Pictures are drawn larger by this factor: without a GPU faster than multisampling."""


class Pictures:
    """Draws a head from its own view.

    Parts that are inside the robot from every side are left out, which does not change the picture
    and makes drawing without a GPU several times as fast.

    Args:
        head: what to draw.
        size: height and width of the pictures, px.

    Raises:
        SimulationError: this machine cannot draw.
    """

    def __init__(self, head: SimulatedHead, size: int) -> None:
        self._head = head
        self._size = size
        model = head.model
        side = size * OVERSAMPLING
        model.vis.quality.offsamples = 0
        model.vis.global_.offwidth = model.vis.global_.offheight = side
        model.vis.global_.fovy = head.view.fovy
        try:
            self._renderer = mujoco.Renderer(model, side, side)
        except (ImportError, AttributeError, RuntimeError, mujoco.FatalError) as error:
            raise SimulationError(
                f'MuJoCo cannot draw here ({error}): install libegl1 and libgl1-mesa-dri, or set '
                'MUJOCO_GL to glfw (with a screen) or osmesa'
            ) from error
        self._camera = mujoco.MjvCamera()
        self._camera.lookat[:] = head.view.lookat
        self._camera.distance = head.view.distance
        self._camera.azimuth = head.view.azimuth
        self._camera.elevation = head.view.elevation
        self._options = mujoco.MjvOption()
        self._options.geomgroup[:] = 1
        self._options.geomgroup[3:] = 0  # collision shapes, and what is never seen
        self._options.sitegroup[:] = 0
        self._leave_out_the_unseen()

    def draw(self, data: mujoco.MjData) -> Picture:
        """Draw the head as it stands, (size, size, 3) BGR."""
        self._renderer.update_scene(data, self._camera, self._options)
        picture = cv2.cvtColor(self._renderer.render(), cv2.COLOR_RGB2BGR)
        small = cv2.resize(picture, (self._size, self._size), interpolation=cv2.INTER_AREA)
        return np.asarray(small, np.uint8)

    def close(self) -> None:
        """Release the graphics context."""
        self._renderer.close()

    def _leave_out_the_unseen(self) -> None:
        model = self._head.model
        coloured = model.geom_matid >= 0
        alpha = np.where(coloured, model.mat_rgba[model.geom_matid, 3], model.geom_rgba[:, 3])
        glass = np.flatnonzero(alpha < 1)
        groups = model.geom_group.copy()
        model.geom_group[glass] = UNSEEN_GROUP  # one looks through it at other parts
        self._renderer.enable_segmentation_rendering()
        seen: set[int] = set()
        for rotation in POSES:
            data = mujoco.MjData(model)
            self._pose(data, rotation)
            self._renderer.update_scene(data, self._camera, self._options)
            objects, kinds = self._renderer.render().reshape(-1, 2).T
            seen.update(np.unique(objects[kinds == mujoco.mjtObj.mjOBJ_GEOM]).tolist())
        self._renderer.disable_segmentation_rendering()
        seen.update(glass.tolist())
        hidden = [geom for geom in range(model.ngeom) if geom not in seen]
        model.geom_group[:] = groups
        model.geom_group[hidden] = UNSEEN_GROUP

    def _pose(self, data: mujoco.MjData, rotation: Vector) -> None:
        """Let the head go to a rotation, or as far in its direction as it can."""
        for share in (1.0, 0.6, 0.3, 0.0):
            try:
                data.ctrl[:] = self._head.controls(share * rotation)
            except PoseError:
                continue
            break
        for _ in range(round(0.8 / self._head.model.opt.timestep)):
            mujoco.mj_step(self._head.model, data)
