"""Paints the texture of a head: skin, lips, brows, stubble, teeth, tongue, eyes, shirt and hair.

Skin is painted by places on the base mesh, so that every identity wears it alike.
"""

import cv2
import numpy as np

from vico_listener.render.head3d.hair import CENTRE
from vico_listener.render.head3d.hair import MAN
from vico_listener.render.head3d.hair import STYLES
from vico_listener.render.head3d.hair import strand_texture
from vico_listener.render.head3d.identity import Identity
from vico_listener.render.head3d.lashes import Lashes
from vico_listener.render.head3d.lashes import single_hairs
from vico_listener.render.head3d.mesh_file import Floats
from vico_listener.render.head3d.mesh_file import Mesh
from vico_listener.render.head3d.mesh_file import MeshFile
from vico_listener.render.head3d.teeth import TOOTH_ROWS
from vico_listener.render.head3d.teeth import teeth
from vico_listener.render.head3d.tongue import shade
from vico_listener.render.head3d.unwrap import spread

SIDE = 2048
"""Width and height of the texture, px."""

HAIR_PLACE = (900, 100, 1000, 320)
"""Column, row, width and height of the hair in the texture, where the skin leaves room, px."""

EYE_PLACE = (500, 500, 512)
"""Column, row and side of the eye in the texture, px."""

COLLAR = (5.5, 0.2, 0.45, 0.5)
"""The shirt's collar on the base mesh: its height, how far it falls per dm forwards, and from which
distance from the middle it rises, by how much per dm."""

BROW = np.array([[0.12, 7.446], [0.22, 7.472], [0.33, 7.490], [0.43, 7.484], [0.56, 7.425]])
"""The line of an eyebrow on the base mesh, from the nose outwards: x, y, dm."""

MOUTH_LINE = 6.62
"""The height at which the lips meet on the base mesh, dm."""


def uv_pixels(uv: Floats) -> Floats:
    """Return columns and rows in the texture (N, 2) of places on the unwrapped skin.

    The unwrapped face lies on its side. In the texture it stands upright, so that what is drawn one
    after the other lies together in memory.
    """
    return np.asarray(uv[:, ::-1] * [-SIDE, SIDE] + [SIDE, 0], np.float32)


def halved(texture: np.ndarray, places: Floats) -> tuple[np.ndarray, Floats]:
    """Return a texture (h, w, C) of half the width and height, and the places (N, 2) in it.

    A whole number is the middle of a texel, and beyond the last but one nothing can be looked up.
    """
    half = cv2.resize(texture, None, None, 0.5, 0.5, cv2.INTER_AREA)
    last = np.array(half.shape[1::-1], np.float32) - np.float32(2.0)
    moved = (places + np.float32(0.5)) * np.float32(0.5) - np.float32(0.5)
    return np.asarray(half), np.clip(moved, np.float32(0.0), last)


def place_map(mesh: Mesh, quads: np.ndarray) -> Floats:
    """Return the place on the base mesh (SIDE, SIDE, 3) that each texel of faces shows."""
    return spread_over(mesh, quads, mesh.vertices)


def spread_over(mesh: Mesh, quads: np.ndarray, values: Floats) -> Floats:
    """Return values (V, 3) of vertices spread over the texels (SIDE, SIDE, 3) of faces.

    Where none of the faces is, they are 0; the first value must not be 0 on a face.
    """
    corners = np.concatenate([mesh.quads_uv[quads][:, k] for k in ([0, 1, 2], [0, 2, 3])])
    vertices = np.concatenate([mesh.quads[quads][:, k] for k in ([0, 1, 2], [0, 2, 3])])
    texels = np.zeros((SIDE, SIDE, 3), np.float32)
    spread(uv_pixels(mesh.uv), corners, values[vertices], texels)
    return texels


