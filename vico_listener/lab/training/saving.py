"""One step of the paper's network as an ONNX graph, written node by node from the weights."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vico_listener.listener.model.checkpoint import DIGEST
from vico_listener.listener.model.checkpoint import Checkpoint
from vico_listener.listener.model.checkpoint import digest

OPSET = 17


def export_onnx(checkpoint: Checkpoint, path: Path) -> None:
    """Write the graph: driven (1, D), state (1, 2 * layers * hidden) -> output, next_state.

    The state holds h of every layer, then c of every layer.
    """
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
    helper.set_model_props(model, {DIGEST: digest(weights)})
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
