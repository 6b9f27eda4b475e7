"""Reads files of `torch.save` without running code in them, and loads their weights strictly."""

import pickle
import struct
import zipfile
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from vico_listener.errors import DataError


class TorchFileError(DataError):
    """A file of weights cannot be used; the message says why, and which file is needed."""


_UNREADABLE = (
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    OverflowError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
)
"""What torch raises for bytes that are no longer what it wrote."""


@dataclass(frozen=True)
class PretrainedFile:
    """A file of pretrained weights that its authors publish.

    Attributes:
        file: its usual name.
        entry: the entry that holds the weights.
        origin: the project that publishes it.
    """

    file: str
    entry: str
    origin: str

    @property
    def remedy(self) -> str:
        """The remedy for messages."""
        return f'give {self.file} of {self.origin}, see docs/checkpoints.md'


def read_torch_file(path: Path, allowed: Sequence[Any] = ()) -> Any:
    """Return the content of a file of `torch.save`, on the CPU, by torch's restricted unpickler.

    Args:
        path: the file.
        allowed: classes that the file may hold besides tensors and plain containers.

    Raises:
        TorchFileError: the file is missing, of another kind, incomplete, or could run code.
    """
    if not path.is_file():
        raise TorchFileError(f'no such file: {path}')
    stranger = _other_kind(path)
    if stranger:
        raise TorchFileError(f'{path} is {stranger}, not a file made by torch.save')
    try:
        with torch.serialization.safe_globals(list(allowed)):
            return torch.load(path, map_location='cpu', weights_only=True)
    except pickle.UnpicklingError as error:
        reason = next((x for x in str(error).splitlines() if 'GLOBAL' in x), str(error))
        raise TorchFileError(
            f'{path} is not plain data, and is not opened because it could run code: '
            f'{reason.strip().splitlines()[0]}'
        ) from None
    except _UNREADABLE as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise TorchFileError(
            f'{path} ({path.stat().st_size:,} bytes) cannot be read, as after an interrupted '
            f'download: {reason}'
        ) from None


def _other_kind(path: Path) -> str:
    """Return what kind of file this is instead of one of torch.save, or '' if it may be one."""
    with path.open('rb') as file:
        start = file.read(9)
    if not start:
        return 'empty'
    if start.lstrip()[:1] == b'<':
        return 'a web page (a download that asked for a confirmation?)'
    if start[8:9] == b'{' and int.from_bytes(start[:8], 'little') < path.stat().st_size:
        return 'in the safetensors format'
    try:
        if not zipfile.is_zipfile(path):
            return ''
        with zipfile.ZipFile(path) as archive:
            names = {name.rpartition('/')[2] for name in archive.namelist()}
    except _UNREADABLE:
        return 'a damaged archive'
    if 'constants.pkl' in names:
        return 'a TorchScript archive'
    return '' if 'data.pkl' in names else 'an archive (unpack it first)'


def load_pretrained(network: nn.Module, path: Path, wanted: PretrainedFile) -> None:
    """Fill `network` with exactly the tensors of a published file, and prepare it for inference.

    Raises:
        TorchFileError: see `read_torch_file`; also if the weights are those of another network,
            with the first tensor that is missing, unknown or of another shape.
    """
    try:
        content = read_torch_file(path)
        tensors = _entry(path, content, wanted.entry)
        _check(path, tensors, network.state_dict())
    except TorchFileError as error:
        raise TorchFileError(f'{error}: {wanted.remedy}') from None
    network.load_state_dict(tensors, strict=True)
    network.eval().requires_grad_(False)


def _entry(path: Path, content: Any, entry: str) -> dict[str, torch.Tensor]:
    if not isinstance(content, Mapping) or not isinstance(content.get(entry), Mapping):
        found = ', '.join(map(str, list(content)[:4])) if isinstance(content, Mapping) else ''
        raise TorchFileError(f"{path} has no entry '{entry}' (it has: {found or 'no entries'})")
    # Training on several GPUs prepends 'module.' to every name.
    return {str(name).removeprefix('module.'): value for name, value in content[entry].items()}


def _check(path: Path, found: Mapping[str, Any], expected: Mapping[str, torch.Tensor]) -> None:
    missing = [name for name in expected if name not in found]
    unknown = [name for name in found if name not in expected]
    if missing or unknown:
        parts = [f'lacks {len(missing)} tensors, first {missing[0]}'] if missing else []
        parts += [f'has {len(unknown)} unknown tensors, first {unknown[0]}'] if unknown else []
        raise TorchFileError(f'{path} holds another network: it {" and ".join(parts)}')
    for name, tensor in expected.items():
        value = found[name]
        if not isinstance(value, torch.Tensor) or value.shape != tensor.shape:
            shape = tuple(getattr(value, 'shape', ()))
            raise TorchFileError(
                f'{path} holds another network: {name} has the shape {shape}, '
                f'not {tuple(tensor.shape)}'
            )
        if value.is_floating_point() and not bool(torch.isfinite(value).all()):
            raise TorchFileError(f'{path}: {name} holds numbers that are not finite')
