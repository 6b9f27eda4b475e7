"""The runtime `torch`: PyTorch on the CPU, or on a GPU, where a CUDA graph replays the step."""

import numpy as np
import torch
from numpy.typing import NDArray

from vico_listener.listener.model.checkpoint import Checkpoint
from vico_listener.listener.model.network import load_network
from vico_listener.neural.execution import choose_device
from vico_listener.neural.torch_runner import capture

Array = NDArray[np.float32]


class TorchRuntime:
    """Steps a `ListenerNetwork`.

    Attributes:
        device: the device on which it runs.
    """

    def __init__(self, checkpoint: Checkpoint, device: str = 'auto') -> None:
        """Load the weights onto a device: 'cpu', 'cuda', or 'auto' for a GPU if there is one.

        Raises:
            SettingError: see `choose_device`.
        """
        self.device = torch.device(choose_device(device))
        config = checkpoint.config
        self._network = load_network(checkpoint).to(self.device)
        self._driven = torch.zeros(1, 1, config.driven_size, device=self.device)
        self._state = torch.zeros(1, config.state_size, device=self.device)
        self._output = torch.zeros(config.output_size, device=self.device)
        self._graph: torch.cuda.CUDAGraph | None = None
        if self.device.type == 'cuda':
            self._graph, _ = capture(self._compute)
            self._state.zero_()

    @torch.inference_mode()
    def _compute(self) -> None:
        output, state = self._network(self._driven, self._state)
        self._output.copy_(output[0, 0])
        self._state.copy_(state)

    @property
    def state(self) -> Array:
        """See `Runtime.state`."""
        return self._state[0].cpu().numpy().copy()

    @state.setter
    def state(self, values: Array) -> None:
        self._state[0].copy_(torch.from_numpy(np.asarray(values, np.float32)))

    def step(self, driven: Array) -> Array:
        """See `Runtime.step`."""
        return np.asarray(self.advance(driven).cpu().numpy())

    def advance(self, driven: Array) -> torch.Tensor:
        """Step like `step`, but return a tensor on the device, valid until the next step."""
        self._driven[0, 0].copy_(torch.from_numpy(driven))
        if self._graph is None:
            self._compute()
        else:
            self._graph.replay()
        return self._output
