"""PyTorch, on the CPU or on a GPU; there the step is replayed as one CUDA graph."""

import numpy as np
import torch
from numpy.typing import NDArray

from vico_listener.listener.model.checkpoint import Checkpoint
from vico_listener.listener.model.network import ListenerNetwork

Array = NDArray[np.float32]


class TorchRuntime:
    """Steps a `ListenerNetwork`."""

    def __init__(self, checkpoint: Checkpoint, device: str = '') -> None:
        """Load the weights onto `device`; '' = a GPU where there is one.

        Raises:
            RuntimeError: the device is not there.
        """
        device = device or ('cuda' if torch.cuda.is_available() else 'cpu')
        self.device = torch.device(device)
        if device.startswith('cuda') and not torch.cuda.is_available():
            raise RuntimeError('the runtime torch found no CUDA device')
        config = checkpoint.config
        self._network = ListenerNetwork(config)
        weights = {name: torch.from_numpy(w.copy()) for name, w in checkpoint.weights.items()}
        self._network.load_state_dict(weights)
        self._network.eval().requires_grad_(False).to(device)
        self._driven = torch.zeros(1, 1, config.driven_size, device=device)
        self._state = torch.zeros(1, config.state_size, device=device)
        self._output = torch.zeros(config.output_size, device=device)
        self._graph: torch.cuda.CUDAGraph | None = None
        if device.startswith('cuda'):
            self._capture()

    @torch.inference_mode()
    def _compute(self) -> None:
        output, state = self._network(self._driven, self._state)
        self._output.copy_(output[0, 0])
        self._state.copy_(state)

    def _capture(self) -> None:
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                self._compute()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        # Another thread may be busy on the GPU meanwhile.
        with torch.cuda.graph(graph, capture_error_mode='thread_local'):
            self._compute()
        self._graph = graph
        self._state.zero_()

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
        """A step whose outputs stay on the device; valid until the next step."""
        self._driven[0, 0].copy_(torch.from_numpy(driven))
        if self._graph is None:
            self._compute()
        else:
            self._graph.replay()
        return self._output
