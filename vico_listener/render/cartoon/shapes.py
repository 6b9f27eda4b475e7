"""Makes polygons of a `Drawing` for one motion; `resource/pages/face/shapes.js` does the same."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import ARKIT_NAMES
from vico_listener.motion import FaceMotion
from vico_listener.render.cartoon.drawing import GAINS
from vico_listener.render.cartoon.drawing import PRODUCTS
from vico_listener.render.cartoon.drawing import SMILES
from vico_listener.render.cartoon.drawing import STANDS
from vico_listener.render.cartoon.drawing import TURNS
from vico_listener.render.cartoon.drawing import Drawing
from vico_listener.render.cartoon.drawing import Floats
from vico_listener.render.cartoon.drawing import Skull
from vico_listener.render.cartoon.drawing import strength_by_place
from vico_listener.render.cartoon.theme import Colour

DISTANCE = 6.0
"""From the eye of the viewer to the middle of the head."""

TURN_LIMIT = 0.7
"""No turn shows farther than this, rad; larger ones come ever closer to it."""

PER_METRE, SHIFT_LIMIT = 9.0, 0.3
"""Units that a shift of the head by a metre shows, and the farthest shift."""


@dataclass(frozen=True)
class Shape:
    """A polygon (n, 2) and its colour, red, green, blue."""

    points: Floats
    colour: Colour


class Shaper:
    """Makes the polygons of a drawing.

    Args:
        drawing: the face.
        scale: the length of a unit in what is made.
        middle: where the middle of the face comes to lie, x and y.
    """

    def __init__(
        self, drawing: Drawing, scale: float = 1.0, middle: tuple[float, float] = (0.0, 0.0)
    ) -> None:
        self._scale, self._middle = scale, np.array(middle)
        self._rest = np.concatenate(drawing.rest)
        count = len(self._rest)
        self._moves = np.concatenate(drawing.moves).reshape(2 * count, -1)
        self._lifts = np.concatenate(drawing.lifts)
        self._kinds = np.concatenate(drawing.kinds)
        self._skull = drawing.skull
        rows = drawing.curves
        self._orders = [(rows[a], rows[b]) for a, b in drawing.orders]
        self._followers = [
            (rows[name], rows[leader].start + point) for name, leader, point in drawing.followers
        ]
        self._insides = [
            (slice(rows[first].start, rows[last].stop), rows[upper], rows[lower])
            for first, last, upper, lower in drawing.insides
        ]
        self._under = np.array([paint.under for paint in drawing.paints], float)
        self._colours = np.array([paint.colour for paint in drawing.paints], float) - self._under
        self._least = np.array([paint.strength[0] for paint in drawing.paints])
        self._strengths = np.zeros((len(drawing.paints), self._moves.shape[1]))
        for row, paint in zip(self._strengths, drawing.paints, strict=True):
            for place, growth in strength_by_place(paint):
                row[place] = growth
        self._gains = np.array([GAINS.get(name, 0.0) for name in ARKIT_NAMES])
        self._products = np.array([[ARKIT_INDEX[a], ARKIT_INDEX[b]] for a, b in PRODUCTS])
        self._walk(drawing)

    def _walk(self, drawing: Drawing) -> None:
        """Number the corners of each polygon; those of lines come after all points of curves."""
        middles: list[Any] = []
        before: list[Any] = []
        after: list[Any] = []
        widths: list[Any] = []
        lines = sum(len(p.widths) for p in drawing.paints if p.widths is not None)
        walks: list[Any] = []
        every = np.arange(len(self._rest))
        for paint in drawing.paints:
            rows = [every[drawing.curves[name]][:: -1 if b else 1] for name, b in paint.curves]
            if paint.widths is None:
                walks.append(np.concatenate(rows))
                continue
            (row,) = rows
            first = len(every) + sum(map(len, middles))
            numbers = np.arange(first, first + len(row))
            walks.append(np.concatenate([numbers, numbers[::-1] + lines]))
            middles.append(row)
            before.append(row[np.maximum(np.arange(len(row)) - 1, 0)])
            after.append(row[np.minimum(np.arange(len(row)) + 1, len(row) - 1)])
            widths.append(paint.widths)
        # One gather of all corners is cheaper than one for each polygon.
        ends = np.cumsum([len(walk) for walk in walks])
        self._corners = np.concatenate(walks)
        self._polygons = [
            slice(end - len(walk), end) for walk, end in zip(walks, ends.tolist(), strict=True)
        ]
        self._lines = tuple(np.concatenate(part) for part in (middles, before, after))
        self._widths = np.concatenate(widths)

    def shapes(self, motion: FaceMotion) -> list[Shape]:
        """Return what is painted for a motion, from the back to the front."""
        corners, paints = self.painted(motion)
        return [Shape(corners[polygon], colour) for polygon, colour in paints]

    def painted(self, motion: FaceMotion) -> tuple[Floats, list[tuple[slice, Colour]]]:
        """Return the same in one array.

        Returns:
            the corners (n, 2) of all polygons, also of those that are not painted now; and from the
            back to the front which of them a polygon has, and its colour.
        """
        seen = self.seen(motion)
        channels = self._channels(motion.expression)
        points = np.concatenate([seen, *self._outlines(seen)]) * self._scale + self._middle
        strengths = np.clip(self._least + self._strengths @ channels, 0.0, 1.0)
        colours = np.floor(self._under + strengths[:, None] * self._colours + 0.5).astype(int)
        rows = zip(self._polygons, colours.tolist(), strengths.tolist(), strict=True)
        paints = [(polygon, tuple(colour)) for polygon, colour, strength in rows if strength > 0]
        return points[self._corners], paints

    def seen(self, motion: FaceMotion) -> Floats:
        """Return the points (n, 2) of all curves, posed."""
        face = self.face(motion)
        pose = motion.rotation, motion.translation
        return posed(face, self._lifts, self._kinds, self._skull, *pose)

    def face(self, motion: FaceMotion) -> Floats:
        """Return the points (n, 2) of all curves in a head that looks straight ahead."""
        face = self._rest + (self._moves @ self._channels(motion.expression)).reshape(-1, 2)
        self._obey(face)
        return face

    def _channels(self, expression: NDArray[np.float32]) -> Floats:
        clipped = np.clip(expression.astype(np.float64), 0.0, 1.0)
        gains = self._gains * (1 - clipped[SMILES].max()) ** 4
        clipped *= (1 + gains) / (1 + gains * clipped)
        return np.concatenate([clipped, clipped[self._products].prod(axis=1)])

    def _obey(self, face: Floats) -> None:
        """Keep the rules of the drawing."""
        for upper, lower in self._orders:
            np.minimum(face[upper, 1], face[lower, 1], out=face[upper, 1])
        for follower, leader in self._followers:
            face[follower] += face[leader]
        for inner, upper, lower in self._insides:
            x = np.clip(face[inner, 0], face[upper, 0][0], face[upper, 0][-1])
            low = np.interp(x, face[lower, 0], face[lower, 1])
            high = np.minimum(np.interp(x, face[upper, 0], face[upper, 1]), low)
            face[inner, 0] = x
            face[inner, 1] = np.minimum(np.maximum(face[inner, 1], high), low)

    def _outlines(self, seen: Floats) -> tuple[Floats, Floats]:
        """Return both edges of all lines."""
        middle, before, after = self._lines
        along = seen[after] - seen[before]
        along *= (self._widths / np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9))[:, None]
        across = along[:, ::-1] * [-1.0, 1.0]
        return seen[middle] + across, seen[middle] - across


def posed(
    face: Floats,
    lifts: Floats,
    kinds: NDArray[np.int64],
    skull: Skull,
    rotation: NDArray[np.float32],
    translation: NDArray[np.float32],
) -> Floats:
    """Return where the points (n, 2) of a face are seen when it turns, leans and shifts.

    Features lie on the skull, each `lifts` (n,) above it; `kinds` (n,) are those of `Drawing`.
    """
    roll, pitch, yaw = (TURN_LIMIT * math.tanh(angle / TURN_LIMIT) for angle in rotation.tolist())
    ahead, left, up = (
        SHIFT_LIMIT * math.tanh(PER_METRE * way / SHIFT_LIMIT) for way in translation.tolist()
    )
    x, y = face.T
    ball = np.maximum(0.0, 1 - (x / skull.wide) ** 2 - (y / skull.tall) ** 2)
    z = skull.deep * np.sqrt(ball) + lifts
    bowed = math.cos(pitch) * z - math.sin(pitch) * y
    nearer = (DISTANCE - skull.deep) / (DISTANCE - math.cos(yaw) * bowed + math.sin(yaw) * x)
    turned_x = nearer * (math.sin(yaw) * bowed + math.cos(yaw) * x)
    turned_y = nearer * (math.sin(pitch) * z + math.cos(pitch) * y)
    turns = kinds == TURNS
    x, y = np.where(turns, turned_x, x), np.where(turns, turned_y, y) - skull.neck
    # A head that rolls to its right shoulder (roll > 0) leans to the left of the picture.
    scale = 1 + ahead / DISTANCE
    leaning_x = scale * (math.cos(roll) * x + math.sin(roll) * y) + left
    leaning_y = scale * (math.cos(roll) * y - math.sin(roll) * x) + skull.neck - up
    stands = kinds == STANDS
    seen = np.where(stands, face.T, (leaning_x, leaning_y))
    return np.ascontiguousarray(seen.T)
