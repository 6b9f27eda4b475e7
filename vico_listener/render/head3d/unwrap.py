"""Spreads values of corners over the unwrapped skin, to paint it by places in space."""

import numpy as np

from vico_listener.compiled import compiled
from vico_listener.render.head3d.mesh_file import Floats
from vico_listener.render.head3d.mesh_file import Indices


@compiled()
def spread(places: Floats, corners: Indices, values: Floats, out: Floats) -> None:
    """Interpolate values over triangles of a texture, one texel beyond their edges.

    Args:
        places: (U, 2) column and row of each place, px.
        corners: (T, 3) corners in `places`.
        values: (T, 3, K) values of the corners.
        out: (h, w, K) receives them; what no triangle covers is left as it is.
    """  # pragma: no cover - compiled
    height, width = out.shape[0], out.shape[1]
    for t in range(len(corners)):
        ax, ay = places[corners[t, 0]]
        bx, by = places[corners[t, 1]]
        cx, cy = places[corners[t, 2]]
        area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
        if abs(area) < 1e-9:
            continue
        margin = 1.5
        for y in range(
            max(0, int(min(ay, by, cy) - margin)), min(height, int(max(ay, by, cy) + margin) + 1)
        ):
            for x in range(
                max(0, int(min(ax, bx, cx) - margin)),
                min(width, int(max(ax, bx, cx) + margin) + 1),
            ):
                b = ((x - ax) * (cy - ay) - (cx - ax) * (y - ay)) / area
                c = ((bx - ax) * (y - ay) - (x - ax) * (by - ay)) / area
                a = 1 - b - c
                # How far the texel lies beyond the edges, in shares of the heights over them.
                beyond = max(-a, -b, -c)
                if beyond > 0 and beyond * abs(area) > margin * _longest(ax, ay, bx, by, cx, cy):
                    continue
                if beyond > 0 and out[y, x, 0] != 0:
                    continue
                for k in range(out.shape[2]):
                    out[y, x, k] = a * values[t, 0, k] + b * values[t, 1, k] + c * values[t, 2, k]


@compiled()
def _longest(ax, ay, bx, by, cx, cy):  # type: ignore[no-untyped-def]  # pragma: no cover
    return max(np.hypot(bx - ax, by - ay), np.hypot(cx - bx, cy - by), np.hypot(ax - cx, ay - cy))
