"""Paints two rows of teeth: seams between them, gums at their roots, and shade inside the mouth."""

from dataclasses import dataclass

import numpy as np

from vico_listener.render.head3d.mesh_file import Floats
from vico_listener.render.head3d.mesh_file import Mesh

ARCH = 0.95, 0.30, 0.56
"""The ellipse on the base mesh along which teeth stand: z of its middle, its halves, dm."""

SEAM = 0.0045
"""Half the width of a seam, dm."""

GUMS = np.array([110.0, 108.0, 196.0])
"""BGR."""


@dataclass(frozen=True)
class Row:
    """One row of teeth on the base mesh.

    Attributes:
        seams: where teeth meet, from the middle on along the arch, dm.
        edge: the height at which the front teeth bite, dm.
        upwards: 1 if their roots are above, else -1.
        length: from their edges to the gums, dm.
    """

    seams: tuple[float, ...]
    edge: float
    upwards: float
    length: float


TOOTH_ROWS = {
    'helper-upper-teeth': Row((0.0, 0.085, 0.15, 0.227, 0.297, 0.367, 0.465), 6.60, 1.0, 0.105),
    'helper-lower-teeth': Row((0.0, 0.053, 0.11, 0.18, 0.25, 0.32, 0.43), 6.56, -1.0, 0.09),
}
"""The rows by their groups of the mesh; the widths are those of grown-up people's teeth."""


def inner_sides(mesh: Mesh) -> np.ndarray:
    """Return which faces (F,) bool of the mesh are the inner sides of teeth."""
    places = mesh.vertices[mesh.quads]
    x, z = places[..., 0].mean(axis=1), places[..., 2].mean(axis=1)
    normals = np.cross(places[:, 2] - places[:, 0], places[:, 3] - places[:, 1])
    outwards = normals[:, 0] * x / ARCH[1] ** 2 + normals[:, 2] * (z - ARCH[0]) / ARCH[2] ** 2
    return np.asarray(np.isin(mesh.groups, list(TOOTH_ROWS)) & (outwards < 0))


def teeth(row: Row, colour: Floats, places: Floats) -> Floats:
    """Return the colours (N, 3) BGR of a row of teeth.

    Args:
        row: which one.
        colour: (N, 3) BGR of their enamel.
        places: (N, 3) on the base mesh, dm.
    """
    middle, half_x, half_z = ARCH
    x, y, z = places.T
    aside, ahead = np.abs(x) / half_x, (z - middle) / half_z
    angle = np.arctan2(aside, ahead)
    steps = np.linspace(0.0, np.pi, 400)
    lengths = np.hypot(half_x * np.cos(steps), half_z * np.sin(steps))
    along = np.interp(angle, steps, np.cumsum(lengths) * steps[1])
    gap = np.abs(along[:, None] - np.array(row.seams)).min(axis=1)
    seam = np.exp(-((gap / SEAM) ** 2))
    far = np.clip(along / 0.6, 0.0, 1.0)
    # The inner side faces the dark.
    outside = np.clip((np.hypot(aside, ahead) - 0.86) / 0.08, 0.0, 1.0)
    shade = (1.0 - 0.3 * seam) * (1.0 - 0.2 * far) * (0.15 + 0.85 * outside)
    root = row.upwards * (y - row.edge) - row.length * (1.0 - 0.25 * seam)
    # Back teeth are bitten off at another height than the front ones.
    gums = np.clip((root - 0.12 * far) / 0.012, 0.0, 1.0)[:, None]
    painted = colour + gums * (GUMS - colour)
    return np.asarray(painted * shade[:, None], np.float32)
