"""The mouth of the cartoon face: lips, teeth, tongue, and the lines around them."""

from typing import Any

import numpy as np

from vico_listener.render.cartoon.drawing import Drawing
from vico_listener.render.cartoon.drawing import Floats
from vico_listener.render.cartoon.grids import grid
from vico_listener.render.cartoon.grids import points
from vico_listener.render.cartoon.grids import tapered
from vico_listener.render.cartoon.theme import Theme

MOUTH_Y, COUNT = 0.56, 33

CORNERS = 0.05
"""How far the corners of the mouth lie above its middle, at rest."""

TEETH = 0.065
"""How far the upper teeth reach below the closed mouth."""


def add_mouth(drawing: Drawing, theme: Theme) -> None:
    """Add everything between nose and chin."""
    _add_chin(drawing, theme)
    u = grid(COUNT)
    bow = (1 - u**2) ** 0.6
    lip = theme.lip_size * (1 - u**2) ** 0.7
    moves = {part: _lip_moves(part, u, lip) for part in PARTS}
    line = MOUTH_Y - CORNERS * u**2
    x = theme.mouth_width * u
    rests = {'upperLip': -lip, 'upperEdge': 0.0 * lip, 'lowerEdge': 0.0 * lip, 'lowerLip': lip}
    for part, offset in rests.items():
        drawing.curve(part, points(x, line + offset), moves[part], 0.04)
    # Upper teeth hang from the skull, lower ones and the tongue stand in the jaw. They go along
    # with what bends the whole mouth, but not with what opens it.
    along = ('mouthSmile', 'mouthFrown', 'mouthLeft', 'mouthRight', 'mouthFunnel', 'mouthPucker')
    skull = {c: m for c, m in moves['upperEdge'].items() if c.startswith(along)}
    jaw = {c: m for c, m in moves['lowerEdge'].items() if c.startswith((*along, 'jaw'))}
    drawing.curve('teeth', points(x, line + TEETH * bow), skull, 0.04)
    drawing.curve('lowerTeeth', points(x, line - 0.022 * bow), jaw, 0.04)
    hump = 0.16 * np.maximum(0.0, 1 - (u / 0.8) ** 2) ** 0.5
    lifted = {c: m.copy() for c, m in jaw.items()}
    drawing.curve('tongue', points(x, line + 0.05 - hump), lifted, 0.04)
    # From below to above: each of them gives way to the next lower one.
    drawing.orders += [
        ('lowerEdge', 'lowerLip'),
        ('upperEdge', 'lowerEdge'),
        ('upperLip', 'upperEdge'),
    ]
    drawing.insides.append(('teeth', 'tongue', 'upperEdge', 'lowerEdge'))
    drawing.area(theme.lips, 'upperLip', '-lowerLip')
    drawing.area(theme.mouth, 'upperEdge', '-lowerEdge')
    drawing.area(theme.tongue, 'tongue', '-lowerEdge')
    drawing.area(theme.teeth, 'lowerTeeth', '-lowerEdge')
    drawing.area(theme.teeth, 'upperEdge', '-teeth')
    for edge in ('lowerEdge', 'upperEdge'):
        drawing.line(theme.ink, edge, tapered(COUNT, theme.line_size))
    _add_tongue_out(drawing, theme)
    _add_lines(drawing, theme)


PARTS = ('upperLip', 'upperEdge', 'lowerEdge', 'lowerLip')


