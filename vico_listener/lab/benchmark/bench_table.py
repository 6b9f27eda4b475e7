"""Holds the rows of the bench: what was measured, beside a reference of the same run."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from typing import Any

import numpy as np

UNSTEADY = 0.25
"""A reference that varies by more than this share of itself from run to run proves nothing."""

HEADER = ('what', 'median', '99 %', 'reference, in the same run', 'ratio', 'of runs', 'asked')


@dataclass(frozen=True)
class Row:
    """One measurement in one run.

    Attributes:
        name: what was measured.
        unit: the unit of its numbers.
        p50, p99: the median and the 99th percentile (a single figure has the same twice).
        reference: what it is compared with, measured in the same run on the same machine.
        reference_p50: the median of the reference.
        target: the largest ratio of the medians that is asked for; NaN if none is.
        target_p99: the largest ratio of the 99th percentile to the reference's median.
    """

    name: str
    unit: str
    p50: float
    p99: float
    reference: str
    reference_p50: float
    target: float = math.nan
    target_p99: float = math.nan

    @property
    def ratio(self) -> float:
        """The median over that of the reference."""
        return self.p50 / self.reference_p50 if self.reference_p50 else math.nan


@dataclass(frozen=True)
class Result:
    """The same row of several runs.

    Attributes:
        name, unit, reference, target, target_p99: as in `Row`.
        p50, p99, reference_p50, ratio: the medians of the runs.
        low, high: the smallest and largest ratio of a run.
        spread: by which share of itself the reference varied; the best and the worst of four runs
            or more do not count.
    """

    name: str
    unit: str
    p50: float
    p99: float
    reference: str
    reference_p50: float
    ratio: float
    low: float
    high: float
    spread: float
    target: float = math.nan
    target_p99: float = math.nan

    @property
    def ratio_p99(self) -> float:
        """The 99th percentile over the median of the reference."""
        return self.p99 / self.reference_p50 if self.reference_p50 else math.nan

    @property
    def verdict(self) -> str:
        """'ok', 'missed', 'not measured', or '' where nothing is asked."""
        pairs = [(self.ratio, self.target), (self.ratio_p99, self.target_p99)]
        pairs = [(ratio, target) for ratio, target in pairs if not math.isnan(target)]
        if not pairs:
            return ''
        if any(math.isnan(ratio) for ratio, _ in pairs):
            return 'not measured'
        return 'ok' if all(ratio <= target for ratio, target in pairs) else 'missed'

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain values; NaN, which JSON does not know, becomes None."""
        return {key: None if _is_nan(value) else value for key, value in asdict(self).items()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> 'Result':
        """Return the result that `to_json` wrote."""
        known: dict[str, Any] = {k: math.nan if v is None else v for k, v in values.items()}
        return cls(**known)


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


def pool(runs: Sequence[Sequence[Row]]) -> list[Result]:
    """Return the result of each row over all runs that have it, in the order of the first run."""
    by_name: dict[str, list[Row]] = {}
    for run in runs:
        for row in run:
            by_name.setdefault(row.name, []).append(row)
    return [_pooled(rows) for rows in by_name.values()]


def _pooled(rows: list[Row]) -> Result:
    first = rows[0]
    references = sorted(row.reference_p50 for row in rows)
    kept = references[1:-1] if len(references) > 3 else references
    middle = float(np.median(references))
    ratios = [row.ratio for row in rows]
    return Result(
        first.name,
        first.unit,
        float(np.median([row.p50 for row in rows])),
        float(np.median([row.p99 for row in rows])),
        first.reference,
        middle,
        float(np.median(ratios)),
        min(ratios),
        max(ratios),
        (kept[-1] - kept[0]) / middle if middle else 0.0,
        first.target,
        first.target_p99,
    )


def unsteady(results: Sequence[Result]) -> list[str]:
    """Return which references varied too much to conclude anything."""
    return [
        f'{result.name}: its reference varied by {100 * result.spread:.0f} % from run to run'
        for result in results
        if result.spread > UNSTEADY
    ]


def cells(result: Result, concluded: bool) -> tuple[str, ...]:
    """Return a result as the cells of a table with the columns of `HEADER`.

    Args:
        result: the result.
        concluded: whether it says if what is asked for was reached.
    """
    unit = f' {result.unit}' if result.unit else ''
    asked = _asked(result)
    if concluded and result.verdict:
        asked += f': {result.verdict}'
    return (
        result.name,
        f'{number(result.p50)}{unit}',
        f'{number(result.p99)}{unit}',
        f'{result.reference}: {number(result.reference_p50)}{unit}',
        number(result.ratio),
        f'{number(result.low)}..{number(result.high)}',
        asked,
    )


def format_results(results: Sequence[Result], concluded: bool) -> str:
    """Format results as an aligned table."""
    lines = [HEADER, *(cells(result, concluded) for result in results)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADER))]
    text = [
        '  '.join(
            cell.rjust(width) if column in (1, 2, 4) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    return '\n'.join([text[0], '-' * max(map(len, text)), *text[1:]])


def _asked(result: Result) -> str:
    parts = [] if math.isnan(result.target) else [f'<= {result.target:g}']
    if not math.isnan(result.target_p99):
        parts.append(f'99 % <= {result.target_p99:g}')
    return ', '.join(parts)


def number(value: float) -> str:
    """Return a number with three significant digits."""
    if math.isnan(value):
        return '-'
    return f'{value:.0f}' if abs(value) >= 1000 else f'{value:.3g}'
