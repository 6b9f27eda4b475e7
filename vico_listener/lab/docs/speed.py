"""Generates the tables of speed from the figures that `vico bench --publish` has written."""

import json
import math
from pathlib import Path

from vico_listener.lab.benchmark.bench_table import HEADER
from vico_listener.lab.benchmark.bench_table import Result
from vico_listener.lab.benchmark.bench_table import cells
from vico_listener.lab.docs.markdown import table

MEASURED = Path('docs/performance.json')
"""The figures, below the repository."""


def speed_parts(root: Path) -> dict[str, str]:
    """Return the parts 'speed', the whole table, and 'speed asked', the rows that have a target.

    Args:
        root: the repository.
    """
    file = root / MEASURED
    if not file.is_file():
        return dict.fromkeys(('speed', 'speed asked'), 'Not measured yet.')
    content = json.loads(file.read_text(encoding='utf-8'))
    machine = content['machine']
    where = (
        f'{machine["date"]}, {machine["cpu"]}, {machine["cores"]} cores, Python '
        f'{machine["python"]}, an otherwise idle machine; medians of five runs'
    )
    results = [Result.from_json(values) for values in content['results']]
    asked = [result for result in results if not math.isnan(result.target)]
    return {
        name: f'{where}:\n\n{table(HEADER, [cells(row, concluded=True) for row in rows])}'
        for name, rows in (('speed', results), ('speed asked', asked))
    }