def _lip_moves(part: str, u: Floats, lip: Floats) -> dict[str, Floats]:
    """Return how one of the four curves of the lips moves."""
    upper = part.startswith('upper')
    edge = part.endswith('Edge')
    bow, soft = (1 - u**2) ** 0.6, 1 - u**2
    down = 0.0 if upper else 1.0
    fuller = 0.0 if edge else (-1.0 if upper else 1.0)
    moves = {
        'jawOpen': points(-0.04 * u, (0.46 * down - 0.03 * (1 - down)) * bow),
        'jawOpen*mouthClose': points(0.0, (-0.44 * down + 0.05 * (1 - down)) * bow),
        'jawForward': points(0.0, down * (0.03 * soft + 0.5 * abs(fuller) * lip)),
        'jawLeft': points((0.06 + 0.05 * down) * soft, 0.01 * u),
        'jawRight': points(-(0.06 + 0.05 * down) * soft, -0.01 * u),
        'mouthClose': points(-0.05 * u, -0.4 * fuller * lip),
        'mouthFunnel': points(
            -0.16 * u, (0.1 * down - 0.08 * (1 - down)) * bow + 0.6 * fuller * lip
        ),
        'mouthPucker': points(
            -0.2 * u, (0.03 * down - 0.03 * (1 - down)) * bow + 0.8 * fuller * lip
        ),
        'mouthFunnel*mouthPucker': points(0.15 * u, 0.0),
        'mouthLeft': points(0.13, -0.02 * u),
        'mouthRight': points(-0.13, 0.02 * u),
        'mouthRollLower': points(0.0, -0.85 * max(fuller, 0.0) * lip - 0.045 * soft),
        'mouthRollUpper': points(0.0, -0.85 * min(fuller, 0.0) * lip + 0.045 * soft),
        'mouthShrugLower': points(0.0, -0.07 * soft + 0.04 * u**2 + 0.4 * down * fuller * lip),
        'mouthShrugUpper': points(0.0, -0.05 * soft + 0.5 * (1 - down) * fuller * lip),
        'tongueOut': points(0.0, 0.1 * down * bow),
    }
    one_side: dict[str, tuple[Any, Floats]] = {
        'mouthSmile': (
            0.11 * np.maximum(u, 0.0),
            -0.17 * np.maximum(u, 0.0) ** 1.7 + 0.04 * _left(u) * soft,
        ),
        'mouthFrown': (
            0.01 * np.maximum(u, 0.0),
            0.19 * np.maximum(u, 0.0) ** 1.7 - 0.06 * _left(u) * soft,
        ),
        'mouthDimple': (0.05 * np.maximum(u, 0.0), -0.02 * np.maximum(u, 0.0) ** 2),
        'mouthStretch': (0.12 * np.maximum(u, 0.0), 0.04 * np.maximum(u, 0.0) ** 2),
        'mouthPress': (0.05 * np.maximum(u, 0.0), -0.7 * fuller * _left(u) * lip),
        'mouthLowerDown': (0.0, 0.13 * down * _left(u) * bow),
        'mouthUpperUp': (0.0, -0.1 * (1 - down) * _left(u) * bow),
        'grin': (0.0, 0.15 * down * _left(u) * bow),
    }
    for name, (dx, dy) in one_side.items():
        left = points(dx, dy)
        right = left[::-1] * [-1.0, 1.0]
        if name == 'grin':
            moves['mouthSmileLeft*mouthSmileLeft'] = left
            moves['mouthSmileRight*mouthSmileRight'] = right
        else:
            moves[f'{name}Left'], moves[f'{name}Right'] = left, right
    return moves


def _left(u: Floats) -> Floats:
    """Return the share (n,) of the person's left side: 0 to 1 along the mouth."""
    return np.asarray(0.5 + 0.5 * np.sin(np.pi / 2 * np.clip(1.3 * u, -1.0, 1.0)))


def _add_tongue_out(drawing: Drawing, theme: Theme) -> None:
    u = grid(25)
    drop = (1 - np.abs(u) ** 2.6) ** 0.5
    size = theme.mouth_width / 0.4
    moves = {'tongueOut': size * points(0.15 * u, -0.015 + 0.26 * drop)}
    drawing.curve('tongueOut', points(0.0 * u, 0.0), moves, 0.06)
    middle = grid(9)
    groove = {'tongueOut': size * points(0.0, 0.09 + 0.08 * middle)}
    drawing.curve('groove', points(0.0 * middle, 0.0), groove, 0.06)
    drawing.followers += [(name, 'lowerEdge', COUNT // 2) for name in ('tongueOut', 'groove')]
    drawing.area(theme.tongue, 'tongueOut', strength=(0.0, {'tongueOut': 50.0}), under=theme.tongue)
    drawing.line(
        theme.mouth,
        'groove',
        tapered(len(middle), 0.6 * theme.line_size),
        strength=(0.0, {'tongueOut': 0.5}),
        under=theme.tongue,
    )


def _add_lines(drawing: Drawing, theme: Theme) -> None:
    """Add dimples, and the corners of a pressed mouth."""
    u = grid(11)
    for side, sign in (('Left', 1.0), ('Right', -1.0)):
        for name, shape, channels in (
            (
                'dimple',
                points(0.05 + 0.035 * (1 - u**2), 0.095 * u),
                {'mouthDimple': 1.0, 'mouthSmile': 0.5},
            ),
            ('bulge', points(0.04 - 0.02 * (1 - u**2), 0.075 * u), {'mouthPress': 0.9}),
        ):
            drawing.curve(f'{name}{side}', shape * [sign, 1.0], {})
            drawing.followers.append((f'{name}{side}', 'lowerEdge', COUNT - 1 if sign > 0 else 0))
            drawing.line(
                theme.ink,
                f'{name}{side}',
                tapered(len(u), 1.3 * theme.line_size),
                strength=(0.0, {f'{c}{side}': growth for c, growth in channels.items()}),
                under=theme.skin,
            )


def _add_chin(drawing: Drawing, theme: Theme) -> None:
    chin = points(0.13 * grid(15), 0.88 - 0.03 * (grid(15) ** 2))
    moves = {
        'jawOpen': [0.0, 0.2],
        'jawLeft': [0.13, 0.0],
        'jawRight': [-0.13, 0.0],
        'jawForward': [0.0, 0.02],
        'mouthShrugLower': [0.0, -0.05],
    }
    drawing.curve('chin', chin, moves, 0.04)
    strength = {'jawForward': 0.6, 'mouthShrugLower': 0.6, 'jawLeft': 0.5, 'jawRight': 0.5}
    strength |= {'mouthRollLower': 0.3}
    drawing.line(
        theme.ink,
        'chin',
        tapered(15, 0.8 * theme.line_size),
        strength=(0.0 if theme.head == 'none' else 0.12, strength),
        under=theme.skin,
    )
