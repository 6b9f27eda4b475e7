"""Runs a part by onnxruntime on the CPU, from an export that is kept beside the weights."""

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
"""Goes into the digest; changed when the networks or their inputs change."""


class OnnxRunner:
    """See `Runner`.

    Args:
        part: what to run.
        threads: of onnxruntime.
        checkpoint: file of the weights; its export is kept beside it as NAME.PART.onnx and used
            again as long as the weights are the same (torch is not needed then). None, or a folder
            that cannot be written: the export is not kept.
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
    """A session of the export beside the checkpoint, which is made where it is missing."""
    path, digest = export_path(checkpoint, part), _digest(checkpoint)
    if path.is_file():
        with suppress(OnnxFileError):  # broken: made anew
            session = open_session(str(path), threads)
            if made_from(session) == digest:
                return session
    model = trace_onnx(part, digest)
    with suppress(OSError):  # a folder of somebody else's: exported again next time
        unfinished = path.with_suffix(f'.{os.getpid()}')
        unfinished.write_bytes(model)
        unfinished.replace(path)
    return open_session(model, threads)


def export_path(checkpoint: Path, part: Part) -> Path:
    """Where the export of a part of a checkpoint is kept."""
    return checkpoint.with_name(f'{checkpoint.stem}.{part.name}.onnx')


def _digest(checkpoint: Path) -> str:
    content = hashlib.sha256()
    with checkpoint.open('rb') as file:
        while piece := file.read(1 << 20):
            content.update(piece)
    return f'{VERSION}, {content.hexdigest()}'
