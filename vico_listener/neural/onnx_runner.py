"""Runs a network by onnxruntime on the CPU, from an export that is kept beside its weights."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from vico_listener.neural.execution import Part
from vico_listener.neural.onnx_file import OnnxFileError
from vico_listener.neural.onnx_file import made_from
from vico_listener.neural.onnx_file import open_session
from vico_listener.neural.onnx_file import trace_onnx

VERSION = 'export 1'
"""A part of the digest, which changes whenever the networks or their inputs change."""


class OnnxRunner:
    """Runs a part by onnxruntime (see `Runner`).

    Args:
        part: the network.
        threads: the number of CPU threads.
        checkpoint: the file of the weights. The export is kept beside it as NAME.PART.onnx and used
            as long as the weights are the same, without torch. It is not kept for None, nor if the
            folder cannot be written.
    """

    def __init__(self, part: Part, threads: int, checkpoint: Path | None = None) -> None:
        self._session = (
            open_session(trace_onnx(part), threads)
            if checkpoint is None
            else _kept(part, threads, checkpoint)
        )
        self._inputs = list(part.inputs)

    def constant(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Runner.constant`."""
        return np.ascontiguousarray(values, np.float32)

    def __call__(self, *inputs: Any) -> list[NDArray]:
        """See `Runner`."""
        feed = dict(zip(self._inputs, map(self.constant, inputs), strict=True))
        return [np.asarray(output) for output in self._session.run(None, feed)]


def _kept(part: Part, threads: int, checkpoint: Path) -> onnxruntime.InferenceSession:
    """Return a session of the export beside the checkpoint, and make the export if needed."""
    path, digest = export_path(checkpoint, part), _digest(checkpoint)
    if path.is_file():
        with suppress(OnnxFileError):  # A broken export is made again.
            session = open_session(str(path), threads)
            if made_from(session) == digest:
                return session
    model = trace_onnx(part, digest)
    with suppress(OSError):  # If the folder cannot be written, the next run exports again.
        unfinished = path.with_suffix(f'.{os.getpid()}')
        unfinished.write_bytes(model)
        unfinished.replace(path)
    return open_session(model, threads)


def export_path(checkpoint: Path, part: Part) -> Path:
    """Return the path at which the export of a part of a checkpoint is kept."""
    return checkpoint.with_name(f'{checkpoint.stem}.{part.name}.onnx')


def _digest(checkpoint: Path) -> str:
    content = hashlib.sha256()
    with checkpoint.open('rb') as file:
        while piece := file.read(1 << 20):
            content.update(piece)
    return f'{VERSION}, {content.hexdigest()}'
