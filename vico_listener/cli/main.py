"""The `vico` command: one sub-command per module of `cli` (the head) and `lab.cli` (laboratory)."""

import argparse
import contextlib
import sys
from collections.abc import Collection
from collections.abc import Sequence
from importlib import import_module

from vico_listener.cli.interrupts import Interrupts
from vico_listener.dependencies import needs
from vico_listener.user_message import user_message

COMMANDS = {
    'demo': 'play a speaker clip to the listening stack and film the listener',
    'evaluate': 'compare listeners with the true listeners of a data set',
    'live': 'listen to whoever sits at this computer, in a window or on a local web page',
    'face': 'show the listener as a cartoon face on a local web page',
    'describe': 'compare recorded motion with the behaviour of real listeners',
    'reactions': "see what a listener does about events in a speaker's face and voice",
    'dataset': 'synthesize, construct, inspect and measure data sets in the layouts of ViCo',
    'reconstruct': 'fit Deep3DFaceRecon to a video or image, for coefficients or a mesh',
    'train': 'train a listener on synthetic dyads or on a data set',
    'robot': 'list the robot profiles, show one, or check the signs of a head',
    'checkpoint': 'show the checkpoint of a listener, or import one',
    'soak': 'let camera, microphone and processes fail on purpose, and check what still works',
    'bag': 'make, inspect and record rosbag2 bags',
    'study': 'run the user study: its web page and its table of results',
    'bench': 'measure speed and latency, each with its reference',
    'nod-table': 'measure how large nods come out at a neck, by profile and controller',
    'render-check': 'read the pictures of a renderer back by the face tracker',
    'gallery': 'draw pictures of the renderers, to choose one by',
    'docs': 'make the tables of the documentation from the code',
}
HEAD = ('face', 'live', 'robot')
"""The commands of the head; the others belong to the laboratory."""


def main(arguments: Sequence[str] | None = None, interrupts: Interrupts | None = None) -> int:
    """Run one command.

    An error that the user can fix is printed in one line; any other exception is raised with its
    traceback.

    Args:
        arguments: of the command line; None for those of this process.
        interrupts: what takes Ctrl-C; None leaves it to Python.

    Returns:
        the exit code: that of the command, 1 for an error that the user can fix, or 130 after
        Ctrl-C.
    """
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    chosen = next((a for a in arguments if a in COMMANDS), None)
    try:
        # Only the chosen command's module is imported: `describe` needs no ROS.
        args = create_parser([] if chosen is None else [chosen]).parse_args(arguments)
        with contextlib.nullcontext() if interrupts is None else interrupts.while_it_runs():
            return int(args.run(args))
    except KeyboardInterrupt:
        return _interrupted(interrupts)
    except Exception as error:
        if interrupts is not None and interrupts.received is not None:
            return _interrupted(interrupts)  # what made another error of it
        message = user_message(error, needs(chosen or '', arguments))
        if message is None:
            raise
        print(f'vico {chosen}: {message}', file=sys.stderr)
        return 1


class _HelpFormatter(argparse.ArgumentDefaultsHelpFormatter):
    """Shows the default of an option, unless it is none or the text tells it."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        if action.default in (None, '', []) or '(default' in (action.help or ''):
            return action.help
        return super()._get_help_string(action)


def _interrupted(interrupts: Interrupts | None) -> int:
    print('interrupted', file=sys.stderr)
    return 130 if interrupts is None else interrupts.exit_code


def create_parser(loaded: Collection[str] = tuple(COMMANDS)) -> argparse.ArgumentParser:
    """Make the parser of the `vico` command.

    Args:
        loaded: the sub-commands whose modules are imported for their options.

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
            formatter_class=_HelpFormatter,
        )
        if name in loaded:
            room = 'cli' if name in HEAD else 'lab.cli'
            module = import_module(f'vico_listener.{room}.{name.replace("-", "_")}')
            module.add_arguments(sub)
            sub.set_defaults(run=module.run)
    return parser
