"""The camera before the figure, what is behind it, and how light becomes numbers of a picture."""

import numpy as np

from vico_listener.frames import Picture
from vico_listener.render.head3d.mesh_file import Floats

CENTRE = np.array([0.0, 6.95, 0.6])
"""The place in the middle of the picture, dm."""

DISTANCE = 10.0
"""Distance of the camera from the centre, dm."""

HEIGHT = 4.2
"""What the picture shows at the distance of the centre, dm."""

WALL_EDGE, WALL_MIDDLE = np.array([150.0, 138.0, 126.0]), np.array([214.0, 206.0, 198.0])
"""BGR of the wall behind the figure, far from its middle and there."""


class Camera:
    """Looks at the figure from the front.

    Args:
        size: the width and height of the pictures, px.
    """

    def __init__(self, size: int) -> None:
        self._scale = np.float32(size / HEIGHT)
        self._middle = np.float32(size / 2)

    def project(self, vertices: Floats, out: Floats) -> None:
        """Write x and y in pixels (y down) and the nearness (V, 3) of vertices (V, 3), dm."""
        x, y, z = (vertices - CENTRE.astype(np.float32)).T
        nearer = np.float32(DISTANCE) / (np.float32(DISTANCE) - z)
        out[:, 0] = self._middle + self._scale * x * nearer
        out[:, 1] = self._middle - self._scale * y * nearer
        out[:, 2] = z


def backdrop(size: int) -> Picture:
    """Return the picture (size, size, 3) uint8 BGR behind the figure: a softly lit wall."""
    y, x = np.mgrid[0:size, 0:size] / size
    glow = np.exp(-((x - 0.5) ** 2 + (y - 0.42) ** 2) / 0.28)[..., None]
    return np.asarray(WALL_EDGE + (WALL_MIDDLE - WALL_EDGE) * glow, np.uint8)


def tone_curve() -> Floats:
    """Return the sRGB values (4096,), 0 to 255, of linear light from 0 to 1 (IEC 61966-2-1)."""
    light = np.linspace(0.0, 1.0, 4096)
    coded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.asarray(255 * coded, np.float32)
