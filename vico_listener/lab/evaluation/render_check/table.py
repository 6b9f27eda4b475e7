"""The table of `vico render-check`: every target against the readings of all portraits."""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vico_listener.lab.evaluation.render_check.probes import Target
from vico_listener.lab.evaluation.render_check.reading import Reading


@dataclass(frozen=True)
class Row:
    """One target and its readings in the pictures of several portraits.

    Attributes:
        label: the command.
        target: what must be read.
        values: the reading of each portrait, by the portrait's name; NaN where there is no face.
    """

    label: str
    target: Target
    values: Mapping[str, float]

    @property
    def bounded(self) -> bool:
        """Whether the target has a bound."""
        return self.target.least is not None or self.target.most is not None

    @property
    def median(self) -> float:
        """The median of the portraits' readings; one without a face makes it NaN."""
        return float(np.median(list(self.values.values())))

    @property
    def worst(self) -> str:
        """The name of the portrait whose reading is farthest on the wrong side."""
        sign = -1.0 if self.target.least is None and self.target.most is not None else 1.0
        return min(self.values, key=lambda n: (not np.isnan(self.values[n]), sign * self.values[n]))

    @property
    def reached(self) -> bool:
        """Whether the target is reached; a picture without a face reaches none."""
        values = np.array(list(self.values.values()))
        return not np.isnan(values).any() and self.target.reached(
            self.median, float(values.min()), float(values.max())
        )


def rows_of(readings: Mapping[str, Sequence[Reading]]) -> list[Row]:
    """Return a row per target, from the readings of portraits by their names."""
    values: dict[tuple[str, Target], dict[str, float]] = {}
    for name, pictures in readings.items():
        for reading in pictures:
            for target, value in zip(reading.probe.targets, reading.values, strict=True):
                values.setdefault((reading.probe.label, target), {})[name] = value
    return [Row(label, target, by_name) for (label, target), by_name in values.items()]


def format_rows(rows: Sequence[Row]) -> str:
    """Return the table as text, with a verdict on every bounded row."""
    head = ('command', 'reads', 'target', 'median', 'worst', 'portrait', '')
    lines = [head, *(_cells(row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    text = ['  '.join(c.ljust(w) for c, w in zip(line, widths, strict=True)) for line in lines]
    bounded = [row for row in rows if row.bounded]
    reached = sum(row.reached for row in bounded)
    return '\n'.join(line.rstrip() for line in [*text, f'{reached} of {len(bounded)} targets'])


def _cells(row: Row) -> tuple[str, ...]:
    target = row.target
    bounds = [
        f'{sign} {bound:g}'
        for sign, bound in (('>=', target.least), ('<=', target.most))
        if bound is not None
    ]
    verdict = ('ok' if row.reached else 'MISS') if row.bounded else ''
    reads = f'{target.reads}, change' if target.change else target.reads
    worst = row.values[row.worst]
    return (
        row.label, reads, ', '.join(bounds), f'{row.median:.2f}', f'{worst:.2f}', row.worst,
        verdict,
    )  # fmt: skip
