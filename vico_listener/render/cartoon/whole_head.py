"""Head, ears, hair and shirt of the cartoon face, for themes that show more than the features."""

import numpy as np

from vico_listener.render.cartoon.drawing import LEANS
from vico_listener.render.cartoon.drawing import STANDS
from vico_listener.render.cartoon.drawing import Drawing
from vico_listener.render.cartoon.grids import circle
from vico_listener.render.cartoon.grids import grid
from vico_listener.render.cartoon.grids import mixed
from vico_listener.render.cartoon.grids import points
from vico_listener.render.cartoon.theme import Theme

WIDE, TALL, MIDDLE = 0.9, 1.08, -0.02


def add_head(drawing: Drawing, theme: Theme) -> None:
    """Add what is behind the features: shirt, neck, back hair, ears and head."""
    if theme.hair_style == 'bob':
        back = circle(0.0, 0.0, 1.06, 1.16, 64)
        low = np.clip(back[:, 1] / 0.7, 0.0, 1.0)
        back = points(back[:, 0] * (1 + 0.14 * low), np.minimum(back[:, 1], 0.72 + 0.04 * low))
        drawing.curve('backHair', back, {}, kind=LEANS)
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
    for side in (1.0, -1.0):
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
    angle = np.linspace(np.pi * 1.04, np.pi * 1.96, 33)
    top = points(1.0 * WIDE * 1.04 * np.cos(angle), MIDDLE + TALL * 1.05 * np.sin(angle))
    drawing.curve('crown', top, {}, kind=LEANS)
    x = grid(33)[::-1]
    if theme.hair_style == 'bob':
        fringe = points(0.93 * x, -0.72 - 0.1 * np.cos(2.2 * x) + 0.62 * np.abs(x) ** 5 + 0.06 * x)
    else:
        fringe = points(0.93 * x, -0.82 + 0.62 * np.abs(x) ** 4 + 0.03 * np.cos(24 * x))
    drawing.curve('fringe', fringe, {'browInnerUp': [0.0, -0.01]}, 0.03)
    drawing.area(theme.hair, 'crown', 'fringe')
