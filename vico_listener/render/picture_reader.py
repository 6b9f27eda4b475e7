"""Reads the face in a renderer's pictures by the face tracker, to see what they show."""

from vico_listener.errors import DataError
from vico_listener.face import FaceBackend
from vico_listener.face import FaceObservation
from vico_listener.face import observe_faces
from vico_listener.face.geometry import Camera
from vico_listener.face.people import observe_closely
from vico_listener.frames import Picture
from vico_listener.render.renderers import Renderer


class PictureReader:
    """Measures the one face of pictures in which it stays in about the same place.

    Args:
        backend: the face backend that reads.
        still: (H, W, 3) uint8 BGR, a picture of the face at rest, in which it is searched.
        fov_deg: the field of view of the pictures, degrees.

    Attributes:
        still: the face at rest.

    Raises:
        DataError: there is no face in the picture.
    """

    def __init__(
        self, backend: FaceBackend, still: Picture, fov_deg: float = Renderer.FOV_DEG
    ) -> None:
        self._backend = backend
        self._camera = Camera.from_fov(fov_deg, still.shape[1], still.shape[0])
        # A look at the whole picture nearly always finds it; a search costs sixty times as much.
        found = (observe_closely(backend, still, r, self._camera) for r in backend.detect(still, 0))
        face = next(filter(None, found), None)
        if face is None:
            face = next(iter(observe_faces(still, backend, fov_deg)), None)
        if face is None:
            raise DataError('the face tracker finds no face in the picture of the reference')
        self.still = face

    def read(self, picture: Picture) -> FaceObservation | None:
        """Return the face of a picture, or None if it is no face any more."""
        return observe_closely(self._backend, picture, self.still.roi, self._camera)

    def glance(self, picture: Picture) -> FaceObservation | None:
        """Return the face as `read` does, in half the time: it is measured once, where it was."""
        return self._backend.observe(picture, self.still.roi, self._camera)
