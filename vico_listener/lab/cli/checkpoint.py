"""`vico checkpoint`: checks and exports checkpoints, and imports those of the authors' code."""

import argparse
import json
import sys
from pathlib import Path

from vico_listener.listener.model.checkpoint import load_checkpoint


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions of `vico checkpoint`."""
    actions = parser.add_subparsers(dest='action', required=True, metavar='ACTION')
    info = actions.add_parser('info', help='check a checkpoint and show what it is')
    info.add_argument('folder', type=Path, help='the folder of the checkpoint')
    export = actions.add_parser('export', help='write the ONNX file of a checkpoint anew')
    export.add_argument('folder', type=Path, help='the folder of the checkpoint')
    taken = actions.add_parser('import', help="convert a checkpoint of the paper authors' code")
    taken.add_argument('weights', type=Path, help="the authors' weights, Epoch_%%03d.bin")
    taken.add_argument(
        '--motion-stats',
        type=Path,
        required=True,
        help="the authors' file of means and deviations of the motion, video_feats_mean_std.bin",
    )
    taken.add_argument(
        '--acoustic-stats',
        type=Path,
        required=True,
        help="the authors' file of means and deviations of the acoustic features, "
        'audio_feats_mean_std.bin',
    )
    taken.add_argument(
        '--video-size',
        type=int,
        default=256,
        help='the width and height of the videos that it was trained on [px]; 384 for ViCo',
    )
    taken.add_argument('--out', type=Path, required=True, help='the folder for the new checkpoint')


def run(args: argparse.Namespace) -> int:
    """Perform the action and describe the checkpoint."""
    if args.action == 'import':
        from vico_listener.lab.training.authors_checkpoint import doubtful_size
        from vico_listener.lab.training.authors_checkpoint import import_release
        from vico_listener.lab.training.saving import save_checkpoint

        checkpoint = import_release(
            args.weights, args.motion_stats, args.acoustic_stats, args.video_size
        )
        save_checkpoint(checkpoint, args.out)
        doubt = doubtful_size(checkpoint.norm, args.video_size)
        if doubt:
            print(f'vico checkpoint: warning: {doubt}', file=sys.stderr)
    elif args.action == 'export':
        from vico_listener.lab.training.saving import save_checkpoint

        save_checkpoint(load_checkpoint(args.folder), args.folder)
    return _describe(args.out if args.action == 'import' else args.folder)


def _describe(folder: Path) -> int:
    checkpoint = load_checkpoint(folder)
    count = sum(w.size for w in checkpoint.weights.values())
    print(f'{folder}: {count:,} parameters')
    print(json.dumps(checkpoint.config.to_json(), indent=1))
    return 0
