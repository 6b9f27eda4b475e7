"""Finds the stretches of a conversation in which one speaks and the others listen."""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vico_listener.arguments import check_number
from vico_listener.clock import MODEL_RATE
from vico_listener.errors import SettingError
from vico_listener.lab.dataset.corpora.recordings import Interval

PAUSE = 1.5
"""Longest pause within a stretch, s, when nobody else takes the floor meanwhile."""


@dataclass(frozen=True)
class StretchSettings:
    """The lengths of the clips that are cut out of a conversation.

    Attributes:
        shortest: a stretch of listening that is shorter, s, is left out.
        longest: a longer one, s, becomes several clips of the same length.
    """

    shortest: float = 5.0
    longest: float = 30.0

    def __post_init__(self) -> None:
        """Check the values; a SettingError names what is wrong."""
        check_number('shortest', self.shortest, 1.0, 600.0)
        check_number('longest', self.longest, 1.0, 600.0)
        if self.longest < 2 * self.shortest:
            raise SettingError(
                f'longest: at least twice the shortest ({self.shortest:g} s), so that what is '
                f'divided is not too short, not {self.longest:g}'
            )


@dataclass(frozen=True)
class Stretch:
    """From `start` to `end`, s, `speaker` has the floor and nobody else."""

    speaker: str
    start: float
    end: float


def listening_stretches(
    speech: Mapping[str, Sequence[Interval]],
    others: Sequence[Interval],
    settings: StretchSettings,
) -> list[Stretch]:
    """Find who speaks alone and when, in steps of a tick.

    Args:
        speech: when each person has the floor; backchannels do not count.
        others: when somebody else has it, whose files cannot be used.
        settings: the lengths.

    Returns:
        the stretches in order; pauses up to `PAUSE` belong to them, unless somebody else speaks.
    """
    everything = [*others, *(interval for parts in speech.values() for interval in parts)]
    if not everything:
        return []
    count = int(np.ceil(max(end for _, end in everything) * MODEL_RATE)) + 1
    by_person = {name: _on_ticks(parts, count) for name, parts in speech.items()}
    foreign = _on_ticks(others, count)
    total = sum((flags.astype(np.int64) for flags in by_person.values()), foreign.astype(np.int64))
    found = []
    for name, own in by_person.items():
        alone, somebody_else = own & (total == 1), total - own > 0
        for first, last in _joined(alone, somebody_else):
            parts = int(np.ceil((last - first) / (settings.longest * MODEL_RATE)))
            if last - first < settings.shortest * MODEL_RATE:
                continue
            edges = np.linspace(first, last, parts + 1).round().astype(int)
            found += [
                Stretch(name, float(a) / MODEL_RATE, float(b) / MODEL_RATE)
                for a, b in zip(edges, edges[1:], strict=False)
            ]
    return sorted(found, key=lambda stretch: (stretch.start, stretch.speaker))


def _on_ticks(intervals: Sequence[Interval], count: int) -> NDArray[np.bool_]:
    flags = np.zeros(count, np.bool_)
    for start, end in intervals:
        flags[max(round(start * MODEL_RATE), 0) : max(round(end * MODEL_RATE), 0)] = True
    return flags


def _joined(alone: NDArray[np.bool_], somebody_else: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return first and one past the last tick of runs, joined over pauses."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], alone, [False]]).astype(np.int8)))
    runs: list[tuple[int, int]] = []
    for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        before = runs[-1] if runs else None
        if (
            before is not None
            and first - before[1] <= PAUSE * MODEL_RATE
            and not somebody_else[before[1] : first].any()
        ):
            runs[-1] = before[0], last
        else:
            runs.append((first, last))
    return runs
