"""The renderer `head3d`, which draws a three-dimensional head in a few milliseconds on a CPU.

Its functions are compiled by numba when they are first called, and kept beside the sources or,
where that folder cannot be written, in numba's cache folder of the user.
"""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np

from vico_listener.choices import FIGURE
from vico_listener.errors import SettingError
from vico_listener.frames import Picture
from vico_listener.motion import FaceMotion
from vico_listener.render.head3d.camera import DISTANCE
from vico_listener.render.head3d.camera import HEIGHT
from vico_listener.render.head3d.camera import Camera
from vico_listener.render.head3d.camera import backdrop
from vico_listener.render.head3d.camera import tone_curve
from vico_listener.render.head3d.drive import target_weights
from vico_listener.render.head3d.figure_cache import figure_of
from vico_listener.render.head3d.identity import load_identity
from vico_listener.render.head3d.paint import halved
from vico_listener.render.head3d.posing import pose
from vico_listener.render.head3d.rasteriser import CENTRE
from vico_listener.render.head3d.rasteriser import SAMPLES
from vico_listener.render.head3d.rasteriser import TILE
from vico_listener.render.head3d.rasteriser import Surfaces
from vico_listener.render.head3d.rasteriser import cover
from vico_listener.render.head3d.rasteriser import find_edges
from vico_listener.render.head3d.rasteriser import find_fronts
from vico_listener.render.head3d.rasteriser import find_holes
from vico_listener.render.head3d.resolving import Lighting
from vico_listener.render.head3d.resolving import resolve_edges
from vico_listener.render.head3d.resolving import resolve_inside
from vico_listener.render.head3d.shading import REFLEXES
from vico_listener.render.head3d.shading import add_normals
from vico_listener.render.head3d.shading import light_up
from vico_listener.render.renderers import Renderer

MIN_SIZE, MAX_SIZE = 64, 2048

TEXELS = 806
"""Texels of the skin that lie side by side across a picture, whatever its size."""


class Head3dRenderer(Renderer):
    """Draws head, neck and shoulders of a figure that needs no portrait.

    Args:
        size: the width and height of the pictures, px.
        figure: who it is: a name in `identity.IDENTITIES`, or a YAML file.

    Raises:
        SettingError: `size` is out of range, or there is no such figure.
        NotInstalledError, MeshFileError: the mesh is missing or damaged.
    """

    OPTIONS = ('figure',)
    PORTRAIT = False
    FOV_DEG = math.degrees(2.0 * math.atan(HEIGHT / 2.0 / DISTANCE))

    def __init__(self, size: int = 256, figure: str | Path = FIGURE) -> None:
        if not MIN_SIZE <= size <= MAX_SIZE:
            raise SettingError(f'size must lie in {MIN_SIZE}..{MAX_SIZE} px, not {size}')
        self.size = size
        self.reference = FaceMotion.neutral()
        made = figure_of(load_identity(figure))
        # A texture of more than twice as many texels as pixels misses the processor's caches.
        halvings = max(0, math.floor(math.log2(TEXELS / size)))
        texture, places = made.texture, made.places
        for _ in range(halvings):
            texture, places = halved(texture, places)
        clear = made.texture[..., 3].copy()
        self._figure = made = replace(made, texture=texture)
        self._camera = Camera(size)
        self._background, self._tones = backdrop(size), tone_curve()
        self._vertices, normals, light, self._points = (
            np.empty_like(made.vertices) for _ in range(4)
        )
        gloss = np.empty(len(made.vertices), np.float32)
        self._lighting = Lighting(light, gloss, normals, REFLEXES)
        self._surfaces = Surfaces(
            self._points,
            made.triangles,
            made.corners,
            places,
            made.kinds,
            find_holes(made.corners, made.places, made.kinds, clear),
            made.parts,
            texture,
            clear,
            np.float32(2**halvings),
        )
        self._fronts = np.empty(len(made.triangles), np.int32)
        self._seen = np.empty(len(made.vertices), np.bool_)
        pixels, tiles = size * size, -(-size // TILE)
        self._tiles = np.empty((tiles, tiles), np.bool_)
        self._slots = np.empty((size, size), np.int32)
        self._shown, self._depth = (
            np.empty((pixels, 1), np.int32),
            np.empty((pixels, 1), np.float32),
        )
        self._edge_shown = np.empty((pixels, len(SAMPLES)), np.int32)
        self._edge_depth = np.empty((pixels, len(SAMPLES)), np.float32)

    def render(self, motion: FaceMotion) -> Picture:
        """Return the picture (size, size, 3) uint8 BGR of a face motion (see `Renderer.render`)."""
        self.check(motion)
        made = self._figure
        light, gloss, normals, _ = self._lighting
        pose(made, motion, target_weights(motion.expression), self._vertices)
        add_normals(self._vertices, made.triangles[: made.fronts], normals)
        self._camera.project(self._vertices, self._points)
        fronts = self._fronts[: find_fronts(self._points, made.triangles, self._fronts, self._seen)]
        surface = made.strands, made.materials, made.open_sky, made.open_key
        light_up(self._seen, normals, *surface, light, gloss)
        whole = self._shown, self._depth
        cover(self._surfaces, fronts, CENTRE, True, self._slots, self._tiles, *whole)
        count = find_edges(made.parts, *whole, self._slots, self._tiles)
        edges = self._edge_shown[:count], self._edge_depth[:count]
        cover(self._surfaces, fronts, SAMPLES, False, self._slots, self._tiles, *edges)
        picture = self._background.copy()
        what = self._surfaces, self._lighting, self._tones
        resolve_inside(*what, self._slots, self._shown, picture)
        resolve_edges(*what, self._slots, self._tiles, *edges, self._background, picture)
        return picture
