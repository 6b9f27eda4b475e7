"""The options that choose a listener and the start of the stack, of `vico live` and `vico demo`."""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vico_listener.choices import ATTITUDE_NAMES
from vico_listener.choices import Preset
from vico_listener.cli.drawing_options import add_drawing_arguments
from vico_listener.errors import UnavailableError
from vico_listener.listener import LISTENERS
from vico_listener.plugins import PluginError
from vico_listener.robot import load_profile

FACE_SIZE = 384
"""The width and height of the listener's picture, px."""
START_TIMEOUT = 90.0
"""The longest time for the stack to start, s; the first start of the renderer head3d compiles."""


class StackError(UnavailableError):
    """The listening stack cannot start or go on; the message says why."""


def add_stack_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options that choose a listener, its face and its robot (`stack_parameters`)."""
    parser.add_argument('--portrait', type=Path, help="a photo of the listener's face")
    parser.add_argument(
        '--renderer',
        default='portrait',
        help="what draws the listener's face: portrait, head3d, cartoon, or package.module:Class",
    )
    add_drawing_arguments(parser)
    parser.add_argument(
        '--mark',
        action='store_true',
        help='say in the pictures, and in the metadata of a film, that they are generated',
    )
    parser.add_argument(
        '--attitude',
        choices=ATTITUDE_NAMES,
        default='positive',
        help="the listener's attitude towards the speaker",
    )
    parser.add_argument(
        '--intensity', type=float, default=1.0, help='how strongly the attitude shows, 0 to 1'
    )
    parser.add_argument(
        '--preset',
        choices=[p.value for p in Preset],
        default=Preset.ATTENTIVE.value,
        help='how much the listener moves: a lot, as in short clips (attentive), as in everyday '
        'talk (everyday), with a still head and a lively face (receptionist), or little '
        '(calm)',
    )
    parser.add_argument(
        '--listener',
        default='lstm',
        help=f'the listener: {LISTENERS.choices}',
    )
    parser.add_argument(
        '--checkpoint',
        type=Path,
        help='the folder of a checkpoint for the listener lstm (default: the one that comes '
        'with the package)',
    )
    parser.add_argument(
        '--seed',
        type=int,
        default=-1,
        help='the seed of blinks, breathing, gaze and random decisions; with -1 the first frame '
        'determines it, so that every live start is different and a recording always gives '
        'the same motion',
    )
    parser.add_argument(
        '--personality',
        type=int,
        default=-1,
        help='the seed of a random personality; -1 for the default personality',
    )
    parser.add_argument(
        '--robot',
        default='generic_3dof',
        help='the robot profile: a name in config/robots, or a YAML file',
    )


def check_stack_arguments(args: argparse.Namespace) -> None:
    """Check the values of the options that `add_stack_arguments` declares.

    Raises:
        StackError, ProfileError: a value is wrong; the message says which.
    """
    if not 0.0 <= args.intensity <= 1.0:
        raise StackError(f'--intensity must lie between 0 and 1, not {args.intensity}')
    if args.portrait is not None and not args.portrait.is_file():
        raise StackError(f'no such portrait: {args.portrait}; give a photo (JPEG or PNG)')
    try:
        LISTENERS.locate(args.listener)
        takes = LISTENERS.load(args.listener).OPTIONS if args.checkpoint else ('checkpoint',)
    except PluginError as error:
        raise StackError(f'--listener: {error}') from None
    if 'checkpoint' not in takes:
        raise StackError(
            f"the listener '{args.listener}' takes no checkpoint: leave --checkpoint out"
        )
    load_profile(args.robot)


def stack_parameters(args: argparse.Namespace) -> dict[str, Any]:
    """Return the parameters of the stack for a lossless replay of a clip."""
    from vico_listener.render import portrait_of

    portrait = str(portrait_of(args.renderer, args.portrait or ''))
    return {
        'use_sim_time': True,
        'lossless': True,
        'listener': args.listener,
        'checkpoint': str(args.checkpoint.resolve()) if args.checkpoint else '',
        'seed': args.seed,
        'personality': args.personality,
        'attitude': args.attitude,
        'intensity': args.intensity,
        'preset': args.preset,
        'portrait': portrait,
        'renderer': args.renderer,
        'figure': args.figure,
        'theme': args.theme,
        'size': FACE_SIZE,
        'mark': args.mark,
        'robot': args.robot,
    }


def wait_for_stack(graph: Any, connected: Callable[[], bool]) -> None:
    """Wait until the stack of an `OwnGraph` is connected.

    Raises:
        StackError: the stack has ended or is not ready in time; the message has the errors in its
            log.
    """
    deadline = time.monotonic() + START_TIMEOUT
    stack = graph.stack
    while not connected():
        graph.check()
        if not stack.running:
            raise StackError('the stack did not start:\n  ' + '\n  '.join(stack.complaints()))
        if time.monotonic() > deadline:
            raise StackError(
                f'the stack was not ready within {START_TIMEOUT:.0f} s: see {stack.log}'
            )
        time.sleep(0.02)


def check_stack(graph: Any) -> None:
    """Check that the stack of an `OwnGraph` still runs, and the nodes beside it.

    Raises:
        StackError: the stack has ended; the message has the errors in its log.
        Exception: a callback of another node has raised it.
    """
    graph.check()
    if not graph.stack.running:
        raise StackError('the stack died:\n  ' + '\n  '.join(graph.stack.complaints()))
