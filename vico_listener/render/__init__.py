"""The renderers, which draw the listener's face from a portrait and face motion."""

from vico_listener.render.portrait import Portrait
from vico_listener.render.portrait import PortraitError
from vico_listener.render.portrait import default_portrait_path
from vico_listener.render.portrait import load_portrait
from vico_listener.render.portrait import measure_portrait
from vico_listener.render.portrait import portrait_of
from vico_listener.render.renderers import RENDERERS
from vico_listener.render.renderers import Renderer
from vico_listener.render.renderers import create_renderer

__all__ = [
    'RENDERERS',
    'Portrait',
    'PortraitError',
    'Renderer',
    'create_renderer',
    'default_portrait_path',
    'load_portrait',
    'measure_portrait',
    'portrait_of',
]
