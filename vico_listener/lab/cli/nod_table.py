"""`vico nod-table`: how large nods come out at a neck, by profile and controller, in simulation."""

import argparse
import math
from collections.abc import Iterator
from collections.abc import Sequence

from vico_listener.lab.simulation.nod_size import CONTROLLERS
from vico_listener.lab.simulation.nod_size import Nod
from vico_listener.lab.simulation.nod_size import nod
from vico_listener.lab.simulation.nod_size import takes_trajectories
from vico_listener.robot import RobotProfile
from vico_listener.robot import load_profile
from vico_listener.robot.profile import known_profiles

NODS = ((2.5, 3.0), (5.0, 1.5))
"""Amplitudes (degrees) and frequencies (Hz) of the nods that are measured."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vico nod-table`."""
    parser.add_argument(
        'profiles',
        metavar='PROFILE',
        nargs='*',
        help='names of profiles in config/robots, or YAML files (default: all that come with '
        'the package)',
    )
    parser.add_argument(
        '--lag', type=float, default=0.04, help='the time constant of the servos [s]'
    )


def run(args: argparse.Namespace) -> int:
    """Print the table as Markdown."""
    for line in table([load_profile(name) for name in args.profiles or known_profiles()], args.lag):
        print(line)
    return 0


def table(profiles: Sequence[RobotProfile], lag: float) -> Iterator[str]:
    """Yield the lines of the table, one per profile, for servos with a time constant `lag` (s)."""
    nods = [f'{size:g} deg, {frequency:g} Hz' for size, frequency in NODS]
    titles = ['profile', *(f'commands, {text}' for text in nods)]
    titles += [f'`{name}`, {text}' for text in nods for name in CONTROLLERS]
    titles += [f'`jtc` turns back, {nods[0]}', f'gap, {nods[0]}']
    yield f'| {" | ".join(titles)} |'
    yield f'|{" --- |" * len(titles)}'
    for profile in profiles:
        yield row(profile, lag)


def row(profile: RobotProfile, lag: float) -> str:
    """Return the line of one profile."""
    trajectories = takes_trajectories(profile)
    commanded, done = [], []
    made: dict[str, Nod] = {}
    for size, frequency in NODS:
        for name in CONTROLLERS:
            if name != 'forward' and not trajectories:
                done.append('')
                continue
            found = nod(profile, name, lag, math.radians(size), frequency)
            made.setdefault(name, found)
            done.append(f'{found.done:.2f}')
        commanded.append(f'{found.commanded:.2f}')
    turns = f'{made["jtc"].reversals:.1f} /s' if 'jtc' in made else ''
    gap = f'{made["forward"].shortest_gap:.0f} ms'
    return f'| {" | ".join([f"`{profile.name}`", *commanded, *done, turns, gap])} |'
