"""`vico train`: from a configuration to a checkpoint."""

import argparse
import os
from dataclasses import replace
from pathlib import Path

DEFAULT_OUT = Path('out/training')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vico train`."""
    parser.add_argument('config', type=Path, help='e.g. config/training/default.yaml')
    parser.add_argument(
        '--out', type=Path, default=DEFAULT_OUT, help='where the run goes; a run in it is resumed'
    )
    parser.add_argument('--data', type=Path, help='folder of the dyads; without, OUT/dyads')
    parser.add_argument('--features', type=Path, help="of a data set, instead of the config's")
    parser.add_argument('--epochs', type=int, help='stop after so many, to be resumed later')
    parser.add_argument('--threads', type=int, help='CPU threads; without, all')


def run(args: argparse.Namespace) -> int:
    """Make the data, train, calibrate, export."""
    import torch

    from vico_listener.lab.training.run import train
    from vico_listener.lab.training.training_config import load_training_config

    if args.threads:
        torch.set_num_threads(args.threads)
    config = load_training_config(args.config)
    if args.features:
        config = replace(config, features=str(args.features))
    folder = train(config, args.out, args.data or args.out / 'dyads', args.epochs)
    if os.environ.get('RANK', '0') != '0':
        return 0
    print(f'checkpoint: {folder}  (loss plot: {args.out / "losses.png"})')
    print(f'try it: ./run demo --checkpoint {folder}')
    return 0
