"""Face backends: their interface and the table of them; one module each."""

from typing import Any
from typing import Protocol

from vico_listener.face.geometry import Camera
from vico_listener.face.observation import FaceObservation
from vico_listener.face.observation import Image
from vico_listener.face.observation import Roi
from vico_listener.motion import Basis
from vico_listener.plugins import Plugins


class FaceBackend(Protocol):
    """Turns a picture into observations; keeps no memory of earlier pictures.

    Constructed with keyword options of its own; `model_path` (None: the default model) is always
    among them.
    """

    basis: Basis

    def __init__(self, **options: Any) -> None:
        """Load what it needs."""

    def detect(self, image: Image, turn: int | None = None) -> list[Roi]:
        """Where faces are, best first.

        None searches thoroughly. A number does a small share of the search, for live video;
        successive numbers come round to all of it.
        """

    def observe(self, image: Image, roi: Roi, camera: Camera) -> FaceObservation | None:
        """The face in `roi`, or None where there is none."""

    def warm_up(self) -> None:
        """Do whatever makes the first picture slow."""


BACKENDS: Plugins[FaceBackend] = Plugins(
    kind='face backend',
    interface=FaceBackend,
    group='vico_listener.faces',
    own={
        'deep3d': 'vico_listener.face.backends.deep3d:Deep3DBackend',
        'landmarker': 'vico_listener.face.backends.landmarker:LandmarkerBackend',
    },
)


def create_backend(name: str, **options: Any) -> FaceBackend:
    """Make the backend called `name`; PluginError when there is none."""
    return BACKENDS.load(name)(**options)
