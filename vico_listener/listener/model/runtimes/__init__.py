"""The interface of the runtimes, which step a listener network, and the table of runtimes."""

from typing import Any
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vico_listener.listener.model.checkpoint import Checkpoint
from vico_listener.plugins import Plugins

Array = NDArray[np.float32]


class Runtime(Protocol):
    """Steps a network and keeps its state between steps."""

    state: Array
    """(state_size,) the state of the network (see `generators`), which may be set."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        """Prepare to step a network.

        Raises:
            CheckpointError: the checkpoint lacks something that this runtime needs.
            SettingError: this runtime cannot step such a network.
        """

    def step(self, driven: Array) -> Array:
        """Return outputs (output_size,) for an input (driven_size,), valid until the next step."""


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
        PluginError: there is no such runtime, or its package is not installed.
        CheckpointError: the checkpoint lacks something that the runtime needs.
        SettingError: the runtime cannot step such a network.
    """
    return RUNTIMES.load(name)(checkpoint, **options)


def initial_state(checkpoint: Checkpoint, initial: Array) -> Array:
    """Return the state (state_size,) before the first step.

    It is computed once per reset, so plain NumPy is fast enough for every runtime.

    Args:
        checkpoint: the network.
        initial: (initial_size,) the normalised input of the initial state.
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
