"""Exports networks to ONNX files, marks these with a digest of the weights, and opens them."""

import io
import warnings
from typing import Any

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as failures

from vico_listener.bundled_files import REMEDY
from vico_listener.bundled_files import BundledFile
from vico_listener.bundled_files import bundled_path
from vico_listener.errors import DataError
from vico_listener.errors import NotInstalledError
from vico_listener.neural.execution import Part

OPSET = 17
"""The version of the operator set of exported graphs."""

DIGEST = 'weights_sha256'
"""The key in the metadata of an ONNX file of the digest of the weights it was made from."""

UNUSABLE = (
    failures.Fail,
    failures.InvalidArgument,
    failures.InvalidGraph,
    failures.InvalidProtobuf,
    failures.NoSuchFile,
    failures.NotImplemented,
)
"""The errors of onnxruntime for files that it cannot run, which have no common base class."""


class OnnxFileError(DataError):
    """A file is not an ONNX model that onnxruntime can run."""


def open_session(model: str | bytes, threads: int) -> onnxruntime.InferenceSession:
    """Return a session of a model that runs on the CPU.

    Args:
        model: the path or the content of the file.
        threads: the number of CPU threads.

    Raises:
        OnnxFileError: onnxruntime cannot run the model.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(model, options, ['CPUExecutionProvider'])
    except UNUSABLE as error:
        raise OnnxFileError(str(error)) from None


def open_bundled(file: BundledFile, purpose: str, otherwise: str) -> onnxruntime.InferenceSession:
    """Return a session of a bundled network, of one thread.

    Args:
        file: the network's file.
        purpose: what it does, for the message.
        otherwise: how to do without it.

    Raises:
        NotInstalledError: its file has not been fetched.
        OnnxFileError: its file is damaged.
    """
    path = bundled_path(file)
    if path is None:
        raise NotInstalledError(
            f'the network that tells {purpose} is not installed: get it with `{REMEDY}`, '
            f'or choose {otherwise}'
        )
    return open_session(str(path), threads=1)


def made_from(session: onnxruntime.InferenceSession) -> str:
    """Return the digest in the metadata of a session's model, or '' if there is none."""
    return str(session.get_modelmeta().custom_metadata_map.get(DIGEST, ''))


def marked(model: Any, digest: str) -> bytes:
    """Return a model (onnx.ModelProto) as the content of a file, with a digest as metadata."""
    import onnx

    onnx.helper.set_model_props(model, {DIGEST: digest})
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def trace_onnx(part: Part, digest: str = '', any_batch: bool = True) -> bytes:
    """Return the content of an ONNX file of a part, as torch traces it.

    Args:
        part: the network.
        digest: the digest for the metadata.
        any_batch: whether the file takes batches of any size, or of size 1 only.

    Raises:
        ModuleNotFoundError: torch or onnx is not installed.
    """
    import onnx
    import torch

    names = [*part.inputs, *part.outputs]
    content: Any = io.BytesIO()  # The exporter accepts it, but its type hints name paths only.
    with warnings.catch_warnings(), torch.inference_mode():
        # This exporter needs no further package, and warns that there is a newer one.
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
