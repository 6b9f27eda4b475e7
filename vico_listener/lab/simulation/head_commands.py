"""Reads the head commands of a run from `head_commands.csv`."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import NANOSECONDS
from vico_listener.lab.simulation.simulated_head import SimulationError
from vico_listener.robot import RobotProfile


@dataclass(frozen=True)
class Commands:
    """The joint commands of a run.

    Attributes:
        stamps: (N,) int64 ns, when each is due.
        positions: (N, joints) rad, in the profile's order.
    """

    stamps: NDArray[np.int64]
    positions: NDArray[np.float64]


def read_sent(path: Path, profile: RobotProfile) -> Commands:
    """Read every command of `head_commands.csv` (stamp in s, a column per joint) as it was sent.

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
    return Commands(
        np.array([_nanoseconds(row[0]) for row in rows], np.int64),
        np.array([[float(cell) for cell in row[1:]] for row in rows]),
    )


def read_commands(path: Path, profile: RobotProfile) -> Commands:
    """Read what a robot does: the newest command of each moment, in the order of time.

    Raises:
        SimulationError: see `read_sent`.
    """
    sent = read_sent(path, profile)
    latest = dict(zip(sent.stamps.tolist(), sent.positions, strict=True))
    stamps = sorted(latest)
    return Commands(np.array(stamps, np.int64), np.array([latest[stamp] for stamp in stamps]))


def _nanoseconds(seconds: str) -> int:
    whole, _, fraction = seconds.partition('.')
    return int(whole) * NANOSECONDS + int(f'{fraction:0<9}')
