"""The interface of the face backends, which detect and measure faces, and the table of them."""

from typing import Any
from typing import Protocol

from vico_listener.face.geometry import Camera
from vico_listener.face.observation import FaceObservation
from vico_listener.face.observation import Roi
from vico_listener.frames import Image
from vico_listener.motion import Basis
from vico_listener.plugins import Plugins


class FaceBackend(Protocol):
    """Detects and measures faces in single images, without a memory of earlier images.

    The constructor takes keyword options: always `model_path` (None for the default model), and
    `threads` from the perception node.
    """

    basis: Basis
    """The basis of the motions that it measures."""

    def __init__(self, **options: Any) -> None:
        """Load the networks."""

    def detect(self, image: Image, turn: int | None = None) -> list[Roi]:
        """Return the regions of the faces in an image, the best first.

        Args:
            image: (H, W, 3) uint8 BGR.
            turn: None for a thorough search. With a number, only a small part of the search is
                done, for live video; successive numbers cover all of it.
        """

    def observe(self, image: Image, roi: Roi, camera: Camera) -> FaceObservation | None:
        """Return the face in a region, or None if there is none.

        Args:
            image: (H, W, 3) uint8 BGR.
            roi: the square in which to look for the face, px.
            camera: the intrinsics of the camera, to compute the pose.
        """

    def warm_up(self) -> None:
        """Run the networks once, so that the first image is not slow."""


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
    """Make the backend called `name` with options of its constructor.

    Raises:
        PluginError: there is no such backend, or it cannot be loaded.
    """
    return BACKENDS.load(name)(**options)
