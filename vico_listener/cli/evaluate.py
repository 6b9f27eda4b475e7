"""`vico evaluate`: listeners, or a renderer, against the true listeners of a data set."""

import argparse
import sys
from pathlib import Path

from vico_listener.evaluation.comparison.config import BenchmarkConfig
from vico_listener.evaluation.comparison.config import load_benchmark
from vico_listener.evaluation.comparison.models import parse_models
from vico_listener.evaluation.comparison.report import NUMBERS_FILE
from vico_listener.evaluation.comparison.report import REPORT_FILE
from vico_listener.evaluation.comparison.report import ReportText
from vico_listener.evaluation.comparison.report import compute
from vico_listener.evaluation.comparison.report import write_report
from vico_listener.evaluation.comparison.run import evaluate
from vico_listener.evaluation.comparison.run import load_test_clips
from vico_listener.evaluation.feature_distance import POOLINGS
from vico_listener.listener import DEFAULT_LISTENER
from vico_listener.render import PortraitError
from vico_listener.render import create_renderer
from vico_listener.render import default_portrait_path
from vico_listener.render import load_portrait
from vico_listener.render.base import Renderer

DEFAULT_OUT = Path('out/evaluation')
SHEET_SIZE = 256
"""px of the portrait, of which a contact sheet shows the middle."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vico evaluate`."""
    parser.add_argument(
        'directory',
        metavar='DIR',
        nargs='?',
        type=Path,
        help='folder of features, as vico dataset writes it; its splits test and ood are used',
    )
    parser.add_argument(
        '--models',
        metavar='NAME[=CHECKPOINT]',
        nargs='+',
        help='listeners to compare, the one whose modalities are taken away first; without, that '
        f'of --config, or {DEFAULT_LISTENER}',
    )
    parser.add_argument('--config', type=Path, help='a benchmark, e.g. config/benchmark.yaml')
    parser.add_argument('--out', type=Path, default=DEFAULT_OUT, help='folder of what is written')
    parser.add_argument(
        '--report', metavar='FILE', type=Path, help=f'the report; without, OUT/{REPORT_FILE}'
    )
    parser.add_argument(
        '--pooling', choices=POOLINGS, default=POOLINGS[0], help='what FD is averaged over'
    )
    parser.add_argument('--seed', type=int, default=0, help="of the listeners' decisions")
    parser.add_argument('--jobs', type=int, default=1, help='processes that work in parallel')
    parser.add_argument(
        '--portrait', type=Path, help='photo for the contact sheets; without, the default one'
    )
    parser.add_argument('--no-sheets', action='store_true', help='draw no contact sheets')


def run(args: argparse.Namespace) -> int:
    """Write the report; exit code 0, or 1 with the reason."""
    try:
        return _evaluate(args)
    except (OSError, ValueError, RuntimeError) as error:
        print(f'vico evaluate: {error}', file=sys.stderr)
        return 1


def _directory(args: argparse.Namespace, config: BenchmarkConfig) -> Path:
    if args.directory is None and not config.data:
        raise ValueError('give the folder of features, or a --config that names it')
    directory: Path = args.directory or Path(config.data)
    if not directory.is_dir():
        raise ValueError(
            f'no such folder: {directory}; make features with vico dataset, for instance '
            f'vico dataset synthesize --features-only'
        )
    return directory


def _renderer(args: argparse.Namespace) -> Renderer | None:
    """Draws the contact sheets; without a portrait there are none."""
    if args.no_sheets:
        return None
    try:
        photo = load_portrait(args.portrait or default_portrait_path())
        return create_renderer('portrait', portrait=photo, size=SHEET_SIZE)
    except PortraitError as error:
        if args.portrait:
            raise
        print(f'no contact sheets: {error}', file=sys.stderr)
        return None


def _evaluate(args: argparse.Namespace) -> int:
    config = load_benchmark(args.config) if args.config else BenchmarkConfig()
    if args.jobs < 1:
        raise ValueError(f'--jobs must be at least 1, not {args.jobs}')
    models = parse_models(args.models or config.models or [DEFAULT_LISTENER], args.seed)
    clips, notes = load_test_clips(_directory(args, config))
    renderer = _renderer(args)
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
    print(f'report: {report}  (numbers: {args.out / NUMBERS_FILE})')
    return 0
