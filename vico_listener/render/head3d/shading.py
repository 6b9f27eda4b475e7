"""Light on vertices: a soft main light, a fill, a rim and the sky, for skin, hair, cloth, eyes."""

import numpy as np

from vico_listener.compiled import compiled
from vico_listener.render.head3d.mesh_file import Floats
from vico_listener.render.head3d.mesh_file import Indices

SKIN, HAIR, CLOTH, EYEBALL, MOUTH, LASH = range(6)
"""Materials of vertices."""


def _unit(*direction: float) -> Floats:
    vector = np.array(direction, np.float32)
    return vector / np.float32(np.linalg.norm(vector))


KEY = _unit(-0.45, 0.62, 0.75)
"""Towards the main light: before and above the figure, on its right."""

FILL = _unit(0.75, 0.15, 0.6)
RIM = _unit(0.5, 0.5, -0.7)
EYE = _unit(0.0, 0.05, 1.0)
"""The direction towards the viewer."""

HALF = _unit(*(KEY + EYE))
FILL_HALF = _unit(*(FILL + EYE))

REFLEXES = np.array([[*HALF, 0.988], [*FILL_HALF, 0.997]], np.float32)
"""(2, 4) directions in which eyes mirror main light and fill, and the cosines where it begins."""

MOUTH_LIGHT = np.float32(1.15)
"""How much more than other surfaces teeth and tongue are lit, so that a laugh is seen."""

COLOURS = np.array(
    [[0.93, 0.98, 1.06], [0.30, 0.27, 0.25], [0.42, 0.40, 0.38], [0.36, 0.345, 0.34]], np.float32
)
"""(4, 3) linear BGR of main light, fill, rim and sky."""

WRAP = np.array([0.22, 0.30, 0.52], np.float32)
"""How far light creeps around skin for BGR: red light travels farthest below it."""


@compiled()
def add_normals(
    vertices: Floats, triangles: Indices, out: Floats
) -> None:  # pragma: no cover - compiled
    """Write unit normals (V, 3), weighted by the areas of the triangles around each vertex."""
    out[:] = 0.0
    for t in range(len(triangles)):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        x, y, z = vertices[a, 0], vertices[a, 1], vertices[a, 2]
        ux, uy, uz = vertices[b, 0] - x, vertices[b, 1] - y, vertices[b, 2] - z
        vx, vy, vz = vertices[c, 0] - x, vertices[c, 1] - y, vertices[c, 2] - z
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for corner in range(3):
            i = triangles[t, corner]
            out[i, 0] += nx
            out[i, 1] += ny
            out[i, 2] += nz
    for i in range(len(out)):
        length = np.sqrt(out[i, 0] ** 2 + out[i, 1] ** 2 + out[i, 2] ** 2)
        if length > 0:
            for k in range(3):
                out[i, k] /= length


def normals_of(vertices: Floats, triangles: Indices) -> Floats:
    """Return the unit normals (V, 3) of a mesh."""
    normals = np.zeros_like(vertices)
    add_normals(vertices, triangles, normals)
    return normals


@compiled()
def light_up(
    seen: np.ndarray,
    normals: Floats,
    strands: Floats,
    materials: np.ndarray,
    open_sky: Floats,
    open_key: Floats,
    light: Floats,
    gloss: Floats,
) -> None:  # pragma: no cover - compiled
    """Compute the light on each vertex that is seen.

    Args:
        seen: (V,) bool.
        normals: (V, 3) unit normals.
        strands: (V, 3) unit directions of hair.
        materials: (V,) uint8.
        open_sky: (V,) the share of the sky that reaches each vertex.
        open_key: (V,) the share of the main light.
        light: (V, 3) receives linear BGR.
        gloss: (V,) receives what is mirrored towards the viewer, where the surface is glossy.
    """
    one = np.float32(1.0)
    for i in range(len(normals)):
        if not seen[i]:
            continue
        nx, ny, nz = normals[i, 0], normals[i, 1], normals[i, 2]
        material = materials[i]
        sky, key_open = open_sky[i], open_key[i]
        key = nx * KEY[0] + ny * KEY[1] + nz * KEY[2]
        fill = nx * FILL[0] + ny * FILL[1] + nz * FILL[2]
        rim = nx * RIM[0] + ny * RIM[1] + nz * RIM[2]
        up = np.float32(0.72) + np.float32(0.28) * ny
        mirrored = np.float32(0.0)
        if material == HAIR:
            tx, ty, tz = strands[i, 0], strands[i, 1], strands[i, 2]
            along = tx * HALF[0] + ty * HALF[1] + tz * HALF[2]
            sheen = np.sqrt(max(np.float32(0.0), one - along * along))
            facing = max(np.float32(0.0), min(one, (key + np.float32(0.3)) / np.float32(0.9)))
            mirrored = np.float32(0.035) * sheen**20 * facing * key_open
            mirrored += np.float32(0.02) * sheen**6 * facing * key_open
            mirrored += np.float32(0.05) * max(np.float32(0.0), rim) ** 2
        elif material != CLOTH:
            towards = nx * HALF[0] + ny * HALF[1] + nz * HALF[2]
            other = nx * FILL_HALF[0] + ny * FILL_HALF[1] + nz * FILL_HALF[2]
            if towards > 0:
                t4 = towards**4
                t16 = t4 * t4 * t4 * t4
                mirrored = (np.float32(0.16) * t16 + np.float32(0.05) * t4) * key_open
                mirrored += np.float32(0.22) * t16 * t16 * t16 * key_open
            if other > 0:
                mirrored += np.float32(0.05) * other**16 * sky
            grazing = one - max(np.float32(0.0), nz)
            mirrored += np.float32(0.05) * grazing**4 * sky
        for k in range(3):
            wrap = WRAP[k]
            if material in (HAIR, CLOTH):
                wrap = np.float32(0.25)
            elif material in (EYEBALL, MOUTH):
                wrap = np.float32(0.5)
            lit = max(np.float32(0.0), (key + wrap) / (one + wrap))
            if material == SKIN:
                # Shadows on skin are soft and reddish: part of the light goes through.
                reach = key_open + (one - key_open) * wrap * np.float32(0.45)
            else:
                reach = key_open
            value = COLOURS[0, k] * lit * reach
            side = max(np.float32(0.0), (fill + np.float32(0.3)) / np.float32(1.3))
            value += COLOURS[1, k] * side * (np.float32(0.4) + np.float32(0.6) * sky)
            value += COLOURS[2, k] * max(np.float32(0.0), rim) * sky
            value += COLOURS[3, k] * up * sky
            if material == MOUTH:
                value *= MOUTH_LIGHT
            light[i, k] = value
        if material == MOUTH:
            mirrored *= MOUTH_LIGHT
        gloss[i] = mirrored
