"""The renderer G_v: a portrait and a motion in, a picture of the listening face out."""

from vico_listener.render.base import RENDERERS
from vico_listener.render.base import Renderer
from vico_listener.render.base import create_renderer
from vico_listener.render.base import renderer_options
from vico_listener.render.fluent import FluentRenderer
from vico_listener.render.pirender.renderer import PIRenderer
from vico_listener.render.pirender.renderer import measure_absolute
from vico_listener.render.portrait import Portrait
from vico_listener.render.portrait import PortraitError
from vico_listener.render.portrait import default_portrait_path
from vico_listener.render.portrait import load_portrait
from vico_listener.render.portrait import measure_portrait
from vico_listener.render.warp import PortraitRenderer

__all__ = [
    'RENDERERS',
    'FluentRenderer',
    'PIRenderer',
    'Portrait',
    'PortraitError',
    'PortraitRenderer',
    'Renderer',
    'create_renderer',
    'default_portrait_path',
    'load_portrait',
    'measure_absolute',
    'measure_portrait',
    'renderer_options',
]
