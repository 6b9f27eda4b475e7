"""Head, ears, hair and shirt of the cartoon face, for themes that show more than the features."""

import numpy as np

from vico_listener.render.cartoon.drawing import LEANS
from vico_listener.render.cartoon.drawing import STANDS
from vico_listener.render.cartoon.drawing import Drawing
from vico_listener.render.cartoon.drawing import Floats
from vico_listener.render.cartoon.grids import circle
from vico_listener.render.cartoon.grids import grid
from vico_listener.render.cartoon.grids import mixed
from vico_listener.render.cartoon.grids import points
from vico_listener.render.cartoon.theme import Theme

WIDE, TALL, MIDDLE = 0.9, 1.08, -0.02

LOCKS_END = 0.64
"""The y at which the locks of a bob begin to end."""


def add_head(drawing: Drawing, theme: Theme) -> None:
    """Add what is behind the features: shirt, neck, back hair, ears and head."""
    if theme.hair_style == 'bob':
        drawing.curve('backHair', _bob(), {}, kind=LEANS)
        drawing.area(mixed(theme.hair, 0.82, (0, 0, 0)), 'backHair')
    shade = mixed(theme.skin, 0.88, theme.ink)
    x = grid(21)
    shoulders = np.vstack(
        [points(1.15 * x, 1.25 + 0.34 * np.abs(x) ** 2.5), [[1.25, 4.0], [-1.25, 4.0]]]
    )
    drawing.curve('shirt', shoulders, {}, kind=STANDS)
    drawing.curve('collar', circle(0.0, 1.3, 0.27, 0.14), {}, kind=STANDS)
    drawing.curve('neckBelow', points([-0.24, 0.24], 1.3), {}, kind=STANDS)
    drawing.curve('neckAbove', points([-0.24, 0.24], 0.7), {}, kind=LEANS)
    drawing.area(theme.shirt, 'shirt')
    drawing.area(shade, 'collar')
    drawing.area(shade, 'neckAbove', '-neckBelow')
    for side in (1.0, -1.0) if theme.hair_style != 'bob' else ():
        name = 'earLeft' if side > 0 else 'earRight'
        drawing.curve(name, circle(0.91 * side, 0.02, 0.15, 0.19), {}, kind=LEANS)
        drawing.curve(f'{name}Inside', circle(0.93 * side, 0.02, 0.08, 0.11), {}, kind=LEANS)
        drawing.area(theme.skin, name)
        drawing.area(shade, f'{name}Inside')
    rest = circle(0.0, MIDDLE, WIDE, TALL, 64)
    low = np.clip((rest[:, 1] - 0.2) / 0.9, 0.0, 1.0)
    puff = np.sign(rest[:, 0]) * np.exp(-(((rest[:, 1] - 0.4) / 0.3) ** 2))
    moves = {
        'jawOpen': points(0.0, 0.16 * low),
        'jawLeft': points(0.07 * low, 0.0),
        'jawRight': points(-0.07 * low, 0.0),
        'cheekPuff': points(0.07 * puff, 0.0),
    }
    drawing.curve('head', rest, moves, kind=LEANS)
    drawing.area(theme.skin, 'head')


def add_hair(drawing: Drawing, theme: Theme) -> None:
    """Add the hair before the face."""
    if theme.hair_style == 'none':
        return
    if theme.hair_style == 'bob':
        drawing.curve('crown', _bob(), {}, kind=LEANS)
        rise = np.linspace(0.0, np.pi, 33)
        side = np.linspace(LOCKS_END, 0.04, 9)
        x = np.sign(np.cos(rise)) * np.abs(np.cos(rise)) ** 0.8
        fringe = points(0.84 * x, 0.78 * -(np.sin(rise) ** 0.7) + 0.05 * x * np.sin(rise))
        lock = points(0.79 + 0.05 * (1 - side / LOCKS_END), side)
        fringe = np.concatenate([lock, fringe, (lock * [-1.0, 1.0])[::-1]])
    else:
        angle = np.linspace(np.pi * 1.02, np.pi * 1.98, 33)
        top = points(WIDE * 1.04 * np.cos(angle), MIDDLE + TALL * 1.05 * np.sin(angle))
        drawing.curve('crown', top, {}, kind=LEANS)
        x = grid(33)[::-1]
        fringe = points(0.9 * x, -0.82 + 0.74 * np.abs(x) ** 4 + 0.03 * np.cos(24 * x))
    # Beside the face it lies nearer to the ears than skin does, and so it moves less.
    lift = 0.03 - 0.22 * (np.abs(fringe[:, 0]) / 0.84) ** 4
    lift -= 0.12 * np.clip(fringe[:, 1] / LOCKS_END, 0.0, 1.0) ** 2
    drawing.curve('fringe', fringe, {'browInnerUp': [0.0, -0.01]}, lift)
    drawing.area(theme.hair, 'crown', 'fringe')


def _bob() -> Floats:
    """Return the outline (n, 2) of a bob, over the head from the tips on one side to the other."""
    over = np.linspace(1.5 * np.pi, np.pi, 24)
    down = np.linspace(0.0, 1.0, 13)
    tip = np.linspace(0.0, np.pi, 13)[1:]
    side = np.concatenate(
        [
            points(1.06 * np.cos(over), 1.16 * np.sin(over)),
            points(-1.06 - 0.05 * down**2, LOCKS_END * down),
            points(-0.95 - 0.16 * np.cos(tip), LOCKS_END + 0.13 * np.sin(tip)),
        ]
    )
    return np.concatenate([side[::-1], side * [-1.0, 1.0]])
