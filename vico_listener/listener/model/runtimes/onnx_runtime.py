"""The runtime `onnx`: onnxruntime on one CPU thread, with inputs and outputs bound to memory."""

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from vico_listener.listener.model.checkpoint import ONNX
from vico_listener.listener.model.checkpoint import Checkpoint
from vico_listener.listener.model.checkpoint import CheckpointError
from vico_listener.listener.model.checkpoint import digest
from vico_listener.neural.onnx_file import OnnxFileError
from vico_listener.neural.onnx_file import made_from
from vico_listener.neural.onnx_file import open_session

Array = NDArray[np.float32]


class OnnxRuntime:
    """Steps the file `model.onnx` of a checkpoint."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        """Load the graph.

        Raises:
            CheckpointError: the file is missing or broken, or it was made from other weights.
        """
        if checkpoint.folder is None or not (checkpoint.folder / ONNX).is_file():
            raise CheckpointError(f'the checkpoint holds no {ONNX}')
        path = checkpoint.folder / ONNX
        try:
            session = open_session(str(path), threads=1)
        except OnnxFileError as error:
            raise CheckpointError(f'{path} is broken: {error}') from None
        if made_from(session) != digest(checkpoint.weights):
            raise CheckpointError(
                f'{path} was made from other weights than those beside it: export it again'
            )
        config = checkpoint.config
        size = config.state_size
        self._driven = np.zeros((1, config.driven_size), np.float32)
        self._output = np.zeros((1, config.output_size), np.float32)
        self._states = [np.zeros((1, size), np.float32) for _ in range(2)]
        self._now = 0
        self._session = session
        # The state alternates between two buffers, with one binding for each direction.
        self._bindings = [self._bind(k) for k in range(2)]

    def _bind(self, now: int) -> onnxruntime.IOBinding:
        binding = self._session.io_binding()
        then = self._states[1 - now]
        for name, array in (('driven', self._driven), ('state', self._states[now])):
            binding.bind_input(name, 'cpu', 0, np.float32, array.shape, array.ctypes.data)
        for name, array in (('output', self._output), ('next_state', then)):
            binding.bind_output(name, 'cpu', 0, np.float32, array.shape, array.ctypes.data)
        return binding

    @property
    def state(self) -> Array:
        """See `Runtime.state`."""
        return self._states[self._now][0].copy()

    @state.setter
    def state(self, values: Array) -> None:
        self._states[self._now][0] = values

    def step(self, driven: Array) -> Array:
        """See `Runtime.step`."""
        self._driven[0] = driven
        self._session.run_with_iobinding(self._bindings[self._now])
        self._now = 1 - self._now
        return self._output[0]
