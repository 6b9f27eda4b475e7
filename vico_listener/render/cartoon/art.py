"""The art of the cartoon face: where every curve lies, and how every coefficient moves it.

Curves stand on cosine grids, close at their ends, so that ends are round. Moves are written for the
person's left side (x > 0), and mirrored for the right one.
"""

from collections.abc import Mapping

import numpy as np

from vico_listener.render.cartoon.drawing import ON_A_SCREEN
from vico_listener.render.cartoon.drawing import WHOLE_HEAD
from vico_listener.render.cartoon.drawing import Drawing
from vico_listener.render.cartoon.drawing import Floats
from vico_listener.render.cartoon.grids import circle
from vico_listener.render.cartoon.grids import grid
from vico_listener.render.cartoon.grids import mixed
from vico_listener.render.cartoon.grids import points
from vico_listener.render.cartoon.grids import tapered
from vico_listener.render.cartoon.lips import add_mouth
from vico_listener.render.cartoon.theme import Colour
from vico_listener.render.cartoon.theme import Theme
from vico_listener.render.cartoon.whole_head import add_hair
from vico_listener.render.cartoon.whole_head import add_head

EYE_Y, BROW_Y, NOSE_Y = -0.17, -0.6, 0.2
CENTRE = 0.1
"""Which y of the face lies in the middle of the picture."""

SIDES = {'Left': 1.0, 'Right': -1.0}


def face_drawing(theme: Theme) -> Drawing:
    """Return the face of a theme."""
    skull = ON_A_SCREEN if theme.head == 'none' else WHOLE_HEAD
    drawing = Drawing(theme.background, theme.zoom, CENTRE, skull)
    if theme.head != 'none':
        add_head(drawing, theme)
    for side in SIDES:
        _add_cheek(drawing, theme, side)
    _add_nose(drawing, theme)
    for side in SIDES:
        _add_eye(drawing, theme, side)
    add_mouth(drawing, theme)
    if theme.head != 'none':
        add_hair(drawing, theme)
    for side in SIDES:
        _add_brow(drawing, theme, side)
    return drawing


def _sided(side: str, moves: Mapping[str, Floats]) -> dict[str, Floats]:
    """Name the moves of one side; '+' before a name keeps it as it is, for both eyes."""
    mirror = np.array([SIDES[side], 1.0])
    return {
        (name[1:] if name.startswith('+') else name + side): move * mirror
        for name, move in moves.items()
    }


def _mirrored(side: str, curve: Floats) -> Floats:
    return curve * [SIDES[side], 1.0]


def _add_eye(drawing: Drawing, theme: Theme, side: str) -> None:
    u = grid(23)
    width, height = theme.eye_width, theme.eye_height
    open_ = height * (1 - np.abs(u) ** theme.eye_squareness) ** (1 / theme.eye_squareness)
    inner = open_ * (1 - u) / 2
    closed = 0.42 * height * (1 - u**2)
    x = theme.eye_distance + width * u
    upper, lower = f'upperLid{side}', f'lowerLid{side}'
    lid_moves = {
        upper: {
            'eyeBlink': closed + 0.9 * open_,
            'eyeSquint': 0.2 * open_,
            'eyeWide': -0.26 * open_,
            'eyeLookDown': 0.4 * open_,
            'eyeLookUp': -0.14 * open_,
            'browDown': 0.2 * open_ + 0.5 * inner,
        },
        lower: {
            'eyeBlink': closed - open_,
            'eyeSquint': -0.5 * open_,
            'browDown': -0.12 * open_,
            'eyeWide': 0.12 * open_,
            'eyeLookDown': 0.1 * open_,
            'eyeLookUp': -0.08 * open_,
            'cheekSquint': -0.36 * open_,
            'mouthSmile': -0.2 * open_,
            'noseSneer': -0.24 * inner,
        },
    }
    # The eye, in the order of x on both sides, as rules between curves need it.
    for name, sign in ((upper, -0.9), (lower, 1.0)):
        moves = {channel: points(0.0, move) for channel, move in lid_moves[name].items()}
        rest = _mirrored(side, points(x, EYE_Y + sign * open_))
        sorted_moves = {c: m[:: int(SIDES[side])] for c, m in _sided(side, moves).items()}
        drawing.curve(name, rest[:: int(SIDES[side])], sorted_moves, 0.02)
    drawing.orders.append((upper, lower))
    gaze = {
        'eyeLookOut': np.array([0.42 * width, 0.0]),
        'eyeLookIn': np.array([-0.42 * width, 0.0]),
        'eyeLookUp': np.array([0.0, -0.4 * height]),
        'eyeLookDown': np.array([0.0, 0.44 * height]),
    }
    radius = theme.iris_size * width
    middle = SIDES[side] * theme.eye_distance
    tall = radius * min(1.25, height / width)
    discs = {
        'iris': circle(middle, EYE_Y, radius, tall),
        'pupil': circle(middle, EYE_Y, theme.pupil_size * radius, theme.pupil_size * tall),
        # Light comes from one side, for both eyes.
        'highlight': circle(middle - 0.36 * radius, EYE_Y - 0.4 * tall, 0.24 * radius, 0.26 * tall),
        'glint': circle(middle + 0.34 * radius, EYE_Y + 0.4 * tall, 0.12 * radius, 0.13 * tall),
    }
    for disc, rest in discs.items():
        share = 1.0 if disc in ('iris', 'pupil') else 0.85
        moves = {channel: share * move for channel, move in gaze.items()}
        drawing.curve(f'{disc}{side}', rest, _sided(side, moves), 0.02)
    drawing.insides.append((f'iris{side}', f'glint{side}', upper, lower))
    _shine(drawing, theme, theme.eye, upper, lower)
    drawing.area(theme.eye, upper, f'-{lower}')
    drawing.area(theme.iris, f'iris{side}')
    drawing.area(theme.pupil, f'pupil{side}')
    drawing.area(theme.highlight, f'highlight{side}')
    drawing.area(mixed(theme.highlight, 0.6, theme.iris), f'glint{side}')
    drawing.line(theme.ink, lower, tapered(len(u), 0.6 * theme.line_size))
    drawing.line(theme.ink, upper, tapered(len(u), theme.lash_size))
    _add_eye_lines(drawing, theme, side)


