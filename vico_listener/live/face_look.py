"""What the face's page draws, and how: the files of the cartoon and of the head in 3D."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vico_listener.errors import SettingError
from vico_listener.live.web_page import File
from vico_listener.render import RENDERERS
from vico_listener.render.cartoon.art import face_drawing
from vico_listener.render.cartoon.theme import load_theme
from vico_listener.resources import resource_path
from vico_listener.ros_api.launch import FACE_PAGES

SCRIPT = 'text/javascript'


@dataclass(frozen=True)
class FaceLook:
    """What a browser needs to draw a face.

    Attributes:
        geometry: the file of `resource/pages/face` that moves the face.
        painter: the file there that paints it.
        data: what it looks like, and the type of that.
    """

    geometry: str
    painter: str
    data: File

    def files(self) -> Mapping[str, File]:
        """Return by path what the page's server serves."""
        return {
            '/': (page_file('index.html'), 'text/html'),
            '/style.css': (page_file('style.css'), 'text/css'),
            '/face.js': (page_file('face.js'), SCRIPT),
            '/motions.js': (page_file('motions.js'), SCRIPT),
            '/geometry.js': (page_file(self.geometry), SCRIPT),
            '/painter.js': (page_file(self.painter), SCRIPT),
            '/face.data': self.data,
        }


def page_file(name: str) -> bytes:
    """Return a file of the page."""
    return resource_path(f'resource/pages/face/{name}').read_bytes()


def cartoon_look(theme: str | Path) -> FaceLook:
    """Return the cartoon in a theme: its name, or a YAML file.

    Raises:
        SettingError: see `load_theme`.
    """
    described = json.dumps(face_drawing(load_theme(theme)).description()).encode()
    return FaceLook('shapes.js', 'cartoon.js', (described, 'application/json'))


def head3d_look(figure: str | Path) -> FaceLook:
    """Return the three-dimensional head of a figure: its name, or a YAML file.

    Raises:
        NotInstalledError: numba, or the mesh, is not installed.
        VicoError: see `load_identity` and `figure_of`.
    """
    RENDERERS.load('head3d')  # says what to install where numba is missing
    from vico_listener.live.figure_file import figure_file
    from vico_listener.render.head3d.figure_cache import figure_of
    from vico_listener.render.head3d.identity import load_identity

    made = figure_file(figure_of(load_identity(figure)))
    return FaceLook('head.js', 'head3d.js', (made, 'application/octet-stream'))


def face_look(renderer: str, theme: str | Path, figure: str | Path) -> FaceLook:
    """Return the look of a renderer; only its own option counts.

    Raises:
        SettingError: a browser has no such renderer, or see `cartoon_look` and `head3d_look`.
    """
    if renderer == 'cartoon':
        return cartoon_look(theme)
    if renderer == 'head3d':
        return head3d_look(figure)
    raise SettingError(f'a page draws {" or ".join(FACE_PAGES)}, not {renderer}')
