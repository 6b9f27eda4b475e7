"""The runtime `numba`: one compiled function per step, as fast as the weights can be read.

Four rows of a matrix share each input, and all sigmoids of a layer are computed at once, because a
loop of calls of `exp` would take longer than the matrix products.
"""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from vico_listener.compiled import compiled
from vico_listener.errors import SettingError
from vico_listener.listener.model.checkpoint import Checkpoint

Array = NDArray[np.float32]
Scratch = tuple[Array, Array, Array, Array, NDArray[np.int32], Array]

ROWS = 4
"""The number of matrix rows that are multiplied together; matrices are padded to a multiple."""

_ONE, _TWO, _HALF = np.float32(1), np.float32(2), np.float32(0.5)
_LOG2_E = np.float32(1.4426950408889634)
_LARGEST_EXPONENT = np.float32(126)
_BIAS, _MANTISSA = np.int32(127), np.int32(23)
# The polynomial of 2 ** r for r in -0.5 to 0.5, with a relative error of 2e-7 (Cephes' exp2f).
_P6, _P5, _P4 = np.float32(1.535336188e-4), np.float32(1.339887440e-3), np.float32(9.618437357e-3)
_P3, _P2, _P1 = np.float32(5.550332548e-2), np.float32(2.402264791e-1), np.float32(6.931472028e-1)


@compiled(fastmath=True)
def _rows(weights: Array, x: Array, out: Array) -> None:
    for i in range(0, weights.shape[0], ROWS):
        a = b = c = d = np.float32(0)
        for j in range(weights.shape[1]):
            value = x[j]
            a += weights[i, j] * value
            b += weights[i + 1, j] * value
            c += weights[i + 2, j] * value
            d += weights[i + 3, j] * value
        out[i], out[i + 1], out[i + 2], out[i + 3] = a, b, c, d


@compiled(fastmath=True)
def _sigmoids(x: Array, scale: float, part: Array, bits: NDArray[np.int32], power: Array) -> None:
    """Replace x by sigmoid(scale * x); `bits` and `power` share their memory."""
    count = x.shape[0]
    factor = np.float32(-scale) * _LOG2_E
    for i in range(count):
        exponent = min(max(x[i] * factor, -_LARGEST_EXPONENT), _LARGEST_EXPONENT)
        whole = np.floor(exponent + _HALF)
        r = exponent - whole
        part[i] = (((((_P6 * r + _P5) * r + _P4) * r + _P3) * r + _P2) * r + _P1) * r + _ONE
        bits[i] = (np.int32(whole) + _BIAS) << _MANTISSA
    for i in range(count):
        x[i] = _ONE / (_ONE + part[i] * power[i])


@compiled(fastmath=True)
def _tanhs(x: Array, part: Array, bits: NDArray[np.int32], power: Array) -> None:
    _sigmoids(x, 2.0, part, bits, power)
    for i in range(x.shape[0]):
        x[i] = _TWO * x[i] - _ONE


@compiled(fastmath=True)
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


@compiled(fastmath=True)
def _step(
    driven: Array,
    norm: tuple[Array, Array],
    fuse: tuple[Array, Array],
    cells: tuple[Array, ...],
    head: tuple[Array, Array],
    state: Array,
    scratch: Scratch,
    output: Array,
) -> None:
    """Compute one step; `state` is (2, layers, hidden), and `NumbaRuntime` makes `scratch`."""
    scored, xh, gates, part, bits, power = scratch
    layers, size = state.shape[1], state.shape[2]
    _scored(driven, norm[0], norm[1], scored)
    fused = fuse[1].shape[0]
    # Padding rows write into the place of h, which is filled later.
    _rows(fuse[0], scored, xh)
    for i in range(fused):
        xh[i] += fuse[1][i]
    _tanhs(xh[:fused], part, bits, power)
    width = fused
    for k in range(layers):
        h, c = state[0, k], state[1, k]
        xh[width : width + size] = h
        _rows(cells[k], xh[: width + size], gates)
        _sigmoids(gates[: 2 * size], 1.0, part, bits, power)
        _tanhs(gates[2 * size : 3 * size], part, bits, power)
        _sigmoids(gates[3 * size :], 1.0, part, bits, power)
        for i in range(size):
            c[i] = gates[size + i] * c[i] + gates[i] * gates[2 * size + i]
            h[i] = c[i]
        _tanhs(h, part, bits, power)
        for i in range(size):
            h[i] *= gates[3 * size + i]
        xh[:size] = h
        width = size
    _rows(head[0], xh[:size], output)
    for i in range(head[1].shape[0]):
        output[i] += head[1][i]


class NumbaRuntime:
    """Steps an LSTM network; the two matrices of a layer lie side by side, row by row."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        """Lay out the weights and compile the step, whose machine code is kept on disk.

        Raises:
            SettingError: the network is not built around an LSTM.
        """
        config, weights = checkpoint.config, checkpoint.weights
        if config.generator != 'lstm':
            raise SettingError(
                f'the runtime numba steps lstm only, this network is built around '
                f'{config.generator}: choose onnx or torch'
            )
        self._weights = (
            (weights['driven_norm.weight'], weights['driven_norm.bias']),
            (_padded_rows(weights['fuse.weight']), weights['fuse.bias']),
            tuple(
                _padded_rows(
                    np.hstack([weights[f'lstm.weight_ih_l{k}'], weights[f'lstm.weight_hh_l{k}']])
                )
                for k in range(config.layers)
            ),
            (_padded_rows(weights['head.weight']), weights['head.bias']),
        )
        self._state = np.zeros((2, config.layers, config.hidden), np.float32)
        widest = max(config.fused, 4 * config.hidden)
        bits = np.zeros(widest, np.int32)
        self._scratch: Scratch = (
            np.empty(config.driven_size, np.float32),
            np.empty(max(config.fused, config.hidden) + config.hidden, np.float32),
            np.empty(4 * config.hidden, np.float32),
            np.empty(widest, np.float32),
            bits,
            bits.view(np.float32),
        )
        self._padded = np.empty(len(self._weights[-1][0]), np.float32)
        self._output = self._padded[: config.output_size]
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
        _step(driven, *self._weights, self._state, self._scratch, self._padded)
        return self._output


def _padded_rows(weights: Array) -> Array:
    padding = -len(weights) % ROWS
    return np.pad(weights, ((0, padding), (0, 0))).astype(np.float32, order='C')