def paint(file: MeshFile, mesh: Mesh, identity: Identity, shown: np.ndarray) -> np.ndarray:
    """Return the texture (SIDE, SIDE, 4) uint8: square roots of linear BGR, and gloss or cut.

    Args:
        file: the archive with the masks.
        mesh: the base mesh.
        identity: who it is.
        shown: (F,) bool, the faces of the mesh that are drawn.
    """
    srgb = np.zeros((SIDE, SIDE, 3), np.float32)
    fourth = np.zeros((SIDE, SIDE), np.float32)
    _paint_skin(srgb, fourth, file, mesh, identity, shown)
    for group, colour, shine in (
        ('helper-upper-teeth', (238, 234, 224), 0.9),
        ('helper-lower-teeth', (232, 228, 216), 0.9),
        ('helper-tongue', (196, 104, 104), 0.5),
    ):
        places = place_map(mesh, mesh.groups == group)
        on = places[..., 1] != 0
        srgb[on], fourth[on] = colour[::-1], shine
        if group == 'helper-tongue':
            srgb[on] *= shade(places[on][:, 2])[:, None]
        if group in TOOTH_ROWS:
            srgb[on] = teeth(TOOTH_ROWS[group], srgb[on], places[on])
    for side in 'lr':
        lashes = Lashes.of(mesh, side)
        values = np.zeros((len(mesh.vertices), 3), np.float32)
        values[lashes.vertices] = np.stack(
            [np.ones(len(lashes.vertices)), lashes.heights, lashes.places], axis=1
        )
        spread_values = spread_over(mesh, mesh.groups == f'helper-{side}-eyelashes-2', values)
        on = spread_values[..., 0] != 0
        srgb[on], fourth[on] = (20, 18, 22), single_hairs(*spread_values[on].T[1:])
    column, row, width = EYE_PLACE
    srgb[row : row + width, column : column + width] = eye_texture(width, identity.eyes)
    fourth[row : row + width, column : column + width] = 0.25
    texture = np.empty((SIDE, SIDE, 4), np.uint8)
    texture[..., :3] = np.rint(255 * np.sqrt(linear(srgb / 255)))
    texture[..., 3] = np.rint(255 * fourth)
    if identity.hair_style != 'bald':
        column, row, width, height = HAIR_PLACE
        hair = np.array(identity.hair[::-1], np.float32)
        strands = strand_texture(STYLES[identity.hair_style], hair, height, width)
        strands[..., :3] = np.rint(255 * np.sqrt(linear(strands[..., :3] / 255)))
        texture[row : row + height, column : column + width] = strands
    return texture


