"""The face backend `deep3d`, which fits the landmarker's faces by Deep3DFaceRecon, in `bfm64`."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from vico_listener.face.backends.landmarker import LandmarkerBackend
from vico_listener.face.deep3d.alignment import SIZE
from vico_listener.face.deep3d.alignment import AlignedFace
from vico_listener.face.deep3d.alignment import AlignmentError
from vico_listener.face.deep3d.alignment import align_face
from vico_listener.face.deep3d.alignment import five_points
from vico_listener.face.deep3d.coefficients import motion_of
from vico_listener.face.deep3d.reconstruction import Reconstruction
from vico_listener.face.geometry import Camera
from vico_listener.face.model_file import FaceModelError
from vico_listener.face.observation import FaceObservation
from vico_listener.face.observation import Roi
from vico_listener.frames import Image
from vico_listener.motion import BFM64
from vico_listener.neural.execution import Execution


class Deep3DBackend:
    """Measures the faces that the landmarker finds by Deep3DFaceRecon."""

    basis = BFM64

    def __init__(
        self,
        model_path: str | Path | None = None,
        threads: int = 2,
        landmarker_path: str | Path | None = None,
        execution: Execution | None = None,
        reconstruction: Reconstruction | None = None,
    ) -> None:
        """Load the networks.

        Args:
            model_path: the file `epoch_20.pth`.
            threads: the number of CPU threads per network.
            landmarker_path: the file face_landmarker.task; None for the installed one.
            execution: how and where the network runs; None for a GPU if there is one.
            reconstruction: the network if it is loaded already, in place of `model_path`.

        Raises:
            FaceModelError: a file is missing, broken or of another kind.
            SettingError: see `Execution.resolve`.
        """
        if reconstruction is None:
            if model_path is None:
                raise FaceModelError(
                    'the face backend deep3d has no default model: give the path of epoch_20.pth '
                    'of sicxu/Deep3DFaceRecon_pytorch, see docs/checkpoints.md'
                )
            execution = execution or Execution(threads=threads)
            reconstruction = Reconstruction(model_path, execution)
        self._landmarker = LandmarkerBackend(landmarker_path, threads)
        self._reconstruction = reconstruction

    def detect(self, image: Image, turn: int | None = None) -> list[Roi]:
        """See `FaceBackend.detect`."""
        return self._landmarker.detect(image, turn)

    def observe(self, image: Image, roi: Roi, camera: Camera) -> FaceObservation | None:
        """See `FaceBackend.observe`; `camera` is not used, because Deep3D assumes its own camera.

        The crop of the motion is that of an image of 256x256 px (see `canvas_crop`).
        """
        face = self._landmarker.observe(image, roi, camera)
        if face is None:
            return None
        try:
            aligned = align_face(image, five_points(face.landmarks))
        except AlignmentError:
            return None
        (coefficients,) = self._reconstruction([aligned])
        motion = motion_of(coefficients, aligned.transform_params, face.motion.confidence)
        return replace(face, motion=motion, metric=face.motion)

    def warm_up(self) -> None:
        """Run every network once."""
        self._landmarker.warm_up()
        black = np.zeros((SIZE, SIZE, 3), np.uint8)
        self._reconstruction([AlignedFace(black, np.zeros(5, np.float32))])
