"""`vico describe`: judges from recorded motion whether a listener is believable."""

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
        help='the folder of a recording (motion.csv, with speaker.csv and reference.json if '
        'present), or of several recordings; all are pooled by attitude',
    )
    parser.add_argument('--json', metavar='FILE', type=Path, help='also write the figures as JSON')
    parser.add_argument(
        '--plot', metavar='FILE', type=Path, help='also draw the curves and events of the tracks'
    )
    parser.add_argument(
        '--tracked',
        action='store_true',
        help='allow the jitter of a tracker, for motion that was tracked from video',
    )
    parser.add_argument(
        '--check',
        action='store_true',
        help='exit with status 1 when a hard criterion or two soft rows are missed',
    )


def run(args: argparse.Namespace) -> int:
    """Print the table; with `--check` the exit code is 1 when the motion does not pass."""
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
