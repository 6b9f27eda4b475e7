"""Extracts the features of a data set and says what came of it."""

import sys
from pathlib import Path

from vico_listener.lab.dataset.vico.extraction import REPORT
from vico_listener.lab.dataset.vico.extraction import Extracted
from vico_listener.lab.dataset.vico.extraction import ExtractionSettings
from vico_listener.lab.dataset.vico.extraction import extract_data_set
from vico_listener.lab.dataset.vico.extraction import write_statistics
from vico_listener.lab.dataset.vico.layouts import Layout


def extract_layout(
    layout: Layout,
    out: Path,
    settings: ExtractionSettings,
    workers: int | None = None,
    on_ray: bool = False,
) -> int:
    """Extract every clip into `out`; the exit code is 1 when one has no features."""
    for problem in layout.problems:
        print(f'left out: {problem}', file=sys.stderr)
    results = extract_data_set(layout.entries, out, settings, workers, on_ray)
    return tell_extracted(results, [entry.split for entry in layout.entries], out)


def tell_extracted(results: list[Extracted], splits: list[str], out: Path) -> int:
    """Say what was extracted, write the statistics, and return the exit code.

    Args:
        results: the results of this run.
        splits: the split of every clip, also of those that were there already.
        out: the folder of the features.
    """
    failed: dict[str, list[str]] = {}
    for result in results:
        if result.problem:
            failed.setdefault(result.problem, []).append(result.clip)
    for problem, clips in failed.items():
        more = f' and {len(clips) - 1} more' if len(clips) > 1 else ''
        print(f'no features of {clips[0]}{more}: {problem}', file=sys.stderr)
    made = len(splits) - sum(map(len, failed.values()))
    print(f'{made} of {len(splits)} clips in {out}; notes in {out / REPORT}')
    if not made:
        return 1
    if 'train' in splits:
        write_statistics(out)
    else:
        print('no means and deviations: there is no split train, of which alone they are taken')
    return 1 if failed else 0
