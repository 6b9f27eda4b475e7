"""Draws textured triangles with smooth edges, compiled by numba.

`find_fronts` lists the triangles that are seen from the front. `cover` finds the nearest of them at
the centre of each pixel. `find_edges` marks the pixels at the edges of surfaces, and `cover` finds
the nearest triangles at four samples in each of these. So edges are smooth for little more than the
price of one sample per pixel. The same input gives the same picture, bit for bit.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from vico_listener.compiled import compiled
from vico_listener.render.head3d.mesh_file import Floats
from vico_listener.render.head3d.mesh_file import Indices

SAMPLES = np.array([[0.375, 0.125], [0.875, 0.375], [0.125, 0.625], [0.625, 0.875]], np.float32)
"""(4, 2) places x, y of the samples in a pixel at an edge: a rotated grid."""

CENTRE = np.array([[0.5, 0.5]], np.float32)
"""(1, 2) the place of the one sample in any other pixel."""

SOLID, CUT, EYE = 0, 1, 2
"""Kinds of surfaces: opaque; cut out by the texture's fourth channel; opaque with a reflex."""

SAME = np.float32(0.06)
"""Neighbours of one part whose nearness differs by less belong to one surface, dm."""

CLEAR = 128
"""What a texture cuts out has less than this in its fourth channel."""

TILE = 4
"""Width and height of a tile, px."""

SLACK = np.float32(1e-3)
"""By how much farther samples are searched than the exact edges of a triangle, px."""

NOTHING = -1
INSIDE = -1
FAR = np.float32(-1e9)


class Surfaces(NamedTuple):
    """What is drawn.

    Attributes:
        points: (V, 3) x and y in pixels (y down), and nearness: the larger, the nearer.
        triangles: (T, 3) corners in `points`, counter-clockwise for an eye before them; those
            seen from behind are not drawn.
        corners: (T, 3) corners in `places`.
        places: (U, 2) column and row in the texture, px.
        kinds: (T,) uint8, what each triangle is.
        holed: (T,) bool, whether the texture cuts something out of a triangle, see `find_holes`.
        parts: (T,) uint8, the number of the surface to which each triangle belongs.
        texture: (h, w, 4) uint8: square roots of linear BGR; and gloss, or where it is cut out.
        clear: (h * finer, w * finer) uint8: below CLEAR where it is cut out.
        finer: texels of `clear` along one of the texture; a whole number is the middle of a texel.
    """

    points: Floats
    triangles: Indices
    corners: Indices
    places: Floats
    kinds: np.ndarray
    holed: np.ndarray
    parts: np.ndarray
    texture: np.ndarray
    clear: np.ndarray
    finer: np.float32


def find_holes(
    corners: Indices, places: Floats, kinds: np.ndarray, clear: np.ndarray
) -> np.ndarray:
    """Return the triangles (T,) bool of kind CUT that have a clear texel around them.

    Most of the hair has none, and nothing need be looked up to know what is seen. Here `places` are
    those in `clear` (see `Surfaces`).
    """
    count = np.zeros((clear.shape[0] + 1, clear.shape[1] + 1), np.int32)
    np.cumsum(clear < CLEAR, axis=0, dtype=np.int32, out=count[1:, 1:])
    np.cumsum(count, axis=1, out=count)
    around = places[corners]
    left, top = around.min(axis=1).astype(int).T
    right, bottom = around.max(axis=1).astype(int).T + 1
    found = count[bottom, right] - count[top, right] - count[bottom, left] + count[top, left]
    return np.asarray((found > 0) & (kinds == CUT))


