"""Measures how much of what the head does is spent in its networks, in their place.

A network alone in a loop is no fair reference: its weights stay in the cache, and it takes two
thirds of the time that it takes between the other steps.
"""

import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import ExitStack
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np
from onnxruntime import InferenceSession

from vico_listener.face.litert import Network
from vico_listener.lab.benchmark.durations import Durations

RUNS: tuple[tuple[type, str], ...] = (
    (Network, 'run'),
    (InferenceSession, 'run'),
    (InferenceSession, 'run_with_iobinding'),
)
"""The methods that compute a network."""


class NetworkTime:
    """Adds up the time in networks.

    Attributes:
        seconds: since it was made, or set to 0.
    """

    def __init__(self) -> None:
        self.seconds = 0.0

    def timed(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """Return a method that does the same and is timed."""

        def run(*args: Any, **kwargs: Any) -> Any:
            start = time.perf_counter()
            try:
                return method(*args, **kwargs)
            finally:
                self.seconds += time.perf_counter() - start

        return run


@contextmanager
def network_time() -> Iterator[NetworkTime]:
    """Time every network of this process, until the end of the block."""
    found = NetworkTime()
    with ExitStack() as patches:
        for owner, name in RUNS:
            timed = found.timed(getattr(owner, name))
            patches.enter_context(patch.object(owner, name, timed))
        yield found


def sample_with_networks(
    action: Callable[[], Any],
    repeats: int,
    warm_up: int = 5,
    between: Callable[[], Any] | None = None,
) -> tuple[Durations, Durations]:
    """Return the durations (repeats,) of an action, and of the networks in it, ms; see `sample`."""
    whole, inside = np.empty(repeats), np.empty(repeats)
    with network_time() as networks:
        for _ in range(warm_up):
            action()
        for index in range(repeats):
            if between is not None:
                between()
            networks.seconds = 0.0
            start = time.perf_counter()
            action()
            whole[index] = time.perf_counter() - start
            inside[index] = networks.seconds
    return 1e3 * whole, 1e3 * inside
