"""`vico evaluate`: compares listeners, a renderer, or what others made with true listeners."""

import argparse
import sys
from pathlib import Path

from vico_listener.errors import SettingError
from vico_listener.lab.cli import evaluate_submissions
from vico_listener.lab.evaluation.challenge.exported_answers import check_exportable
from vico_listener.lab.evaluation.challenge.exported_answers import export_answers
from vico_listener.lab.evaluation.comparison.benchmark_config import BenchmarkConfig
from vico_listener.lab.evaluation.comparison.benchmark_config import load_benchmark
from vico_listener.lab.evaluation.comparison.evaluation import evaluate
from vico_listener.lab.evaluation.comparison.evaluation import load_test_clips
from vico_listener.lab.evaluation.comparison.models import parse_models
from vico_listener.lab.evaluation.comparison.report import NUMBERS_FILE
from vico_listener.lab.evaluation.comparison.report import REPORT_FILE
from vico_listener.lab.evaluation.comparison.report import ReportText
from vico_listener.lab.evaluation.comparison.report import compute
from vico_listener.lab.evaluation.comparison.report import write_report
from vico_listener.lab.evaluation.feature_distance import POOLINGS
from vico_listener.listener import DEFAULT_LISTENER
from vico_listener.motion import Basis
from vico_listener.render import RENDERERS
from vico_listener.render import PortraitError
from vico_listener.render import create_renderer
from vico_listener.render import default_portrait_path
from vico_listener.render import load_portrait
from vico_listener.render.renderers import REMEDIES
from vico_listener.render.renderers import Renderer

