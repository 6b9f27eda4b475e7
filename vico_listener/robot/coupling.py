"""A joint whose range depends on where another joint stands, such as NAO's neck."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from vico_listener.robot.fields import Fields
from vico_listener.robot.fields import ProfileError
from vico_listener.robot.fields import check_number

FLAT = 1e-9
"""Slopes that differ by less count as equal (rad per rad)."""


@dataclass(frozen=True)
class CoupledRange:
    """Range of one joint as a function of the position of another, linear between knots.

    The allowed pairs of positions form a convex region, so that every mean of allowed pairs is
    allowed.

    Attributes:
        joint: the other joint's name.
        knots: positions of the other joint, rad, increasing.
        minimum, maximum: range of this joint at each knot, rad.
    """

    joint: str
    knots: tuple[float, ...]
    minimum: tuple[float, ...]
    maximum: tuple[float, ...]

    def over(self, low: float, high: float) -> tuple[float, float]:
        """Range that is allowed wherever in ``low..high`` the other joint stands."""
        # Convex: the ends decide.
        minimum = np.interp([low, high], self.knots, self.minimum)
        maximum = np.interp([low, high], self.knots, self.maximum)
        return float(minimum.max()), float(maximum.min())

    def others(self, low: float, high: float) -> tuple[float, float]:
        """Where the other joint may stand while this one moves within ``low..high``.

        Returns an empty interval (inf, -inf) when it may stand nowhere.
        """
        allowed = []
        for (a, b), (min_a, min_b), (max_a, max_b) in zip(
            pairwise(self.knots), pairwise(self.minimum), pairwise(self.maximum), strict=True
        ):
            start, end = 0.0, 1.0  # share of the way from a to b
            for at_a, at_b in ((max_a - high, max_b - high), (low - min_a, low - min_b)):
                if at_a < 0.0 and at_b < 0.0:
                    start, end = 1.0, 0.0
                elif at_a < 0.0:
                    start = max(start, at_a / (at_a - at_b))
                elif at_b < 0.0:
                    end = min(end, at_a / (at_a - at_b))
            if start <= end:
                allowed += [a + start * (b - a), a + end * (b - a)]
        return (min(allowed), max(allowed)) if allowed else (np.inf, -np.inf)


def parse_coupled_range(data: Any, where: str) -> CoupledRange:
    """Build one from ``{joint: NAME, table: [[position, minimum, maximum], ...]}``.

    Raises:
        ProfileError: a field is missing, unknown or wrong, or the region is not convex.
    """
    fields = Fields(data, where)
    joint = fields.text('joint')
    rows = fields.entries('table')
    fields.finish()
    for n, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != 3:
            raise ProfileError(
                f'{where}: table[{n}] must be [position, minimum, maximum], not {row!r}'
            )
    table = np.array(
        [
            [check_number(value, f'{where}: table[{n}]', -np.pi, np.pi) for value in row]
            for n, row in enumerate(rows)
        ]
    )
    if len(table) < 2 or (np.diff(table[:, 0]) <= 0).any():
        raise ProfileError(f'{where}: table must hold two or more rows with increasing positions')
    for n, (_, minimum, maximum) in enumerate(table):
        if not minimum < maximum:
            raise ProfileError(f'{where}: table[{n}]: minimum must be less than maximum')
    slopes = np.diff(table[:, 1:], axis=0) / np.diff(table[:, :1], axis=0)
    bent = (np.diff(slopes[:, 0]) < -FLAT) | (np.diff(slopes[:, 1]) > FLAT)
    if bent.any():
        raise ProfileError(
            f'{where}: table[{int(bent.argmax()) + 1}] bends inwards: the allowed positions must '
            'form a convex region; leave some of it out'
        )
    knots, minimum, maximum = (tuple(map(float, column)) for column in table.T)
    return CoupledRange(joint, knots, minimum, maximum)