@njit(inline='always')
def _narrow(low, high, slope, per_slope, offset):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Return the part of low..high in which slope * x + offset is not negative, or a bit more."""
    if slope > np.float32(0.0):
        low = max(low, -offset * per_slope - SLACK)
    elif slope < np.float32(0.0):
        high = min(high, -offset * per_slope + SLACK)
    elif offset < np.float32(0.0):
        high = low - np.float32(1.0)
    return low, high


@njit(inline='always')
def _any_marked(tiles, left, right, top, bottom):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Return whether a tile is marked that has pixels of a rectangle."""
    for tile_y in range(top // TILE, bottom // TILE + 1):
        for tile_x in range(left // TILE, right // TILE + 1):
            if tiles[tile_y, tile_x]:
                return True
    return False


@compiled(error_model='numpy')
def find_fronts(
    points: Floats, triangles: Indices, fronts: Indices, seen: np.ndarray
) -> int:  # pragma: no cover - compiled
    """List the triangles that are seen from the front, in their order.

    Args:
        points: (V, 3) see `Surfaces`.
        triangles: (T, 3) see `Surfaces`.
        fronts: (T,) receives their indices first.
        seen: (V,) bool, receives whether a vertex is a corner of one of them.

    Returns:
        how many there are.
    """
    count = 0
    seen[:] = False
    for t in range(len(triangles)):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ax, ay = points[a, 0], points[a, 1]
        bx, by = points[b, 0] - ax, points[b, 1] - ay
        cx, cy = points[c, 0] - ax, points[c, 1] - ay
        # y points down, so that a triangle seen from the front has a negative area here.
        if bx * cy - cx * by < np.float32(-1e-6):
            fronts[count] = t
            count += 1
            seen[a] = seen[b] = seen[c] = True
    return count


@compiled(error_model='numpy')
def cover(
    surfaces: Surfaces,
    fronts: Indices,
    samples: Floats,
    whole: bool,
    slots: Indices,
    tiles: np.ndarray,
    shown: Indices,
    depth: Floats,
) -> None:  # pragma: no cover - compiled
    """Find the nearest triangle at each sample.

    Args:
        surfaces: what is drawn.
        fronts: (F,) the triangles that are seen from the front, see `find_fronts`.
        samples: (S, 2) places of the samples in a pixel.
        whole: whether all pixels are wanted, row by row; `slots` is then no more than their number,
            and `tiles` is not looked at, which halves the time.
        slots: (H, W) the row in the two below for each pixel, or INSIDE to leave it out.
        tiles: (ceil(H / TILE), ceil(W / TILE)) bool, where there are pixels that are not left out.
        shown: (N, S) receives the index of the triangle, or NOTHING.
        depth: (N, S) receives its nearness.
    """
    points, triangles, corners, places, _, holed, _, _, clear, finer = surfaces
    height, width = slots.shape
    count = len(samples)
    zero, half, one = np.float32(0.0), np.float32(0.5), np.float32(1.0)
    shown[:] = NOTHING
    depth[:] = FAR
    of_b, of_c = np.empty(count, np.float32), np.empty(count, np.float32)
    first_x, last_x = samples[:, 0].min() - SLACK, samples[:, 0].max() + SLACK
    first_y, last_y = samples[:, 1].min() - SLACK, samples[:, 1].max() + SLACK
    for n in range(len(fronts)):
        t = fronts[n]
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ax, ay, az = points[a, 0], points[a, 1], points[a, 2]
        bx, by, bz = points[b, 0] - ax, points[b, 1] - ay, points[b, 2] - az
        cx, cy, cz = points[c, 0] - ax, points[c, 1] - ay, points[c, 2] - az
        # Many triangles are so small that no sample can lie in them.
        left = max(0, int(np.ceil(ax + min(zero, bx, cx) - last_x)))
        right = min(width - 1, int(np.floor(ax + max(zero, bx, cx) - first_x)))
        top = max(0, int(np.ceil(ay + min(zero, by, cy) - last_y)))
        bottom = min(height - 1, int(np.floor(ay + max(zero, by, cy) - first_y)))
        if left > right or top > bottom:
            continue
        if not (whole or _any_marked(tiles, left, right, top, bottom)):
            continue
        area = bx * cy - cx * by
        # The shares of b and c are linear in x and y.
        scale = one / area
        b_right, b_down = cy * scale, -cx * scale
        c_right, c_down = -by * scale, bx * scale
        most_b = most_c = np.float32(-1e9)
        least = np.float32(1e9)
        for s in range(count):
            of_b[s] = samples[s, 0] * b_right + samples[s, 1] * b_down
            of_c[s] = samples[s, 0] * c_right + samples[s, 1] * c_down
            most_b, most_c = max(most_b, of_b[s]), max(most_c, of_c[s])
            least = min(least, of_b[s] + of_c[s])
        cut = holed[t]
        for y in range(top, bottom + 1):
            down = np.float32(y) - ay
            # Between which x a sample of this row can lie in the triangle, edge by edge.
            low, high = np.float32(left) - ax, np.float32(right) - ax
            if right - left > 1:
                per_b, per_c = one / b_right, one / c_right
                per_a = one / (-b_right - c_right)
                low, high = _narrow(low, high, b_right, per_b, down * b_down + most_b)
                low, high = _narrow(low, high, c_right, per_c, down * c_down + most_c)
                rest = one - least - down * (b_down + c_down)
                low, high = _narrow(low, high, -b_right - c_right, per_a, rest)
            if low > high:
                continue
            for x in range(int(np.ceil(low + ax)), int(high + ax) + 1):
                slot = np.intp(y * width + x) if whole else np.intp(slots[y, x])
                if slot == INSIDE:
                    continue
                aside = np.float32(x) - ax
                pixel_b = aside * b_right + down * b_down
                pixel_c = aside * c_right + down * c_down
                for s in range(count):
                    share_b, share_c = pixel_b + of_b[s], pixel_c + of_c[s]
                    if share_b < zero or share_c < zero or share_b + share_c > one:
                        continue
                    nearness = az + share_b * bz + share_c * cz
                    if nearness <= depth[slot, s]:
                        continue
                    if cut:
                        share_a = one - share_b - share_c
                        i, j, k = corners[t, 0], corners[t, 1], corners[t, 2]
                        column = share_a * places[i, 0] + share_b * places[j, 0]
                        row = share_a * places[i, 1] + share_b * places[j, 1]
                        column += share_c * places[k, 0]
                        row += share_c * places[k, 1]
                        row, column = (row + half) * finer - half, (column + half) * finer - half
                        if clear[int(row), int(column)] < CLEAR:
                            continue
                    depth[slot, s] = nearness
                    shown[slot, s] = t


@compiled(error_model='numpy')
def find_edges(
    parts: np.ndarray, shown: Indices, depth: Floats, slots: Indices, tiles: np.ndarray
) -> int:  # pragma: no cover - compiled
    """Number the pixels at whose right or lower side another surface begins, and those beside.

    Args:
        parts: (T,) the part of each triangle.
        shown: (H * W, 1) the triangles that `cover` has found for one sample a pixel, row by row.
        depth: (H * W, 1) how near they are.
        slots: (H, W) receives the numbers, and INSIDE elsewhere.
        tiles: receives where there are such pixels, see `cover`.

    Returns:
        how many there are.
    """
    height, width = slots.shape
    slots[:] = INSIDE
    tiles[:] = False
    for y in range(height):
        for x in range(width):
            here = y * width + x
            t = shown[here, 0]
            right = here + (1 if x + 1 < width else 0)
            below = here + (width if y + 1 < height else 0)
            if t == shown[right, 0] and t == shown[below, 0]:
                continue
            for there in (right, below):
                u = shown[there, 0]
                if t == u:
                    continue
                both = t != NOTHING and u != NOTHING and parts[t] == parts[u]
                if both and abs(depth[here, 0] - depth[there, 0]) < SAME:
                    continue
                slots[y, x] = 0
                tiles[y // TILE, x // TILE] = True
                row, column = (y, x + 1) if there == right else (y + 1, x)
                slots[row, column] = 0
                tiles[row // TILE, column // TILE] = True
    count = 0
    for tile_y in range(tiles.shape[0]):
        for tile_x in range(tiles.shape[1]):
            if not tiles[tile_y, tile_x]:
                continue
            for y in range(tile_y * TILE, min((tile_y + 1) * TILE, height)):
                for x in range(tile_x * TILE, min((tile_x + 1) * TILE, width)):
                    if slots[y, x] != INSIDE:
                        slots[y, x] = count
                        count += 1
    return count
