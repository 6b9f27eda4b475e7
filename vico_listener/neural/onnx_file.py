"""ONNX files: made from networks, marked with what they were made from, and opened on the CPU."""

import io
import warnings
from typing import Any

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as failures

from vico_listener.errors import DataError
from vico_listener.neural.execution import Part

OPSET = 17
"""Version of the operators that exported graphs use."""

DIGEST = 'weights_sha256'
"""Metadata of an ONNX file: the digest of the weights that it was made from."""

UNUSABLE = (
    failures.Fail,
    failures.InvalidArgument,
    failures.InvalidGraph,
    failures.InvalidProtobuf,
    failures.NoSuchFile,
    failures.NotImplemented,
)
"""What onnxruntime raises for files that it cannot run; these have no base of their own."""


class OnnxFileError(DataError):
    """A file is no ONNX model that onnxruntime can run."""


def open_session(model: str | bytes, threads: int) -> onnxruntime.InferenceSession:
    """Return a session of a model that runs on the CPU.

    Args:
        model: path or content of the file.
        threads: CPU threads.

    Raises:
        OnnxFileError: onnxruntime cannot run it.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(model, options, ['CPUExecutionProvider'])
    except UNUSABLE as error:
        raise OnnxFileError(str(error)) from None


def made_from(session: onnxruntime.InferenceSession) -> str:
    """Return the digest in the metadata of a session's model, '' when there is none."""
    return str(session.get_modelmeta().custom_metadata_map.get(DIGEST, ''))


def marked(model: Any, digest: str) -> bytes:
    """Return the content of the file of a model (onnx.ModelProto), with a digest as metadata."""
    import onnx

    onnx.helper.set_model_props(model, {DIGEST: digest})
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def trace_onnx(part: Part, digest: str = '', any_batch: bool = True) -> bytes:
    """Return the content of an ONNX file of a part, as torch traces it.

    Args:
        part: the network.
        digest: goes into the metadata.
        any_batch: for batches of any size, not of one only.

    Raises:
        ModuleNotFoundError: torch or onnx is not installed.
    """
    import onnx
    import torch

    names = [*part.inputs, *part.outputs]
    content: Any = io.BytesIO()  # the exporter's types know paths only
    with warnings.catch_warnings(), torch.inference_mode():
        # The exporter that needs no further package, and warns that there is a newer one.
        warnings.simplefilter('ignore')
        torch.onnx.export(
            part.build().eval(),
            tuple(torch.zeros(1, *shape) for shape in part.inputs.values()),
            content,
            input_names=list(part.inputs),
            output_names=list(part.outputs),
            dynamic_axes={name: {0: 'batch'} for name in names} if any_batch else None,
            opset_version=OPSET,
            dynamo=False,
        )
    return marked(onnx.load_model_from_string(content.getvalue()), digest)
