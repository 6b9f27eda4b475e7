"""The rows of the bench table: what was measured, its target and its reference."""

import math
import time
from collections.abc import Callable
from dataclasses import asdict
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Row:
    """One measurement.

    Attributes:
        name: what.
        unit: of all its numbers.
        p50, p99: median and 99th percentile (a single figure has the same twice).
        target: what it should reach; NaN = none is set.
        higher: True where more is better.
        reference: name of what it is compared with, and whether it was measured here or quoted.
        reference_p50: median of the reference; NaN = not available.
    """

    name: str
    unit: str
    p50: float
    p99: float
    target: float = math.nan
    higher: bool = False
    reference: str = ''
    reference_p50: float = math.nan

    @property
    def verdict(self) -> str:
        """'ok', 'missed', or '' where there is no target."""
        if math.isnan(self.target) or math.isnan(self.p50):
            return ''
        reached = self.p50 >= self.target if self.higher else self.p50 <= self.target
        return 'ok' if reached else 'missed'

    def to_json(self) -> dict[str, Any]:
        """As plain values; NaN becomes None."""
        values = asdict(self) | {'verdict': self.verdict}
        return {
            key: None if isinstance(value, float) and math.isnan(value) else value
            for key, value in values.items()
        }


def format_rows(rows: list[Row]) -> str:
    """An aligned table."""
    header = ('what', 'p50', 'p99', 'unit', 'target', '', 'reference')
    cells = [header]
    for row in rows:
        sign = '>=' if row.higher else '<='
        target = '' if math.isnan(row.target) else f'{sign} {row.target:g}'
        reference = row.reference
        if not math.isnan(row.reference_p50):
            reference += f': {row.reference_p50:.4g} {row.unit}'
        cells.append(
            (row.name, _number(row.p50), _number(row.p99), row.unit, target, row.verdict, reference)
        )
    widths = [max(len(line[column]) for line in cells) for column in range(len(header))]
    lines = [
        '  '.join(
            cell.rjust(width) if column in (1, 2) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    ]
    return '\n'.join([lines[0], '-' * len(lines[0]), *lines[1:]])


def _number(value: float) -> str:
    return '-' if math.isnan(value) else f'{value:.4g}'


def sample(action: Callable[[], Any], repeats: int, warm_up: int = 5) -> np.ndarray:
    """Durations (repeats,) of an action in ms."""
    for _ in range(warm_up):
        action()
    durations = np.empty(repeats)
    for index in range(repeats):
        start = time.perf_counter()
        action()
        durations[index] = time.perf_counter() - start
    return 1e3 * durations


def percentiles(durations: np.ndarray) -> tuple[float, float]:
    """Median and 99th percentile."""
    return float(np.percentile(durations, 50)), float(np.percentile(durations, 99))
