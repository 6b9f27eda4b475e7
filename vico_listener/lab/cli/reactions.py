"""`vico reactions`: what a listener does about events in a speaker's face and voice."""

import argparse
from dataclasses import replace
from pathlib import Path

from vico_listener.lab.evaluation.comparison.models import Model
from vico_listener.listener import DEFAULT_LISTENER
from vico_listener.motion import Attitude

DEFAULT_OUT = Path('out/reactions')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vico reactions`."""
    parser.add_argument(
        'clip',
        metavar='CLIP',
        nargs='?',
        type=Path,
        help='a video of a speaker, over which the events are spread (default: a new synthetic '
        'speaker for each run)',
    )
    parser.add_argument(
        '--listener',
        metavar='NAME[=CHECKPOINT]',
        default=DEFAULT_LISTENER,
        help='the listener: lstm, rules, package.module:Class, or a baseline of `vico evaluate`',
    )
    parser.add_argument(
        '--attitude',
        choices=[attitude.value for attitude in Attitude],
        default=Attitude.POSITIVE.value,
        help="the listener's attitude towards the speaker",
    )
    parser.add_argument(
        '--features',
        metavar='DIR',
        type=Path,
        help='the folder of features that the baselines simulation and mean draw from',
    )
    parser.add_argument(
        '--events',
        metavar='EVENT',
        nargs='+',
        default=[],
        help='the names of the events (default: all)',
    )
    parser.add_argument(
        '--runs',
        type=int,
        default=20,
        help='the number of pairs of runs, with and without the event, for each event',
    )
    parser.add_argument(
        '--seed',
        type=int,
        default=0,
        help='the seed of the first run; each further run has the next number',
    )
    parser.add_argument('--jobs', type=int, default=1, help='the number of parallel processes')
    parser.add_argument('--out', type=Path, default=DEFAULT_OUT, help='the folder of the results')


def run(args: argparse.Namespace) -> int:
    """Print the table, and write it as CSV, JSON and picture."""
    from vico_listener.lab.reactions.paired_runs import Staging
    from vico_listener.lab.reactions.paired_runs import stage
    from vico_listener.lab.reactions.reaction_table import draw_reactions
    from vico_listener.lab.reactions.reaction_table import format_reactions
    from vico_listener.lab.reactions.reaction_table import write_csv
    from vico_listener.lab.reactions.reaction_table import write_json

    model = replace(Model.parse(args.listener, args.seed), features=args.features)
    attitude = Attitude(args.attitude)
    staging = Staging(model, attitude, tuple(args.events), args.clip, args.runs)
    reactions = stage(staging, args.jobs)
    args.out.mkdir(parents=True, exist_ok=True)
    table = format_reactions(reactions)
    (args.out / 'reactions.md').write_text(table + '\n', encoding='utf-8')
    write_csv(args.out / 'reactions.csv', reactions)
    write_json(args.out / 'reactions.json', reactions)
    title = f'{model.label}, {attitude.value}, {args.runs} runs: what an event changes within 2 s'
    draw_reactions(args.out / 'reactions.png', reactions, title)
    print(table)
    print(f'\n{args.out / "reactions.png"}, and the same as .md, .csv and .json')
    return 0
