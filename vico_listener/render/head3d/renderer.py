"""The renderer `head3d`, which draws a three-dimensional head in a few milliseconds on a CPU."""

from pathlib import Path

import numpy as np

from vico_listener.errors import SettingError
from vico_listener.motion import FaceMotion
from vico_listener.render.base import Image
from vico_listener.render.base import Renderer
from vico_listener.render.head3d.camera import Camera
from vico_listener.render.head3d.figure import build_figure
from vico_listener.render.head3d.identity import load_identity
from vico_listener.render.head3d.mesh_file import MeshFile
from vico_listener.render.head3d.posing import pose
from vico_listener.render.head3d.rasteriser import cover
from vico_listener.render.head3d.rasteriser import TILE,find_edges,Surfaces,SAMPLES,CENTRE
from vico_listener.render.head3d.resolving import resolve,Lighting
from vico_listener.render.head3d.shading import EYE
from vico_listener.render.head3d.shading import FILL
from vico_listener.render.head3d.shading import KEY
from vico_listener.render.head3d.shading import add_normals
from vico_listener.render.head3d.shading import light_up

MIN_SIZE, MAX_SIZE = 64, 2048


class Head3dRenderer(Renderer):
    def __init__(self, size: int = 256, head: str | Path = 'maya', portrait=None) -> None:
        if not MIN_SIZE <= size <= MAX_SIZE:
            raise SettingError(f'size must lie in {MIN_SIZE}..{MAX_SIZE} px, not {size}')
        self.size = size
        self.reference = FaceMotion.neutral()
        self._figure = figure = build_figure(MeshFile(), load_identity(head))
        self._camera = Camera(size)
        count = len(figure.vertices)
        self._vertices = np.empty((count, 3), np.float32)
        self._normals = np.empty((count, 3), np.float32)
        self._points = np.empty((count, 3), np.float32)
        self._light = np.empty((count, 3), np.float32)
        self._gloss = np.empty(count, np.float32)
        pixels = size * size
        self._all = np.arange(pixels, dtype=np.int32).reshape(size, size)
        tiles = -(-size // TILE)
        self._everywhere = np.ones((tiles, tiles), np.bool_)
        self._tiles = np.empty((tiles, tiles), np.bool_)
        self._slots = np.empty((size, size), np.int32)
        self._shown = np.empty((pixels, 1), np.int32)
        self._depth = np.empty((pixels, 1), np.float32)
        self._edge_shown = np.empty((pixels, 4), np.int32)
        self._edge_depth = np.empty((pixels, 4), np.float32)
        self._background = backdrop(size)
        self._reflex = np.float32([[*unit(KEY + EYE), 0.965], [*unit(FILL + EYE), 0.99]])
        self._tones = tones()
        f = figure
        self._surfaces = Surfaces(self._points, f.triangles, f.corners, f.places, f.kinds, f.parts, f.texture)
        self._lighting = Lighting(self._light, self._gloss, self._normals, self._reflex)

    def render(self, motion: FaceMotion) -> Image:
        self.check(motion)
        figure = self._figure
        weights = np.clip(motion.expression, 0.0, 1.0).astype(np.float32)
        pose(figure, motion, weights, self._vertices)
        add_normals(self._vertices, figure.triangles[: figure.fronts], self._normals)
        light_up(self._normals, figure.strands, figure.materials, figure.open_sky, figure.open_key,
                 np.float32(0.85), self._light, self._gloss)
        self._camera.project(self._vertices, self._points)
        cover(self._surfaces, CENTRE, self._all, self._everywhere, self._shown, self._depth)
        count = find_edges(figure.parts, self._shown, self._depth, self._slots, self._tiles)
        edges = self._edge_shown[:count], self._edge_depth[:count]
        cover(self._surfaces, SAMPLES, self._slots, self._tiles, *edges)
        picture = np.empty((self.size, self.size, 3), np.uint8)
        resolve(self._surfaces, self._lighting, self._slots, self._shown, *edges, self._background, self._tones, picture)
        return picture


def unit(v):
    return v / np.linalg.norm(v)


def tones():
    x = np.linspace(0, 1, 4096)
    return np.rint(255 * np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)).astype(np.float32)


def backdrop(size):
    y, x = np.mgrid[0:size, 0:size] / size
    glow = np.exp(-((x - 0.5) ** 2 + (y - 0.42) ** 2) / 0.28)[..., None]
    edge, middle = np.array([150, 138, 126.0]), np.array([214, 206, 198.0])
    return (edge + (middle - edge) * glow).astype(np.uint8)
