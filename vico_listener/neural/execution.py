"""Describes how networks run: by torch on the CPU or a GPU, or by onnxruntime on the CPU."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import SettingError

NETWORK_RUNTIMES = ('onnx', 'torch')
DEVICES = ('auto', 'cpu', 'cuda')


@dataclass(frozen=True)
class Execution:
    """The way in which a network runs.

    Attributes:
        runtime: 'torch', or 'onnx' (onnxruntime on the CPU); '' for torch if there is a GPU, else
            onnx.
        device: 'cuda', 'cpu', or 'auto' for cuda if there is a GPU.
        threads: the number of CPU threads.
        half: whether to compute in half precision, on a GPU only; None for yes on a GPU.
        channels_last: whether to keep images in NHWC memory, on a GPU only; None as for `half`.
        graph: whether to replay all kernels as one CUDA graph; None as for `half`.
        compiled: whether to use torch.compile, on a GPU only.
    """

    runtime: str = ''
    device: str = 'auto'
    threads: int = 2
    half: bool | None = None
    channels_last: bool | None = None
    graph: bool | None = None
    compiled: bool = False

    def resolve(self) -> 'Execution':
        """Return the execution with every choice made for this machine.

        Raises:
            SettingError: a name is unknown, or a setting needs a GPU and there is none.
        """
        if self.runtime not in ('', *NETWORK_RUNTIMES):
            choices = ' or '.join(NETWORK_RUNTIMES)
            raise SettingError(f"unknown runtime '{self.runtime}': choose {choices}")
        device = choose_device(self.device, self.runtime)
        gpu = device == 'cuda'
        wanted = (self.half, self.channels_last, self.graph, self.compiled)
        if not gpu and any(wanted):
            raise SettingError('half, channels_last, graph and compiled are for CUDA devices')
        half, channels_last, graph = (gpu if x is None else x for x in wanted[:3])
        return Execution(
            runtime=self.runtime or ('torch' if gpu else 'onnx'),
            device=device,
            threads=self.threads,
            half=half,
            channels_last=channels_last,
            graph=graph,
            compiled=self.compiled,
        )


def choose_device(wanted: str = 'auto', runtime: str = 'torch') -> str:
    """Return 'cuda' or 'cpu'.

    Args:
        wanted: one of `DEVICES`; 'auto' for a GPU if there is one.
        runtime: the runtime; 'onnx' runs on the CPU only.

    Raises:
        SettingError: the device is unknown, or there is no GPU for cuda.
    """
    if wanted not in DEVICES:
        raise SettingError(f"unknown device '{wanted}': choose one of {', '.join(DEVICES)}")
    gpu = wanted != 'cpu' and runtime != 'onnx' and has_gpu()
    if wanted == 'cuda' and not gpu:
        raise SettingError(
            'device cuda needs the runtime torch, built with CUDA, and an NVIDIA GPU that it '
            "sees: choose device 'cpu' or 'auto'"
        )
    return 'cuda' if gpu else 'cpu'


def has_gpu() -> bool:
    """Return whether torch is installed and sees a CUDA device."""
    try:
        import torch
    except ModuleNotFoundError:
        return False
    return bool(torch.cuda.is_available())


@dataclass(frozen=True)
class Part:
    """A network with inputs of fixed shapes, as it is exported and run.

    Attributes:
        name: its name in file names.
        build: makes the network (a torch module); it is only called when that is needed.
        inputs: the names and shapes of the inputs, without the batch dimension.
        outputs: the names of the outputs.
    """

    name: str
    build: Callable[[], Any]
    inputs: dict[str, tuple[int, ...]]
    outputs: tuple[str, ...]


class Runner(Protocol):
    """Runs a part."""

    def constant(self, values: NDArray[np.float32]) -> Any:
        """Return an input that is the same in many runs, transferred to the device once."""

    def __call__(self, *inputs: Any) -> list[NDArray]:
        """Return the outputs; inputs are arrays or results of `constant`, in the part's order."""
