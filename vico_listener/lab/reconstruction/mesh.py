"""Writes the face of some coefficients as a mesh, which needs the Basel Face Model."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vico_listener.face.deep3d import coefficients as parts
from vico_listener.face.deep3d.mat_file import read_matrices
from vico_listener.face.model_file import FaceModelError
from vico_listener.rotation import matrix_from_rpy

MODEL_FILE = 'BFM_model_front.mat'

_ENTRIES = ('meanshape', 'meantex', 'idBase', 'exBase', 'texBase', 'tri')


@dataclass(frozen=True)
class BaselFace:
    """The Basel Face Model 2009 as Deep3DFaceRecon cuts it out, V = 35,709 vertices.

    Attributes:
        shape: (3 V,) mean, dm, centred; texture: (3 V,) mean, 0..255.
        identity: (3 V, 80), expression: (3 V, 64), colour: (3 V, 80).
        triangles: (F, 3), from 0.
    """

    shape: NDArray[np.float64]
    texture: NDArray[np.float64]
    identity: NDArray[np.float64]
    expression: NDArray[np.float64]
    colour: NDArray[np.float64]
    triangles: NDArray[np.int64]

    def vertices(self, coefficients: NDArray) -> NDArray[np.float64]:
        """Return (V, 3) in dm, turned and moved: x to the person's left, y up, z to the camera."""
        still = (
            self.shape
            + self.identity @ coefficients[parts.IDENTITY]
            + self.expression @ coefficients[parts.EXPRESSION]
        ).reshape(-1, 3)
        turn = matrix_from_rpy(coefficients[parts.ANGLES])
        return np.asarray(still @ turn.T + coefficients[parts.TRANSLATION])

    def colours(self, coefficients: NDArray) -> NDArray[np.float64]:
        """Return (V, 3) RGB 0..1, evenly lit."""
        values = self.texture + self.colour @ coefficients[parts.TEXTURE]
        return np.asarray(np.clip(values.reshape(-1, 3) / 255, 0, 1))


def load_basel_face(folder: str | Path) -> BaselFace:
    """Read `BFM_model_front.mat`, which Deep3DFaceRecon makes from the registered model.

    Raises:
        FaceModelError: the folder has no such file, or the file has another content.
    """
    path = Path(folder).expanduser() / MODEL_FILE
    remedy = (
        'register for the Basel Face Model 2009 and let Deep3DFaceRecon_pytorch make it, '
        'see docs/checkpoints.md'
    )
    if not path.is_file():
        raise FaceModelError(f'no {MODEL_FILE} in {folder}: {remedy}')
    try:
        content = read_matrices(path.read_bytes(), _ENTRIES)
        mean, texture, identity, expression, colour, triangles = (content[n] for n in _ENTRIES)
        centred = mean.reshape(-1, 3) - mean.reshape(-1, 3).mean(axis=0)
        size = centred.size
        face = BaselFace(
            centred.ravel().astype(np.float64),
            texture.ravel().astype(np.float64),
            identity.astype(np.float64),
            expression.astype(np.float64),
            colour.astype(np.float64),
            triangles.astype(np.int64) - 1,
        )
    except (KeyError, ValueError, NotImplementedError, TypeError) as error:
        raise FaceModelError(f'{path} is no face model ({error!r}): {remedy}') from None
    expected = {'identity': (size, 80), 'expression': (size, 64), 'colour': (size, 80)}
    for name, shape in expected.items():
        if getattr(face, name).shape != shape:
            raise FaceModelError(
                f'{path}: {name} has the shape {getattr(face, name).shape}, not {shape}: {remedy}'
            )
    corners = face.triangles
    if face.texture.size != size or not 0 <= corners.min() <= corners.max() < size // 3:
        raise FaceModelError(f'{path}: texture or triangles do not fit the shape: {remedy}')
    return face


def write_obj(path: Path, face: BaselFace, coefficients: NDArray) -> None:
    """Write the face of coefficients (257,) as a Wavefront OBJ with vertex colours.

    Raises:
        ValueError: the number of coefficients is not 257.
    """
    if np.shape(coefficients) != (parts.SIZE,):
        raise ValueError(f'expected ({parts.SIZE},) coefficients, got {np.shape(coefficients)}')
    rows = np.hstack([face.vertices(coefficients), face.colours(coefficients)])
    with path.open('w', encoding='ascii') as file:
        np.savetxt(file, rows, 'v %.6f %.6f %.6f %.4f %.4f %.4f')
        np.savetxt(file, face.triangles + 1, 'f %d %d %d')
