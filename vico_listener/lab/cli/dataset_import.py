"""`vico dataset import`: turns a public corpus, in its own layout, into clips and features."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from vico_listener.errors import SettingError
from vico_listener.lab.dataset.vico.layouts import read_layout

CORPORA = ('ami', 'seamless', 'realtalk', 'arkit')
ADAPT = 'to train on them: ./run vico train config/training/vico_adapt.yaml'
SHOWN = 20
"""How many things that were left out are told one by one; the table in the folder has them all."""


def add_import_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vico dataset import`."""
    parser.add_argument('corpus', choices=CORPORA, help='the corpus, see docs/corpora.md')
    parser.add_argument(
        'folder', type=Path, help='the folder that contains the files of the corpus'
    )
    parser.add_argument(
        '--out', type=Path, help='the folder of the new data set (default: FOLDER/vico)'
    )
    parser.add_argument(
        '--only',
        nargs='*',
        default=[],
        metavar='NAME',
        help='import only recordings whose names begin like this',
    )
    parser.add_argument(
        '--shortest', type=float, default=5.0, help='the length of the shortest clip [s]'
    )
    parser.add_argument(
        '--longest',
        type=float,
        default=30.0,
        help='the length of the longest clip [s]; longer stretches are divided',
    )
    parser.add_argument(
        '--clips',
        type=int,
        default=0,
        help='the largest number of stretches, taken evenly from the corpus; 0 for all',
    )
    parser.add_argument(
        '--seed', type=int, default=0, help='the seed by which realtalk is divided into splits'
    )
    parser.add_argument(
        '--stretch',
        type=float,
        default=1.0,
        help='the factor by which to stretch the images in width',
    )
    parser.add_argument(
        '--fov-deg',
        type=float,
        default=60.0,
        help='the field of view of the cameras along the longer side of the image [deg]',
    )
    parser.add_argument(
        '--head-degrees',
        type=float,
        default=180.0,
        help='for arkit: the angle that a head value of 1 means [deg]; 57.2958 for rad',
    )
    parser.add_argument(
        '--timecode-rate',
        type=float,
        default=60.0,
        help='for arkit: the images per second by which timecodes count',
    )
    parser.add_argument(
        '--no-features',
        action='store_true',
        help='only cut the clips; extract the features later by vico dataset extract',
    )
    parser.add_argument(
        '--workers', type=int, help='the number of processes (default: one for each core)'
    )


def run_import(args: argparse.Namespace) -> int:
    """Import a corpus; the exit code is 1 when something had to be left out."""
    out = args.out or args.folder / 'vico'
    if args.corpus == 'arkit':
        return _faces(args, out)
    left = _two_in_view(args, out) if args.corpus == 'realtalk' else _cameras(args, out)
    if args.no_features:
        return 1 if left else 0
    from vico_listener.lab.cli.extracting import extract_layout
    from vico_listener.lab.dataset.vico.extraction import ExtractionSettings

    settings = ExtractionSettings(stretch=args.stretch, fov_deg=args.fov_deg)
    code = extract_layout(read_layout(out), out / 'features', settings, args.workers)
    if args.corpus == 'ami':
        from vico_listener.lab.dataset.corpora.importing import LABELS
        from vico_listener.lab.evaluation.annotated_gestures import told_agreement

        told = told_agreement(out / 'features', out / LABELS)
        print(told or 'no nods or shakes of its listeners are annotated')
    print(f'{ADAPT} --features {out / "features"}')
    return 1 if left or code else 0


def _tell(left_out: Iterable[tuple[str, str]], notes: Iterable[str], table: Path) -> int:
    """Say what was left out and return how much; notes go to the screen as well."""
    lines = [f'left out: {name + ": " if name else ""}{reason}' for name, reason in left_out]
    for line in lines[:SHOWN]:
        print(line, file=sys.stderr)
    if len(lines) > SHOWN:
        print(f'... and {len(lines) - SHOWN} more, see {table}', file=sys.stderr)
    for note in notes:
        print(f'note: {note}')
    return len(lines)


