"""A face as data: curves that move with coefficients, rules between them, and what is painted.

A `Drawing` says everything that a painter needs, in plain arrays. `render/cartoon/shapes.py` makes
polygons of it here, and `resource/pages/face/shapes.js` does so in a browser; both follow the same
few steps, so that the art itself exists once, in `render/cartoon/art.py`.
"""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import ARKIT_NAMES
from vico_listener.motion import both_sides
from vico_listener.render.cartoon.theme import Colour

Floats = NDArray[np.float64]

PRODUCTS = (
    ('jawOpen', 'mouthClose'),
    ('mouthFunnel', 'mouthPucker'),
    ('mouthSmileLeft', 'mouthSmileLeft'),
    ('mouthSmileRight', 'mouthSmileRight'),
)
"""Pairs of coefficients whose product moves curves, too, as the channel 'first*second'."""

GAINS = {
    name + side: gain
    for name, gain in (('browDown', 5.0), ('mouthFrown', 5.0), ('mouthPress', 1.0))
    for side in ('Left', 'Right')
}
"""How much stronger weak values of coefficients show: v as v * (1 + gain) / (1 + gain * v).

Displeasure is commanded faintly, as people show it, and must be seen from afar. The gains fade with
the fourth power of 1 - v of a smile: its brows that are lowered a little would look scheming.
"""

SMILES = both_sides('mouthSmile')

CHANNELS = (*ARKIT_NAMES, *('*'.join(pair) for pair in PRODUCTS))
"""What moves curves: the 52 coefficients, clipped to 0..1 and with gains, and the products."""

_PLACES = {name: place for place, name in enumerate(CHANNELS)}

TURNS, LEANS, STANDS = 0, 1, 2
"""What a point does: it lies on the face; it leans and shifts with the head, as its outline; or it
stands still, as the body."""


@dataclass(frozen=True)
class Skull:
    """On what the features of a face lie, and about what it leans.

    Attributes:
        wide, tall, deep: the half axes of an ellipsoid.
        neck: how far below the middle of the face the joint lies about which it leans.
    """

    wide: float
    tall: float
    deep: float
    neck: float


WHOLE_HEAD = Skull(wide=1.15, tall=1.35, deep=0.75, neck=0.8)
ON_A_SCREEN = Skull(wide=1.9, tall=1.9, deep=0.5, neck=0.3)
"""Flatter, so that features that fill the screen stay on it, and keep their shapes."""

Moves = Mapping[str, Any]
"""By channel, how far each point goes when the channel is 1; broadcast to the curve's shape."""


@dataclass(frozen=True)
class Paint:
    """One thing to paint, in the order of the list: an area, or a line where `widths` are given.

    Attributes:
        curves: (name, whether it is walked backwards) of the curves that go once around the area;
            the one curve of a line.
        colour: red, green, blue.
        widths: half the width at each point of a line; None for an area.
        strength: how much of `colour` is mixed into `under`: its rest, and by channel how much it
            grows; nothing is painted at 0.
        under: what the colour is mixed with.
    """

    curves: tuple[tuple[str, bool], ...]
    colour: Colour
    widths: Floats | None = None
    strength: tuple[float, Mapping[str, float]] = (1.0, {})
    under: Colour = (0, 0, 0)


