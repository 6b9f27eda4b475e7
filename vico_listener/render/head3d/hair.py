"""Makes hair: a grid that is laid over the skull from the crown to the hairline, with strands."""

from dataclasses import dataclass

import cv2
import numpy as np

from vico_listener.compiled import compiled
from vico_listener.render.head3d.mesh_file import Floats
from vico_listener.render.head3d.mesh_file import Indices

CENTRE = np.array([0.0, 7.55, 0.35], np.float32)
"""The centre of the skull, from which the hair is laid, dm."""

COLUMNS, ROWS = 88, 24
"""Size of the grid: around the head, and from the crown to the ends."""

SEEN_INTO = 35.0
"""Azimuth from which on falling hair is seen from its inner side as well, degrees."""


@dataclass(frozen=True)
class Style:
    """A way to wear one's hair.

    Attributes:
        line: rows of azimuth from the front, and the elevation of the hairline there, degrees.
        top, side: thickness above and at the sides, dm.
        locks: how much the thickness differs between locks, as a share of it.
        sweep: how far the strands turn around the head on their way to the ends, degrees.
        fall: azimuths between which hair falls down instead of ending, degrees; () for none.
        ends: the height at which falling hair ends, dm.
        ragged: how unevenly the strands end, as a share of their length.
    """

    line: tuple[tuple[float, float], ...]
    top: float
    side: float
    locks: float
    sweep: float
    fall: tuple[float, float] | tuple[()] = ()
    ends: float = 0.0
    ragged: float = 0.1


MAN = ((0, 25), (25, 28), (45, 20), (60, 6), (74, -22), (86, -18), (98, 0), (118, -30), (180, -46))
WOMAN = ((0, 24), (25, 23), (45, 17), (60, 2), (74, -16), (86, -8), (98, 0), (118, -30), (180, -46))
STYLES = {
    'short': Style(MAN, top=0.16, side=0.045, locks=0.2, sweep=-12.0, ragged=0.12),
    'cropped': Style(MAN, top=0.10, side=0.05, locks=0.0, sweep=0.0, ragged=0.03),
    'waves': Style(
        WOMAN, top=0.28, side=0.2, locks=0.3, sweep=38.0, fall=(58.0, 180.0), ends=6.62, ragged=0.05
    ),
    'bob': Style(
        WOMAN, top=0.22, side=0.2, locks=0.2, sweep=18.0, fall=(56.0, 180.0), ends=6.15, ragged=0.1
    ),
}


@dataclass(frozen=True)
class Hair:
    """A grid of hair.

    Attributes:
        vertices: (N, 3) places, dm.
        strands: (N, 3) unit directions along the strands.
        triangles: (T, 3) corners.
        places: (N, 2) around the head and along the strand, each 0 to 1.
        hanging: (T,) bool, the triangles that are seen from behind as well.
    """

    vertices: Floats
    strands: Floats
    triangles: Indices
    places: Floats
    hanging: np.ndarray


