"""One step of a network that is not built around an LSTM as an ONNX graph, traced by torch."""

import warnings
from pathlib import Path

import torch
from torch import Tensor
from torch import nn

from vico_listener.listener.model.checkpoint import DIGEST
from vico_listener.listener.model.checkpoint import Checkpoint
from vico_listener.listener.model.checkpoint import digest
from vico_listener.listener.model.network import ListenerNetwork
from vico_listener.listener.model.onnx_export import OPSET


class _Step(nn.Module):
    def __init__(self, network: ListenerNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, driven: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        output, state = self.network(driven[:, None], state)
        return output[:, 0], state


def trace_onnx(checkpoint: Checkpoint, path: Path) -> None:
    """Write the graph: driven (1, D), state (1, state_size) -> output, next_state."""
    import onnx
    from onnx import helper

    config = checkpoint.config
    network = ListenerNetwork(config)
    weights = {name: torch.from_numpy(w.copy()) for name, w in checkpoint.weights.items()}
    network.load_state_dict(weights)
    example = torch.zeros(1, config.driven_size), torch.zeros(1, config.state_size)
    with warnings.catch_warnings():
        # The exporter by tracing is deprecated; the newer one needs another package.
        warnings.simplefilter('ignore')
        torch.onnx.export(
            _Step(network).eval(),
            example,
            path,
            input_names=['driven', 'state'],
            output_names=['output', 'next_state'],
            opset_version=OPSET,
            dynamo=False,
        )
    model = onnx.load(path)
    helper.set_model_props(model, {DIGEST: digest(checkpoint.weights)})
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
