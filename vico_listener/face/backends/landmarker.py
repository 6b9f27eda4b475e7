"""The face backend `landmarker`: MediaPipe's face landmarker, run by LiteRT, in `arkit52`."""

from math import cos
from math import exp
from math import sin
from math import sqrt
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.face.blazeface import BlazeFace
from vico_listener.face.geometry import Camera
from vico_listener.face.geometry import head_pose
from vico_listener.face.geometry import parse_geometry
from vico_listener.face.litert import Network
from vico_listener.face.model_file import load_model
from vico_listener.face.observation import ROI_PER_BOX
from vico_listener.face.observation import FaceObservation
from vico_listener.face.observation import Roi
from vico_listener.frames import Image
from vico_listener.motion import ARKIT52
from vico_listener.motion import FaceMotion

INPUT_SIZE = 256
LANDMARKS = 478
COEFFICIENTS = 52
"""The outputs of the blendshape network: '_neutral', then ARKit's without 'tongueOut'."""
MIN_PRESENCE = 0.5
"""The least score of the landmark network for a face."""
SURE_DETECTION = 0.85
"""The least score of a detection for which `MIN_PRESENCE` is enough.

Dogs, coins and wheels that the detector took for faces scored at most 0.84, and people nearly
always more (13 clips, 46 images). A doubtful detection must convince the landmark network instead.
"""
SURE_PRESENCE = 0.99999
"""The least score of the landmark network for a doubtful detection."""

BLENDSHAPE_POINTS = np.array(
    [
        *(0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63),
        *(65, 66, 67, 70, 78, 80, 81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132),
        *(133, 136, 144, 145, 146, 148, 149, 150, 152, 153, 154, 155, 157, 158, 159, 160, 161),
        *(162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195, 197, 234, 246, 249, 251, 263),
        *(267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300, 308, 310),
        *(311, 312, 314, 317, 318, 321, 323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373),
        *(374, 375, 377, 378, 379, 380, 381, 382, 384, 385, 386, 387, 388, 389, 390, 397, 398),
        *(400, 402, 405, 409, 415, 454, 466, *range(468, 478)),
    ]
)
"""The landmarks that the blendshape network takes (MediaPipe, face_blendshapes_graph.cc)."""
RIGHT_EYE, LEFT_EYE = 33, 263
"""The landmarks of the outer eye corners."""
UPPER_LIP, LOWER_LIP = 13, 14
"""The landmarks in the middle of the lips' inner edges."""


class LandmarkerBackend:
    """Measures 478 landmarks, 52 blendshapes and the pose of each face."""

    basis = ARKIT52

    def __init__(self, model_path: str | Path | None = None, threads: int = 1) -> None:
        """Load the networks.

        Args:
            model_path: the file face_landmarker.task; None for the installed one.
            threads: the number of CPU threads per network.

        Raises:
            FaceModelError: the model is missing, broken or of another kind.
        """
        model = load_model(model_path)
        self.canonical = parse_geometry(model.geometry)
        self._detector = BlazeFace(model.detector, threads)
        self._landmarks = Network(
            model.landmarks,
            'landmark',
            (1, INPUT_SIZE, INPUT_SIZE, 3),
            (3 * LANDMARKS, 1),
            threads,
        )
        self._blendshapes = Network(
            model.blendshapes,
            'blendshape',
            (1, len(BLENDSHAPE_POINTS), 2),
            (COEFFICIENTS,),
            threads,
        )
        self._crop = np.empty((INPUT_SIZE, INPUT_SIZE, 3), np.uint8)

    def detect(self, image: Image, turn: int | None = None) -> list[Roi]:
        """See `FaceBackend.detect`."""
        return self._detector.detect(image, turn)

    def observe(self, image: Image, roi: Roi, camera: Camera) -> FaceObservation | None:
        """See `FaceBackend.observe`."""
        to_image = _crop_to_image(roi)
        self._fill_input(image, to_image)
        self._landmarks.run()
        logit = float(self._landmarks.output(1)[0])
        presence = 1 / (1 + exp(-min(max(logit, -50.0), 50.0)))
        if not presence >= (MIN_PRESENCE if roi.score >= SURE_DETECTION else SURE_PRESENCE):
            return None
        landmarks = self._landmarks.output(0).reshape(LANDMARKS, 3) @ _with_depth(to_image)
        landmarks[:, 0] += to_image[0, 2]
        landmarks[:, 1] += to_image[1, 2]

        pose = head_pose(landmarks, self.canonical, camera)
        if pose is None:
            return None
        motion = FaceMotion(self._expression(landmarks), *pose, confidence=presence)
        across_down = np.ascontiguousarray(landmarks[:, :2].T)  # ten times as fast by rows
        low, high = across_down.min(axis=1), across_down.max(axis=1)
        eyes = landmarks[LEFT_EYE] - landmarks[RIGHT_EYE]
        lips = landmarks[LOWER_LIP] - landmarks[UPPER_LIP]
        x, y = (low + high).tolist()
        next_roi = Roi(
            x=x / 2,
            y=y / 2,
            size=ROI_PER_BOX * max((high - low).tolist()),
            angle=float(np.arctan2(eyes[1], eyes[0])),
        )
        return FaceObservation(
            landmarks=landmarks,
            box=np.concatenate([low, high]),
            motion=motion,
            roi=next_roi,
            mouth_opening=sqrt(lips.dot(lips)) / max(sqrt(eyes.dot(eyes)), 1e-6),
        )

    def warm_up(self) -> None:
        """Run every network once, because LiteRT packs its weights on the first run."""
        for network in (self._landmarks, self._blendshapes):
            network.input()[:] = 0
            network.run()
        self._detector.detect(np.zeros((INPUT_SIZE, INPUT_SIZE, 3), np.uint8), 0)

    def _fill_input(self, image: Image, to_image: NDArray[np.float32]) -> None:
        cv2.warpAffine(
            image,
            to_image,
            (INPUT_SIZE, INPUT_SIZE),
            dst=self._crop,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        cv2.cvtColor(self._crop, cv2.COLOR_BGR2RGB, dst=self._crop)
        np.multiply(self._crop, np.float32(1 / 255), out=self._landmarks.input())

    def _expression(self, landmarks: NDArray[np.float32]) -> NDArray[np.float32]:
        self._blendshapes.input()[:] = landmarks.take(BLENDSHAPE_POINTS, axis=0)[:, :2]
        self._blendshapes.run()
        expression = np.zeros(ARKIT52.size, np.float32)
        known = expression[: COEFFICIENTS - 1]
        np.minimum(np.maximum(self._blendshapes.output(0)[1:], 0, out=known), 1, out=known)
        return expression


def _crop_to_image(roi: Roi) -> NDArray[np.float32]:
    """Return the affine matrix (2, 3) from the network's input to the image, px."""
    scale = roi.size / INPUT_SIZE
    c, s = scale * cos(roi.angle), scale * sin(roi.angle)
    half = INPUT_SIZE / 2
    return np.array([[c, -s, roi.x - half * (c - s)], [s, c, roi.y - half * (s + c)]], np.float32)


def _with_depth(to_image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the transposed linear part of an affine matrix, extended to scale depths as well."""
    matrix = np.zeros((3, 3), np.float32)
    matrix[:2, :2] = to_image[:, :2].T
    matrix[2, 2] = np.hypot(to_image[0, 0], to_image[1, 0])
    return matrix