def grow(style: Style, skull: Floats, triangles: Indices, seed: int = 1) -> Hair:
    """Lay hair over a skull.

    Args:
        style: how it is worn.
        skull: (V, 3) vertices of the head without ears.
        triangles: (T, 3) its triangles.
        seed: of the locks.
    """
    azimuth = np.linspace(-180.0, 180.0, COLUMNS + 1)
    along = np.linspace(0.0, 1.0, ROWS)
    angles, lines = zip(*style.line, strict=True)
    limit = np.interp(np.abs(azimuth), angles, lines)
    limit = _smooth_around(limit, 2.0)
    elevation = 90.0 - 0.5 - (89.5 - limit)[None, :] * along[:, None] ** 0.9
    turned = azimuth[None, :] + style.sweep * (along[:, None] ** 2) * np.exp(
        -((azimuth / 60.0) ** 2)
    )
    sky = _sphere(turned, elevation)
    radius = np.zeros(sky.shape[:2], np.float32)
    _cast(CENTRE, sky.reshape(-1, 3), skull, triangles, radius.reshape(-1))
    radius = _smooth_over(radius)
    up = np.clip(sky[..., 1], 0.0, 1.0) ** 1.2
    thick = style.side + (style.top - style.side) * up
    thick = thick * (1 + style.locks * _locks(azimuth, along, seed))
    free = np.zeros(COLUMNS + 1)
    if style.fall:
        start, end = style.fall
        width = 8.0
        free = np.clip((np.abs(azimuth) - start) / width + 0.5, 0, 1)
        free *= np.clip((end - np.abs(azimuth)) / width + 0.5, 0, 1) if end < 180 else 1.0
    # At the hairline the hair goes under the skin; where it falls it keeps its thickness.
    close = np.clip((1.0 - along) / 0.3, 0, 1)[:, None] ** 0.7
    close = np.maximum(close, free[None, :])
    reach = radius + thick * close - 0.02 * (1 - close)
    places = CENTRE + sky * reach[..., None]
    if style.fall:
        places = _let_fall(places, free, style.ends, azimuth, seed)
    strands = np.gradient(places, axis=0)
    strands /= np.linalg.norm(strands, axis=2, keepdims=True) + 1e-9
    grid = np.arange(ROWS * (COLUMNS + 1)).reshape(ROWS, COLUMNS + 1)
    a, b, c, d = grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]
    faces = np.concatenate(
        [np.stack([a, d, c], -1).reshape(-1, 3), np.stack([a, c, b], -1).reshape(-1, 3)]
    )
    # From below one sees into falling hair, at the temples up to where the fringe begins.
    near = np.abs(azimuth[:-1]) > SEEN_INTO if style.fall else np.zeros(COLUMNS, bool)
    falls = near[None, :] & (np.arange(ROWS - 1) >= 1)[:, None]
    around, down = np.meshgrid(np.linspace(0, 1, COLUMNS + 1), along)
    return Hair(
        places.reshape(-1, 3).astype(np.float32),
        strands.reshape(-1, 3).astype(np.float32),
        faces.astype(np.int32),
        np.stack([around, down], -1).reshape(-1, 2).astype(np.float32),
        np.tile(falls.reshape(-1), 2),
    )


def _let_fall(
    places: np.ndarray, free: np.ndarray, ends: float, azimuth: np.ndarray, seed: int
) -> np.ndarray:
    """Straighten the strands that fall: down from where the skull is widest, then inwards."""
    out = places.copy()
    for column in range(places.shape[1]):
        share = free[column]
        if share <= 0:
            continue
        path = places[:, column]
        turn = int(np.argmax(path[:, 1] < CENTRE[1] + 0.05))
        if turn == 0:
            turn = len(path) - 1
        start = path[turn]
        outwards = start - CENTRE
        outwards[1] = 0
        outwards /= np.linalg.norm(outwards)
        count = len(path)
        # Half of the rows lie on the skull, the others hang.
        half = count // 2
        on_skull = np.stack(
            [
                np.interp(np.linspace(0, turn, half), np.arange(turn + 1), path[: turn + 1, k])
                for k in range(3)
            ],
            -1,
        )
        s = np.linspace(0, 1, count - half + 1)[1:, None]
        wave = 0.025 * np.sin(np.radians(azimuth[column]) * 14 + seed)
        drop = start + s * np.array([0.0, ends - start[1], 0.0])
        drop = drop + outwards * (0.10 * np.sin(np.pi * s * 0.9) - 0.22 * s**3 + wave * s)
        new = np.concatenate([on_skull, drop])
        out[:, column] = share * new + (1 - share) * path
    return out


def _sphere(azimuth: np.ndarray, elevation: np.ndarray) -> np.ndarray:
    around, up = np.radians(azimuth), np.radians(elevation)
    return np.stack(
        [np.sin(around) * np.cos(up), np.sin(up), np.cos(around) * np.cos(up)], axis=-1
    ).astype(np.float32)


def _smooth_around(values: np.ndarray, sigma: float) -> np.ndarray:
    tripled = np.concatenate([values[:-1]] * 3)[None].astype(np.float32)
    smooth = cv2.GaussianBlur(tripled, (0, 0), sigma)[0]
    return np.asarray(smooth[COLUMNS : 2 * COLUMNS + 1], np.float64)


