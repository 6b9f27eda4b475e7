"""Lashes: shorter than the mesh's, rooted in the lid that moves, and cut into single hairs."""

from dataclasses import dataclass

import numpy as np

from vico_listener.render.head3d.mesh_file import Floats
from vico_listener.render.head3d.mesh_file import Indices
from vico_listener.render.head3d.mesh_file import Mesh

LENGTH = 0.8
"""Length of the lashes, as a share of the mesh's, which are long."""

HAIRS = 26
"""The number of hairs of an upper lid."""

DENSE = 0.35
"""The share of their length on which they hide what is behind."""


@dataclass(frozen=True)
class Lashes:
    """The lashes of an upper lid, a strip of the mesh: hairs side by side, from root to tip.

    Attributes:
        vertices: (N,) indices in the mesh.
        roots: (N,) the vertex at the root of the hair to which each belongs.
        heights: (N,) how far each lies along its hair, 0 to 1.
        places: (N,) how far its hair lies along the lid, 0 to 1.
    """

    vertices: Indices
    roots: Indices
    heights: Floats
    places: Floats

    @classmethod
    def of(cls, mesh: Mesh, side: str) -> 'Lashes':
        """Find the lashes of the left ('l') or the right ('r') eye."""
        quads = mesh.quads[mesh.groups == f'helper-{side}-eyelashes-2']
        edges = np.sort(np.stack([quads, np.roll(quads, -1, axis=1)], axis=-1).reshape(-1, 2))
        long_sides = sorted(_sides(quads, edges), key=len)[-2:]
        lid = min(long_sides, key=lambda side: float(mesh.vertices[side, 2].min()))
        # Row by row from the lid on, each vertex belongs to the hair of its neighbour below.
        hair, row = {v: place for place, v in enumerate(lid)}, dict.fromkeys(lid, 0)
        both_ways = np.concatenate([edges, edges[:, ::-1]]).tolist()
        while new := {b: a for a, b in both_ways if a in hair and b not in hair}:
            row |= {vertex: row[below] + 1 for vertex, below in new.items()}
            hair |= {vertex: hair[below] for vertex, below in new.items()}
        vertices = sorted(hair)
        hairs = np.array([hair[v] for v in vertices])
        rows = np.array([row[v] for v in vertices], np.float32)
        return cls(
            np.array(vertices, np.int32),
            np.array(lid, np.int32)[hairs],
            rows / rows.max(),
            np.asarray(hairs / hairs.max(), np.float32),
        )

    def edge(self, values: Floats) -> Floats:
        """Return points (100, 3) of the line along which the hairs come out of the lid.

        Args:
            values: (V, 3) the vertices of the mesh.
        """
        row = np.flatnonzero(self.heights == self.heights[self.heights > 0].min())
        row = row[self.places[row].argsort()]
        steps = np.linspace(0.0, 1.0, 100)
        line = values[self.vertices[row]]
        return np.stack([np.interp(steps, self.places[row], axis) for axis in line.T], axis=1)

    def trim(self, values: Floats) -> None:
        """Change places or displacements (V, 3) of the mesh to those of short lashes."""
        root = values[self.roots]
        values[self.vertices] = root + np.float32(LENGTH) * (values[self.vertices] - root)


def _sides(quads: Indices, edges: Indices) -> list[list[int]]:
    """Return the vertices of the four sides of a rectangle of quads, each in order."""
    found, times = np.unique(edges, axis=0, return_counts=True)
    beside: dict[int, list[int]] = {}
    for a, b in found[times == 1].tolist():
        beside.setdefault(a, []).append(b)
        beside.setdefault(b, []).append(a)
    vertices, uses = np.unique(quads, return_counts=True)
    corners = set(vertices[uses == 1].tolist())
    here = start = min(corners)
    sides: list[list[int]] = []
    side, before = [start], -1
    while True:
        here, before = next(v for v in beside[here] if v != before), here
        side.append(here)
        if here in corners:
            sides.append(side)
            side = [here]
        if here == start:
            return sides


def single_hairs(height: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Return where there are hairs, bool, by their coordinates `heights` and `places`."""
    thin = (height - DENSE) / (1.0 - DENSE)
    return np.asarray(2.0 * np.abs((place * HAIRS) % 1.0 - 0.5) < 1.0 - thin)
