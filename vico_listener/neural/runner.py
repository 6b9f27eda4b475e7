"""Makes the runner of a network for a runtime and device."""

from pathlib import Path

from vico_listener.neural.execution import Execution
from vico_listener.neural.execution import Part
from vico_listener.neural.execution import Runner


def create_runner(part: Part, execution: Execution, checkpoint: Path | None = None) -> Runner:
    """Return a runner of `part`.

    Args:
        part: the network.
        execution: how and where it runs.
        checkpoint: the file of its weights, beside which an ONNX export is then kept.

    Raises:
        SettingError: see `Execution.resolve`.
        ModuleNotFoundError: torch (or onnx, for the first export) is not installed.
    """
    execution = execution.resolve()
    if execution.runtime == 'torch':
        from vico_listener.neural.torch_runner import TorchRunner

        return TorchRunner(part, execution)
    from vico_listener.neural.onnx_runner import OnnxRunner

    return OnnxRunner(part, execution.threads, checkpoint)