def _add_eye_lines(drawing: Drawing, theme: Theme, side: str) -> None:
    """Add the fold of a cheek that is pushed up, below the eye."""
    u = grid(13)
    rest = points(
        theme.eye_distance + 0.8 * theme.eye_width * u,
        EYE_Y + theme.eye_height + 0.09 - 0.05 * u**2,
    )
    moves = {'cheekSquint': np.array([0.0, -0.06]), 'mouthSmile': np.array([0.0, -0.02])}
    drawing.curve(f'fold{side}', _mirrored(side, rest), _sided(side, moves))
    drawing.line(
        theme.ink,
        f'fold{side}',
        tapered(len(u), 0.7 * theme.line_size),
        strength=(0.0, {f'cheekSquint{side}': 0.6}),
        under=theme.skin,
    )


def _add_brow(drawing: Drawing, theme: Theme, side: str) -> None:
    u = grid(17)
    inner, outer = ((1 - u) / 2) ** 1.2, ((1 + u) / 2) ** 1.2
    width = theme.eye_width * 1.02
    rest = points(theme.eye_distance + width * u, BROW_Y + 0.03 + 0.085 * (u - 0.06) ** 2)
    moves = {
        'browDown': points(-0.05, 0.1 + 0.18 * inner - 0.03 * outer),
        '+browInnerUp': points(0.0, -0.03 - 0.16 * inner),
        'browOuterUp': points(0.0, -0.02 - 0.17 * outer),
        'eyeWide': points(0.0, -0.03 + 0 * u),
        'noseSneer': points(0.0, 0.05 * inner),
        'eyeBlink': points(0.0, 0.015 + 0 * u),
    }
    name = f'brow{side}'
    drawing.curve(name, _mirrored(side, rest), _sided(side, moves), 0.04)
    widths = theme.brow_size * np.sqrt(np.maximum(0.0, 1 - u**4)) * (1 - 0.3 * u)
    _shine(drawing, theme, theme.brow, name)
    drawing.line(theme.brow, name, widths)


def _add_nose(drawing: Drawing, theme: Theme) -> None:
    rest = circle(0.0, NOSE_Y, 0.1, 0.075)
    x = rest[:, 0] / 0.1
    moves = {
        'noseSneerLeft': points(0.03 * np.maximum(x, 0.0), -0.07 * (0.5 + 0.5 * x)),
        'noseSneerRight': points(-0.03 * np.maximum(-x, 0.0), -0.07 * (0.5 - 0.5 * x)),
        'mouthShrugUpper': np.array([0.0, -0.02]),
    }
    drawing.curve('nose', rest, moves, 0.12)
    drawing.area(theme.nose, 'nose')
    u = grid(11)
    for side in SIDES:
        for number, height in enumerate((-0.1, -0.03)):
            name = f'wrinkle{number}{side}'
            line = points(0.085 + 0.05 * u + 0.02 * number, NOSE_Y + height + 0.03 * u)
            drawing.curve(name, _mirrored(side, line), {}, 0.06)
            drawing.line(
                theme.ink,
                name,
                tapered(len(u), 0.7 * theme.line_size),
                strength=(0.0, {f'noseSneer{side}': 0.8}),
                under=theme.skin,
            )


def _add_cheek(drawing: Drawing, theme: Theme, side: str) -> None:
    x, y = theme.eye_distance + 0.22, 0.3
    rest = circle(x, y, 0.15, 0.1)
    moves = {
        'cheekSquint': np.array([0.0, -0.07]),
        'mouthSmile': np.array([0.01, -0.04]),
        '+cheekPuff': 0.5 * (rest - [x, y]) + [0.03, 0.03],
    }
    drawing.curve(f'cheek{side}', _mirrored(side, rest), _sided(side, moves))
    drawing.area(
        theme.blush,
        f'cheek{side}',
        strength=(
            theme.blush_size,
            {f'mouthSmile{side}': 0.2, f'cheekSquint{side}': 0.2, 'cheekPuff': 0.3},
        ),
        under=theme.skin,
    )
    u = grid(17)
    bow = points(x + 0.19 * np.sqrt(1 - 0.75 * u**2), y + 0.1 + 0.2 * u)
    drawing.curve(
        f'puff{side}', _mirrored(side, bow), _sided(side, {'+cheekPuff': points(0.05, 0 * u)})
    )
    drawing.line(
        theme.ink,
        f'puff{side}',
        tapered(len(u), theme.line_size),
        strength=(0.0, {'cheekPuff': 0.8}),
        under=theme.skin,
    )


def _shine(drawing: Drawing, theme: Theme, colour: Colour, *curves: str) -> None:
    """Put a halo behind what shines: wide lines in weak colours."""
    if not theme.glow:
        return
    for width, share in ((0.085, 0.12), (0.05, 0.2)):
        for curve in curves:
            part = drawing.curves[curve]
            widths = tapered(part.stop - part.start, width)
            drawing.line(mixed(colour, share * theme.glow, theme.background), curve, widths)
