"""The tongue, which the mesh makes too wide and too high: it would fill an open mouth."""

import numpy as np

from vico_listener.render.head3d.mesh_file import Floats
from vico_listener.render.head3d.mesh_file import Indices

ROOT, TIP = 0.75, 1.39
"""z of its root and of its tip on the base mesh, dm."""

NARROW, FLAT = 0.84, 0.6
"""What is left of its width and of its height."""

FALL = 0.09
"""How much farther it falls than with the mesh's own target, when the jaw is open, dm."""


OUT, WIDER = (0.0, 0.03, 0.09), 0.2
"""How much farther its tip comes out than with the mesh's own target, dm, and how much wider."""

DARK = 0.95, 1.3
"""Between which z its back, in the dark, becomes its front, dm."""


def slimmed(shape: Floats, vertices: Indices) -> None:
    """Make the tongue of a shape (V, 3) narrower and flatter, towards its floor, in place."""
    x, y, _ = shape[vertices].T
    middle = float(x.mean())
    floor = float(np.quantile(y, 0.3))
    shape[vertices, 0] = middle + np.float32(NARROW) * (x - middle)
    shape[vertices, 1] = floor + np.float32(FLAT) * (y - floor)


def lowered(base: Floats, tongue: Indices, offsets: Floats) -> Floats:
    """Return the displacements (V, 3) of an open jaw in which the tongue lies low."""
    out = offsets.copy()
    out[tongue, 1] -= np.float32(FALL) * _share(base, tongue) ** 0.5
    return out


def stretched(base: Floats, tongue: Indices, offsets: Floats) -> Floats:
    """Return the displacements (V, 3) of a tongue that comes out, over the lip, and wide."""
    out = offsets.copy()
    share = _share(base, tongue)
    out[tongue] += share[:, None] * np.array(OUT, np.float32)
    out[tongue, 0] += share * base[tongue, 0] * np.float32(WIDER)
    return out


def shade(z: Floats) -> Floats:
    """Return the light (N,) on the tongue at depths z on the base mesh: its back is in the dark."""
    share = np.clip((z - DARK[0]) / (DARK[1] - DARK[0]), 0.0, 1.0)
    return np.asarray(0.2 + 0.8 * share * share * (3 - 2 * share), np.float32)


def _share(base: Floats, tongue: Indices) -> Floats:
    """Return how far along the tongue its vertices lie (N,), 0 at the root to 1 at the tip."""
    return np.asarray(np.clip((base[tongue, 2] - ROOT) / (TIP - ROOT), 0.0, 1.0), np.float32)
