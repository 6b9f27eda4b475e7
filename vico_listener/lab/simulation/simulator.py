"""Makes the head of a robot, and steps it through a recording of head commands by stream time."""

import mujoco
import numpy as np

from vico_listener.clock import NANOSECONDS
from vico_listener.lab.simulation.head_commands import Commands
from vico_listener.lab.simulation.own_head import own_head
from vico_listener.lab.simulation.simulated_head import PoseError
from vico_listener.lab.simulation.simulated_head import SimulatedHead
from vico_listener.lab.simulation.simulated_head import Vector
from vico_listener.lab.simulation.simulated_reachy_mini import reachy_mini
from vico_listener.lab.simulation.tracking import SAMPLE_RATE
from vico_listener.robot import RobotProfile
from vico_listener.robot import head_rotation
from vico_listener.robot.joints import ANTENNAS

MODELS = {'reachy_mini': reachy_mini}
"""Robots whose own model is simulated."""

SETTLING = 1.0
"""Seconds for which the head is held at the first command before time starts."""


def create_head(profile: RobotProfile) -> SimulatedHead:
    """Return the model of the robot, or a generic head with the profile's joints.

    Raises:
        SimulationError: the model is not installed.
    """
    model = MODELS.get(profile.name)
    return own_head(profile) if model is None else model()


class Simulator:
    """A head that follows commands, each reached when it is due, linearly in between.

    That is what a joint trajectory controller does with them. Time is that of the stamps, so that
    the same commands, in the order of time, give the same motion on every run.

    Attributes:
        data: MuJoCo's state, to draw it.
        commanded, measured: (T, 3) roll, pitch, yaw in rad at `SAMPLE_RATE` so far.
        refused: samples whose pose the head cannot take; it keeps the last one.
    """

    def __init__(self, head: SimulatedHead, profile: RobotProfile, commands: Commands) -> None:
        self.data = mujoco.MjData(head.model)
        self.refused = 0
        self._head = head
        self._seconds = (commands.stamps - commands.stamps[0]) / NANOSECONDS
        self._start = int(commands.stamps[0])
        self._rotations = head_rotation(profile, commands.positions)
        axes = [joint.axis for joint in profile.joints]
        self._antennas = []
        if head.has_antennas and {*ANTENNAS} <= {*axes}:
            self._antennas = [commands.positions[:, axes.index(antenna)] for antenna in ANTENNAS]
        self._samples: list[tuple[Vector, Vector]] = []
        self._controls = self._inputs(np.zeros(3), 0.0)
        self._steps = 0
        self._every = max(1, round(1.0 / (SAMPLE_RATE * head.model.opt.timestep)))
        self._settle()

    @property
    def commanded(self) -> Vector:
        """See the class."""
        return np.array([sample[0] for sample in self._samples]).reshape(-1, 3)

    @property
    def measured(self) -> Vector:
        """See the class."""
        return np.array([sample[1] for sample in self._samples]).reshape(-1, 3)

    def advance(self, stamp: int) -> None:
        """Simulate up to `stamp` (ns of stream time); a stamp that has passed changes nothing."""
        last = round((stamp - self._start) / NANOSECONDS / self._head.model.opt.timestep)
        while self._steps < last:
            seconds = self._steps * self._head.model.opt.timestep
            rotation = self._rotation_at(seconds)
            if self._steps % self._every == 0:
                # Not mj_forward: it leaves a trace in the solver, and the run would depend on when
                # somebody looked.
                mujoco.mj_kinematics(self._head.model, self.data)
                self._samples.append((rotation, self._head.rotation(self.data)))
            self._control(rotation, seconds)
            mujoco.mj_step(self._head.model, self.data)
            self._steps += 1
        mujoco.mj_kinematics(self._head.model, self.data)

    def _rotation_at(self, seconds: float) -> Vector:
        columns = self._rotations.T
        return np.array([np.interp(seconds, self._seconds, column) for column in columns])

    def _inputs(self, rotation: Vector, seconds: float) -> Vector:
        if not self._antennas:
            return self._head.controls(rotation)
        right, left = (np.interp(seconds, self._seconds, column) for column in self._antennas)
        return self._head.controls(rotation, antennas=(right, left))

    def _control(self, rotation: Vector, seconds: float) -> None:
        try:
            self._controls = self._inputs(rotation, seconds)
        except PoseError:
            self.refused += 1
        self.data.ctrl[:] = self._controls

    def _settle(self) -> None:
        # From the model's own pose along a ramp: a jump would overturn what stands freely.
        model = self._head.model
        start, goal = np.zeros(model.nu), self._inputs(self._rotation_at(0.0), 0.0)
        steps = round(SETTLING / model.opt.timestep)
        for share in np.minimum(np.linspace(0.0, 2.0, steps), 1.0):
            self.data.ctrl[:] = start + share * (goal - start)
            mujoco.mj_step(model, self.data)