@dataclass
class Drawing:
    """A face that is being described.

    Coordinates are x to the right and y down, in halves of a face's height, from the middle of the
    face. The person's own left is on the right.

    Attributes:
        background: the colour behind everything.
        zoom: how many units the shorter side of the picture is.
        centre: which y lies in the middle of the picture.
        skull: how the face turns.
        curves: by name, where its rows stand in `rest`.
        rest: points (n, 2) of each curve in a face without expression.
        moves: (n, 2, len(CHANNELS)) of each curve.
        lifts: (n,) height of each point above the face's surface.
        kinds: (n,) what a point does when the head moves: one of TURNS, LEANS, STANDS.
        orders: (upper, lower): where a point of the first would be below that of the second, it
            is moved up to it; one after the other.
        followers: (follower, leader, number): the follower is described relative to a point of the
            leader, once that obeys the orders.
        insides: (first, last, upper, lower): the curves from `first` to `last` stay between the
            other two, whose x ascends.
        paints: what is painted, from the back to the front.
    """

    background: Colour
    zoom: float
    centre: float
    skull: Skull = WHOLE_HEAD
    curves: dict[str, slice] = field(default_factory=dict)
    rest: list[Floats] = field(default_factory=list)
    moves: list[Floats] = field(default_factory=list)
    lifts: list[Floats] = field(default_factory=list)
    kinds: list[NDArray[np.int64]] = field(default_factory=list)
    orders: list[tuple[str, str]] = field(default_factory=list)
    followers: list[tuple[str, str, int]] = field(default_factory=list)
    insides: list[tuple[str, str, str, str]] = field(default_factory=list)
    paints: list[Paint] = field(default_factory=list)

    def curve(
        self, name: str, rest: Floats, moves: Moves, lift: Any = 0.0, kind: int = TURNS
    ) -> None:
        """Add a curve; a move for a name without side is that of both sides.

        Args:
            name: of the curve, for rules and paints.
            rest: (n, 2) its points.
            moves: see `Moves`.
            lift: height above the face's surface, of all points or (n,) of each.
            kind: one of TURNS, LEANS, STANDS.
        """
        start = sum(map(len, self.rest))
        self.curves[name] = slice(start, start + len(rest))
        table = np.zeros((len(rest), 2, len(CHANNELS)))
        for channel, move in moves.items():
            names = [n for n in (channel, f'{channel}Left', f'{channel}Right') if n in _PLACES]
            if not names:
                raise KeyError(channel)
            for place in (_PLACES[n] for n in names):
                table[:, :, place] += np.asarray(move)
        self.rest.append(np.asarray(rest, float))
        self.moves.append(table)
        self.lifts.append(np.full(len(rest), lift))
        self.kinds.append(np.full(len(rest), kind))

    def area(self, colour: Colour, *curves: str, **options: Any) -> None:
        """Paint the area between curves; a name that begins with '-' is walked backwards."""
        walk = tuple((name.removeprefix('-'), name.startswith('-')) for name in curves)
        self.paints.append(Paint(walk, colour, **options))

    def line(self, colour: Colour, curve: str, widths: Floats, **options: Any) -> None:
        """Paint a line along a curve."""
        self.paints.append(Paint(((curve, False),), colour, widths, **options))

    def description(self) -> dict[str, Any]:
        """Return all of it in plain numbers and lists, for a page in a browser."""
        moves = np.concatenate(self.moves)
        rows, axes, channels = np.nonzero(moves)
        return {
            'coefficients': list(ARKIT_NAMES),
            'gains': [GAINS.get(name, 0.0) for name in ARKIT_NAMES],
            'smiles': SMILES,
            'products': [[ARKIT_INDEX[a], ARKIT_INDEX[b]] for a, b in PRODUCTS],
            'background': list(self.background),
            'zoom': self.zoom,
            'centre': self.centre,
            'skull': asdict(self.skull),
            'curves': {name: [part.start, part.stop] for name, part in self.curves.items()},
            'rest': np.concatenate(self.rest).round(6).tolist(),
            'moves': [
                [int(r), int(a), int(c), round(float(moves[r, a, c]), 6)]
                for r, a, c in zip(rows, axes, channels, strict=True)
            ],
            'lifts': np.concatenate(self.lifts).tolist(),
            'kinds': np.concatenate(self.kinds).tolist(),
            'orders': self.orders,
            'followers': self.followers,
            'insides': self.insides,
            'paints': [
                {
                    'curves': paint.curves,
                    'colour': paint.colour,
                    'widths': None if paint.widths is None else paint.widths.round(6).tolist(),
                    'strength': [paint.strength[0], strength_by_place(paint)],
                    'under': paint.under,
                }
                for paint in self.paints
            ],
        }


def strength_by_place(paint: Paint) -> Sequence[tuple[int, float]]:
    """Return what a strength grows by as (place of the channel, growth)."""
    found = []
    for channel, growth in paint.strength[1].items():
        names = [n for n in (channel, f'{channel}Left', f'{channel}Right') if n in _PLACES]
        found += [(_PLACES[n], growth) for n in names]
    return found
