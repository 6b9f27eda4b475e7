"""Reads the MakeHuman base mesh, its targets and its masks out of the bundled archive.

The lengths of the mesh are in decimetres. x points to the person's left, y up and z out of the
face.
"""

import gzip
import zipfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener import bundled_files
from vico_listener.bundled_files import HEAD_MESH
from vico_listener.bundled_files import bundled_path
from vico_listener.errors import DataError
from vico_listener.errors import NotInstalledError

BASE = 'mpfb2/3dobjs/base.obj'
FACE_UNITS = 'faceunits01/targets/faceunits'
TARGETS = 'mpfb2/targets'
MASKS = 'mpfb2/textures'

Floats = NDArray[np.float32]
Indices = NDArray[np.int32]


class MeshFileError(DataError):
    """The archive of the mesh is not what it should be; the message says which part."""


@dataclass(frozen=True)
class Mesh:
    """The whole base mesh: the body and its helpers.

    Attributes:
        vertices: (V, 3) float32, dm.
        uv: (T, 2) float32 places on the unwrapped skin, from 0 to 1, v upwards.
        quads: (F, 4) int32 vertices of each face.
        quads_uv: (F, 4) int32 places of each face.
        groups: (F,) names of the groups of faces.
    """

    vertices: Floats
    uv: Floats
    quads: Indices
    quads_uv: Indices
    groups: NDArray[np.str_]

    def vertices_of(self, group: str) -> Indices:
        """Return the sorted indices of the vertices of a group.

        Raises:
            MeshFileError: there is no such group.
        """
        found = np.unique(self.quads[self.groups == group])
        if not len(found):
            raise MeshFileError(f"the mesh has no group '{group}': {_AGAIN}")
        return np.asarray(found, np.int32)


_AGAIN = f'delete the file and fetch it again with `{bundled_files.REMEDY}`'


class MeshFile:
    """The archive of the mesh, opened for reading.

    Args:
        path: the archive; None for the bundled one.

    Raises:
        NotInstalledError: the bundled one is not installed.
        MeshFileError: it is no archive.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        found = bundled_path(HEAD_MESH) if path is None else Path(path)
        if found is None:
            raise NotInstalledError(
                'the mesh of the renderer head3d is not installed: get it with '
                f'`{bundled_files.REMEDY}`'
            )
        self.path = found
        try:
            self._archive = zipfile.ZipFile(found)
        except (OSError, zipfile.BadZipFile) as error:
            raise MeshFileError(f'{found} is no intact archive ({error}): {_AGAIN}') from None

    def _read(self, member: str) -> bytes:
        try:
            content = self._archive.read(member)
        except (KeyError, zipfile.BadZipFile) as error:
            raise MeshFileError(f'{self.path}: {member} is missing or damaged: {_AGAIN}') from error
        return gzip.decompress(content) if member.endswith('.gz') else content

    def mesh(self) -> Mesh:
        """Return the base mesh.

        Raises:
            MeshFileError: it is missing, or not the Wavefront file that it should be.
        """
        vertices, uv, quads, quads_uv, groups = [], [], [], [], []
        group = ''
        try:
            for line in self._read(BASE).decode('ascii').splitlines():
                kind, *words = line.split() or ['']
                if kind == 'v':
                    vertices.append([float(word) for word in words])
                elif kind == 'vt':
                    uv.append([float(word) for word in words[:2]])
                elif kind == 'g':
                    group = words[0]
                elif kind == 'f':
                    corners = [word.split('/') for word in words]
                    quads.append([int(corner[0]) - 1 for corner in corners])
                    quads_uv.append([int(corner[1]) - 1 for corner in corners])
                    groups.append(group)
            return Mesh(
                np.array(vertices, np.float32).reshape(-1, 3),
                np.array(uv, np.float32).reshape(-1, 2),
                np.array(quads, np.int32).reshape(-1, 4),
                np.array(quads_uv, np.int32).reshape(-1, 4),
                np.array(groups),
            )
        except (ValueError, IndexError) as error:
            raise MeshFileError(f'{self.path}: {BASE} cannot be read ({error}): {_AGAIN}') from None

    def target(self, member: str) -> tuple[Indices, Floats]:
        """Return a target: the vertices (N,) that it moves, and by how much (N, 3), dm.

        Raises:
            MeshFileError: it is missing, or not the text that it should be.
        """
        indices, offsets = [], []
        try:
            for line in self._read(member).decode('utf-8').splitlines():
                words = line.split()
                if words and not line.startswith('#'):
                    indices.append(int(words[0]))
                    offsets.append([float(word) for word in words[1:4]])
            return np.array(indices, np.int32), np.array(offsets, np.float32).reshape(-1, 3)
        except ValueError as error:
            raise MeshFileError(f'{self.path}: {member} cannot be read ({error})') from None

    def coefficient(self, name: str) -> tuple[Indices, Floats]:
        """Return the target of an ARKit coefficient (see `target`)."""
        return self.target(f'{FACE_UNITS}/{name}.target')

    def mask(self, name: str) -> NDArray[np.uint8]:
        """Return a mask (2048, 2048) uint8 over the unwrapped skin, e.g. 'lips'.

        Its columns go from the top of the file's image to the bottom, see `paint.uv_pixels`.

        Raises:
            MeshFileError: it is missing, or no image.
        """
        coded = np.frombuffer(self._read(f'{MASKS}/mpfb_{name}.jpg'), np.uint8)
        mask = cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE)
        if mask is None:
            raise MeshFileError(f'{self.path}: the mask {name} is no image: {_AGAIN}')
        return np.ascontiguousarray(mask.T, np.uint8)
