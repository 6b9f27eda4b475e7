"""Face backends: one module each.

To add one, write a module in this package with a class that fulfils `FaceBackend` and set
``BACKEND`` to it; its name is the module's name. No other file changes. A backend that lives
elsewhere is named 'package.module:Class'.
"""

import importlib
import pkgutil
from typing import Any
from typing import Protocol

from vico_listener.face.geometry import Camera
from vico_listener.face.observation import FaceObservation
from vico_listener.face.observation import Image
from vico_listener.face.observation import Roi
from vico_listener.motion import Basis


class FaceBackend(Protocol):
    """Turns a picture into observations; keeps no memory of earlier pictures.

    Constructed with keyword options of its own; `model_path` (None: the default model) is always
    among them.
    """

    basis: Basis

    def detect(self, image: Image, turn: int | None = None) -> list[Roi]:
        """Where faces are, best first.

        None searches thoroughly. A number does a small share of the search, for live video;
        successive numbers come round to all of it.
        """

    def observe(self, image: Image, roi: Roi, camera: Camera) -> FaceObservation | None:
        """The face in `roi`, or None where there is none."""

    def warm_up(self) -> None:
        """Do whatever makes the first picture slow."""


def backend_names() -> list[str]:
    """Names of the backends in this package, without importing them."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def create_backend(name: str, **options: Any) -> FaceBackend:
    """Make the backend called `name`; ValueError names the choices."""
    module_name, _, class_name = name.partition(':')
    if not class_name:
        if name not in backend_names():
            raise ValueError(
                f"unknown face backend '{name}': choose one of {', '.join(backend_names())}, "
                "or name a class as 'package.module:Class'"
            )
        module_name, class_name = f'{__name__}.{name}', 'BACKEND'
    return getattr(importlib.import_module(module_name), class_name)(**options)
