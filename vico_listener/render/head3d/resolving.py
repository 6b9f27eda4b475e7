"""Shades the triangles that the rasteriser has found, and makes the picture, compiled by numba."""

from typing import NamedTuple

import numpy as np
from numba import njit

from vico_listener.compiled import compiled
from vico_listener.render.head3d.mesh_file import Floats
from vico_listener.render.head3d.mesh_file import Indices
from vico_listener.render.head3d.rasteriser import CUT
from vico_listener.render.head3d.rasteriser import EYE
from vico_listener.render.head3d.rasteriser import INSIDE
from vico_listener.render.head3d.rasteriser import NOTHING
from vico_listener.render.head3d.rasteriser import SAME
from vico_listener.render.head3d.rasteriser import SAMPLES
from vico_listener.render.head3d.rasteriser import TILE
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


@njit(inline='always')
def _texel(packed, column, row):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Return the four channels of a texture between four texels, each times 256.

    They are added up in four lanes of 16 bits at once, with weights in 256ths.
    """
    # Signed numbers of 32 bits become floats and back by one instruction, unsigned ones do not.
    m, n = np.int32(row), np.int32(column)
    fy = np.int32((row - np.float32(m)) * np.float32(256.0))
    fx = np.int32((column - np.float32(n)) * np.float32(256.0))
    t11 = (fy * fx) >> 8
    t10, t01 = fy - t11, fx - t11
    t00 = 256 - fy - t01
    lanes = _lanes(packed[m, n]) * np.uint64(t00) + _lanes(packed[m, n + 1]) * np.uint64(t01)
    lanes += _lanes(packed[m + 1, n]) * np.uint64(t10)
    lanes += _lanes(packed[m + 1, n + 1]) * np.uint64(t11)
    lane = np.uint64(0xFFFF)
    return (
        np.float32(np.int32(lanes & lane)),
        np.float32(np.int32((lanes >> np.uint64(32)) & lane)),
        np.float32(np.int32((lanes >> np.uint64(16)) & lane)),
        np.float32(np.int32(lanes >> np.uint64(48))),
    )


@njit(inline='always')
def _lanes(texel):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Return the four bytes 0, 1, 2, 3 of a texel in lanes of 16 bits, in the order 0, 2, 1, 3."""
    wide = np.uint64(texel)
    return (wide & np.uint64(0x00FF00FF)) | ((wide & np.uint64(0xFF00FF00)) << np.uint64(24))


@njit(inline='always')
def _tone(tones, root, lit, mirrored):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Return the value in a picture of a texel's channel (times 256) in light, and of gloss."""
    root *= np.float32(1 / 65280)
    value = min(max(root * root * lit + mirrored, np.float32(0.0)), np.float32(1.0))
    return tones[np.int32(value * np.float32(len(tones) - 1))]


