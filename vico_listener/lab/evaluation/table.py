"""A description as a table for the terminal."""

from vico_listener.lab.evaluation.description import AttitudeDescription
from vico_listener.lab.evaluation.description import Description
from vico_listener.lab.evaluation.description import Row
from vico_listener.lab.evaluation.description import Verdict
from vico_listener.lab.evaluation.ranges import Range


def _number(value: float) -> str:
    """Three significant digits, never in powers of ten."""
    size = abs(value)
    return f'{value:.0f}' if size >= 100 else f'{value:.1f}' if size >= 10 else f'{value:.2f}'


def _limits(limits: Range | None) -> str:
    if limits is None:
        return 'free'
    if limits.low is None:
        return f'<= {limits.high:g}'
    if limits.high is None:
        return f'>= {limits.low:g}'
    return f'{limits.low:g} .. {limits.high:g}'


def _cells(row: Row) -> tuple[str, ...]:
    # A rate over too little speech is noise: it is not shown at all.
    judged = row.value is not None and row.verdict is not Verdict.NOT_APPLICABLE
    value = _number(row.value) if judged and row.value is not None else '-'
    note = f' ({row.note})' if row.note else ''
    return row.label, value, row.unit, _limits(row.limits), row.verdict.value + note


def _verdict(part: AttitudeDescription) -> str:
    word = 'pass' if part.passed else 'FAIL'
    misses = [f'{name} (hard)' for name in part.hard_misses] + list(part.soft_misses)
    return f'{word}: {len(misses)} missed' + (f' ({", ".join(misses)})' if misses else '')


def format_table(description: Description) -> str:
    """A block per attitude: every figure, its unit, its range, its verdict and a note."""
    lines = []
    for part in description.attitudes:
        recordings = 'track' if part.tracks == 1 else 'tracks'
        lines.append(
            f'{part.attitude.value}: {part.tracks} {recordings}, {part.seconds / 60:.1f} min, '
            f'{part.speech_seconds / 60:.1f} min of speech'
        )
        rows = [('figure', 'value', 'unit', 'range', 'verdict'), *map(_cells, part.rows)]
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        for label, value, unit, limits, verdict in rows:
            lines.append(
                f'  {label:<{widths[0]}}  {value:>{widths[1]}} {unit:<{widths[2]}}  '
                f'{limits:<{widths[3]}}  {verdict}'
            )
        lines += [f'  {_verdict(part)}', '']
    return '\n'.join(lines)
