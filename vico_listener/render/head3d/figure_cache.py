"""Keeps figures, because making one takes seconds and loading none."""

import dataclasses
import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from vico_listener.bundled_files import HEAD_MESH
from vico_listener.render.array_cache import cache_folder
from vico_listener.render.array_cache import code_digest
from vico_listener.render.array_cache import load_arrays
from vico_listener.render.array_cache import save_arrays
from vico_listener.render.head3d.figure import Figure
from vico_listener.render.head3d.figure import build_figure
from vico_listener.render.head3d.identity import Identity
from vico_listener.render.head3d.mesh_file import MeshFile

_FIELDS = tuple(field.name for field in dataclasses.fields(Figure))


def figure_of(identity: Identity) -> Figure:
    """Return the figure of an identity: the one that is kept, else a new one, which is then kept.

    Where the folder cannot be written, the next start makes it again.

    Raises:
        VicoError: see `build_figure` and `MeshFile`.
    """
    path = cached_path(identity)
    if path is not None and (found := load_arrays(path, _FIELDS)) is not None:
        arrays: dict[str, Any] = {**found, 'fronts': int(found['fronts'])}
        return Figure(**arrays)
    figure = build_figure(MeshFile(), identity)
    if path is not None:
        kept = {name: np.asarray(getattr(figure, name)) for name in _FIELDS}
        save_arrays(path, kept, 'the figure')
    return figure


def cached_path(identity: Identity) -> Path | None:
    """Return where a figure is kept, by code, mesh and identity; None without a home folder."""
    key = hashlib.sha256(code_digest(Path(__file__).parent))
    key.update(f'{HEAD_MESH.sha256} {identity}'.encode())
    folder = cache_folder('figures')
    return None if folder is None else folder / f'{key.hexdigest()[:32]}.npz'
