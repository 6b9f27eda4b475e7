"""Keeps the responses of portraits, so that each is measured once."""

import hashlib
from pathlib import Path

import numpy as np

from vico_listener.bundled_files import FACE_MODEL
from vico_listener.frames import Picture
from vico_listener.render.array_cache import cache_folder
from vico_listener.render.array_cache import code_digest
from vico_listener.render.array_cache import load_arrays
from vico_listener.render.array_cache import save_arrays
from vico_listener.render.response import Float
from vico_listener.render.response import Response


def cached_path(portrait: Picture, size: int) -> Path | None:
    """Return where the response of a portrait is kept, by renderer, face model and portrait.

    None without a home folder.
    """
    key = hashlib.sha256(code_digest(Path(__file__).parent))
    key.update(f'{FACE_MODEL.sha256} {portrait.shape} {size}'.encode())
    key.update(np.ascontiguousarray(portrait).tobytes())
    folder = cache_folder('portraits')
    return None if folder is None else folder / f'{key.hexdigest()[:32]}.npz'


def load_response(path: Path, own: Float) -> Response | None:
    """Return the response in a file, or None if there is none of a portrait with these values."""
    found = load_arrays(path, ('own', 'drives', 'turns', 'weak'))
    if found is None or not np.array_equal(found['own'], own):
        return None
    return Response(found['own'], found['drives'], found['turns'], tuple(found['weak'].tolist()))


def save_response(path: Path, response: Response) -> None:
    """Keep a response; where the folder cannot be written, the next start measures again."""
    arrays = {
        'own': response.own,
        'drives': response.drives,
        'turns': response.turns,
        'weak': np.array(response.weak, dtype=np.str_),
    }
    save_arrays(path, arrays, 'the measurement of the portrait')
