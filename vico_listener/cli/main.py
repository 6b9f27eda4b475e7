"""The `vico` command: one sub-command per module of `cli` (the head) and `lab.cli` (around it)."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

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
}
HEAD = ('live', 'robot')
"""Commands of the head; the others belong to the laboratory."""

EXTRAS = {
    'onnx': 'training',
    'PIL': 'neural',
    'ray': 'cluster',
    'skimage': 'evaluation',
    'tensorboard': 'training',
    'torch': 'training',
}
"""Modules that not everybody needs, and which of the files in requirements/ names them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(prog='vico', description='A responsive listening head.')
    commands = parser.add_subparsers(dest='command', required=True, metavar='COMMAND')
    chosen = next((a for a in arguments if a in COMMANDS), None)
    for name, what in COMMANDS.items():
        sub = commands.add_parser(
            name,
            help=what,
            description=what[0].upper() + what[1:] + '.',
            formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        )
        # Only the chosen command's module is imported: `describe` needs no ROS.
        if name == chosen:
            try:
                room = 'cli' if name in HEAD else 'lab.cli'
                module = import_module(f'vico_listener.{room}.{name}')
            except ModuleNotFoundError as error:
                return _missing(name, error)
            module.add_arguments(sub)
            sub.set_defaults(run=module.run)
    args = parser.parse_args(arguments)
    try:
        return int(args.run(args))
    except ModuleNotFoundError as error:
        return _missing(args.command, error)
    except KeyboardInterrupt:
        print('interrupted', file=sys.stderr)
        return 130


def _missing(command: str, error: ModuleNotFoundError) -> int:
    extra = EXTRAS.get((error.name or '').partition('.')[0])
    remedy = (
        'install the Python dependencies: ./run setup (or pip install -r requirements/runtime.txt)'
        if extra is None
        else f'pip install -r requirements/{extra}.txt'
    )
    print(f'vico {command}: module {error.name!r} is missing; {remedy}', file=sys.stderr)
    return 1
