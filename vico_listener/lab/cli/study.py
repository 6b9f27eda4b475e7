"""`vico study`: makes the page of a user study, and scores the participants' answers."""

import argparse
import json
import random
import sys
from pathlib import Path

from vico_listener.lab.study.answer_files import collect
from vico_listener.lab.study.answer_files import guessed
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
from vico_listener.listener import DEFAULT_LISTENER

FILMS = (
    "draw a listener's answers to the clips of a data set in every attitude, and list them for make"
)


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
    _declare_films(actions.add_parser('films', help=FILMS))
    guess = actions.add_parser(
        'guess', help='write the answers of made-up participants who guess: what chance looks like'
    )
    guess.add_argument('key', type=Path, help='the key that `vico study make` wrote')
    guess.add_argument('--out', type=Path, required=True, help='the folder for the answer files')
    guess.add_argument('--participants', type=int, default=12, help='how many there are')
    guess.add_argument('--seed', type=int, default=0, help='the seed of the first one')
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
    actions = {'make': _make, 'films': _films, 'guess': _guess, 'score': _score}
    return actions[args.action](args)


def _declare_films(films: argparse.ArgumentParser) -> None:
    films.add_argument('folder', type=Path, help='the folder of the data set')
    films.add_argument('--out', type=Path, required=True, help='the folder for the films')
    films.add_argument(
        '--features', type=Path, help='the folder of its features (default: FOLDER/features)'
    )
    films.add_argument(
        '--model',
        metavar='NAME[=CHECKPOINT]',
        default=DEFAULT_LISTENER,
        help='the listener that answers',
    )
    films.add_argument(
        '--clips', type=int, default=0, help='the number of clips of each split; 0 for all'
    )
    films.add_argument('--seed', type=int, default=0, help="the seed of the listener's decisions")
    films.add_argument('--renderer', default='portrait', help='what draws the listener')
    films.add_argument('--renderer-model', type=Path, help='the weights of the renderer pirender')
    films.add_argument(
        '--size', type=int, default=256, help='the width and height of the pictures [px]'
    )


def _films(args: argparse.Namespace) -> int:
    from vico_listener.lab.evaluation.comparison.models import Model
    from vico_listener.lab.study.study_films import Filming
    from vico_listener.lab.study.study_films import chosen_clips
    from vico_listener.lab.study.study_films import write_films

    if args.clips < 0:
        raise StudyError(f'--clips must be 0 or more, not {args.clips}')
    features = args.features or args.folder / 'features'
    model = Model.parse(args.model, args.seed, features)
    options = {'renderer_model': args.renderer_model} if args.renderer_model else {}
    chosen = chosen_clips(args.folder, features, args.clips)
    listed = write_films(chosen, Filming(model, args.renderer, options, args.size), args.out)
    print(f'{len(chosen)} clips: ./run vico study make {listed} --out STUDY')
    return 0


def _guess(args: argparse.Namespace) -> int:
    if args.participants < 1:
        raise StudyError(f'--participants must be 1 or more, not {args.participants}')
    key = read_key(args.key)
    args.out.mkdir(parents=True, exist_ok=True)
    for seed in range(args.seed, args.seed + args.participants):
        content = guessed(key, seed)
        path = args.out / f'answers_{key.study}_{content["participant"]}.json'
        path.write_text(json.dumps(content, indent=1) + '\n', encoding='utf-8')
    print(f'{args.participants} files in {args.out}: nobody has seen a video for them')
    return 0


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
