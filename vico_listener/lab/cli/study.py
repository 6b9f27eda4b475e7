"""`vico study`: makes the page of a user study, and scores the participants' answers."""

import argparse
import random
import sys
from pathlib import Path

from vico_listener.lab.study.answer_files import collect
from vico_listener.lab.study.manifest import StudyError
from vico_listener.lab.study.manifest import read_manifest
from vico_listener.lab.study.questions import MATCHING
from vico_listener.lab.study.questions import ask
from vico_listener.lab.study.questions import read_key
from vico_listener.lab.study.questions import write_key
from vico_listener.lab.study.results import format_csv
from vico_listener.lab.study.results import format_markdown
from vico_listener.lab.study.results import score
from vico_listener.lab.study.static_page import SIZE
from vico_listener.lab.study.static_page import write_page


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions of `vico study`."""
    actions = parser.add_subparsers(dest='action', required=True, metavar='ACTION')
    make = actions.add_parser(
        'make', help='write the web page of a study and its key, which tells what each video shows'
    )
    make.add_argument('clips', type=Path, help='the list of the clips, CSV or YAML')
    make.add_argument('--out', type=Path, required=True, help='the new folder for the page')
    make.add_argument(
        '--key',
        type=Path,
        help='the file for the key, outside the folder of the page (default: OUT.key.json)',
    )
    make.add_argument(
        '--seed',
        type=int,
        help='the seed that shuffles order, sides and names (default: a random one)',
    )
    make.add_argument('--size', type=int, default=SIZE, help='the height of the videos [px]')
    make.add_argument(
        '--matching',
        choices=MATCHING,
        default=MATCHING[0],
        help='how participants match attitudes: by giving each of three listeners a label, as '
        'in the paper (labels), or by choosing the one that shows a given attitude '
        '(attitude)',
    )
    scored = actions.add_parser(
        'score', help="compute a table like the paper's Table 6 from the answers"
    )
    scored.add_argument('key', type=Path, help='the key that `vico study make` wrote')
    scored.add_argument('answers', type=Path, nargs='+', help="the participants' answer files")
    scored.add_argument(
        '--markdown', type=Path, metavar='FILE', help='also write the table to this Markdown file'
    )
    scored.add_argument(
        '--csv', type=Path, metavar='FILE', help='also write the figures to this CSV file'
    )


def run(args: argparse.Namespace) -> int:
    """Perform the action."""
    return _make(args) if args.action == 'make' else _score(args)


def _make(args: argparse.Namespace) -> int:
    if args.size < 64 or args.size % 2:
        raise StudyError(f'--size must be an even number of at least 64, not {args.size}')
    path = args.key or args.out.with_name(f'{args.out.resolve().name}.key.json')
    if path.resolve().is_relative_to(args.out.resolve()):
        raise StudyError(
            'the key must not be in the folder of the page, where participants could read it: '
            'choose another --key'
        )
    if path.exists():
        raise StudyError(
            f'the key {path} exists already, and is needed to read the answers to its study: '
            'choose another --key or --out'
        )
    # A seed that nobody can guess, unless the study is to be made again as it was.
    seed = random.SystemRandom().getrandbits(31) if args.seed is None else args.seed
    key, videos = ask(read_manifest(args.clips), seed, args.matching)
    write_page(args.out, key, videos, args.size)
    write_key(path, key)
    print(f'{len(key.questions)} questions: give {args.out} to participants, keep {path}')
    return 0


def _score(args: argparse.Namespace) -> int:
    key = read_key(args.key)
    answers, left_out = collect(args.answers, key)
    for item in left_out:
        print(f'vico study: not counted: {item.path}: {item.reason}', file=sys.stderr)
    if not answers:
        raise StudyError('none of the answer files can be used')
    scores = score(key, answers)
    table = format_markdown(scores, left_out)
    print(table, end='')
    if args.markdown is not None:
        args.markdown.write_text(table, encoding='utf-8')
    if args.csv is not None:
        args.csv.write_text(format_csv(scores), encoding='utf-8')
    return 0
