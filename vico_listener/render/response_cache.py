"""Keeps the responses of portraits in a folder of the user's, so that each is measured once."""

import hashlib
import logging
import os
import tempfile
from functools import cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from vico_listener.bundled_files import FACE_MODEL
from vico_listener.render.base import Image
from vico_listener.render.response import Float
from vico_listener.render.response import Response

FOLDER = 'vico_listener/portraits'
"""The folder below $XDG_CACHE_HOME, or below ~/.cache."""

_log = logging.getLogger(__name__)


def cached_path(portrait: Image, size: int) -> Path:
    """Return where the response of a portrait is kept; it depends on code and face model."""
    key = hashlib.sha256(_sources())
    key.update(f'{FACE_MODEL.sha256} {portrait.shape} {size}'.encode())
    key.update(np.ascontiguousarray(portrait).tobytes())
    base = os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache'
    return Path(base) / FOLDER / f'{key.hexdigest()[:32]}.npz'


def load_response(path: Path, own: Float) -> Response | None:
    """Return the response in a file, or None if there is none of a portrait with these values."""
    try:
        with np.load(path, allow_pickle=False) as file:
            weak = tuple(file['weak'].tolist())
            response = Response(file['own'], file['drives'], file['turns'], weak)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    return response if np.array_equal(response.own, own) else None


def save_response(path: Path, response: Response) -> None:
    """Keep a response; where the folder cannot be written, the next start measures again."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A reader must never see half a file.
        handle, name = tempfile.mkstemp(dir=path.parent, suffix='.npz')
        with os.fdopen(handle, 'wb') as file:
            np.savez(
                file,
                own=response.own,
                drives=response.drives,
                turns=response.turns,
                weak=np.array(response.weak, dtype=np.str_),
            )
        os.replace(name, path)
    except OSError as error:
        _log.info('the measurement of the portrait cannot be kept in %s: %s', path.parent, error)


@cache
def _sources() -> bytes:
    """Return a digest of the renderer's code, because it makes the response."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob('*.py')):
        digest.update(path.read_bytes())
    return digest.digest()
