"""How much of the surrounding light reaches each vertex, from depth maps of many directions."""

import numpy as np

from vico_listener.compiled import compiled
from vico_listener.render.head3d.mesh_file import Floats
from vico_listener.render.head3d.mesh_file import Indices

SIDE = 256
"""Width and height of a depth map, px."""

BIAS = 0.035
"""Depth by which a vertex may lie behind the map and still be seen, dm: the map is coarse."""


def directions(count: int) -> np.ndarray:
    """Return unit vectors (count, 3) spread evenly over the sphere, as a Fibonacci spiral."""
    index = np.arange(count) + 0.5
    height = 1 - 2 * index / count
    around = np.pi * (1 + 5**0.5) * index
    ring = np.sqrt(1 - height**2)
    return np.stack([ring * np.cos(around), height, ring * np.sin(around)], axis=1)


def visibility(
    vertices: Floats, normals: Floats, triangles: Indices, towards: np.ndarray
) -> np.ndarray:
    """Return which directions each vertex sees past the triangles.

    Args:
        vertices: (V, 3) places.
        normals: (V, 3) unit normals, along which the places are lifted a little.
        triangles: (T, 3) what hides them, seen from both sides.
        towards: (D, 3) unit vectors.

    Returns:
        (D, V) bool.
    """
    lifted = vertices + np.float32(0.01) * normals
    seen = np.empty((len(towards), len(vertices)), bool)
    for number, axis in enumerate(towards):
        frame = _frame(axis)
        low = (vertices @ frame[:2].T).min(axis=0)
        span = float(((vertices @ frame[:2].T).max(axis=0) - low).max())
        scale = (SIDE - 3) / span
        points = np.empty((len(vertices), 3), np.float32)
        points[:, :2] = (vertices @ frame[:2].T - low) * scale + 1
        points[:, 2] = vertices @ axis
        depth = np.full((SIDE, SIDE), -1e9, np.float32)
        _draw_depth(points, triangles, depth)
        places = np.clip(np.rint((lifted @ frame[:2].T - low) * scale + 1), 0, SIDE - 1)
        column, row = places.astype(np.int64).T
        seen[number] = lifted @ axis >= depth[row, column] - BIAS
    return seen


def openness(normals: Floats, seen: np.ndarray, towards: np.ndarray) -> Floats:
    """Return the share (V,) of the light from all around that reaches each vertex, by Lambert."""
    facing = np.maximum(towards @ normals.T, 0.0)
    return np.asarray((facing * seen).sum(axis=0) / facing.sum(axis=0), np.float32)


def _frame(axis: np.ndarray) -> np.ndarray:
    """Return a rotation (3, 3) whose third row is the axis."""
    side = np.cross([0.0, 1.0, 0.0] if abs(axis[1]) < 0.9 else [1.0, 0.0, 0.0], axis)
    side /= np.linalg.norm(side)
    return np.stack([side, np.cross(axis, side), axis])


@compiled()
def _draw_depth(points, triangles, depth):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Draw the nearest depth at each pixel's centre."""
    height, width = depth.shape
    for t in range(len(triangles)):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ax, ay, bx, by = points[a, 0], points[a, 1], points[b, 0], points[b, 1]
        cx, cy = points[c, 0], points[c, 1]
        area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
        if abs(area) < 1e-9:
            continue
        for y in range(max(0, int(min(ay, by, cy))), min(height, int(max(ay, by, cy)) + 2)):
            for x in range(max(0, int(min(ax, bx, cx))), min(width, int(max(ax, bx, cx)) + 2)):
                sb = ((x - ax) * (cy - ay) - (cx - ax) * (y - ay)) / area
                sc = ((bx - ax) * (y - ay) - (x - ax) * (by - ay)) / area
                if sb < 0 or sc < 0 or sb + sc > 1:
                    continue
                z = points[a, 2] + sb * (points[b, 2] - points[a, 2])
                z += sc * (points[c, 2] - points[a, 2])
                if z > depth[y, x]:
                    depth[y, x] = z