def linear(srgb: np.ndarray) -> np.ndarray:
    """Return linear values of sRGB values, both from 0 to 1."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def _paint_skin(
    srgb: np.ndarray,
    fourth: np.ndarray,
    file: MeshFile,
    mesh: Mesh,
    identity: Identity,
    shown: np.ndarray,
) -> None:
    places = place_map(mesh, shown & (mesh.groups == 'body'))
    on = places[..., 1] != 0
    x, y, z = (places[..., k][on] for k in range(3))
    rng = np.random.default_rng(7)
    noise = _noise(rng, (SIDE, SIDE), 2.0)[on], _noise(rng, (SIDE, SIDE), 14.0)[on]
    skin = np.array(identity.skin[::-1], np.float32)
    colour = skin * (1 + 0.012 * noise[0] + 0.02 * noise[1])[:, None]
    gloss = np.full(len(x), 0.35, np.float32)
    front = np.clip((z - 0.7) * 2, 0, 1)
    # Blood shines through where the skin is thin: cheeks, nose, ears, chin.
    blush = 0.6 * _spot(np.abs(x), y, 0.47, 6.98, 0.24, 0.17)
    blush += 0.8 * _spot(x, y, 0.0, 6.9, 0.14, 0.12) + 0.35 * _spot(x, y, 0.0, 6.3, 0.16, 0.1)
    blush = np.clip(blush, 0, 1) * front
    ears = file.mask('ears')[on] / 255.0
    blush = np.maximum(blush, 0.5 * ears)
    colour *= 1 - blush[:, None] * np.array([0.09, 0.10, 0.0])
    # The rims of the lids and the sockets are a little darker.
    socket = _spot(np.abs(x), y, 0.31, 7.32, 0.2, 0.13) * front
    colour *= 1 - 0.10 * socket[:, None] * np.array([1.0, 0.9, 0.6])
    colour *= 1 - 0.75 * lash_line(mesh, x, y, z)[:, None]
    if identity.stubble:
        jaw = _jaw(x, y, z) * identity.stubble
        grain = 0.75 + 0.35 * _noise(rng, (SIDE, SIDE), 0.8)[on]
        shadow = np.clip(jaw * grain, 0, 1)[:, None] * 0.5
        colour = colour * (1 - shadow) + shadow * (
            0.55 * np.array(identity.hair[::-1]) + 0.35 * skin
        )
    lips = cv2.GaussianBlur(file.mask('lips'), (0, 0), 2.2)[on] / 255.0
    lips = lips * (1 + 0.06 * noise[0])
    lip = np.array(identity.lips[::-1], np.float32) * np.where(y > MOUTH_LINE, 0.93, 1.0)[:, None]
    colour = colour + np.clip(lips, 0, 1)[:, None] * 0.85 * (lip - colour)
    gloss = gloss + 0.55 * lips
    # The line where the lips meet is dark.
    brow = brow_strokes(x, y, z, identity.brows, rng)
    dark = 0.8 * np.array(identity.hair[::-1], np.float32) + 6
    colour += brow[:, None] * (dark - colour)
    gloss *= 1 - 0.7 * brow
    if identity.hair_style != 'bald':
        scalp = _scalp(x, y, z)
        scalp = np.clip(scalp + 0.25 * noise[0] * (scalp > 0.02) * (scalp < 0.98), 0, 1) * (
            1 - ears
        )
        root = 0.75 * np.array(identity.hair[::-1], np.float32) + 0.12 * skin
        colour += (0.9 * scalp)[:, None] * (root - colour)
        gloss *= 1 - scalp
    mouth = file.mask('inside-mouth')[on] / 255.0
    colour += mouth[:, None] * (np.array([52, 44, 120], np.float32) - colour)
    below = below_collar(x, y, z)
    cloth = np.clip(below / 0.02, 0, 1)
    shirt = np.array(identity.shirt[::-1], np.float32)
    weave = 1 + 0.03 * _noise(rng, (SIDE, SIDE), 0.9)[on]
    rib = np.where(below < 0.09, 0.88, 1.0)
    colour += cloth[:, None] * (shirt * (weave * rib)[:, None] - colour)
    colour *= 1 - 0.35 * (np.exp(-((below + 0.01) ** 2) / 0.0012) * (below < 0.02))[:, None]
    gloss = gloss * (1 - cloth)
    srgb[on] = np.clip(colour, 0, 255)
    fourth[on] = np.clip(gloss, 0, 1)


def lash_line(mesh: Mesh, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return how dark the lashes make places (N,) of the base mesh at the edges of the lids."""
    dark = np.zeros(len(x))
    for side, sign in (('l', 1.0), ('r', -1.0)):
        near = np.flatnonzero((np.hypot(x - sign * 0.31, y - 7.29) < 0.24) & (z > 1.1))
        roots = Lashes.of(mesh, side).edge(mesh.vertices)
        places = np.stack([x[near], y[near], z[near]], axis=1)
        gap = np.linalg.norm(places[:, None] - roots[None], axis=2).min(axis=1)
        dark[near] = np.exp(-((gap / 0.016) ** 2))
    return dark


