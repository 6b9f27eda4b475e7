"""Keeps arrays in a folder of the user's, so that what takes long is computed once."""

import logging
import os
import tempfile
from collections.abc import Iterable
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

_log = logging.getLogger(__name__)


def cache_folder(name: str) -> Path | None:
    """Return the folder `vico_listener/<name>` below $XDG_CACHE_HOME, or below ~/.cache.

    It need not be there yet. None if this process has no home folder.
    """
    given = os.environ.get('XDG_CACHE_HOME')
    try:
        base = Path(given) if given else Path.home() / '.cache'
    except RuntimeError:
        return None
    return base / 'vico_listener' / name


def load_arrays(path: Path, names: Iterable[str]) -> dict[str, NDArray] | None:
    """Return arrays of a file by their names, or None if there is none, or not a whole one."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in names}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None


def save_arrays(path: Path, arrays: Mapping[str, Any], what: str) -> None:
    """Keep arrays in a file; where it cannot be written, the log names `what` is not kept."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A reader must never see half a file.
        handle, name = tempfile.mkstemp(dir=path.parent, suffix='.npz')
        with os.fdopen(handle, 'wb') as file:
            np.savez(file, **arrays)
        os.replace(name, path)
    except OSError as error:
        _log.info('%s cannot be kept in %s: %s', what, path.parent, error)


@cache
def code_digest(folder: Path) -> bytes:
    """Return a digest of the modules in a folder: other code makes other arrays."""
    digest = sha256()
    for path in sorted(folder.glob('*.py')):
        digest.update(path.read_bytes())
    return digest.digest()
