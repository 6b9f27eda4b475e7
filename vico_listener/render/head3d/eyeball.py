"""The front of an eyeball: a finer sphere than the mesh has, with the places of the painted eye."""

import numpy as np

from vico_listener.render.head3d.mesh_file import Floats
from vico_listener.render.head3d.mesh_file import Indices
from vico_listener.render.head3d.paint import EYE_PLACE

RINGS, SPOKES = 12, 28
WIDEST = np.radians(88.0)
"""How far the surface reaches from the axis; what lies behind is never seen."""


def eyeball(eye: np.ndarray) -> tuple[Floats, Floats, Indices]:
    """Return vertices (V, 3), places in the texture (V, 2) and triangles (T, 3) of an eyeball.

    Args:
        eye: (4,) its centre and radius.
    """
    angle = np.repeat(np.linspace(0, WIDEST, RINGS + 1)[1:], SPOKES)
    around = np.tile(np.arange(SPOKES) * 2 * np.pi / SPOKES, RINGS)
    angle, around = np.append(angle, 0.0), np.append(around, 0.0)
    ring = np.sin(angle)
    sphere = np.stack([ring * np.cos(around), ring * np.sin(around), np.cos(angle)], axis=1)
    column, row, side = EYE_PLACE
    half = (side - 1) / 2
    reach = angle / np.radians(90.0) * half
    places = np.stack(
        [column + half + reach * np.cos(around), row + half - reach * np.sin(around)], axis=1
    )
    index = np.arange(RINGS * SPOKES).reshape(RINGS, SPOKES)
    after = np.roll(index, -1, axis=1)
    pole = np.full(SPOKES, RINGS * SPOKES)
    triangles = np.concatenate(
        [
            np.stack([pole, index[0], after[0]], axis=1),
            np.stack([index[:-1], index[1:], after[1:]], axis=-1).reshape(-1, 3),
            np.stack([index[:-1], after[1:], after[:-1]], axis=-1).reshape(-1, 3),
        ]
    )
    return (
        (eye[:3] + eye[3] * sphere).astype(np.float32),
        places.astype(np.float32),
        triangles.astype(np.int32),
    )