def _cameras(args: argparse.Namespace, out: Path) -> int:
    """Import a corpus in which everybody has a camera; return how much was left out."""
    from vico_listener.arguments import check_number
    from vico_listener.lab.dataset.corpora.ami import read_ami
    from vico_listener.lab.dataset.corpora.importing import LABELS
    from vico_listener.lab.dataset.corpora.importing import import_corpus
    from vico_listener.lab.dataset.corpora.listening_stretches import StretchSettings
    from vico_listener.lab.dataset.corpora.seamless import read_seamless
    from vico_listener.lab.dataset.vico.construction import LEFT_OUT

    check_number('--clips', args.clips, 0, 10**9)
    lengths = StretchSettings(args.shortest, args.longest)
    reader = read_ami if args.corpus == 'ami' else read_seamless
    corpus = reader(args.folder, args.only)
    told = {'corpus': args.corpus, 'shortest': args.shortest, 'longest': args.longest}
    made = import_corpus(corpus, out, told, lengths, args.clips, args.workers)
    left = _tell(made.left_out, made.notes, out / LEFT_OUT)
    kinds = ', '.join(f'{count} x {kind}' for kind, count in sorted(made.kinds.items()))
    print(
        f'{made.clips} clips of {made.seconds / 3600:.2f} hours in {out}; what the corpus tells of '
        f'their listeners: {kinds or "nothing"} ({out / LABELS})'
    )
    return left


def _two_in_view(args: argparse.Namespace, out: Path) -> int:
    """Import videos that show both people; return how much was left out."""
    from vico_listener.lab.dataset.corpora.listening_stretches import StretchSettings
    from vico_listener.lab.dataset.corpora.realtalk import read_realtalk
    from vico_listener.lab.dataset.vico.construction import LEFT_OUT
    from vico_listener.lab.dataset.vico.construction import ConstructionSettings
    from vico_listener.lab.dataset.vico.construction import build_data_set

    lengths = StretchSettings(args.shortest, args.longest)
    found, notes = read_realtalk(args.folder, lengths, args.only)
    if args.clips:
        found.clips = found.clips[:: -(-len(found.clips) // args.clips)]
    settings = ConstructionSettings(args.seed, args.fov_deg)
    built = build_data_set(found, out, settings, args.workers)
    left = _tell(built.left_out, [*notes, *built.problems], out / LEFT_OUT)
    print(f'{len(built.clips)} clips in {out}; left out: {out / LEFT_OUT}')
    return left


def _faces(args: argparse.Namespace, out: Path) -> int:
    """Import measured faces, of which there are no clips but features at once."""
    from vico_listener.lab.cli.extracting import tell_extracted
    from vico_listener.lab.dataset.corpora.arkit import TABLE
    from vico_listener.lab.dataset.corpora.arkit import FaceSettings
    from vico_listener.lab.dataset.corpora.arkit import import_pairs
    from vico_listener.lab.dataset.corpora.arkit import read_pairs
    from vico_listener.lab.dataset.vico.extraction import ExtractionSettings

    faces = FaceSettings(args.head_degrees, args.timecode_rate)
    pairs, problems = read_pairs(args.folder, args.only)
    left = _tell((('', problem) for problem in problems), (), out)
    if not pairs:
        which = f' whose name begins with {" or ".join(args.only)}' if args.only else ''
        raise SettingError(f'{args.folder / TABLE} names no listener{which}')
    settings = ExtractionSettings(stretch=args.stretch, fov_deg=args.fov_deg)
    results = import_pairs(pairs, out / 'features', settings, faces, args.workers)
    for result in results:
        for note in result.notes:
            print(f'note: {result.clip}: {note}')
    code = tell_extracted(results, [pair.split for pair in pairs], out / 'features')
    return 1 if left or code else 0
