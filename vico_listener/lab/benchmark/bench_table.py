"""Holds the rows of the bench table: what was measured, its targets and its references."""

import itertools
import math
import time
from collections.abc import Callable
from dataclasses import asdict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Row:
    """One measurement.

    Attributes:
        name: what was measured.
        unit: unit of all its numbers.
        p50, p99: median and 99th percentile (a single figure has the same twice; with `higher`,
            the p99 is what 99 % reach). NaN: it could not be measured.
        target, target_p99: what each should reach; NaN: no target is set.
        higher: True where more is better.
        reference: what it is compared with, measured in the same run on the same machine.
        reference_p50: median of the reference; NaN = not available.
        quoted: figures from elsewhere, each with its machine: not comparable without that.
    """

    name: str
    unit: str
    p50: float
    p99: float
    target: float = math.nan
    target_p99: float = math.nan
    higher: bool = False
    reference: str = ''
    reference_p50: float = math.nan
    quoted: str = ''

    @property
    def verdict(self) -> str:
        """Return 'ok', 'missed', 'not measured', or '' where there is no target."""
        pairs = [(self.p50, self.target), (self.p99, self.target_p99)]
        pairs = [(value, target) for value, target in pairs if not math.isnan(target)]
        if not pairs:
            return ''
        if any(math.isnan(value) for value, _ in pairs):
            return 'not measured'
        reached = all(v >= t if self.higher else v <= t for v, t in pairs)
        return 'ok' if reached else 'missed'

    def to_json(self) -> dict[str, Any]:
        """Return the row as plain values; NaN, which JSON does not know, becomes None."""
        values = asdict(self) | {'verdict': self.verdict}
        return {
            key: None if isinstance(value, float) and math.isnan(value) else value
            for key, value in values.items()
        }


def format_rows(rows: list[Row]) -> str:
    """Format rows as an aligned table."""
    header = ('what', 'p50', 'p99', 'unit', 'target', '', 'reference, this run', 'quoted')
    cells = [header]
    for row in rows:
        reference = row.reference
        if not math.isnan(row.reference_p50):
            reference += f': {row.reference_p50:.4g} {row.unit}'
        cells.append(
            (
                row.name,
                _number(row.p50),
                _number(row.p99),
                row.unit,
                _target(row),
                row.verdict,
                reference,
                row.quoted,
            )
        )
    widths = [max(len(line[column]) for line in cells) for column in range(len(header))]
    lines = [
        '  '.join(
            cell.rjust(width) if column in (1, 2) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    ]
    return '\n'.join([lines[0], '-' * max(map(len, lines)), *lines[1:]])


def _target(row: Row) -> str:
    sign = '>=' if row.higher else '<='
    parts = [] if math.isnan(row.target) else [f'{sign} {row.target:g}']
    if not math.isnan(row.target_p99):
        parts.append(f'p99 {sign} {row.target_p99:g}')
    return ', '.join(parts)


def _number(value: float) -> str:
    return '-' if math.isnan(value) else f'{value:.4g}'


def sample(action: Callable[[], Any], repeats: int, warm_up: int = 5) -> NDArray[np.float64]:
    """Return the durations (repeats,) of an action in ms."""
    for _ in range(warm_up):
        action()
    durations = np.empty(repeats)
    for index in range(repeats):
        start = time.perf_counter()
        action()
        durations[index] = time.perf_counter() - start
    return 1e3 * durations


def percentiles(durations: NDArray[np.float64]) -> tuple[float, float]:
    """Return the median and the 99th percentile."""
    return float(np.percentile(durations, 50)), float(np.percentile(durations, 99))


def rates(durations: NDArray[np.float64], block: int) -> tuple[float, float]:
    """Return the sustained rate per second: the median over blocks, and what 99 % of them reach.

    The median of single durations would hide work that comes every few frames only.

    Args:
        durations: durations of consecutive actions, ms.
        block: consecutive actions that make one rate; an incomplete last block is left out.

    Raises:
        ValueError: there is not one whole block.
    """
    whole = len(durations) // block * block
    if whole == 0:
        raise ValueError(f'{len(durations)} durations do not fill a block of {block}')
    per_block = durations[:whole].reshape(-1, block).sum(axis=1)
    fps = 1e3 * block / per_block
    return float(np.percentile(fps, 50)), float(np.percentile(fps, 1))


def each(items: list[Any], action: Callable[[Any], Any]) -> Callable[[], Any]:
    """Return a function that calls `action` with the next item, in an endless cycle."""
    source = itertools.cycle(items)
    return lambda: action(next(source))
