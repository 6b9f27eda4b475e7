"""`vico gallery`: draws the pictures of the documentation by which to choose a renderer."""

import argparse
from pathlib import Path
from typing import Any

import cv2

from vico_listener.cli.drawing_options import add_drawing_arguments
from vico_listener.lab.evaluation.render_check.gallery_sheets import attitude_sheet
from vico_listener.lab.evaluation.render_check.gallery_sheets import channel_sheet
from vico_listener.lab.evaluation.render_check.gallery_sheets import expression_sheet
from vico_listener.render import create_renderer
from vico_listener.render import load_portrait
from vico_listener.render import portrait_of
from vico_listener.render.cartoon.theme import theme_names
from vico_listener.render.head3d.identity import IDENTITIES
from vico_listener.render.renderers import Renderer

SHOWN = ('portrait', 'head3d', 'cartoon')

CLOSENESS = {'portrait': 2.35, 'head3d': 2.2, 'cartoon': 1.7}
"""How much larger the pictures of the attitudes are; they are cut to the size of the smallest."""

QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 88]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `vico gallery`."""
    parser.add_argument(
        '--portrait', default='', help='a photo of a face; empty for the default portrait'
    )
    add_drawing_arguments(parser)
    parser.add_argument(
        '--size', type=int, default=176, help='the width and height of a picture [px]'
    )
    parser.add_argument(
        '--out', type=Path, default=Path('gallery'), help='the folder for the pictures'
    )


def run(args: argparse.Namespace) -> int:
    """Draw `renderers.jpg`, `themes.jpg`, `head3d.jpg` and, by renderer, `channels_NAME.jpg`."""
    args.out.mkdir(parents=True, exist_ok=True)
    large = {name: _renderer(name, args, CLOSENESS[name]) for name in SHOWN}
    sheets = {'renderers': attitude_sheet(large)}
    for renderer in large.values():
        renderer.close()
    renderers = {name: _renderer(name, args) for name in SHOWN}
    wide = {'size': args.size, 'width': args.size * 3 // 2}
    themes = {name: create_renderer('cartoon', theme=name, **wide) for name in theme_names()}
    sheets['themes'] = expression_sheet(themes)
    if 'head3d' in renderers:
        figures = {n: create_renderer('head3d', figure=n, size=args.size) for n in IDENTITIES}
        sheets['head3d'] = expression_sheet(figures)
    for name, renderer in renderers.items():
        sheets[f'channels_{name}'] = channel_sheet(renderer)
        renderer.close()
    for name, picture in sheets.items():
        path = args.out / f'{name}.jpg'
        cv2.imwrite(str(path), picture, QUALITY)
        print(path)
    return 0


def _renderer(name: str, args: argparse.Namespace, closeness: float = 1.0) -> Renderer:
    options: dict[str, Any] = {'head3d': {'figure': args.figure}, 'cartoon': {'theme': args.theme}}
    given = options.get(name, {})
    if photo := portrait_of(name, args.portrait if name == 'portrait' else ''):
        given['portrait'] = load_portrait(photo)
    return create_renderer(name, size=round(closeness * args.size), **given)
