"""Shades the triangles that the rasteriser has found, and makes the picture, compiled by numba."""

from typing import NamedTuple

import numpy as np

from vico_listener.compiled import compiled
from vico_listener.render.head3d.mesh_file import Floats
from vico_listener.render.head3d.mesh_file import Indices
from vico_listener.render.head3d.rasteriser import CUT
from vico_listener.render.head3d.rasteriser import EYE
from vico_listener.render.head3d.rasteriser import INSIDE
from vico_listener.render.head3d.rasteriser import NOTHING
from vico_listener.render.head3d.rasteriser import SAME
from vico_listener.render.head3d.rasteriser import SAMPLES
from vico_listener.render.head3d.rasteriser import Surfaces


class Lighting(NamedTuple):
    """The light on the vertices.

    Attributes:
        light: (V, 3) linear BGR that falls on each vertex.
        gloss: (V,) what is mirrored at each vertex, where the surface is glossy.
        normals: (V, 3) unit normals.
        reflexes: (2, 4) directions towards lights (unit) and the cosines at which their reflexes
            on eyes begin.
    """

    light: Floats
    gloss: Floats
    normals: Floats
    reflexes: Floats


@compiled(error_model='numpy')
def resolve(
    surfaces: Surfaces,
    lighting: Lighting,
    slots: Indices,
    shown: Indices,
    edge_shown: Indices,
    edge_depth: Floats,
    background: np.ndarray,
    tones: np.ndarray,
    picture: np.ndarray,
) -> None:  # pragma: no cover - compiled
    """Shade what `cover` has found; at an edge once for each surface that its samples show.

    Args:
        surfaces: what is drawn.
        lighting: the light on it.
        slots: (H, W) see `find_edges`.
        shown: (H * W, 1) the triangles at the centres of the pixels.
        edge_shown: (N, 4) the triangles at the samples of the edges.
        edge_depth: (N, 4) how near they are.
        background: (H, W, 3) uint8 BGR.
        tones: (4096,) float32, the value in a picture for linear light from 0 to 1.
        picture: (H, W, 3) uint8 BGR, receives the picture.
    """
    points, triangles, corners, places, kinds, parts, texture = surfaces
    light, gloss, normals, reflexes = lighting
    height, width = slots.shape
    zero, one = np.float32(0.0), np.float32(1.0)
    half, quarter, to_one = np.float32(0.5), np.float32(0.25), np.float32(1 / 255)
    span = np.float32(len(tones) - 1)
    total = np.zeros(3, np.float32)
    picture[:] = background
    for y in range(height):
        for x in range(width):
            slot = slots[y, x]
            if slot == INSIDE and shown[y * width + x, 0] == NOTHING:
                continue
            total[:] = zero
            left = 15  # a bit for each sample that is not shaded yet
            while left:
                if slot == INSIDE:
                    t = shown[y * width + x, 0]
                    left, share = 0, one
                    sum_x = sum_y = half
                else:
                    s = 0
                    while not left >> s & 1:
                        s += 1
                    t = edge_shown[slot, s]
                    sum_x = sum_y = share = zero
                    for other in range(s, 4):
                        u = edge_shown[slot, other]
                        if not left >> other & 1:
                            continue
                        if u != t:
                            if t == NOTHING or u == NOTHING or parts[u] != parts[t]:
                                continue
                            if abs(edge_depth[slot, other] - edge_depth[slot, s]) >= SAME:
                                continue
                        left &= ~(1 << other)
                        share += quarter
                        sum_x += quarter * SAMPLES[other, 0]
                        sum_y += quarter * SAMPLES[other, 1]
                if t == NOTHING:
                    for channel in range(3):
                        total[channel] += share * np.float32(background[y, x, channel])
                    continue
                a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
                ax, ay = points[a, 0], points[a, 1]
                bx, by = points[b, 0] - ax, points[b, 1] - ay
                cx, cy = points[c, 0] - ax, points[c, 1] - ay
                scale = one / (bx * cy - cx * by)
                px, py = np.float32(x) + sum_x / share - ax, np.float32(y) + sum_y / share - ay
                # The place may lie a little beyond the triangle, on a neighbour of it.
                wb = min(max((px * cy - py * cx) * scale, zero), one)
                wc = min(max((py * bx - px * by) * scale, zero), one - wb)
                wa = one - wb - wc
                i, j, k = corners[t, 0], corners[t, 1], corners[t, 2]
                column = wa * places[i, 0] + wb * places[j, 0] + wc * places[k, 0]
                row = wa * places[i, 1] + wb * places[j, 1] + wc * places[k, 1]
                m, n = int(row), int(column)
                fy, fx = row - np.float32(m), column - np.float32(n)
                t11 = fy * fx
                t10, t01 = fy - t11, fx - t11
                t00 = one - fy - t01
                mirrored = wa * gloss[a] + wb * gloss[b] + wc * gloss[c]
                if kinds[t] != CUT:
                    shine = t00 * texture[m, n, 3] + t01 * texture[m, n + 1, 3]
                    shine += t10 * texture[m + 1, n, 3] + t11 * texture[m + 1, n + 1, 3]
                    mirrored *= shine * to_one
                if kinds[t] == EYE:
                    nx = wa * normals[a, 0] + wb * normals[b, 0] + wc * normals[c, 0]
                    ny = wa * normals[a, 1] + wb * normals[b, 1] + wc * normals[c, 1]
                    nz = wa * normals[a, 2] + wb * normals[b, 2] + wc * normals[c, 2]
                    for q in range(2):
                        towards = nx * reflexes[q, 0] + ny * reflexes[q, 1] + nz * reflexes[q, 2]
                        lit = (towards - reflexes[q, 3]) / (one - reflexes[q, 3])
                        mirrored += min(max(lit * np.float32(2.5), zero), np.float32(0.8))
                for channel in range(3):
                    root = t00 * texture[m, n, channel] + t01 * texture[m, n + 1, channel]
                    root += t10 * texture[m + 1, n, channel] + t11 * texture[m + 1, n + 1, channel]
                    root *= to_one
                    lit = wa * light[a, channel] + wb * light[b, channel] + wc * light[c, channel]
                    value = min(max(root * root * lit + mirrored, zero), one)
                    total[channel] += share * tones[int(value * span)]
            for channel in range(3):
                picture[y, x, channel] = np.uint8(total[channel] + half)