DEFAULT_OUT = Path('out/evaluation')
SHEET_SIZE = 256
"""Size of the portrait, px, of which a contact sheet shows the middle."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vico evaluate`."""
    parser.add_argument(
        'directory',
        metavar='DIR',
        nargs='?',
        type=Path,
        help='the folder of features (features/ in a data set); its splits test and ood are used',
    )
    parser.add_argument(
        '--models',
        metavar='NAME[=CHECKPOINT]',
        nargs='+',
        help='the listeners to compare; the first one is also run with parts of its input '
        f'removed (default: those of --config, or {DEFAULT_LISTENER})',
    )
    parser.add_argument('--config', type=Path, help='a benchmark file, e.g. config/benchmark.yaml')
    parser.add_argument('--out', type=Path, default=DEFAULT_OUT, help='the folder of the results')
    parser.add_argument(
        '--report',
        metavar='FILE',
        type=Path,
        help=f'write the report here (default: OUT/{REPORT_FILE})',
    )
    parser.add_argument(
        '--pooling',
        choices=POOLINGS,
        default=POOLINGS[0],
        help='whether the FD is averaged over all frames or over clips',
    )
    parser.add_argument(
        '--export',
        metavar='FOLDER',
        type=Path,
        help='also write the answers, in bfm64, as .mat files of the ViCo baseline '
        '(FOLDER/MODEL/CLIP.mat, and FOLDER/truth), which --predictions scores',
    )
    parser.add_argument('--seed', type=int, default=0, help="the seed of the listeners' decisions")
    parser.add_argument('--jobs', type=int, default=1, help='the number of parallel processes')
    parser.add_argument(
        '--portrait',
        type=Path,
        help='the photo for the contact sheets (default: the default portrait)',
    )
    parser.add_argument('--no-sheets', action='store_true', help='draw no contact sheets')
    parser.add_argument(
        '--render',
        metavar='VIDEOS',
        type=Path,
        help="score a renderer instead, by comparing its pictures with the listeners' videos in "
        'this folder (CLIP.mp4 or CLIP.listener.mp4)',
    )
    parser.add_argument(
        '--renderer',
        default='portrait',
        help='the renderer to score with --render; pirender also draws contact sheets in bfm64',
    )
    parser.add_argument('--renderer-model', type=Path, help='the weights of the renderer pirender')
    parser.add_argument(
        '--face-model',
        type=Path,
        help='the Deep3DFaceRecon model that measures the portrait for contact sheets in bfm64',
    )
    parser.add_argument(
        '--size', type=int, default=256, help="the width and height of the renderer's pictures [px]"
    )
    parser.add_argument(
        '--inception',
        metavar='FILE',
        type=Path,
        help='for --render and --videos: the weights that the FID needs '
        '(inception-2015-12-05.pt, TorchScript)',
    )
    evaluate_submissions.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Write the report."""
    _check_belonging(args)
    if args.videos or args.predictions:
        return evaluate_submissions.evaluate_submissions(args)
    return _evaluate_renderer(args) if args.render else _evaluate(args)


BELONGING = {
    'truth': ('videos', 'predictions'),
    'data_set': ('videos', 'predictions'),
    'split': ('videos', 'predictions'),
    'with_first': ('videos', 'predictions', 'render'),
    'inception': ('videos', 'render'),
    'arcface': ('videos',),
    'full_size_ssim': ('videos',),
}
"""Options that say something about only some of the things that can be scored."""


def _check_belonging(args: argparse.Namespace) -> None:
    """Refuse an option that would be ignored, and with which the numbers would be taken for others.

    Raises:
        SettingError: there is one.
    """
    scored = next((n for n in ('videos', 'predictions', 'render') if getattr(args, n)), '')
    for option, owners in BELONGING.items():
        if getattr(args, option) and scored not in owners:
            names = ' or '.join(f'--{owner}' for owner in owners)
            which = 'one of them' if len(owners) > 1 else 'it'
            raise SettingError(
                f'--{option.replace("_", "-")} belongs to {names}: give {which}, or leave it out'
            )
    if scored and args.models:
        raise SettingError(f'--models are not scored together with --{scored}: leave one out')


def _directory(args: argparse.Namespace, config: BenchmarkConfig) -> Path:
    if args.directory is None and not config.data:
        raise SettingError('name the folder of features, or a --config that names it')
    directory: Path = args.directory or Path(config.data)
    if not directory.is_dir():
        raise SettingError(
            f'no such folder: {directory}; make features with vico dataset extract, or synthetic '
            'ones with vico dataset synthesize FOLDER --features-only (into FOLDER/features)'
        )
    return directory


def _renderer(args: argparse.Namespace, basis: Basis) -> Renderer | None:
    """Return the renderer that draws the contact sheets; None when none are to be drawn."""
    if args.no_sheets:
        return None
    if basis is not RENDERERS.load(args.renderer).basis:
        print(f'no contact sheets: {REMEDIES[basis.name]}', file=sys.stderr)
        return None
    models = {'renderer_model': args.renderer_model, 'face_model': args.face_model}
    options = {name: path for name, path in models.items() if path}
    try:
        photo = load_portrait(args.portrait or default_portrait_path())
        return create_renderer(args.renderer, portrait=photo, size=SHEET_SIZE, **options)
    except PortraitError as error:
        if args.portrait:
            raise
        print(f'no contact sheets: {error}', file=sys.stderr)
        return None


def _evaluate_renderer(args: argparse.Namespace) -> int:
    # scikit-image is needed for this only, and torch for FID.
    from vico_listener.lab.evaluation.pictures.measures import Inception
    from vico_listener.lab.evaluation.pictures.rendering import compose
    from vico_listener.lab.evaluation.pictures.rendering import evaluate_renderer

    clips, notes = load_test_clips(_directory(args, BenchmarkConfig()))
    network = Inception(args.inception) if args.inception else None
    options = {'renderer_model': args.renderer_model} if args.renderer_model else {}
    results = evaluate_renderer(
        args.renderer,
        clips,
        args.render,
        args.size,
        network,
        options=options,
        with_first=args.with_first,
    )
    args.out.mkdir(parents=True, exist_ok=True)
    results.write(args.out / NUMBERS_FILE)
    report = args.report or args.out / REPORT_FILE
    report.parent.mkdir(parents=True, exist_ok=True)
    splits = list(dict.fromkeys(clip.split for clip in clips))
    report.write_text(
        compose(args.renderer, results, splits, args.size, notes, args.with_first), 'utf-8'
    )
    print(f'report: {report}  (numbers: {args.out / NUMBERS_FILE})')
    return 0


def _evaluate(args: argparse.Namespace) -> int:
    config = load_benchmark(args.config) if args.config else BenchmarkConfig()
    if args.jobs < 1:
        raise SettingError(f'--jobs must be at least 1, not {args.jobs}')
    folder = _directory(args, config)
    models = parse_models(args.models or config.models or [DEFAULT_LISTENER], args.seed, folder)
    clips, notes = load_test_clips(folder)
    if args.export:
        check_exportable(clips[0].listener.basis.name)
    renderer = _renderer(args, clips[0].listener.basis)
    evaluation = evaluate(clips, models, args.jobs)
    evaluation.notes[:0] = notes
    results = compute(evaluation, args.pooling)
    args.out.mkdir(parents=True, exist_ok=True)
    results.write(args.out / NUMBERS_FILE)
    report = args.report or args.out / REPORT_FILE
    text = ReportText(config.title, config.introduction)
    write_report(report, evaluation, results, args.pooling, text, renderer)
    for note in evaluation.notes:
        print(note)
    if args.export:
        print(f'answers: {", ".join(map(str, export_answers(evaluation, args.export)))}')
    print(f'report: {report}  (numbers: {args.out / NUMBERS_FILE})')
    return 0
