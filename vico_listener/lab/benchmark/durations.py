"""Measures durations: of one action, or of an action and its reference in turn."""

import itertools
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Durations = NDArray[np.float64]

BLOCK = 10
"""How often an action is repeated before its reference has its turn, in `paired`."""


def sample(
    action: Callable[[], Any],
    repeats: int,
    warm_up: int = 5,
    between: Callable[[], Any] | None = None,
) -> Durations:
    """Return the durations (repeats,) of an action in ms.

    Args:
        action: what is measured.
        repeats: how often.
        warm_up: how often it is done before.
        between: what is done before each time, e.g. because it fills the caches.
    """
    for _ in range(warm_up):
        action()
    durations = np.empty(repeats)
    for index in range(repeats):
        if between is not None:
            between()
        start = time.perf_counter()
        action()
        durations[index] = time.perf_counter() - start
    return 1e3 * durations


def paired(
    action: Callable[[], Any], reference: Callable[[], Any], repeats: int
) -> tuple[Durations, Durations]:
    """Return the durations of an action and of its reference, ms, measured block by block in turn.

    What slows the machine down for a while then slows down both.

    Args:
        action: what is measured.
        reference: what it is compared with.
        repeats: how often each is measured; rounded up to whole blocks.
    """
    pairs = [
        (sample(action, BLOCK, warm_up=2), sample(reference, BLOCK, warm_up=2))
        for _ in range(-(-repeats // BLOCK))
    ]
    own, others = zip(*pairs, strict=True)
    return np.concatenate(own), np.concatenate(others)


def percentiles(durations: Durations) -> tuple[float, float]:
    """Return the median and the 99th percentile."""
    return float(np.percentile(durations, 50)), float(np.percentile(durations, 99))


def blocks(durations: Durations, size: int) -> Durations:
    """Return the mean duration in each block of consecutive actions.

    The median of single durations would hide work that comes every few frames only.

    Args:
        durations: durations of consecutive actions, ms.
        size: consecutive actions that make a block; an incomplete last block is left out.

    Raises:
        ValueError: there is not one whole block.
    """
    whole = len(durations) // size * size
    if whole == 0:
        raise ValueError(f'{len(durations)} durations do not fill a block of {size}')
    return np.asarray(durations[:whole]).reshape(-1, size).mean(axis=1)


def each(items: list[Any], action: Callable[[Any], Any]) -> Callable[[], Any]:
    """Return a function that calls `action` with the next item, in an endless cycle."""
    source = itertools.cycle(items)
    return lambda: action(next(source))
