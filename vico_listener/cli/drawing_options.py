"""The options that choose how a renderer looks: the figure of `head3d`, the theme of `cartoon`."""

import argparse

from vico_listener.choices import FIGURE
from vico_listener.choices import THEME


def add_drawing_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `--figure` and `--theme`."""
    parser.add_argument(
        '--figure',
        default=FIGURE,
        help='the head that the renderer head3d shows: maya, kofi, lin, otto, or a YAML file',
    )
    parser.add_argument(
        '--theme',
        default=THEME,
        help='the look of the renderer cartoon: night, paper, robot, storybook, or a YAML file',
    )
