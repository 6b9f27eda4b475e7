"""Runs a network by torch on the CPU or on a GPU, where one CUDA graph can replay all kernels."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vico_listener.neural.execution import Execution
from vico_listener.neural.execution import Part

WARM_UP = 3
"""The number of runs before the capture of a CUDA graph, in which cuDNN chooses its kernels."""

T = TypeVar('T')


def capture(compute: Callable[[], T]) -> tuple[torch.cuda.CUDAGraph, T]:
    """Record a computation on the GPU, so that one call replays all of its kernels.

    Args:
        compute: the computation, which is run a few times. It reads tensors at fixed addresses, and
            returns or fills such tensors.

    Returns:
        the graph, and the result of `compute`, which every replay fills again.
    """
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(WARM_UP):
            compute()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    # Another thread may use the GPU at the same time.
    with torch.cuda.graph(graph, capture_error_mode='thread_local'):
        outputs = compute()
    return graph, outputs


class TorchRunner:
    """Runs a part by torch (see `Runner`).

    On a GPU each runner has its own CUDA stream, so that two runners that are called from two
    threads overlap: one fits the next camera frame while the other draws. Input tensors may come
    from the caller's stream or from another device.

    Args:
        part: the network.
        execution: how and where it runs, as `Execution.resolve` returns it.
    """

    def __init__(self, part: Part, execution: Execution) -> None:
        self._device = torch.device(execution.device)
        self._half = bool(execution.half)
        self._format = torch.channels_last if execution.channels_last else torch.contiguous_format
        if execution.device == 'cpu':
            torch.set_num_threads(execution.threads)
        else:
            torch.backends.cudnn.benchmark = True
        self._stream = None if execution.device == 'cpu' else torch.cuda.Stream()
        network = part.build().to(self._device)
        self._network: Any = network.to(memory_format=self._format)
        if execution.compiled:
            self._network = torch.compile(self._network)
        self._graphed = bool(execution.graph)
        self._graph: Any = None
        self._static: list[Tensor] = []
        self._outputs: list[Tensor] = []

    def constant(self, values: NDArray[np.float32]) -> Tensor:
        """See `Runner.constant`."""
        tensor = torch.from_numpy(np.ascontiguousarray(values)).to(self._device, torch.float32)
        if tensor.ndim == 4:
            tensor = tensor.contiguous(memory_format=self._format)
        return tensor

    @torch.inference_mode()
    def __call__(self, *inputs: Any) -> list[NDArray]:
        """See `Runner`."""
        with self._own_stream():
            tensors = [
                x.to(self._device) if isinstance(x, Tensor) else self.constant(x) for x in inputs
            ]
            outputs = self._replay(tensors) if self._graphed else self._run(tensors)
            return [np.asarray(_single(output).cpu()) for output in outputs]

    def _own_stream(self) -> Any:
        if self._stream is None:
            return nullcontext()
        self._stream.wait_stream(torch.cuda.current_stream())
        return torch.cuda.stream(self._stream)

    def _run(self, tensors: list[Tensor]) -> list[Tensor]:
        # Autocast keeps what needs it, such as image coordinates, in single precision.
        with torch.autocast(self._device.type, torch.float16, self._half, cache_enabled=False):
            outputs = self._network(*tensors)
        return [outputs] if isinstance(outputs, Tensor) else list(outputs)

    def _replay(self, tensors: list[Tensor]) -> list[Tensor]:
        """Run by a CUDA graph, which is captured at the first inputs and whenever shapes change."""
        shapes = [t.shape for t in tensors]
        if self._graph is None or shapes != [t.shape for t in self._static]:
            self._capture(tensors)
        for place, tensor in zip(self._static, tensors, strict=True):
            if place is not tensor:
                place.copy_(tensor)
        self._graph.replay()
        return self._outputs

    def _capture(self, tensors: list[Tensor]) -> None:
        self._static = [t.clone() for t in tensors]
        self._graph, self._outputs = capture(lambda: self._run(self._static))


def _single(output: Tensor) -> Tensor:
    return output.float() if output.is_floating_point() else output
