"""The `vico` command: one sub-command per module of `cli` (the head) and `lab.cli` (around it)."""

import argparse
import sys
from collections.abc import Collection
from collections.abc import Sequence
from importlib import import_module

from vico_listener.dependencies import needs
from vico_listener.errors import user_message

COMMANDS = {
    'demo': 'play a speaker clip to the listening stack and film the listener',
    'evaluate': 'compare listeners with the true ones of a data set',
    'live': 'listen to whoever sits at this computer, in a window or a local page',
    'describe': 'measure recorded motion against what real listeners do',
    'dataset': 'make, construct, look at and measure data sets in the layouts of ViCo',
    'reconstruct': 'fit Deep3DFaceRecon to a video or picture: coefficients, a mesh',
    'train': 'train a listener on synthetic dyads, or on a data set',
    'robot': 'list robots, show a profile, check the signs of a head',
    'checkpoint': 'look at the checkpoint of a listener, or import one',
    'soak': 'fail camera, microphone and processes on purpose, and see what holds',
    'bag': 'make, look into and record rosbag2 bags',
    'study': 'ask people: the page and the table of the user study',
    'bench': 'measure speed and latency, each with its reference',
    'docs': 'make the tables of the documentation from the code',
}
HEAD = ('live', 'robot')
"""Commands of the head; the others belong to the laboratory."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    What the user can mend is told in one line; any other exception is raised, with its traceback.

    Returns:
        Exit code: that of the command, 1 when the user has something to mend, 130 after Ctrl-C.
    """
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    chosen = next((a for a in arguments if a in COMMANDS), None)
    try:
        # Only the chosen command's module is imported: `describe` needs no ROS.
        args = create_parser([] if chosen is None else [chosen]).parse_args(arguments)
        return int(args.run(args))
    except KeyboardInterrupt:
        print('interrupted', file=sys.stderr)
        return 130
    except Exception as error:
        message = user_message(error, needs(chosen or '', arguments))
        if message is None:
            raise
        print(f'vico {chosen}: {message}', file=sys.stderr)
        return 1


def create_parser(loaded: Collection[str] = tuple(COMMANDS)) -> argparse.ArgumentParser:
    """Make the parser of the `vico` command.

    Args:
        loaded: the sub-commands whose modules are imported, so that their options are known.

    Raises:
        ModuleNotFoundError: one of them needs a module that is not installed.
    """
    parser = argparse.ArgumentParser(prog='vico', description='A responsive listening head.')
    commands = parser.add_subparsers(dest='command', required=True, metavar='COMMAND')
    for name, what in COMMANDS.items():
        sub = commands.add_parser(
            name,
            help=what,
            description=what[0].upper() + what[1:] + '.',
            formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        )
        if name in loaded:
            room = 'cli' if name in HEAD else 'lab.cli'
            module = import_module(f'vico_listener.{room}.{name}')
            module.add_arguments(sub)
            sub.set_defaults(run=module.run)
    return parser
