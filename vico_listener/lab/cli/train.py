"""`vico train`: trains a listener by a configuration and writes its checkpoint."""

import argparse
import os
from dataclasses import replace
from pathlib import Path

from vico_listener.choices import ACOUSTICS
from vico_listener.listener.model.checkpoint import load_checkpoint
from vico_listener.motion import ARKIT52

DEFAULT_OUT = Path('out/training')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vico train`."""
    parser.add_argument(
        'config', type=Path, help='the configuration file, e.g. config/training/default.yaml'
    )
    parser.add_argument(
        '--out',
        type=Path,
        default=DEFAULT_OUT,
        help='the folder of the training run; a run that is already there is resumed',
    )
    parser.add_argument('--data', type=Path, help='the folder of the dyads (default: OUT/dyads)')
    parser.add_argument(
        '--features',
        type=Path,
        help="the folder of a data set's features to train on (default: the one that the "
        'configuration names)',
    )
    parser.add_argument(
        '--start',
        metavar='CHECKPOINT',
        help='the folder of the checkpoint to adapt to recorded people (default: the one that the '
        'configuration names; see config/training/vico_adapt.yaml)',
    )
    parser.add_argument(
        '--epochs', type=int, help='stop after this many epochs; the run can be resumed later'
    )
    parser.add_argument(
        '--threads', type=int, help='the number of CPU threads (default: all cores)'
    )


def run(args: argparse.Namespace) -> int:
    """Make the data, train, calibrate and export the checkpoint."""
    import torch

    from vico_listener.lab.training.run import train
    from vico_listener.lab.training.training_config import load_training_config

    if args.threads:
        torch.set_num_threads(args.threads)
    config = load_training_config(args.config)
    if args.features:
        config = replace(config, features=str(args.features))
    if args.start:
        config = replace(config, start=args.start)
    folder = train(config, args.out, args.data or args.out / 'dyads', args.epochs)
    if os.environ.get('RANK', '0') != '0':
        return 0
    print(f'checkpoint: {folder}  (loss plot: {args.out / "losses.png"})')
    made = load_checkpoint(folder).config
    if (made.basis, made.acoustic) == (ARKIT52.name, ACOUSTICS[0]):
        print(f'try it: ./run demo --checkpoint {folder}')
    else:  # the demo hears and sees in the usual way
        features = args.features or config.features or 'FEATURES'
        print(f'try it: ./run vico evaluate {features} --models lstm={folder} random')
    return 0
