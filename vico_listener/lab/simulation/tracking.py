"""Measures how well a head followed its commands, and how far it stayed within its limits."""

import math

import numpy as np

from vico_listener.lab.simulation.head_commands import Commands
from vico_listener.lab.simulation.simulated_head import Vector
from vico_listener.robot import RobotProfile
from vico_listener.robot.limits import demands
from vico_listener.rotation import AXES

SAMPLE_RATE = 100
"""Samples of command and pose per second."""

LONGEST_LAG = 0.3
"""A lag is looked for up to here, s."""


def tracking_errors(
    commanded: Vector, measured: Vector, rate: int = SAMPLE_RATE
) -> dict[str, dict[str, float]]:
    """Measure the error and lag of each axis, by its name.

    Args:
        commanded: (T, 3) roll, pitch, yaw in rad.
        measured: (T, 3), the same of the head.
        rate: samples per second.

    Returns:
        'rms' and 'max' in deg of the difference at the same instant; 'lag_ms', the delay at which
        the two differ least (NaN when the axis does not move); 'rms_after_lag' in deg.
    """
    return {
        axis: _axis_errors(np.degrees(commanded[:, n]), np.degrees(measured[:, n]), rate)
        for n, axis in enumerate(AXES)
    }


def _axis_errors(commanded: Vector, measured: Vector, rate: int) -> dict[str, float]:
    error = commanded - measured
    longest = min(round(LONGEST_LAG * rate), len(error) - 1)
    shifted = [_rms(commanded[: len(error) - n] - measured[n:]) for n in range(longest + 1)]
    best = int(np.argmin(shifted))
    moves = np.ptp(commanded) > 0.1
    return {
        'rms': _rms(error),
        'max': float(np.abs(error).max()),
        'lag_ms': 1000.0 * best / rate if moves else float('nan'),
        'rms_after_lag': shifted[best],
    }


def limit_margins(profile: RobotProfile, commands: Commands) -> dict[str, dict[str, float]]:
    """Compute what commands left of each joint's limits, by the joint's name.

    Args:
        profile: of the robot.
        commands: in the order in which they were sent.

    Returns:
        'position_deg': smallest distance to a position limit; 'velocity', 'acceleration', 'jerk':
        share of the limit that was not used, 0..1 (negative = exceeded), by the times at which
        commands are due.
    """
    found = demands(profile.joints, commands.stamps, commands.positions)
    return {
        name: {
            'position_deg': math.degrees(demand.room),
            'velocity': 1.0 - demand.velocity,
            'acceleration': 1.0 - demand.acceleration,
            'jerk': 1.0 - demand.jerk,
        }
        for name, demand in found.items()
    }


def _rms(values: Vector) -> float:
    return float(np.sqrt(np.mean(values**2)))
