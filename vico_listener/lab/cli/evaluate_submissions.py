"""The part of `vico evaluate` that scores what others made: videos or coefficients in folders."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from vico_listener.errors import SettingError
from vico_listener.lab.dataset.vico.layouts import read_layout
from vico_listener.lab.evaluation.challenge import predicted_coefficients
from vico_listener.lab.evaluation.challenge.submissions import ROLE
from vico_listener.lab.evaluation.challenge.submissions import Column
from vico_listener.lab.evaluation.challenge.submissions import Scores
from vico_listener.lab.evaluation.challenge.submissions import compose
from vico_listener.lab.evaluation.challenge.submissions import frames_text
from vico_listener.lab.evaluation.challenge.submissions import parse_submissions
from vico_listener.lab.evaluation.challenge.submissions import score_all
from vico_listener.lab.evaluation.challenge.submissions import write_numbers
from vico_listener.lab.evaluation.comparison.evaluation import SPLITS
from vico_listener.lab.evaluation.comparison.report import NUMBERS_FILE
from vico_listener.lab.evaluation.comparison.report import REPORT_FILE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of submissions."""
    group = parser.add_argument_group('results of other methods')
    group.add_argument(
        '--videos',
        metavar='[NAME=]DIR',
        nargs='+',
        help='score the generated videos in these folders against those in --truth; several '
        'folders are ranked',
    )
    group.add_argument(
        '--predictions',
        metavar='[NAME=]DIR',
        nargs='+',
        help='score the predicted coefficients (.mat) in these folders against those in --truth; '
        'several folders are ranked',
    )
    group.add_argument(
        '--truth',
        metavar='DIR',
        type=Path,
        help="the folder of the real listeners' files, which have the same names as the "
        'generated ones',
    )
    group.add_argument(
        '--data-set',
        metavar='FOLDER',
        type=Path,
        help='the data set of which only the clips of test and ood are scored (default: all that '
        '--truth holds)',
    )
    group.add_argument(
        '--split', choices=SPLITS, help='with --data-set: score the clips of this split only'
    )
    group.add_argument(
        '--with-first',
        action='store_true',
        help='also score the first frame, as the official scripts do, although the methods are '
        'given it',
    )
    group.add_argument(
        '--full-size-ssim',
        action='store_true',
        help='compute the SSIM of --videos at full size, even if they have 384 px or more',
    )
    group.add_argument(
        '--arcface',
        metavar='FILE',
        type=Path,
        help='for --videos: the ArcFace network (ONNX) that the CSIM needs',
    )


def evaluate_submissions(args: argparse.Namespace) -> int:
    """Score folders, and write the report."""
    if args.videos and args.predictions:
        raise SettingError('give either --videos or --predictions, not both')
    if args.truth is None or not args.truth.is_dir():
        told = 'give it' if args.truth is None else f'no such folder: {args.truth}'
        raise SettingError(f'--truth must be the folder of the true files: {told}')
    score = _videos if args.videos else _predictions
    title, note, scores, columns, notes = score(args)
    args.out.mkdir(parents=True, exist_ok=True)
    text = compose(title, note, scores, columns, notes)
    report = args.report or args.out / REPORT_FILE
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(text, 'utf-8')
    write_numbers(args.out / NUMBERS_FILE, scores)
    print(text)
    print(f'report: {report}  (numbers: {args.out / NUMBERS_FILE})')
    return 0


Scored = tuple[str, str, list[Scores], Sequence[Column], list[str]]


def _clips(args: argparse.Namespace) -> set[str] | None:
    """Return the names of the clips that count, by the table of the data set; None for all.

    Raises:
        SettingError: a split without a data set, or one that has no clips.
    """
    if args.data_set is None:
        if args.split:
            raise SettingError('--split belongs to --data-set: give both')
        return None
    wanted = (args.split,) if args.split else SPLITS
    entries = [one for one in read_layout(args.data_set).entries if one.split in wanted]
    if not entries:
        raise SettingError(f'{args.data_set} has no clips of {" or ".join(wanted)}')
    return {entry.listener_video.stem.removesuffix(ROLE) for entry in entries}


def _predictions(args: argparse.Namespace) -> Scored:
    submissions, clips = parse_submissions(args.predictions), _clips(args)
    scores, notes = score_all(
        submissions,
        lambda one: predicted_coefficients.score_predictions(
            one, args.truth, args.with_first, clips=clips
        ),
    )
    note = predicted_coefficients.NOTE.format(frames=frames_text(args.with_first))
    return 'Predicted coefficients', note, scores, predicted_coefficients.COLUMNS, notes


def _videos(args: argparse.Namespace) -> Scored:
    # scikit-image is needed for this only, and torch for FID.
    from vico_listener.lab.evaluation.challenge import generated_videos
    from vico_listener.lab.evaluation.challenge.arcface import IdentityNetwork
    from vico_listener.lab.evaluation.pictures.measures import Inception
    from vico_listener.lab.evaluation.pictures.pair_scores import Measuring

    measuring = Measuring(
        inception=Inception(args.inception) if args.inception else None,
        arcface=IdentityNetwork(args.arcface) if args.arcface else None,
        shrink=not args.full_size_ssim,
    )
    submissions, clips = parse_submissions(args.videos), _clips(args)
    scores, notes = score_all(
        submissions,
        lambda one: generated_videos.score_videos(
            one, args.truth, measuring, args.with_first, clips=clips
        ),
    )
    shrunk = '' if args.full_size_ssim else ' (pictures of 384 px or more are shrunk first)'
    note = generated_videos.NOTE.format(shrunk=shrunk, frames=frames_text(args.with_first))
    return 'Generated videos', note, scores, generated_videos.COLUMNS, notes
