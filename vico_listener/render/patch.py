"""Patches: small regions of the portrait in which skin slides over eyes or teeth."""

from dataclasses import dataclass
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vico_listener.render.portrait import Portrait

Float = NDArray[np.float32]


@dataclass
class Patch:
    """A rectangle of the portrait's pixels with their coordinates along the axes of the face.

    Attributes:
        rows, columns: its place in the picture.
        x, y: (h, w) the coordinates of its pixels in the picture, px.
        u, v: (h, w) their coordinates to the person's left and towards the chin, from the origin of
            the patch, px.
        across, down: (2,) the axes u and v of the face in the picture.
    """

    rows: slice
    columns: slice
    x: Float
    y: Float
    u: Float
    v: Float
    across: NDArray[np.float32]
    down: NDArray[np.float32]

    def part(self, rows: slice, columns: slice) -> 'Patch':
        """Return a rectangle of the patch."""
        top, left = self.rows.start, self.columns.start
        arrays = {name: getattr(self, name)[rows, columns] for name in ('x', 'y', 'u', 'v')}
        return replace(
            self,
            rows=slice(top + rows.start, top + rows.stop),
            columns=slice(left + columns.start, left + columns.stop),
            **{name: np.ascontiguousarray(array) for name, array in arrays.items()},
        )

    def sources(self, offset: Float) -> tuple[Float, Float]:
        """Return the coordinates x, y (px) of the pixels, displaced by an offset along v."""
        return self.x + offset * self.down[0], self.y + offset * self.down[1]


def span(used: NDArray | np.bool_) -> slice:
    """Return the slice from the first to the last True, or of one element if there is none."""
    places = np.flatnonzero(used)
    return slice(int(places[0]), int(places[-1]) + 1) if len(places) else slice(0, 1)


def unit(value: Float) -> Float:
    """Return values within 0 to 1; for few pixels this takes a third of the time of np.clip."""
    return np.minimum(np.maximum(value, np.float32(0.0)), np.float32(1.0))


def make_patch(portrait: Portrait, points: NDArray, margin: float | NDArray) -> Patch:
    """Return the patch around landmarks (N, 2); its origin is their mean.

    Args:
        portrait: the portrait.
        points: the landmarks, px.
        margin: how far it reaches beyond them, px; (2,) for different ones along x and y.
    """
    size = portrait.image.shape[0]
    low = np.floor(points.min(axis=0) - margin).astype(int).clip(0, size - 2)
    high = np.ceil(points.max(axis=0) + margin).astype(int).clip(2, size)
    rows, columns = slice(low[1], max(high[1], low[1] + 1)), slice(low[0], max(high[0], low[0] + 1))
    y, x = np.mgrid[rows, columns].astype(np.float32)
    origin = points.mean(axis=0)
    dx, dy = x - origin[0], y - origin[1]
    u = dx * portrait.across[0] + dy * portrait.across[1]
    v = dx * portrait.down[0] + dy * portrait.down[1]
    return Patch(
        rows,
        columns,
        x,
        y,
        u.astype(np.float32),
        v.astype(np.float32),
        portrait.across.astype(np.float32),
        portrait.down.astype(np.float32),
    )


def face_coordinates(portrait: Portrait, points: NDArray, origin: NDArray) -> NDArray[np.float64]:
    """Return the coordinates u, v (N, 2) of points of the picture, relative to `origin`."""
    offset = points - origin
    return np.stack([offset @ portrait.across, offset @ portrait.down], axis=-1)


def curve(u: Float, points: NDArray[np.float64]) -> Float:
    """Return the coordinate v of a curve through `points` (N, 2) at u, constant beyond its ends."""
    order = np.argsort(points[:, 0])
    return np.interp(u, points[order, 0], points[order, 1]).astype(np.float32)


def stretch(v: Float, start: NDArray, end: NDArray, new_start: NDArray, new_end: NDArray) -> Float:
    """Return the source of v when the interval start..end is stretched to new_start..new_end."""
    length = np.maximum(new_end - new_start, 1e-3)
    return start + (v - new_start) * ((end - start) / length)
