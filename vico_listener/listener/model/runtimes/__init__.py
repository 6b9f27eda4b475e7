"""Runtimes step a network's weights: one interface, several engines."""

from typing import Any
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vico_listener.listener.model.checkpoint import Checkpoint
from vico_listener.plugins import Plugins

Array = NDArray[np.float32]


class Runtime(Protocol):
    """Steps a network; keeps its state between steps."""

    state: Array
    """(state_size,) see `generators`; may be set."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        """Prepare to step a network; CheckpointError or SettingError when this runtime cannot."""

    def step(self, driven: Array) -> Array:
        """Outputs (output_size,) for an input (driven_size,); valid until the next step."""


RUNTIMES: Plugins[Runtime] = Plugins(
    kind='runtime',
    interface=Runtime,
    group='vico_listener.runtimes',
    own={
        'numba': 'vico_listener.listener.model.runtimes.numba_runtime:NumbaRuntime',
        'onnx': 'vico_listener.listener.model.runtimes.onnx_runtime:OnnxRuntime',
        'torch': 'vico_listener.listener.model.runtimes.torch_runtime:TorchRuntime',
    },
)


def create_runtime(name: str, checkpoint: Checkpoint, **options: Any) -> Runtime:
    """Make the runtime called `name`, ready to step.

    Raises:
        PluginError: no such runtime, or its package is not installed.
        SettingError: the checkpoint does not fit it.
    """
    return RUNTIMES.load(name)(checkpoint, **options)


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
