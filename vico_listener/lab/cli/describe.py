"""`vico describe`: tell from recorded motion whether it is that of a believable listener."""

import argparse
import json
from pathlib import Path

from vico_listener.lab.evaluation import describe
from vico_listener.lab.evaluation import format_table
from vico_listener.lab.evaluation import to_json
from vico_listener.media.tracks import read_recordings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vico describe`."""
    parser.add_argument(
        'directories',
        metavar='DIR',
        nargs='+',
        type=Path,
        help='a recording (motion.csv, and speaker.csv and reference.json when there), or a '
        'directory of recordings; all are pooled by attitude',
    )
    parser.add_argument('--json', metavar='FILE', type=Path, help='also write the figures as JSON')
    parser.add_argument(
        '--plot', metavar='FILE', type=Path, help='also draw the curves and events of the tracks'
    )
    parser.add_argument(
        '--tracked',
        action='store_true',
        help='the motion was tracked from video, not commanded: allow the jitter of a tracker',
    )
    parser.add_argument(
        '--check', action='store_true', help='exit with 1 when two rows or a hard one are missed'
    )


def run(args: argparse.Namespace) -> int:
    """Print the table; exit code 1 with `--check` when it is not passed."""
    tracks = [track for where in args.directories for track in read_recordings(where)]
    description = describe(tracks, tracked=args.tracked)
    print(format_table(description))
    if args.json:
        args.json.write_text(json.dumps(to_json(description), indent=1) + '\n', encoding='utf-8')
    if args.plot:
        # matplotlib takes a second to import, and only this needs it.
        from vico_listener.lab.evaluation.plot import save_plot

        save_plot(args.plot, tracks)
    return 1 if args.check and not description.passed else 0
