"""`vico glance`: whether attitudes, or personalities, are told apart at a glance."""

import argparse
from pathlib import Path

from vico_listener.cli.drawing_options import add_drawing_arguments
from vico_listener.errors import SettingError
from vico_listener.lab.evaluation.comparison.models import Model
from vico_listener.lab.glances.told_apart import SETTLING_SECONDS
from vico_listener.listener import DEFAULT_LISTENER
from vico_listener.motion import Attitude

DEFAULT_OUT = Path('out/glance')
LEAST_SPEAKERS = 2
LEAST_WINDOW = 0.2
"""Seconds in which there is a range and a speed to tell from."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vico glance`."""
    parser.add_argument(
        'clips',
        metavar='CLIP',
        nargs='*',
        type=Path,
        help='videos of speakers, each of which is listened to (default: made-up speakers)',
    )
    parser.add_argument(
        '--listener',
        metavar='NAME[=CHECKPOINT]',
        default=DEFAULT_LISTENER,
        help='the listener: lstm, rules or package.module:Class',
    )
    parser.add_argument(
        '--personalities',
        metavar='N',
        type=int,
        default=0,
        help='tell this many random personalities apart instead of the three attitudes',
    )
    parser.add_argument(
        '--attitude',
        choices=[attitude.value for attitude in Attitude],
        default=Attitude.POSITIVE.value,
        help='the attitude of the personalities',
    )
    parser.add_argument(
        '--renderer',
        default='portrait',
        help='the renderer: a short name or package.module:Class',
    )
    parser.add_argument(
        '--portrait', default='', help='a photo of a face; empty for the default portrait'
    )
    add_drawing_arguments(parser)
    parser.add_argument(
        '--size', type=int, default=256, help='the width and height of the pictures [px]'
    )
    parser.add_argument('--runs', type=int, default=10, help='the number of made-up speakers')
    parser.add_argument(
        '--seconds', type=float, default=25.0, help='how long each made-up speaker speaks [s]'
    )
    parser.add_argument('--window', type=float, default=2.0, help='the length of a glance [s]')
    parser.add_argument(
        '--seed',
        type=int,
        default=0,
        help="the seed of the first speaker's listener; each further one has the next number",
    )
    parser.add_argument('--jobs', type=int, default=1, help='the number of parallel processes')
    parser.add_argument('--out', type=Path, default=DEFAULT_OUT, help='the folder of the results')


def run(args: argparse.Namespace) -> int:
    """Print the tables, and write them and a sheet of pictures."""
    import cv2

    from vico_listener.lab.dataset.jobs import run_jobs
    from vico_listener.lab.glances.glance_table import compared
    from vico_listener.lab.glances.glance_table import format_kinds
    from vico_listener.lab.glances.glance_table import format_told
    from vico_listener.lab.glances.glance_table import glance_sheet
    from vico_listener.lab.glances.shown_motion import Viewing
    from vico_listener.lab.glances.shown_motion import view
    from vico_listener.render import RENDERERS
    from vico_listener.render import default_portrait_path

    _check(args)
    count = len(args.clips) or args.runs
    kind = RENDERERS.load(args.renderer)
    looks: dict[str, str] = {
        name: getattr(args, name) for name in ('figure', 'theme') if name in kind.OPTIONS
    }
    if kind.PORTRAIT:
        looks['portrait'] = args.portrait or str(default_portrait_path())
    kinds: dict[str, tuple[Attitude, int | None]] = {a.value: (a, None) for a in Attitude}
    if args.personalities:
        chosen = Attitude(args.attitude)
        kinds = {f'personality {n}': (chosen, n) for n in range(args.personalities)}
    viewing = Viewing(
        Model.parse(args.listener, args.seed),
        kinds,
        args.renderer,
        tuple(looks.items()),
        args.size,
        tuple(args.clips),
        args.seconds,
    )
    jobs = [(viewing, number) for number in range(count)]
    views = [one for some in run_jobs(view, jobs, args.jobs, 'glances', 'speaker') for one in some]
    told = format_told(compared(views, args.window))
    text = f'{told}\n\n{format_kinds(views)}\n'
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / 'glance.md').write_text(text, encoding='utf-8')
    cv2.imwrite(str(args.out / 'glance.jpg'), glance_sheet(views), [cv2.IMWRITE_JPEG_QUALITY, 90])
    print(text)
    if any(one.read is None for one in views):
        print('The face tracker finds no face in these pictures: only commands were compared.')
    print(f'{args.out / "glance.jpg"}, glance.md')
    return 0


def _check(args: argparse.Namespace) -> None:
    """Refuse what would only fail after everybody was drawn."""
    if (len(args.clips) or args.runs) < LEAST_SPEAKERS:
        raise SettingError(
            f'at least {LEAST_SPEAKERS} speakers are needed, because what one is shown is told '
            'from what the others are shown'
        )
    if not args.window >= LEAST_WINDOW:
        raise SettingError(f'a window must last {LEAST_WINDOW:g} s or more, not {args.window:g}')
    least = SETTLING_SECONDS + args.window
    if not args.clips and not args.seconds > least:
        raise SettingError(f'--seconds must be more than {least:g}, not {args.seconds:g}')
    if args.personalities and args.personalities < LEAST_SPEAKERS:
        raise SettingError(
            f'{args.personalities} cannot be told apart: give two or more personalities'
        )