@njit(inline='always')
def _reflex(lighting, a, b, c, wb, wc):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Return what an eye mirrors of the lights, at the shares wb and wc of corners b and c."""
    normals, reflexes = lighting.normals, lighting.reflexes
    one = np.float32(1.0)
    wa = one - wb - wc
    nx = wa * normals[a, 0] + wb * normals[b, 0] + wc * normals[c, 0]
    ny = wa * normals[a, 1] + wb * normals[b, 1] + wc * normals[c, 1]
    nz = wa * normals[a, 2] + wb * normals[b, 2] + wc * normals[c, 2]
    mirrored = np.float32(0.0)
    for q in range(2):
        towards = nx * reflexes[q, 0] + ny * reflexes[q, 1] + nz * reflexes[q, 2]
        lit = (towards - reflexes[q, 3]) / (one - reflexes[q, 3])
        mirrored += min(max(lit * np.float32(2.5), np.float32(0.0)), np.float32(0.8))
    return mirrored


@compiled(error_model='numpy')
def resolve_inside(
    surfaces: Surfaces,
    lighting: Lighting,
    tones: np.ndarray,
    slots: Indices,
    shown: Indices,
    picture: np.ndarray,
) -> None:  # pragma: no cover - compiled
    """Shade the pixels that are no edges, at their centres.

    What a triangle shows is linear in x: in a row, only its first pixel is computed anew.

    Args:
        surfaces: what is drawn.
        lighting: the light on it.
        tones: (4096,) float32, the value in a picture for linear light from 0 to 1.
        slots: (H, W) see `find_edges`.
        shown: (H * W, 1) the triangles at the centres of the pixels.
        picture: (H, W, 3) uint8 BGR, receives the picture.
    """
    points, triangles, corners, places, kinds, _, _, texture, _, _ = surfaces
    light, gloss = lighting.light, lighting.gloss
    packed = texture.view(np.uint32)[:, :, 0]
    height, width = slots.shape
    one, half, to_one = np.float32(1.0), np.float32(0.5), np.float32(1 / 65280)
    for y in range(height):
        before = np.int32(NOTHING)
        for x in range(width):
            t = shown[y * width + x, 0]
            if t == NOTHING or slots[y, x] != INSIDE:
                continue
            if t != before:
                before, start = t, x
                a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
                i, j, k = corners[t, 0], corners[t, 1], corners[t, 2]
                ax, ay = points[a, 0], points[a, 1]
                bx, by = points[b, 0] - ax, points[b, 1] - ay
                cx, cy = points[c, 0] - ax, points[c, 1] - ay
                scale = one / (bx * cy - cx * by)
                px, py = np.float32(x) + half - ax, np.float32(y) + half - ay
                wb, wc = (px * cy - py * cx) * scale, (py * bx - px * by) * scale
                db, dc = cy * scale, -by * scale
                kind = kinds[t]
                u, v = places[j, 0] - places[i, 0], places[k, 0] - places[i, 0]
                column, d_column = places[i, 0] + wb * u + wc * v, db * u + dc * v
                u, v = places[j, 1] - places[i, 1], places[k, 1] - places[i, 1]
                row, d_row = places[i, 1] + wb * u + wc * v, db * u + dc * v
                u, v = gloss[b] - gloss[a], gloss[c] - gloss[a]
                shine, d_shine = gloss[a] + wb * u + wc * v, db * u + dc * v
                u, v = light[b, 0] - light[a, 0], light[c, 0] - light[a, 0]
                blue, d_blue = light[a, 0] + wb * u + wc * v, db * u + dc * v
                u, v = light[b, 1] - light[a, 1], light[c, 1] - light[a, 1]
                green, d_green = light[a, 1] + wb * u + wc * v, db * u + dc * v
                u, v = light[b, 2] - light[a, 2], light[c, 2] - light[a, 2]
                red, d_red = light[a, 2] + wb * u + wc * v, db * u + dc * v
            on = np.float32(x - start)
            texel = _texel(packed, column + on * d_column, row + on * d_row)
            mirrored = shine + on * d_shine
            if kind != CUT:
                mirrored *= texel[3] * to_one
            if kind == EYE:
                mirrored += _reflex(lighting, a, b, c, wb + on * db, wc + on * dc)
            tone = _tone(tones, texel[0], blue + on * d_blue, mirrored)
            picture[y, x, 0] = np.uint8(np.int32(tone + half))
            tone = _tone(tones, texel[1], green + on * d_green, mirrored)
            picture[y, x, 1] = np.uint8(np.int32(tone + half))
            tone = _tone(tones, texel[2], red + on * d_red, mirrored)
            picture[y, x, 2] = np.uint8(np.int32(tone + half))


@compiled(error_model='numpy')
def resolve_edges(
    surfaces: Surfaces,
    lighting: Lighting,
    tones: np.ndarray,
    slots: Indices,
    tiles: np.ndarray,
    edge_shown: Indices,
    edge_depth: Floats,
    background: np.ndarray,
    picture: np.ndarray,
) -> None:  # pragma: no cover - compiled
    """Shade the pixels at edges, once for each surface that their samples show.

    Args:
        surfaces: what is drawn.
        lighting: the light on it.
        tones: (4096,) float32, the value in a picture for linear light from 0 to 1.
        slots: (H, W) see `find_edges`.
        tiles: where there are edges, see `find_edges`.
        edge_shown: (N, 4) the triangles at the samples of the edges.
        edge_depth: (N, 4) how near they are.
        background: (H, W, 3) uint8 BGR.
        picture: (H, W, 3) uint8 BGR, receives these pixels.
    """
    points, triangles, corners, places, kinds, _, parts, texture, _, _ = surfaces
    light, gloss = lighting.light, lighting.gloss
    packed = texture.view(np.uint32)[:, :, 0]
    height, width = slots.shape
    zero, one = np.float32(0.0), np.float32(1.0)
    half, quarter, to_one = np.float32(0.5), np.float32(0.25), np.float32(1 / 65280)
    for tile_y in range(tiles.shape[0]):
        for tile_x in range(tiles.shape[1]):
            if not tiles[tile_y, tile_x]:
                continue
            for y in range(tile_y * TILE, min((tile_y + 1) * TILE, height)):
                for x in range(tile_x * TILE, min((tile_x + 1) * TILE, width)):
                    slot = slots[y, x]
                    if slot == INSIDE:
                        continue
                    blue = green = red = zero
                    left = 15  # a bit for each sample that is not shaded yet
                    while left:
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
                            blue += share * np.float32(background[y, x, 0])
                            green += share * np.float32(background[y, x, 1])
                            red += share * np.float32(background[y, x, 2])
                            continue
                        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
                        ax, ay = points[a, 0], points[a, 1]
                        bx, by = points[b, 0] - ax, points[b, 1] - ay
                        cx, cy = points[c, 0] - ax, points[c, 1] - ay
                        scale = one / (bx * cy - cx * by)
                        px, py = (
                            np.float32(x) + sum_x / share - ax,
                            np.float32(y) + sum_y / share - ay,
                        )
                        # The place may lie a little beyond the triangle, on a neighbour of it.
                        wb = min(max((px * cy - py * cx) * scale, zero), one)
                        wc = min(max((py * bx - px * by) * scale, zero), one - wb)
                        wa = one - wb - wc
                        i, j, k = corners[t, 0], corners[t, 1], corners[t, 2]
                        column = wa * places[i, 0] + wb * places[j, 0] + wc * places[k, 0]
                        row = wa * places[i, 1] + wb * places[j, 1] + wc * places[k, 1]
                        texel = _texel(packed, column, row)
                        mirrored = wa * gloss[a] + wb * gloss[b] + wc * gloss[c]
                        if kinds[t] != CUT:
                            mirrored *= texel[3] * to_one
                        if kinds[t] == EYE:
                            mirrored += _reflex(lighting, a, b, c, wb, wc)
                        lit = wa * light[a, 0] + wb * light[b, 0] + wc * light[c, 0]
                        blue += share * _tone(tones, texel[0], lit, mirrored)
                        lit = wa * light[a, 1] + wb * light[b, 1] + wc * light[c, 1]
                        green += share * _tone(tones, texel[1], lit, mirrored)
                        lit = wa * light[a, 2] + wb * light[b, 2] + wc * light[c, 2]
                        red += share * _tone(tones, texel[2], lit, mirrored)
                    picture[y, x, 0] = np.uint8(np.int32(blue + half))
                    picture[y, x, 1] = np.uint8(np.int32(green + half))
                    picture[y, x, 2] = np.uint8(np.int32(red + half))
