"""Runs a part by torch, on the CPU or on a GPU; what runs on a GPU as one CUDA graph."""

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
"""Runs before a CUDA graph is captured: cuDNN chooses its kernels in them."""

T = TypeVar('T')


def capture(compute: Callable[[], T]) -> tuple[torch.cuda.CUDAGraph, T]:
    """Record a computation on the GPU, so that one call replays all of its kernels.

    Args:
        compute: reads tensors that stay where they are, and returns or fills such tensors; it is
            run a few times.

    Returns:
        the graph, and what `compute` returned: every replay fills it again.
    """
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(WARM_UP):
            compute()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    # Another thread may be busy on the GPU meanwhile.
    with torch.cuda.graph(graph, capture_error_mode='thread_local'):
        outputs = compute()
    return graph, outputs


class TorchRunner:
    """See `Runner`.

    On a GPU each has a CUDA stream of its own, so that two of them that are called from two threads
    (one fits the next camera frame while the other draws) overlap. Tensors that it is given may
    come from the caller's stream, or from another device.

    Args:
        part: what to run.
        execution: resolved.
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
        # Autocast keeps what needs it, such as places in a picture, in single precision.
        with torch.autocast(self._device.type, torch.float16, self._half, cache_enabled=False):
            outputs = self._network(*tensors)
        return [outputs] if isinstance(outputs, Tensor) else list(outputs)

    def _replay(self, tensors: list[Tensor]) -> list[Tensor]:
        """Run by a CUDA graph; one is captured for the first inputs, and for each new shape."""
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
