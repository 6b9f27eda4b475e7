"""Measures what the cartoon draws: the face tracker, made for photos, finds or reads it badly.

What is measured is the drawing itself: how far its points move, and how much of a picture changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from vico_listener.lab.evaluation.render_check.probes import places
from vico_listener.motion import ARKIT_NAMES
from vico_listener.motion import FaceMotion
from vico_listener.render.cartoon.art import face_drawing
from vico_listener.render.cartoon.cartoon_renderer import CartoonRenderer
from vico_listener.render.cartoon.shapes import Shaper
from vico_listener.render.cartoon.theme import load_theme
from vico_listener.rotation import AXES

STEPS = (0.25, 0.5, 0.75, 1.0)
"""The values of a coefficient; turns go as far in shares of `FARTHEST`."""

FARTHEST = 30.0
"""The largest turn, degrees."""

FACE_HEIGHT = 2.0
"""The height of the face in the units of drawings."""

SEEN = 24
"""A pixel has changed when one of its colours differs by more, of 255."""

LEAST_CHANGED = 0.1
"""The least share of a picture's pixels that a command at its largest must change, percent."""

TOLERANCE = 1e-6

OPPOSITE = ('jaw', 'mouth')
"""What moves to the left or to the right, not on both sides at once."""


@dataclass(frozen=True)
class DrawnRow:
    """What one command makes of the drawing.

    Attributes:
        label: a coefficient without its side (both sides move), or an axis of the head's turn.
        moved: for each of STEPS, how far the point of a curve that moves farthest goes, as a
            percentage of the face's height.
        changed: for each of STEPS, the percentage of the picture's pixels that change.
    """

    label: str
    moved: tuple[float, ...]
    changed: tuple[float, ...]

    @property
    def shown(self) -> bool:
        """Whether it is seen, and each step moves the drawing at least as far as the one before."""
        grows = all(b >= a - TOLERANCE for a, b in pairwise(self.moved))
        return grows and self.changed[-1] >= LEAST_CHANGED


def drawn_rows(theme: str | Path, size: int) -> list[DrawnRow]:
    """Return a row for each coefficient and axis, of pictures `size` px high and wide.

    Raises:
        SettingError: see `load_theme` and `CartoonRenderer`.
    """
    shaper = Shaper(face_drawing(load_theme(theme)))
    renderer = CartoonRenderer(size, theme)
    rest = FaceMotion.neutral()
    points, picture = shaper.seen(rest), renderer.render(rest).astype(int)
    rows = []
    for label, motions in _commands(rest):
        moved, changed = [], []
        for motion in motions:
            away = np.linalg.norm(shaper.seen(motion) - points, axis=1).max()
            difference = np.abs(renderer.render(motion) - picture).max(axis=2)
            moved.append(float(100 * away / FACE_HEIGHT))
            changed.append(float(100 * (difference > SEEN).mean()))
        rows.append(DrawnRow(label, tuple(moved), tuple(changed)))
    return rows


def _commands(rest: FaceMotion) -> list[tuple[str, list[FaceMotion]]]:
    commands = []
    for name in dict.fromkeys(n.removesuffix('Left').removesuffix('Right') for n in ARKIT_NAMES):
        for label in (f'{name}Left', f'{name}Right') if name in OPPOSITE else (name,):
            motions = []
            for step in STEPS:
                expression = rest.expression.copy()
                expression[places(label)] = step
                motions.append(FaceMotion(expression))
            commands.append((label, motions))
    for axis, label in enumerate(AXES):
        for sign in (1, -1):
            turns = []
            for step in STEPS:
                rotation = np.zeros(3, np.float32)
                rotation[axis] = np.radians(sign * step * FARTHEST)
                turns.append(FaceMotion(rest.expression, rotation))
            commands.append((f'{label} {sign * FARTHEST:+g}', turns))
    return commands


def format_drawn(rows: Sequence[DrawnRow]) -> str:
    """Return the table as text."""
    steps = ''.join(f'{step:>7g}' for step in STEPS)
    lines = [f'{"command":18}{"moved, % of the face":>28}   {"changed, % of pixels":>28}']
    lines.append(f'{"":18}{steps}   {steps}')
    for row in rows:
        moved = ''.join(f'{value:7.1f}' for value in row.moved)
        changed = ''.join(f'{value:7.2f}' for value in row.changed)
        lines.append(f'{row.label:18}{moved}   {changed}   {"ok" if row.shown else "MISS"}')
    return '\n'.join([*lines, f'{sum(row.shown for row in rows)} of {len(rows)} are shown'])
