"""Makes the head of a robot, and steps it through a recording of head commands by stream time."""

import csv
from dataclasses import dataclass
from pathlib import Path

import mujoco
import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import NANOSECONDS
from vico_listener.lab.simulation.own_head import own_head
from vico_listener.lab.simulation.reachy_mini import reachy_mini
from vico_listener.lab.simulation.simulated_head import PoseError
from vico_listener.lab.simulation.simulated_head import SimulatedHead
from vico_listener.lab.simulation.simulated_head import SimulationError
from vico_listener.lab.simulation.simulated_head import Vector
from vico_listener.robot import RobotProfile
from vico_listener.robot import head_rotation

MODELS = {'reachy_mini': reachy_mini}
"""Robots whose own model is simulated."""

SAMPLE_RATE = 100
"""Samples of command and pose per second."""

SETTLING = 1.0
"""Seconds for which the head is held at the first command before time starts."""


def create_head(profile: RobotProfile) -> SimulatedHead:
    """Return the model of the robot, or a generic head with the profile's joints.

    Raises:
        SimulationError: the model is not installed.
    """
    model = MODELS.get(profile.name)
    return own_head(profile) if model is None else model()


@dataclass(frozen=True)
class Commands:
    """The joint commands of a run.

    Attributes:
        stamps: (N,) int64 ns, when each is due; they increase.
        positions: (N, joints) rad, in the profile's order.
    """

    stamps: NDArray[np.int64]
    positions: NDArray[np.float64]


def read_commands(path: Path, profile: RobotProfile) -> Commands:
    """Read `head_commands.csv`: stamp in s and a column per joint.

    Raises:
        SimulationError: there are no commands, or they are those of another robot.
    """
    with path.open(newline='', encoding='utf-8') as file:
        header, *rows = [row for row in csv.reader(file) if row] or [[]]
    names = [joint.name for joint in profile.joints]
    if header[1:] != names or not rows:
        raise SimulationError(
            f'{path.name} has no commands for {", ".join(names)}, the joints of {profile.name}'
        )
    latest = {_nanoseconds(row[0]): [float(cell) for cell in row[1:]] for row in rows}
    stamps = sorted(latest)
    return Commands(np.array(stamps, np.int64), np.array([latest[stamp] for stamp in stamps]))


def _nanoseconds(seconds: str) -> int:
    whole, _, fraction = seconds.partition('.')
    return int(whole) * NANOSECONDS + int(f'{fraction:0<9}')


class Simulator:
    """A head that follows commands, each reached when it is due, linearly in between.

    That is what a joint trajectory controller does with them. Time is that of the stamps, so that
    the same commands give the same motion on every run.

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
        self._samples: list[tuple[Vector, Vector]] = []
        self._controls = head.controls(np.zeros(3))
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
            self._control(rotation)
            mujoco.mj_step(self._head.model, self.data)
            self._steps += 1
        mujoco.mj_kinematics(self._head.model, self.data)

    def _rotation_at(self, seconds: float) -> Vector:
        columns = self._rotations.T
        return np.array([np.interp(seconds, self._seconds, column) for column in columns])

    def _control(self, rotation: Vector) -> None:
        try:
            self._controls = self._head.controls(rotation)
        except PoseError:
            self.refused += 1
        self.data.ctrl[:] = self._controls

    def _settle(self) -> None:
        # From the model's own pose along a ramp: a jump would overturn what stands freely.
        model = self._head.model
        start, goal = np.zeros(model.nu), self._head.controls(self._rotation_at(0.0))
        steps = round(SETTLING / model.opt.timestep)
        for share in np.minimum(np.linspace(0.0, 2.0, steps), 1.0):
            self.data.ctrl[:] = start + share * (goal - start)
            mujoco.mj_step(model, self.data)
