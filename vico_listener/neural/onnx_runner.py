"""Runs a part by onnxruntime on the CPU, from an export that is kept beside the weights."""

import hashlib
import io
import os
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi.onnxruntime_pybind11_state import Fail
from onnxruntime.capi.onnxruntime_pybind11_state import InvalidGraph
from onnxruntime.capi.onnxruntime_pybind11_state import InvalidProtobuf
from onnxruntime.capi.onnxruntime_pybind11_state import NoSuchFile

from vico_listener.neural.execution import Part

OPSET = 17
DIGEST = 'weights_sha256'
"""Metadata of the ONNX file: the digest of the file that it was made from."""

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
        self._options = onnxruntime.SessionOptions()
        self._options.intra_op_num_threads = threads
        self._options.log_severity_level = 3
        if checkpoint is None:
            self._session = self._open(export_onnx(part))
        else:
            self._session = self._kept(part, checkpoint)
        self._inputs = list(part.inputs)

    def constant(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Runner.constant`."""
        return np.ascontiguousarray(values, np.float32)

    def __call__(self, *inputs: Any) -> list[NDArray]:
        """See `Runner`."""
        feed = dict(zip(self._inputs, map(self.constant, inputs), strict=True))
        return [np.asarray(output) for output in self._session.run(None, feed)]

    def _open(self, model: str | bytes) -> onnxruntime.InferenceSession:
        return onnxruntime.InferenceSession(
            model, self._options, providers=['CPUExecutionProvider']
        )

    def _kept(self, part: Part, checkpoint: Path) -> onnxruntime.InferenceSession:
        """A session of the export beside the checkpoint, which is made where it is missing."""
        path, digest = export_path(checkpoint, part), _digest(checkpoint)
        if path.is_file():
            with suppress(Fail, InvalidProtobuf, InvalidGraph, NoSuchFile):  # broken: made anew
                session = self._open(str(path))
                if session.get_modelmeta().custom_metadata_map.get(DIGEST) == digest:
                    return session
        model = export_onnx(part, digest)
        with suppress(OSError):  # a folder of somebody else's: exported again next time
            unfinished = path.with_suffix(f'.{os.getpid()}')
            unfinished.write_bytes(model)
            unfinished.replace(path)
        return self._open(model)


def export_path(checkpoint: Path, part: Part) -> Path:
    """Where the export of a part of a checkpoint is kept."""
    return checkpoint.with_name(f'{checkpoint.stem}.{part.name}.onnx')


def _digest(checkpoint: Path) -> str:
    content = hashlib.sha256()
    with checkpoint.open('rb') as file:
        while piece := file.read(1 << 20):
            content.update(piece)
    return f'{VERSION}, {content.hexdigest()}'


def export_onnx(part: Part, digest: str = '') -> bytes:
    """An ONNX model of a part, for batches of any size.

    Args:
        part: the network.
        digest: goes into the metadata.

    Raises:
        ModuleNotFoundError: torch or onnx is not installed.
    """
    import onnx
    import torch

    network = part.build().eval()
    inputs = tuple(torch.zeros(1, *shape) for shape in part.inputs.values())
    names = [*part.inputs, *part.outputs]
    content: Any = io.BytesIO()  # the exporter's types know paths only
    with warnings.catch_warnings(), torch.inference_mode():
        # The exporter that needs no further package, and warns that there is a newer one.
        warnings.simplefilter('ignore')
        torch.onnx.export(
            network,
            inputs,
            content,
            input_names=list(part.inputs),
            output_names=list(part.outputs),
            dynamic_axes={name: {0: 'batch'} for name in names},
            opset_version=OPSET,
            dynamo=False,
        )
    model = onnx.load_model_from_string(content.getvalue())
    onnx.helper.set_model_props(model, {DIGEST: digest})
    return bytes(model.SerializeToString())
