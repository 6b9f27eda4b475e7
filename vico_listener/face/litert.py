"""Runs a TFLite network by LiteRT without copying its inputs and outputs."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from vico_listener.face.model_file import FaceModelError


class Network:
    """A network with one float32 input, whose tensors are views of the interpreter's memory.

    A view is valid until the next `run`, and LiteRT refuses to run while one is still referenced.
    """

    def __init__(
        self,
        content: bytes,
        name: str,
        input_shape: Sequence[int],
        output_sizes: Sequence[int],
        threads: int = 1,
    ) -> None:
        """Load a network and check that it is the expected one.

        Args:
            content: the content of the .tflite file.
            name: the name of the network in error messages.
            input_shape: the expected shape of its input.
            output_sizes: the expected numbers of values of its first outputs.
            threads: the number of CPU threads.

        Raises:
            FaceModelError: LiteRT cannot run the network, or its shapes are others.
        """
        try:
            self._interpreter = Interpreter(model_content=content, num_threads=threads)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise FaceModelError(
                f'the {name} network in the face model is broken: {error}'
            ) from None
        inputs = self._interpreter.get_input_details()
        outputs = self._interpreter.get_output_details()
        found = list(inputs[0]['shape']), [int(np.prod(d['shape'])) for d in outputs]
        if found[0] != list(input_shape) or found[1][: len(output_sizes)] != list(output_sizes):
            raise FaceModelError(
                f'the {name} network in the face model has shapes {found[0]} -> {found[1]}, '
                f'expected {list(input_shape)} -> {list(output_sizes)}: use the original '
                'face_landmarker.task'
            )
        self._input = self._interpreter.tensor(inputs[0]['index'])
        self._outputs = [self._interpreter.tensor(d['index']) for d in outputs]

    def input(self) -> NDArray[np.float32]:
        """Return a view of the input without its batch dimension."""
        return self._input()[0]

    def run(self) -> None:
        """Compute the outputs."""
        self._interpreter.invoke()

    def output(self, index: int) -> NDArray[np.float32]:
        """Return a flat view of an output."""
        view: NDArray[Any] = self._outputs[index]().reshape(-1)
        return view
