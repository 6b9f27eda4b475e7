"""`vico render-check`: reads a renderer's pictures back by the face tracker; measures a cartoon."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import cv2
from tqdm import tqdm

from vico_listener.choices import FIGURE
from vico_listener.choices import THEME
from vico_listener.errors import SettingError
from vico_listener.face import create_backend
from vico_listener.lab.evaluation.render_check import Reading
from vico_listener.lab.evaluation.render_check import contact_sheet
from vico_listener.lab.evaluation.render_check import format_rows
from vico_listener.lab.evaluation.render_check import read_back
from vico_listener.lab.evaluation.render_check import rows_of
from vico_listener.lab.evaluation.render_check.drawn import drawn_rows
from vico_listener.lab.evaluation.render_check.drawn import format_drawn
from vico_listener.render import RENDERERS
from vico_listener.render import PortraitError
from vico_listener.render import create_renderer
from vico_listener.render import default_portrait_path
from vico_listener.render import load_portrait


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vico render-check`."""
    parser.add_argument(
        'portraits',
        metavar='PORTRAIT',
        nargs='*',
        type=Path,
        help='photos of one person each; with head3d figures, and with cartoon themes, whose '
        'drawing is measured without the face tracker (default: the default portrait, the '
        'figure maya or the theme paper)',
    )
    parser.add_argument(
        '--renderer',
        default='portrait',
        help='the renderer to check: a short name or package.module:Class',
    )
    parser.add_argument(
        '--size', type=int, default=384, help='the width and height of the pictures [px]'
    )
    parser.add_argument(
        '--out',
        type=Path,
        default=Path('render_check'),
        help='the folder for the contact sheets, which show each command, its picture and the '
        'values that were read back',
    )
    parser.add_argument(
        '--json', metavar='FILE', type=Path, help='also write all values to this JSON file'
    )
    parser.add_argument(
        '--check', action='store_true', help='exit with code 1 if a target is missed'
    )


def run(args: argparse.Namespace) -> int:
    """Print the table and draw the sheets; with `--check` the exit code is 1 after a miss.

    Raises:
        PortraitError: some portraits were refused; the others are in the table nevertheless.
    """
    if args.renderer == 'cartoon':
        return _measure(args)
    args.out.mkdir(parents=True, exist_ok=True)
    option, paths = shown_by(args.renderer, args.portraits)
    if len({path.stem for path in paths}) < len(paths):
        raise SettingError('two portraits have the same name: give them different ones')
    backend = create_backend('landmarker')
    readings: dict[str, list[Reading]] = {}
    refused = []
    for path in tqdm(paths, unit='portrait', disable=len(paths) == 1):
        try:
            whom = load_portrait(path) if option == 'portrait' else str(path)
            renderer = create_renderer(args.renderer, size=args.size, **{option: whom})
        except PortraitError as error:
            refused.append(str(error) if str(path) in str(error) else f'{path}: {error}')
            continue
        still = renderer.render(renderer.reference)
        readings[path.stem] = list(read_back(renderer, backend))
        sheet = args.out / f'{path.stem}.png'
        cv2.imwrite(str(sheet), contact_sheet(readings[path.stem], still))
        for remark in renderer.remarks:
            tqdm.write(f'{path.stem}: {remark}')
        renderer.close()
    if hidden := RENDERERS.load(args.renderer).HIDDEN:
        print(f'{args.renderer} shows no {" or ".join(hidden)}')
    rows = rows_of(readings)
    if readings:
        print(format_rows(rows))
        print(f'contact sheets: {args.out}')
    if args.json:
        found = [{'command': r.label, 'reads': r.target.reads, **r.values} for r in rows]
        args.json.write_text(json.dumps(found, indent=1) + '\n', encoding='utf-8')
    if refused:
        raise PortraitError('\n'.join(refused))
    return 1 if args.check and not all(row.reached for row in rows if row.bounded) else 0


def _measure(args: argparse.Namespace) -> int:
    """Print what each theme of the cartoon draws, and return the exit code."""
    found, missed = {}, False
    for theme in args.portraits or [Path(THEME)]:
        rows = drawn_rows(str(theme), args.size)
        print(f'{theme}\n{format_drawn(rows)}')
        found[str(theme)] = [asdict(row) for row in rows]
        missed = missed or not all(row.shown for row in rows)
    if args.json:
        args.json.write_text(json.dumps(found, indent=1) + '\n', encoding='utf-8')
    return 1 if args.check and missed else 0


def shown_by(renderer: str, given: list[Path]) -> tuple[str, list[Path]]:
    """Return the option by which a renderer takes whom it shows, and what is given for it.

    Raises:
        SettingError: the renderer shows neither a portrait nor a figure.
    """
    kind = RENDERERS.load(renderer)
    if kind.PORTRAIT:
        return 'portrait', given or [default_portrait_path()]
    if 'figure' not in kind.OPTIONS:
        raise SettingError(f'the renderer {renderer} shows neither a portrait nor a figure')
    return 'figure', given or [Path(FIGURE)]
