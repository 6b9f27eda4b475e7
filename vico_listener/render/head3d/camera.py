"""The camera before the figure, which projects places in space to pixels."""

import numpy as np

from vico_listener.render.head3d.mesh_file import Floats

CENTRE = np.array([0.0, 6.95, 0.6])
"""The place in the middle of the picture, dm."""

DISTANCE = 14.0
"""Distance of the camera from the centre, dm."""

HEIGHT = 4.2
"""What the picture shows at the distance of the centre, dm."""


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
