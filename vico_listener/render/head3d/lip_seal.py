"""Lips that meet: what closes the slit between them, at rest and in expressions of closed lips.

Identities and targets of the mesh leave gaps near the corners of the mouth, through which slivers
of teeth are seen. Lengths are in dm, on the base mesh where nothing else is said.
"""

from dataclasses import dataclass

import numpy as np

from vico_listener.render.head3d.mesh_file import Floats
from vico_listener.render.head3d.mesh_file import Indices
from vico_listener.render.head3d.mesh_file import Mesh
from vico_listener.render.head3d.mesh_file import MeshFile

OPENING = ('jawOpen', 'mouthFunnel', 'mouthUpperUp', 'mouthLowerDown', 'tongueOut')
"""The coefficients that part the lips; the others leave them closed."""

UNEVEN = ('mouthFunnel', 'mouthUpperUp', 'mouthLowerDown')
"""The coefficients whose targets bend the lips in steps."""

SLIT = 6.61
"""The height of the slit."""

CORNER = 0.235
"""How far from the middle the slit ends."""

OVERLAP = 0.002
"""How far closed lips reach past one another."""

REACH = 0.06
"""Over what height lips give way when they are closed."""

EVENNESS = 0.05
"""Over what distance the steps of a target are smoothed."""


@dataclass(frozen=True)
class LipSeal:
    """Closes the slit of a mesh.

    Attributes:
        base: (V, 3) the base mesh.
        below: (V,) bool, which vertices belong to the lower lip and what is below.
        near: (N,) the vertices around the mouth.
        columns: (S,) x at which the slit is measured.
        edges: for the upper and for the lower lip, per column the ends (E, 2) of the edges that
            cross it, and how far along each of them (E,).
    """

    base: Floats
    below: np.ndarray
    near: Indices
    columns: Floats
    edges: tuple[list[tuple[Indices, Floats]], list[tuple[Indices, Floats]]]

    @classmethod
    def of(cls, file: MeshFile, mesh: Mesh) -> 'LipSeal':
        """Find the lips of a mesh."""
        base = mesh.vertices
        x, y, z = base.T
        fall = np.zeros(len(base), np.float32)
        moved, by = file.coefficient('jawOpen')
        fall[moved] = by[:, 1]
        # What an open jaw takes along; near the corners upper and lower lip differ less.
        lower = fall < -0.17 + 0.2 * np.abs(x)
        beside = (np.abs(y - SLIT) > 0.1) | (np.abs(x) > CORNER)
        below = np.where(beside, y < SLIT, lower)
        body = np.zeros(len(base), bool)
        quads = mesh.quads[mesh.groups == 'body']
        body[quads] = True
        around = (np.abs(x) < 0.5) & (np.abs(y - SLIT) < 0.45) & (z > 1.0)
        ends = np.sort(np.stack([quads, np.roll(quads, -1, axis=1)], axis=-1).reshape(-1, 2))
        ends = np.unique(ends, axis=0)
        # The inside of the cheeks is as low as the upper lip, but behind it.
        front = (z > 1.52 - 0.5 * np.abs(x)) & (np.abs(y - SLIT) < 0.1)
        ends = ends[front[ends].all(axis=1) & (below[ends[:, 0]] == below[ends[:, 1]])]
        columns = np.linspace(-CORNER, CORNER, 61, dtype=np.float32)
        edges: tuple[list[tuple[Indices, Floats]], ...] = ([], [])
        for column in columns:
            a, b = x[ends].T
            crosses = (np.minimum(a, b) <= column) & (column < np.maximum(a, b))
            for part, found in enumerate(edges):
                picked = crosses & (below[ends[:, 0]] == bool(part))
                along = (column - a[picked]) / (b[picked] - a[picked])
                found.append((ends[picked].astype(np.int32), along.astype(np.float32)))
        near = np.flatnonzero(body & around).astype(np.int32)
        return cls(base, below, near, columns, (edges[0], edges[1]))

    def _rims(self, shape: Floats) -> Floats:
        """Return the heights (2, S) of the upper lip's lower rim and the lower lip's upper one."""
        height = shape[:, 1]
        rims = np.empty((2, len(self.columns)), np.float32)
        for row, found, lowest in zip(rims, self.edges, (True, False), strict=True):
            for place, (ends, along) in enumerate(found):
                cut = height[ends[:, 0]] * (1 - along) + height[ends[:, 1]] * along
                row[place] = (cut.min() if lowest else cut.max()) if len(cut) else np.nan
        return rims

    def gaps(self, shape: Floats) -> Floats:
        """Return how far lips (V, 3) are apart at each column (S,), dm: below 0 where they meet."""
        upper, lower = self._rims(shape)
        return np.nan_to_num(upper - lower, nan=-1.0)

    def closed(self, shape: Floats) -> Floats:
        """Return a shape (V, 3) with its lips closed."""
        shape = shape.copy()
        rims = self._rims(self.base)
        known = np.isfinite(rims).all(axis=0)
        middle = np.interp(
            self.base[self.near, 0], self.columns[known], rims[:, known].mean(axis=0)
        )
        weight = np.exp(-(((self.base[self.near, 1] - middle) / REACH) ** 2))
        side = np.where(self.below[self.near], 0.5, -0.5)
        for _ in range(6):
            gap = np.maximum(0.0, self.gaps(shape) + OVERLAP)
            ends = [-CORNER - 0.03, *self.columns, CORNER + 0.03]
            wide = np.interp(self.base[self.near, 0], ends, [0.0, *gap, 0.0])
            shape[self.near, 1] += (side * weight * wide).astype(np.float32)
        return shape

    def evened(self, offsets: Floats) -> Floats:
        """Return displacements (V, 3) without steps between the vertices of the same lip."""
        out = offsets.copy()
        for part in (False, True):
            picked = self.near[self.below[self.near] == part]
            places = self.base[picked]
            apart = ((places[:, None] - places[None]) ** 2).sum(axis=2)
            weights = np.exp(-apart / (2 * EVENNESS**2))
            weights /= weights.sum(axis=1, keepdims=True)
            out[picked] = weights @ offsets[picked]
        return out
