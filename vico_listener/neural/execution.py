"""What is run, and how: a network's part, by torch on CPU or GPU, or by onnxruntime on the CPU."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import SettingError

RUNTIMES = ('onnx', 'torch')
DEVICES = ('auto', 'cpu', 'cuda')


@dataclass(frozen=True)
class Execution:
    """Where and how a network runs.

    Attributes:
        runtime: 'torch', or 'onnx' (onnxruntime on the CPU); '' = torch with a GPU, else onnx.
        device: 'cuda', 'cpu', or 'auto' = cuda where there is one.
        threads: on the CPU.
        half: half precision; channels_last: NHWC memory; graph: a CUDA graph, which replays all
            kernels by one call; compiled: torch.compile. All four with CUDA only, where 'auto'
            takes the first three; None = that.
    """

    runtime: str = ''
    device: str = 'auto'
    threads: int = 2
    half: bool | None = None
    channels_last: bool | None = None
    graph: bool | None = None
    compiled: bool = False

    def resolve(self) -> 'Execution':
        """The same with every choice made.

        Raises:
            SettingError: an unknown name, or something that needs a GPU where there is none.
        """
        if self.runtime not in ('', *RUNTIMES):
            raise SettingError(f"unknown runtime '{self.runtime}': choose {' or '.join(RUNTIMES)}")
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
        wanted: one of `DEVICES`; 'auto' = a GPU where there is one.
        runtime: what runs there; 'onnx' knows the CPU only.

    Raises:
        SettingError: an unknown device, or a GPU where there is none.
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
    """A network with fixed inputs, as it is exported and run.

    Attributes:
        name: of the part, in file names.
        build: makes the network (a torch module); only called when it is needed.
        inputs: names and shapes of the inputs, without the batch dimension.
        outputs: names of the outputs.
    """

    name: str
    build: Callable[[], Any]
    inputs: dict[str, tuple[int, ...]]
    outputs: tuple[str, ...]


class Runner(Protocol):
    """Runs a part."""

    def constant(self, values: NDArray[np.float32]) -> Any:
        """An input that stays the same over many runs, brought where it is needed."""

    def __call__(self, *inputs: Any) -> list[NDArray]:
        """Outputs for inputs in the part's order: arrays, or what `constant` returned."""
