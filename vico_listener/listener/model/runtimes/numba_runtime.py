"""Numba: the whole step as one compiled function, a dot product per row of each matrix."""

from math import exp
from math import sqrt
from math import tanh

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vico_listener.listener.model.checkpoint import Checkpoint

Array = NDArray[np.float32]


@njit(fastmath=True, cache=True)
def _rows(weights: Array, x: Array, out: Array) -> None:
    for i in range(weights.shape[0]):
        total = np.float32(0.0)
        for j in range(weights.shape[1]):
            total += weights[i, j] * x[j]
        out[i] = total


@njit(fastmath=True, cache=True)
def _sigmoid(value: float) -> float:
    return 1.0 / (1.0 + exp(-value))


@njit(fastmath=True, cache=True)
def _scored(x: Array, weight: Array, bias: Array, out: Array) -> None:
    count = x.shape[0]
    mean = 0.0
    for i in range(count):
        mean += x[i]
    mean /= count
    variance = 0.0
    for i in range(count):
        variance += (x[i] - mean) ** 2
    scale = 1.0 / sqrt(variance / count + 1e-5)
    for i in range(count):
        out[i] = (x[i] - mean) * scale * weight[i] + bias[i]


@njit(fastmath=True, cache=True)
def _cell(weights: Array, xh: Array, gates: Array, h: Array, c: Array) -> None:
    _rows(weights, xh, gates)
    size = h.shape[0]
    for i in range(size):
        c[i] = _sigmoid(gates[size + i]) * c[i] + _sigmoid(gates[i]) * tanh(gates[2 * size + i])
        h[i] = _sigmoid(gates[3 * size + i]) * tanh(c[i])


@njit(fastmath=True, cache=True)
def _step(
    driven: Array,
    norm: tuple[Array, Array],
    fuse: tuple[Array, Array],
    cells: tuple[Array, ...],
    head: tuple[Array, Array],
    state: Array,
    scratch: tuple[Array, Array, Array],
    output: Array,
) -> None:
    """One step; `state` is (2, layers, hidden), `scratch` holds input, (x, h) and gates."""
    scored, xh, gates = scratch
    layers, size = state.shape[1], state.shape[2]
    _scored(driven, norm[0], norm[1], scored)
    fused = fuse[1].shape[0]
    _rows(fuse[0], scored, xh[:fused])
    for i in range(fused):
        xh[i] = tanh(xh[i] + fuse[1][i])
    width = fused
    for k in range(layers):
        xh[width : width + size] = state[0, k]
        _cell(cells[k], xh[: width + size], gates, state[0, k], state[1, k])
        xh[:size] = state[0, k]
        width = size
    _rows(head[0], xh[:size], output)
    for i in range(output.shape[0]):
        output[i] += head[1][i]


class NumbaRuntime:
    """Steps the weights; a layer's two matrices lie side by side, row by row."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        """Lay out the weights and compile (the result is kept on disk)."""
        config, weights = checkpoint.config, checkpoint.weights
        self._weights = (
            (weights['driven_norm.weight'], weights['driven_norm.bias']),
            (_plain(weights['fuse.weight']), weights['fuse.bias']),
            tuple(
                _plain(
                    np.hstack([weights[f'lstm.weight_ih_l{k}'], weights[f'lstm.weight_hh_l{k}']])
                )
                for k in range(config.layers)
            ),
            (_plain(weights['head.weight']), weights['head.bias']),
        )
        self._state = np.zeros((2, config.layers, config.hidden), np.float32)
        self._scratch = (
            np.empty(config.driven_size, np.float32),
            np.empty(max(config.fused, config.hidden) + config.hidden, np.float32),
            np.empty(4 * config.hidden, np.float32),
        )
        self._output = np.empty(config.output_size, np.float32)
        self.step(np.zeros(config.driven_size, np.float32))
        self._state[:] = 0

    @property
    def state(self) -> Array:
        """See `Runtime.state`."""
        return self._state.ravel().copy()

    @state.setter
    def state(self, values: Array) -> None:
        self._state[:] = values.reshape(self._state.shape)

    def step(self, driven: Array) -> Array:
        """See `Runtime.step`."""
        _step(driven, *self._weights, self._state, self._scratch, self._output)
        return self._output


def _plain(weights: Array) -> Array:
    return np.ascontiguousarray(weights, np.float32)


RUNTIME = NumbaRuntime
