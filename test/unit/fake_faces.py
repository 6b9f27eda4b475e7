"""A face backend for tests that sees the people it is told of."""

from dataclasses import dataclass

import numpy as np

from vico_listener.face.geometry import Camera
from vico_listener.face.observation import FaceObservation
from vico_listener.face.observation import Roi
from vico_listener.motion import ARKIT52
from vico_listener.motion import FaceMotion

IMAGE = np.zeros((480, 640, 3), np.uint8)


@dataclass
class FakePerson:
    x: float
    y: float = 240.0
    size: float = 100.0
    mouth_opening: float = 0.0
    yaw: float = 0.0


def observation(person: FakePerson) -> FaceObservation:
    motion = FaceMotion.neutral(confidence=0.9)
    motion.rotation[2] = person.yaw
    half = person.size / 2
    x, y = person.x, person.y
    return FaceObservation(
        landmarks=np.array([[x, y, 0]], np.float32),
        box=np.array([x - half, y - half, x + half, y + half], np.float32),
        motion=motion,
        roi=Roi(x, y, 1.5 * person.size),
        mouth_opening=person.mouth_opening,
    )


class FakeBackend:
    """Sees `people`; counts how often it is asked."""

    basis = ARKIT52

    def __init__(self, *people: FakePerson) -> None:
        self.people = list(people)
        self.detections = 0
        self.looks: list[float] = []
        self.cameras: list[Camera] = []

    def detect(self, image, turn=None):
        self.detections += 1
        return [observation(person).roi for person in self.people]

    def observe(self, image, roi, camera):
        self.looks.append(roi.x)
        self.cameras.append(camera)
        for person in self.people:
            if abs(person.x - roi.x) < roi.size / 2 and abs(person.y - roi.y) < roi.size / 2:
                return observation(person)
        return None

    def warm_up(self):
        pass
