"""Keeps figures in a folder of the user's, because making one takes seconds and loading none."""

import dataclasses
import hashlib
import logging
import os
import tempfile
from functools import cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from vico_listener.bundled_files import HEAD_MESH
from vico_listener.render.head3d.figure import Figure
from vico_listener.render.head3d.figure import build_figure
from vico_listener.render.head3d.identity import Identity
from vico_listener.render.head3d.mesh_file import MeshFile

FOLDER = 'vico_listener/figures'
"""The folder below $XDG_CACHE_HOME, or below ~/.cache."""

_log = logging.getLogger(__name__)


def figure_of(identity: Identity) -> Figure:
    """Return the figure of an identity: the one that is kept, else a new one, which is then kept.

    Raises:
        VicoError: see `build_figure` and `MeshFile`.
    """
    path = cached_path(identity)
    if path is not None and (found := _load(path)) is not None:
        return found
    figure = build_figure(MeshFile(), identity)
    if path is not None:
        _save(path, figure)
    return figure


def cached_path(identity: Identity) -> Path | None:
    """Return where a figure is kept, by code, mesh and identity; None without a home folder."""
    given = os.environ.get('XDG_CACHE_HOME')
    try:
        base = Path(given) if given else Path.home() / '.cache'
    except RuntimeError:
        return None
    key = hashlib.sha256(_sources() + f'{HEAD_MESH.sha256} {identity}'.encode())
    return base / FOLDER / f'{key.hexdigest()[:32]}.npz'


def _load(path: Path) -> Figure | None:
    """Return the figure in a file, or None if there is none, or not a whole one."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {field.name: file[field.name] for field in dataclasses.fields(Figure)}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    return Figure(**{**arrays, 'fronts': int(arrays['fronts'])})


def _save(path: Path, figure: Figure) -> None:
    """Keep a figure; where the folder cannot be written, the next start makes it again."""
    arrays = {field.name: getattr(figure, field.name) for field in dataclasses.fields(Figure)}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A reader must never see half a file.
        handle, name = tempfile.mkstemp(dir=path.parent, suffix='.npz')
        with os.fdopen(handle, 'wb') as file:
            np.savez(file, **arrays)
        os.replace(name, path)
    except OSError as error:
        _log.info('the figure cannot be kept in %s: %s', path.parent, error)


@cache
def _sources() -> bytes:
    """Return a digest of the code that makes figures."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob('*.py')):
        digest.update(path.read_bytes())
    return digest.digest()
