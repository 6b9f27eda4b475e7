"""The interface of every renderer G_v, and the registry of names."""

from abc import ABC
from abc import abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vico_listener.motion import FaceMotion

Image = NDArray[np.uint8]
"""(H, W, 3) BGR."""

NO_MAP: Any = None
"""The second map of cv2.remap where the first one holds both coordinates; its types forbid None,
but OpenCV 5.0 takes an empty array for a map."""


class Renderer(ABC):
    """Draws the listener's face.

    Attributes:
        reference: the portrait's own face m_1: its expression, rotation and translation zero.
    """

    reference: FaceMotion

    @abstractmethod
    def render(self, motion: FaceMotion) -> Image:
        """Picture (size, size, 3) uint8 BGR of a face motion; the caller owns it.

        The expression is what the face shall show, rotation and translation are relative to the
        reference.

        Raises:
            ValueError: another basis, or a number that is not finite.
        """


RENDERERS: dict[str, Callable[..., Renderer]] = {}
"""Name -> factory; a renderer registers itself with `register`."""


def register(name: str) -> Callable[[Callable[..., Renderer]], Callable[..., Renderer]]:
    """Class decorator that makes a renderer available under `name`."""

    def add(factory: Callable[..., Renderer]) -> Callable[..., Renderer]:
        RENDERERS[name] = factory
        return factory

    return add


def create_renderer(name: str, **options: Any) -> Renderer:
    """Make the renderer called `name`; ValueError names the choices."""
    if name not in RENDERERS:
        raise ValueError(f"unknown renderer '{name}': choose one of {', '.join(sorted(RENDERERS))}")
    return RENDERERS[name](**options)