def _smooth_over(radius: np.ndarray) -> np.ndarray:
    """Smooth distances, and fill those that are zero, where an ear was taken away."""
    around = np.hstack([radius[:, :-1]] * 3)
    known = (around > 0).astype(np.float32)
    for sigma in (1.2, 4.0, 12.0):
        weight = cv2.GaussianBlur(known, (0, 0), sigma)
        mean = cv2.GaussianBlur(around * known, (0, 0), sigma) / np.maximum(weight, 1e-6)
        if sigma == 1.2:
            around = np.where(known > 0, mean, 0)
        around = np.where((known == 0) & (weight > 0.05), mean, around)
        known = (around > 0).astype(np.float32)
    return cv2.GaussianBlur(around, (0, 0), 1.0)[:, COLUMNS : 2 * COLUMNS + 1]


def _locks(azimuth: np.ndarray, along: np.ndarray, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    total = np.zeros(len(azimuth))
    for frequency in (9, 13, 19, 27):
        total += np.sin(np.radians(azimuth) * frequency + rng.uniform(0, 6.28))
    return (total / 4)[None, :] * np.clip(along * 2.0, 0, 1)[:, None]


def strand_texture(
    style: Style, colour: np.ndarray, height: int, width: int, seed: int = 1
) -> np.ndarray:
    """Return a texture (height, width, 4) uint8 of strands: colours, and where they are cut out."""
    rng = np.random.default_rng(seed)
    fine = cv2.GaussianBlur(rng.standard_normal((height, width)), (0, 0), 0.7, sigmaY=height / 8)
    broad = cv2.GaussianBlur(rng.standard_normal((height, width)), (0, 0), 5.0, sigmaY=height / 4)
    value = 1 + 0.13 * fine / fine.std() + 0.10 * broad / broad.std()
    along = np.linspace(0, 1, height)[:, None]
    value = value * (0.86 + 0.2 * along)
    texture = np.empty((height, width, 4), np.uint8)
    texture[..., :3] = np.clip(colour * value[..., None], 0, 255)
    lengths = rng.standard_normal((1, width)).astype(np.float32)
    uneven = cv2.GaussianBlur(lengths, (0, 0), 1.2) * 1.2
    uneven += cv2.GaussianBlur(lengths, (0, 0), 7.0) * 3.0
    uneven = np.clip(0.5 + 0.35 * uneven / uneven.std(), 0, 1)
    texture[..., 3] = np.where(along < 1 - style.ragged * uneven, 255, 0)
    return texture


@compiled()
def _cast(centre, sky, vertices, triangles, radius):  # type: ignore[no-untyped-def]
    """Find how far the outermost surface lies from the centre in each direction."""
    for t in range(len(triangles)):  # pragma: no cover - compiled
        a = vertices[triangles[t, 0]] - centre
        b = vertices[triangles[t, 1]] - centre
        c = vertices[triangles[t, 2]] - centre
        nx = (b[1] - a[1]) * (c[2] - a[2]) - (b[2] - a[2]) * (c[1] - a[1])
        ny = (b[2] - a[2]) * (c[0] - a[0]) - (b[0] - a[0]) * (c[2] - a[2])
        nz = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
        height = nx * a[0] + ny * a[1] + nz * a[2]
        mx = (a[0] + b[0] + c[0]) / 3
        my = (a[1] + b[1] + c[1]) / 3
        mz = (a[2] + b[2] + c[2]) / 3
        length = np.sqrt(mx * mx + my * my + mz * mz)
        for r in range(len(sky)):
            d = sky[r]
            if d[0] * mx + d[1] * my + d[2] * mz < 0.8 * length:
                continue
            slope = nx * d[0] + ny * d[1] + nz * d[2]
            if abs(slope) < 1e-12:
                continue
            far = height / slope
            if far <= radius[r]:
                continue
            # The point lies in the triangle when it is on the same side of the three edges.
            p0, p1, p2 = d[0] * far, d[1] * far, d[2] * far
            inside = True
            for e in range(3):
                u = a if e == 0 else (b if e == 1 else c)
                v = b if e == 0 else (c if e == 1 else a)
                ex, ey, ez = v[0] - u[0], v[1] - u[1], v[2] - u[2]
                qx, qy, qz = p0 - u[0], p1 - u[1], p2 - u[2]
                side = (
                    nx * (ey * qz - ez * qy) + ny * (ez * qx - ex * qz) + nz * (ex * qy - ey * qx)
                )
                if side < -1e-9:
                    inside = False
                    break
            if inside:
                radius[r] = far
