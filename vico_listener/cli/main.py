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
    'demo': 'play the video of a speaker to the listening stack and film the listener',
    'evaluate': 'compare listeners with the real listeners in a data set',
    'live': 'listen to whoever sits at this computer, in a window or on a local web page',
    'face': 'show the listener of a running stack as an animated face on a local web page',
    'describe': 'compare recorded motion with the known behaviour of real listeners',
    'reactions': "measure how a listener reacts to events in a speaker's face and voice",
    'glance': 'tell attitudes or personalities apart at a glance, from commands and pictures',
    'dataset': 'make, inspect and extract features from data sets in the layouts of ViCo',
    'reconstruct': 'fit Deep3DFaceRecon to a video or photo and write coefficients or a mesh',
    'train': 'train a listener on synthetic dyads or on a data set',
    'train-renderer': 'train PIRenderer further on a video of one person',
    'robot': 'list, show or propose robot profiles, or check that a head turns the right way',
    'doctor': 'check this machine and the running ROS graph, and tell what to do about faults',
    'markers': "show the speaker's face and the listener's gaze as markers in rviz and Foxglove",
    'checkpoint': 'show the checkpoint of a listener, or import one',
    'soak': 'make camera, microphone and processes fail on purpose, and check that the stack copes',
    'bag': 'make, inspect and record rosbag2 bags',
    'study': 'run the user study: its web page and its table of results',
    'bench': 'measure speed and latency, each beside a reference',
    'trace': 'show where the time of a camera image goes in the running stack, as a picture',
    'nod-table': "simulate how large nods become on each robot's neck",
    'render-check': 'check a renderer by tracking the face in its pictures',
    'gallery': 'draw example pictures of the renderers, so that you can choose one',
    'docs': 'update the tables in the documentation from the code',
}
HEAD = ('doctor', 'face', 'live', 'markers', 'robot')
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
        if action.default in (None, '', [], False) or '(default' in (action.help or ''):
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
    parser = argparse.ArgumentParser(
        prog='vico',
        description='A head that listens: it answers a speaker with nods, smiles and gaze.',
    )
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
            _explain_actions(sub)
            sub.set_defaults(run=module.run)
    return parser


def _explain_actions(command: argparse.ArgumentParser) -> None:
    """Make the help of every action tell what it does, and the defaults of its options."""
    for choice in command._actions:
        if isinstance(choice, argparse._SubParsersAction):
            for line in choice._choices_actions:
                action = choice.choices[line.dest]
                what = line.help or ''
                action.description = f'{what[:1].upper()}{what[1:]}.'
                action.formatter_class = _HelpFormatter
