"""Writes checkpoints: weights, configuration, and one step of the network as an ONNX graph.

The graph of the paper's network is written node by node from the weights; networks around other
generators are traced by torch.
"""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from torch import Tensor
from torch import nn

from vico_listener.listener.model.checkpoint import CONFIG
from vico_listener.listener.model.checkpoint import NORM
from vico_listener.listener.model.checkpoint import ONNX
from vico_listener.listener.model.checkpoint import WEIGHTS
from vico_listener.listener.model.checkpoint import Checkpoint
from vico_listener.listener.model.checkpoint import digest
from vico_listener.listener.model.network import ListenerNetwork
from vico_listener.listener.model.network import load_network
from vico_listener.listener.model.vectors import Normalisation
from vico_listener.neural.execution import Part
from vico_listener.neural.onnx_file import OPSET
from vico_listener.neural.onnx_file import marked
from vico_listener.neural.onnx_file import trace_onnx


def save_checkpoint(checkpoint: Checkpoint, folder: Path) -> None:
    """Write weights, configuration and ONNX export into `folder`.

    Raises:
        CheckpointError: names, shapes or numbers of the weights are wrong.
    """
    checkpoint.check()
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: np.ascontiguousarray(w, np.float32) for name, w in checkpoint.weights.items()}
    for f in fields(Normalisation):
        tensors[NORM + f.name] = np.ascontiguousarray(getattr(checkpoint.norm, f.name), np.float32)
    save_file(tensors, folder / WEIGHTS)
    (folder / WEIGHTS).chmod(0o644)  # safetensors keeps it to its owner
    content = json.dumps(checkpoint.config.to_json(), indent=1)
    (folder / CONFIG).write_text(content + '\n', encoding='utf-8')
    (folder / ONNX).write_bytes(step_graph(checkpoint))


def step_graph(checkpoint: Checkpoint) -> bytes:
    """Return the ONNX file of one step: driven (1, D), state (1, S) -> output, next_state."""
    if checkpoint.config.generator == 'lstm':
        return _written(checkpoint)
    config = checkpoint.config
    part = Part(
        name='step',
        build=lambda: _Step(load_network(checkpoint)),
        inputs={'driven': (config.driven_size,), 'state': (config.state_size,)},
        outputs=('output', 'next_state'),
    )
    return trace_onnx(part, digest(checkpoint.weights), any_batch=False)


class _Step(nn.Module):
    def __init__(self, network: ListenerNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, driven: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        output, state = self.network(driven[:, None], state)
        return output[:, 0], state


def _written(checkpoint: Checkpoint) -> bytes:
    """Return the graph of the paper's network; its state is h of every layer, then every c."""
    import onnx
    from onnx import TensorProto
    from onnx import helper
    from onnx import numpy_helper

    config, weights = checkpoint.config, checkpoint.weights
    hidden, layers = config.hidden, config.layers
    nodes, constants = [], []

    def constant(name: str, values: NDArray) -> str:
        constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(kind: str, inputs: list[str], outputs: list[str], **attributes: Any) -> None:
        nodes.append(helper.make_node(kind, inputs, outputs, **attributes))

    def weight(name: str, transposed: bool = False) -> str:
        return constant(name, weights[name].T if transposed else weights[name])

    node(
        'LayerNormalization',
        ['driven', weight('driven_norm.weight'), weight('driven_norm.bias')],
        ['scored'],
        axis=-1,
    )
    node('Gemm', ['scored', weight('fuse.weight', True), weight('fuse.bias')], ['fused'])
    node('Tanh', ['fused'], ['x0'])
    parts = [f'{kind}{layer}' for kind in 'hc' for layer in range(layers)]
    node('Split', ['state', constant('parts', np.full(2 * layers, hidden))], parts, axis=1)
    for k in range(layers):
        # One product for both inputs: (x, h) times (W_ih, W_hh).
        both = np.hstack([weights[f'lstm.weight_ih_l{k}'], weights[f'lstm.weight_hh_l{k}']]).T
        node('Concat', [f'x{k}', f'h{k}'], [f'xh{k}'], axis=1)
        node('MatMul', [f'xh{k}', constant(f'w{k}', both)], [f'gates{k}'])
        gates = [f'{gate}{k}' for gate in ('in', 'forget', 'cell', 'out')]
        node('Split', [f'gates{k}', constant(f'g{k}', np.full(4, hidden))], gates, axis=1)
        for gate, kind in zip(gates, ('Sigmoid', 'Sigmoid', 'Tanh', 'Sigmoid'), strict=True):
            node(kind, [gate], [f'{gate}_'])
        node('Mul', [f'forget{k}_', f'c{k}'], [f'kept{k}'])
        node('Mul', [f'in{k}_', f'cell{k}_'], [f'added{k}'])
        node('Add', [f'kept{k}', f'added{k}'], [f'next_c{k}'])
        node('Tanh', [f'next_c{k}'], [f'shown{k}'])
        node('Mul', [f'out{k}_', f'shown{k}'], [f'x{k + 1}'])
    node('Gemm', [f'x{layers}', weight('head.weight', True), weight('head.bias')], ['output'])
    states = [f'x{k + 1}' for k in range(layers)] + [f'next_c{k}' for k in range(layers)]
    node('Concat', states, ['next_state'], axis=1)

    def tensor(name: str, size: int) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, size])

    state = 2 * layers * hidden
    graph = helper.make_graph(
        nodes,
        'listener_step',
        [tensor('driven', config.driven_size), tensor('state', state)],
        [tensor('output', config.output_size), tensor('next_state', state)],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', OPSET)], ir_version=8)
    return marked(model, digest(weights))
