"""Records a long run second by second, and judges whether the stack withstood it."""

import os
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

GROWTH = 10.0
"""MB by which memory may grow."""
SETTLED = 60
"""Seconds after which memory has its normal size."""
ANSWERED = 0.98
"""Motions for each image, from which on the stack holds the rate of a camera of 30 a second."""
STOOD_STILL = 0.5
"""Seconds without any thread being woken, from which on the machine is to blame."""


@dataclass(frozen=True)
class Second:
    """What was measured at the end of one second.

    Attributes:
        memory: resident memory of the stack, MB.
        queue: jobs that wait in perception.
        motions: number of motions that came in this second.
        images: number of images that were sent in this second.
        lost: number of images that perception has lost since its start.
        cores: how many cores the stack used.
        late, stolen: see `MachineWatch.since_last`.
    """

    memory: float
    queue: int
    motions: int
    images: int
    lost: int
    cores: float
    late: float
    stolen: float

    @property
    def starved(self) -> bool:
        """Whether the stack could not run: the machine stood still, or its host took half of it."""
        return self.late > STOOD_STILL or self.stolen > (os.cpu_count() or 1) / 2


def growth(seconds: Sequence[Second]) -> float:
    """Return the MB by which memory grew since it had settled."""
    return seconds[-1].memory - seconds[min(SETTLED, len(seconds) // 2)].memory


def share_answered(seconds: Sequence[Second]) -> float:
    """Return how many motions there were for each image, of a camera of 30 images a second."""
    images = sum(second.images for second in seconds if not second.starved)
    return sum(second.motions for second in seconds if not second.starved) / max(images, 1)


def problems(seconds: Sequence[Second], running: bool) -> list[str]:
    """Return what did not hold; `running` is whether the stack still runs."""
    found = [] if running else ['the stack died']
    if growth(seconds) > GROWTH:
        found.append(f'memory grew by {growth(seconds):.1f} MB')
    if share_answered(seconds) < ANSWERED:
        found.append(f'{100 * share_answered(seconds):.0f} motions for 100 images')
    return found + [
        f'no motion at {number} s'
        for number, second in enumerate(seconds, 1)
        if not second.motions and not second.starved
    ]


def summary(seconds: Sequence[Second]) -> str:
    """Summarise the run in one line."""
    silent = [second for second in seconds if not second.motions]
    starved = sum(second.starved for second in silent)
    late, stolen = (max(getattr(s, name) for s in seconds) for name in ('late', 'stolen'))
    lost = seconds[-1].lost - seconds[0].lost
    return (
        f'{_mean(s.motions for s in seconds):.2f} motions for '
        f'{_mean(s.images for s in seconds):.2f} images a second, at least '
        f'{min(s.motions for s in seconds)} in any, {lost} images lost, '
        f'{_mean(s.cores for s in seconds):.2f} cores used, memory grew by '
        f'{growth(seconds):+.1f} MB after the first minute, queue at most '
        f'{max(second.queue for second in seconds)}, {len(silent)} s without motion; {starved} of '
        f'them when the machine stood still or its host took half of it '
        f'({late:.2f} s, {stolen:.1f} of {os.cpu_count()} cores at most)'
    )


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def plot(seconds: Sequence[Second], path: Path) -> None:
    """Plot every quantity over time."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 9), layout='constrained')
    rows: dict[str, list[float]] = {
        'memory [MB]': [second.memory for second in seconds],
        'queue': [second.queue for second in seconds],
        'motions a second': [second.motions for second in seconds],
        'used by the stack [cores]': [second.cores for second in seconds],
        'machine stood still [s]': [second.late for second in seconds],
        'taken by the host [cores]': [second.stolen for second in seconds],
    }
    every = figure.subplots(len(rows), sharex=True)
    for axes, (label, values) in zip(every, rows.items(), strict=True):
        axes.plot(range(1, len(values) + 1), values)
        axes.set_ylabel(label, fontsize='small')
        axes.grid(alpha=0.3)
    every[-1].set_xlabel('time [s]')
    figure.savefig(path, dpi=110)
