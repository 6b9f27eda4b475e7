"""Generates the table of what `vico describe` measures, with every range and its source."""

from vico_listener.lab.docs.markdown import table
from vico_listener.lab.evaluation.criterion import Criterion
from vico_listener.lab.evaluation.criterion import Range
from vico_listener.lab.evaluation.description import CRITERIA
from vico_listener.motion import Attitude

HEADER = ('row', 'figure', 'unit', *(attitude.value for attitude in Attitude), 'source')


def criteria_parts() -> dict[str, str]:
    """Return the part 'criteria': a table with a line per figure, in the order of printing."""
    lines, above = [], ''
    for criterion in CRITERIA:
        lines.append(_line(criterion, '' if criterion.row == above else criterion.row))
        above = criterion.row
    return {'criteria': table(HEADER, lines)}


def _line(criterion: Criterion, row: str) -> tuple[str, ...]:
    ranges = [str(criterion.ranges[attitude] or Range(None, None)) for attitude in Attitude]
    label = f'{criterion.label} (hard)' if criterion.hard else criterion.label
    return row, label, criterion.unit, *ranges, criterion.source