def below_collar(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return how far places (N,) of the base mesh lie below the shirt's collar, dm."""
    height, fall, start, rise = COLLAR
    return height - fall * z + rise * np.maximum(np.abs(x) - start, 0) - y


def brow_strokes(
    x: np.ndarray, y: np.ndarray, z: np.ndarray, density: float, rng: np.random.Generator
) -> np.ndarray:
    """Return how much eyebrow (N,) there is at places on the base mesh, 0 to 1."""
    x = np.abs(x)
    line = np.interp(x, BROW[:, 0], BROW[:, 1])
    along = (x - BROW[0, 0]) / (BROW[-1, 0] - BROW[0, 0])
    half = 0.040 * np.interp(along, [0.0, 0.15, 0.45, 1.0], [0.85, 1.0, 0.85, 0.3])
    across = (y - line) / half
    body = np.clip(1.35 - 1.15 * np.abs(across), 0, 1)
    body *= np.clip((along + 0.02) * 12, 0, 1) * np.clip((1.03 - along) * 9, 0, 1)
    # Hairs lean outwards: stripes across a direction that turns along the brow.
    lean = np.interp(along, [0, 0.3, 1], [1.1, 0.5, 0.15])
    phase = (x - lean * (y - line)) * 330
    stripes = np.sin(phase + 2.0 * np.sin(y * 70)) + np.sin(1.7 * phase + 40 * y)
    hairs = 0.88 + 0.10 * stripes
    return np.asarray(np.clip(body * hairs * density * (z > 0.8), 0, 1))


def eye_texture(side: int, iris: tuple[int, int, int]) -> np.ndarray:
    """Return the front of an eyeball (side, side, 3) BGR, seen along its axis, sRGB 0 to 255.

    The texture's radius is an angle of 90 degrees from the axis.
    """
    half = (side - 1) / 2
    row, column = np.mgrid[0:side, 0:side].astype(np.float32)
    u, v = (column - half) / half, (row - half) / half
    angle = np.hypot(u, v) * 90.0
    around = np.arctan2(v, u)
    white = np.array([226, 230, 234], np.float32)
    colour = np.ones((side, side, 3), np.float32) * white
    far = np.clip((angle - 34) / 40, 0, 1)[..., None]
    colour += far * (np.array([176, 178, 214]) - white)
    rng = np.random.default_rng(3)
    rays = np.zeros_like(angle)
    for frequency in (17, 29, 43, 61):
        rays += np.sin(around * frequency + rng.uniform(0, 6.28) + 0.03 * frequency * angle / 10)
    tone = np.array(iris[::-1], np.float32)
    inner = np.clip((IRIS - angle) / 2.0, 0, 1)
    depth = np.interp(angle, [PUPIL, PUPIL + 3, IRIS - 6, IRIS], [1.25, 1.35, 1.0, 0.42])
    lower = 1 + 0.28 * np.clip(v * 3.5, -1, 1)  # light from above gathers below the pupil
    coloured = tone * (depth * lower * (1 + 0.07 * rays))[..., None]
    colour += inner[..., None] * (np.clip(coloured, 0, 255) - colour)
    pupil = np.clip((PUPIL - angle) / 1.5, 0, 1)[..., None]
    colour += pupil * (np.array([12, 10, 10]) - colour)
    return np.clip(colour, 0, 255)


IRIS, PUPIL = 27.0, 11.5
"""Angles of the rims of iris and pupil from the axis of the eye, degrees."""


def _spot(x: np.ndarray, y: np.ndarray, cx: float, cy: float, rx: float, ry: float) -> np.ndarray:
    return np.asarray(np.exp(-(((x - cx) / rx) ** 2) - ((y - cy) / ry) ** 2))


def _jaw(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return how much beard grows (N,): jaw, chin and upper lip."""
    low = np.clip((6.86 - 0.55 * np.clip(np.abs(x) - 0.2, -1, 0.4) * -1 - y) / 0.14, 0, 1)
    cheek = np.clip((np.hypot(x / 0.62, (y - 7.0) / 0.36) - 0.8) / 0.3, 0, 1)
    neck = np.clip((y - 5.95) / 0.25, 0, 1)
    return np.asarray(low * cheek * neck * np.clip((z - 0.35) / 0.3, 0, 1))


def above_hairline(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return how far places (N,) on the base mesh lie above the hairline of men, degrees."""
    dx, dy, dz = x - CENTRE[0], y - CENTRE[1], z - CENTRE[2]
    azimuth = np.degrees(np.abs(np.arctan2(dx, dz)))
    elevation = np.degrees(np.arctan2(dy, np.hypot(dx, dz)))
    angles, lines = zip(*MAN, strict=True)
    return np.asarray(np.where(y > 6.3, elevation - np.interp(azimuth, angles, lines), -90.0))


def _scalp(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return how much hair grows at places (N,) on the base mesh, 0 to 1."""
    return np.asarray(np.clip((above_hairline(x, y, z) - 1.0) / 5.0, 0, 1))


def _noise(rng: np.random.Generator, shape: tuple[int, int], sigma: float) -> np.ndarray:
    small = (int(shape[0] / max(sigma, 1)), int(shape[1] / max(sigma, 1)))
    coarse = rng.standard_normal(small).astype(np.float32)
    full = cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(full)
