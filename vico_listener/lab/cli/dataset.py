"""`vico dataset`: makes, builds, imports and inspects data sets, and extracts their features."""

import argparse
from collections import Counter
from pathlib import Path

from vico_listener.arguments import check_number
from vico_listener.choices import ACOUSTICS
from vico_listener.lab.cli.dataset_import import add_import_arguments
from vico_listener.lab.cli.dataset_import import run_import
from vico_listener.lab.dataset.vico.layouts import read_layout
from vico_listener.motion import Attitude

WORKERS = 'the number of processes (default: one for each core)'
FOV = 'the field of view of the cameras along the longer side of the image [deg]'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions of `vico dataset`."""
    actions = parser.add_subparsers(dest='action', required=True, metavar='ACTION')
    made = actions.add_parser('synthesize', help='make a small data set in the layout of ViCo')
    made.add_argument('folder', type=Path, help='the folder of the new data set')
    made.add_argument('--clips', type=int, default=30, help='the number of clips, at least 9')
    made.add_argument(
        '--seed',
        type=int,
        default=0,
        help='the seed of all random choices; the same seed gives the same data set',
    )
    made.add_argument(
        '--seconds', type=float, default=20.0, help='the length of the longest clip [s]'
    )
    made.add_argument(
        '--features-only', action='store_true', help='write features instead of videos and audio'
    )
    made.add_argument(
        '--portraits', type=Path, nargs='*', default=[], help='photos of the people in the videos'
    )
    made.add_argument('--workers', type=int, help=WORKERS)
    taught = actions.add_parser(
        'dyads',
        help='make the features of the synthetic dyads on which the default listener is trained',
    )
    taught.add_argument(
        'config',
        type=Path,
        help='the configuration file of a training, e.g. config/training/default.yaml',
    )
    taught.add_argument('folder', type=Path, help='the folder of the features')
    taught.add_argument('--workers', type=int, help=WORKERS)
    built = actions.add_parser(
        'build', help='cut videos of two people into a data set, as described in the paper'
    )
    built.add_argument(
        'annotations',
        type=Path,
        help='the CSV table of who speaks when, and on which side of the picture',
    )
    built.add_argument('folder', type=Path, help='the folder of the new data set')
    built.add_argument(
        '--videos', type=Path, help='the folder of the videos (default: that of the annotations)'
    )
    built.add_argument(
        '--annotators',
        type=int,
        default=1,
        help='how many annotators must agree on a clip (3 in the paper)',
    )
    built.add_argument(
        '--seed', type=int, default=0, help='the seed by which clips are assigned to the splits'
    )
    built.add_argument('--fov-deg', type=float, default=60.0, help=FOV)
    built.add_argument('--workers', type=int, help=WORKERS)
    add_import_arguments(
        actions.add_parser('import', help='turn a public corpus into a data set and its features')
    )
    seen = actions.add_parser(
        'inspect', help='check every file of a data set and count what is in it'
    )
    seen.add_argument('folder', type=Path, help='the folder of the data set')
    seen.add_argument(
        '--out',
        type=Path,
        help='the folder for inspection.txt, inspection.png and people.jpg (default: FOLDER)',
    )
    got = actions.add_parser('extract', help='extract the features of both people in every clip')
    got.add_argument('folder', type=Path, help='the folder of the data set')
    got.add_argument(
        '--out', type=Path, help='the folder of the features (default: FOLDER/features)'
    )
    got.add_argument('--workers', type=int, help=WORKERS)
    got.add_argument(
        '--ray', action='store_true', help='distribute the work with Ray instead of local processes'
    )
    got.add_argument(
        '--stretch',
        type=_factor,
        default='auto',
        help='the factor by which to stretch the images in width, or auto to estimate it for '
        'each clip',
    )
    got.add_argument(
        '--face',
        default='landmarker',
        help='the face backend: landmarker, deep3d, or package.module:Class',
    )
    got.add_argument(
        '--face-model', default='', help='the model file of the face backend; empty for its default'
    )
    got.add_argument('--fov-deg', type=float, default=60.0, help=FOV)
    got.add_argument(
        '--attitude',
        choices=[a.value for a in Attitude],
        help='the attitude for clips for which the data set states none',
    )
    got.add_argument(
        '--acoustics',
        choices=ACOUSTICS,
        default=ACOUSTICS[0],
        help="the layout of the acoustic features; the authors' own networks need vico_release",
    )
    got.add_argument(
        '--lookahead',
        type=int,
        default=0,
        help="how many ticks the sound is ahead of the faces; the authors' own networks need 1",
    )
    got.add_argument(
        '--video-size',
        type=int,
        default=256,
        help='the width and height of the videos from which the tree of --from-features was '
        'made [px]; 384 for ViCo',
    )
    got.add_argument(
        '--from-mat',
        type=Path,
        help='a folder of .mat files from which to read the coefficients of all videos',
    )
    got.add_argument(
        '--from-features',
        type=Path,
        help="the folder of the authors' feature tree from which to read the features",
    )


def _factor(text: str) -> float | None:
    """Return the number in a text, or None for 'auto'."""
    if text == 'auto':
        return None
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number or auto, not '{text}'") from None


def run(args: argparse.Namespace) -> int:
    """Perform the action; the exit code is 1 when a clip has no features."""
    return int(_ACTIONS[args.action](args))


def _synthesise(args: argparse.Namespace) -> int:
    from vico_listener.lab.dataset.vico.synthesis import SynthesisSettings
    from vico_listener.lab.dataset.vico.synthesis import synthesise

    settings = SynthesisSettings(
        args.clips, args.seed, args.features_only, tuple(args.portraits), args.seconds
    )
    synthesise(settings, args.folder, args.workers)
    print(f'{args.clips} synthetic clips in {args.folder}')
    return 0


def _teach(args: argparse.Namespace) -> int:
    from vico_listener.lab.dataset.dyads.make import make_dyads
    from vico_listener.lab.training.training_config import load_training_config

    make_dyads(load_training_config(args.config).dyads, args.folder, args.workers)
    print(
        f'labelled dyads are in {args.folder}; to train on them: '
        f'vico train {args.config} --features {args.folder}'
    )
    return 0


def _build(args: argparse.Namespace) -> int:
    from vico_listener.lab.dataset.vico.annotations import read_annotations
    from vico_listener.lab.dataset.vico.construction import LEFT_OUT
    from vico_listener.lab.dataset.vico.construction import ConstructionSettings
    from vico_listener.lab.dataset.vico.construction import build_data_set

    check_number('--annotators', args.annotators, 1, 1000)
    annotations = read_annotations(args.annotations, args.videos, args.annotators)
    settings = ConstructionSettings(args.seed, args.fov_deg)
    built = build_data_set(annotations, args.folder, settings, args.workers)
    counts = Counter(annotations.annotators.values())
    told = (f'{clips} by {people}' for people, clips in sorted(counts.items()))
    print(f'clips by how many people annotated them: {", ".join(told) or "none"}')
    if annotations.several:
        agreed = annotations.several - len(annotations.disputed)
        print(f'annotators agree on {agreed} of {annotations.several} clips')
    for name, reason in built.left_out:
        print(f'left out: {name + ": " if name else ""}{reason}')
    for problem in built.problems:
        print(f'note: {problem}')
    print(f'{len(built.clips)} clips in {args.folder}; left out: {args.folder / LEFT_OUT}')
    return 0


def _inspect(args: argparse.Namespace) -> int:
    from vico_listener.lab.dataset.vico.inspection import SHOWN_PROBLEMS
    from vico_listener.lab.dataset.vico.inspection import format_inspection
    from vico_listener.lab.dataset.vico.inspection import inspect_data_set
    from vico_listener.lab.dataset.vico.inspection import plot_inspection
    from vico_listener.lab.dataset.vico.people_sheet import write_people_sheet

    found = inspect_data_set(read_layout(args.folder))
    out = args.out or args.folder
    out.mkdir(parents=True, exist_ok=True)
    (out / 'inspection.txt').write_text(format_inspection(found) + '\n', encoding='utf-8')
    plot_inspection(found, out / 'inspection.png')
    write_people_sheet(found.layout.entries, out / 'people.jpg')
    print(format_inspection(found, SHOWN_PROBLEMS))
    return 0


def _extract(args: argparse.Namespace) -> int:
    from vico_listener.lab.cli.extracting import extract_layout
    from vico_listener.lab.dataset.vico.extraction import ExtractionSettings

    layout = read_layout(args.folder)
    settings = ExtractionSettings(
        stretch=args.stretch,
        face=args.face,
        face_model=args.face_model,
        fov_deg=args.fov_deg,
        default_attitude=args.attitude or '',
        mats=str(args.from_mat or ''),
        tree=str(args.from_features or ''),
        acoustics=args.acoustics,
        lookahead=args.lookahead,
        video_size=args.video_size,
    )
    out = args.out or args.folder / 'features'
    return extract_layout(layout, out, settings, args.workers, args.ray)


_ACTIONS = {
    'synthesize': _synthesise,
    'dyads': _teach,
    'build': _build,
    'import': run_import,
    'inspect': _inspect,
    'extract': _extract,
}
