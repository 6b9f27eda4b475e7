"""Runtimes step a network's weights: one interface, several engines, found by name."""

from importlib import import_module
from typing import Any
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vico_listener.listener.model.checkpoint import Checkpoint

Array = NDArray[np.float32]

RUNTIMES = {'onnx': 'onnxruntime', 'numba': 'numba', 'torch': 'torch'}
"""Runtimes and the Python package that each needs."""


class Runtime(Protocol):
    """Steps a network; keeps its state between steps."""

    state: Array
    """(state_size,) see `generators`; may be set."""

    def step(self, driven: Array) -> Array:
        """Outputs (output_size,) for an input (driven_size,); valid until the next step."""


def create_runtime(name: str, checkpoint: Checkpoint, **options: Any) -> Runtime:
    """The runtime called `name`, ready to step.

    Raises:
        ValueError: no such runtime, or the checkpoint does not fit it.
        RuntimeError: its package is not installed.
    """
    if name not in RUNTIMES:
        raise ValueError(f"unknown runtime '{name}': choose one of {', '.join(sorted(RUNTIMES))}")
    try:
        module = import_module(f'vico_listener.listener.model.runtimes.{name}_runtime')
    except ModuleNotFoundError as error:
        raise RuntimeError(
            f'the runtime {name} needs the Python module {error.name}: pip install {RUNTIMES[name]}'
        ) from None
    runtime: Runtime = module.RUNTIME(checkpoint, **options)
    return runtime


def initial_state(checkpoint: Checkpoint, initial: Array) -> Array:
    """State (state_size,) before the first step, from `initial` (initial_size,).

    Once per reset, so plain NumPy does for every runtime.
    """
    weights = checkpoint.weights
    centred = initial - initial.mean()
    scored = centred / np.sqrt((centred * centred).mean() + np.float32(1e-5))
    scored = scored * weights['initial_norm.weight'] + weights['initial_norm.bias']
    hidden = np.tanh(weights['initial_hidden.weight'] @ scored + weights['initial_hidden.bias'])
    started = weights['initial_state_.weight'] @ hidden + weights['initial_state_.bias']
    state = np.zeros(checkpoint.config.state_size, np.float32)
    state[: len(started)] = started
    return state
