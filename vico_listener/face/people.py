"""Follows everybody in the image from frame to frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vico_listener.face.backends import FaceBackend
from vico_listener.face.geometry import Camera
from vico_listener.face.observation import SAME_FACE
from vico_listener.face.observation import FaceObservation
from vico_listener.face.observation import Roi
from vico_listener.face.observation import overlap
from vico_listener.frames import Image


@dataclass(frozen=True)
class PeopleSettings:
    """The settings for following people.

    Attributes:
        max_faces: the largest number of people that are followed at the same time.
        others_interval: the time after which somebody other than the speaker is measured again, s
            of stream time; at most one per frame. It is short enough to follow lips.
        detect_interval: the time between turns of the detector in search of newcomers while the
            speaker is in view, s of stream time.
        search_turns: the number of detector turns per frame while the speaker is out of view. When
            somebody has been found, as many turns follow, one per frame.
        lost_after: how long a lost face is remembered and searched where it was, s of stream time.
    """

    max_faces: int = 3
    others_interval: float = 0.095
    detect_interval: float = 0.3
    search_turns: int = 3
    lost_after: float = 1.0


@dataclass
class Person:
    """One person.

    Attributes:
        key: a number that identifies the person as long as they are followed.
        face: the last observation.
        seen: the stamp of that observation, ns.
        looked: the stamp of the last attempt to measure the face, successful or not, ns.
        fresh: whether the face was measured since the speaker was last chosen.
        place: (3,) the translation of the face (see `FaceMotion`), corrected as the speaker's is;
            None where it is not measured in metres.
    """

    key: int
    face: FaceObservation
    seen: int
    looked: int
    fresh: bool = True
    place: NDArray[np.float32] | None = None

    @property
    def name(self) -> str:
        """What others call them."""
        return name_of(self.key)

    @property
    def distance(self) -> float | None:
        """How far away they are, m; None where that is not measured."""
        return None if self.place is None else float(np.linalg.norm(self.place))

    @property
    def azimuth(self) -> float | None:
        """In which direction they are, rad, positive to the left; None if not measured."""
        return None if self.place is None else float(np.arctan2(-self.place[1], -self.place[0]))

    @property
    def visible(self) -> bool:
        """Whether the last attempt to measure the face was successful."""
        return self.seen == self.looked


def name_of(key: int) -> str:
    """Return what others call the person with a key."""
    return f'face_{key + 1}'


class People:
    """Follows faces by their own landmarks and detects new ones.

    Attributes:
        everybody: the people who are followed, including those who are lost at the moment.
    """

    def __init__(self, backend: FaceBackend, settings: PeopleSettings | None = None) -> None:
        self._backend = backend
        self._settings = settings or PeopleSettings()
        self._next_key = 0
        self.reset()

    def reset(self) -> None:
        """Forget everybody; their keys are not given to others."""
        self.everybody: list[Person] = []
        self._turn = 0
        self._detected = 0
        self._extra_turns = 0

    def get(self, key: int | None) -> Person | None:
        """Return the person with this key, or None if they are not followed any more."""
        return next((person for person in self.everybody if person.key == key), None)

    def visible(self) -> list[Person]:
        """Return the people in view."""
        return [person for person in self.everybody if person.visible]

    def search(self, image: Image, stamp: int, camera: Camera) -> None:
        """Search for one more person as quickly as possible, because there is no speaker."""
        for _ in range(self._settings.search_turns):
            if self._detect(image, stamp, camera, one_is_enough=True):
                self._extra_turns = self._settings.search_turns
                return

    def find_others(
        self, image: Image, stamp: int, camera: Camera, speaker_key: int | None
    ) -> None:
        """Follow everybody but the speaker, whom `look` and `search` follow, and find newcomers."""
        speaker = self.get(speaker_key)
        due = stamp - self._settings.others_interval * 1e9
        others = [p for p in self.everybody if p is not speaker and p.looked <= due]
        if others:
            self.look(min(others, key=lambda p: p.looked), image, stamp, camera)
        self._drop_doubles()
        if self._extra_turns > 0:
            self._extra_turns -= 1
            self._detect(image, stamp, camera)
        elif stamp - self._detected >= self._settings.detect_interval * 1e9:
            self._detect(image, stamp, camera)
        forgotten = stamp - self._settings.lost_after * 1e9
        self.everybody = [p for p in self.everybody if p.visible or p.seen >= forgotten]

    def look(self, person: Person, image: Image, stamp: int, camera: Camera) -> None:
        """Measure a person's face where it was last observed."""
        face = self._backend.observe(image, person.face.roi, camera)
        person.looked = stamp
        if face is not None:
            person.face, person.seen, person.fresh = face, stamp, True
        elif person.seen == stamp:  # The same stamp has come twice.
            person.seen -= 1

    def _drop_doubles(self) -> None:
        """Keep the older of two people whose faces have become the same."""
        kept: list[Person] = []
        for person in sorted(self.everybody, key=lambda p: (not p.visible, p.key)):
            if all(overlap(person.face, other.face) < SAME_FACE for other in kept):
                kept.append(person)
        self.everybody = kept

    def _detect(
        self, image: Image, stamp: int, camera: Camera, one_is_enough: bool = False
    ) -> bool:
        """Run one turn of the detector and remember whom it finds; return True if anybody."""
        self._detected = stamp
        if len(self.visible()) >= self._settings.max_faces:
            return False
        turn, self._turn = self._turn, self._turn + 1
        found = False
        for roi in sorted(self._backend.detect(image, turn), key=lambda roi: -roi.size):
            known = [person.face for person in self.visible()]
            if len(known) >= self._settings.max_faces or any(_inside(roi, face) for face in known):
                continue
            face = observe_closely(self._backend, image, roi, camera)
            if face is not None and all(overlap(face, other) < SAME_FACE for other in known):
                self._remember(face, stamp)
                found = True
                if one_is_enough:
                    break
        return found

    def _remember(self, face: FaceObservation, stamp: int) -> None:
        """Remember a face as that of a lost person who was nearby, else as that of a new person."""
        for person in self.everybody:
            if not person.visible and _near(face, person.face):
                person.face, person.seen, person.looked = face, stamp, stamp
                person.fresh = True
                return
        self.everybody.append(Person(self._next_key, face, stamp, stamp))
        self._next_key += 1


def observe_closely(
    backend: FaceBackend, image: Image, roi: Roi, camera: Camera
) -> FaceObservation | None:
    """Measure a face where a detector found it, then again where its landmarks are."""
    face = backend.observe(image, roi, camera)
    return None if face is None else backend.observe(image, face.roi, camera)


def observe_all(backend: FaceBackend, image: Image, camera: Camera) -> list[FaceObservation]:
    """Return every face in a single image, the largest first."""
    faces: list[FaceObservation] = []
    for roi in backend.detect(image):
        face = observe_closely(backend, image, roi, camera)
        if face is not None and all(overlap(face, other) < SAME_FACE for other in faces):
            faces.append(face)
    return sorted(faces, key=lambda face: -face.size)


def _inside(roi: Roi, face: FaceObservation) -> bool:
    x0, y0, x1, y1 = face.box
    return bool(x0 <= roi.x <= x1 and y0 <= roi.y <= y1)


def _near(face: FaceObservation, other: FaceObservation) -> bool:
    distance = np.hypot(face.roi.x - other.roi.x, face.roi.y - other.roi.y)
    return bool(distance < face.size and 0.5 < face.size / other.size < 2)
