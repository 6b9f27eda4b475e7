"""Follows the two people of a video, and checks that both can be seen all the time."""

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import NANOSECONDS
from vico_listener.errors import DataError
from vico_listener.face import FaceBackend
from vico_listener.face import FaceObservation
from vico_listener.face.geometry import Camera
from vico_listener.face.observation import SAME_FACE
from vico_listener.face.observation import overlap
from vico_listener.face.people import observe_all
from vico_listener.frames import CameraFrame
from vico_listener.frames import Image

COUNT_EVERY = 1.0
"""How often everybody in the image is counted, s: a thorough search takes half a second."""
BYSTANDER = 0.5
"""Faces smaller than this share of the second largest are in the background."""
LONGEST_GAP = 0.2
"""Seconds for which a face may be out of view."""
FRONTAL = np.radians([40.0, 55.0])
"""Largest pitch and yaw of a face that counts as roughly frontal, in the camera's axes."""
FRONTAL_SHARE = 0.9
"""Share of the images in which it must be."""
JUMP = 0.6
"""Way of a face from image to image, in terms of its size, that tells a cut."""
SMALLEST_FACE = 48.0
"""Height of a face, px, below which there is little to see."""


class RejectedClipError(DataError):
    """A clip breaks a rule of the data set; the message says which, and when."""


Faces = tuple[FaceObservation | None, ...]


@dataclass
class Followed:
    """One person over the images of a clip.

    Attributes:
        times: (T) s of stream time.
        boxes: (T, 4) x0, y0, x1, y1 of the landmarks, px; NaN where the face was not seen.
        rotations: (T, 3) roll, pitch, yaw, rad; NaN where the face was not seen.
    """

    times: list[float] = field(default_factory=list)
    boxes: list[NDArray[np.float32]] = field(default_factory=list)
    rotations: list[NDArray[np.float32]] = field(default_factory=list)

    @property
    def lost(self) -> float:
        """Return how long the face has been out of view up to the last image, s."""
        newest_first = zip(reversed(self.times), reversed(self.boxes), strict=True)
        seen = next((time for time, box in newest_first if np.isfinite(box[0])), self.times[0])
        return self.times[-1] - seen

    def add(self, time: float, face: FaceObservation | None) -> None:
        """Add an image."""
        self.times.append(time)
        nothing = np.full(4, np.nan, np.float32)
        self.boxes.append(nothing if face is None else face.box)
        self.rotations.append(nothing[:3] if face is None else face.motion.rotation)


def follow_two(
    images: Iterable[CameraFrame], backend: FaceBackend, fov_deg: float = 60.0
) -> tuple[Followed, Followed]:
    """Follow the two people of a clip.

    Args:
        images: images of the clip, in order.
        backend: backend that tracks faces.
        fov_deg: field of view of the camera along the longer side, deg.

    Returns:
        both up to the end, or to where one has been lost for good: the one on the left of the
        image, the one on the right.

    Raises:
        RejectedClipError: there are not exactly two people, or no images at all.
    """
    found = Followed(), Followed()
    last: tuple[FaceObservation, FaceObservation] | None = None
    counted = crowd = -np.inf
    for frame in images:
        time = frame.stamp / NANOSECONDS
        height, width = frame.image.shape[:2]
        camera = Camera.from_fov(fov_deg, width, height)
        faces: Faces = (None, None)
        if last is not None:
            faces = _look_again(backend, frame.image, camera, last)
        if None in faces or time - counted >= COUNT_EVERY:
            everybody = foreground(observe_all(backend, frame.image, camera))
            # One count too many may be a mistake of the detector.
            if len(everybody) != 2 and (last is None or (len(everybody) > 2 and crowd == counted)):
                raise RejectedClipError(f'{_people(len(everybody))} at {time:.2f} s, not two')
            if last is None:
                a, b = sorted(everybody, key=lambda face: face.box[0] + face.box[2])
                last = a, b
            faces = tuple(
                face or _nearest(old, everybody) for face, old in zip(faces, last, strict=True)
            )
            crowd = time if len(everybody) > 2 else crowd
            counted = time
        assert last is not None
        last = faces[0] or last[0], faces[1] or last[1]
        for person, face in zip(found, faces, strict=True):
            person.add(time, face)
        if any(person.lost > LONGEST_GAP for person in found):
            break  # no good any more, and searching is slow
    if last is None:
        raise RejectedClipError('there are no images')
    return found


def _look_again(
    backend: FaceBackend,
    image: Image,
    camera: Camera,
    last: tuple[FaceObservation, FaceObservation],
) -> Faces:
    """Return both faces where they were; neither when they have run into one."""
    a, b = (backend.observe(image, face.roi, camera) for face in last)
    return (None, None) if a and b and overlap(a, b) > SAME_FACE else (a, b)


def foreground(faces: list[FaceObservation]) -> list[FaceObservation]:
    """Return faces without those far behind the first two; `faces` come largest first."""
    return faces[:2] + [face for face in faces[2:] if face.size >= BYSTANDER * faces[1].size]


def _nearest(old: FaceObservation, faces: list[FaceObservation]) -> FaceObservation | None:
    """Return the face that is where somebody was, or None."""
    return next((face for face in faces if overlap(face, old) > SAME_FACE), None)


def _people(count: int) -> str:
    return {0: 'nobody', 1: 'one person'}.get(count, f'{count} people')


def check_person(person: Followed, who: str) -> None:
    """Check the rules for one of the two.

    Raises:
        RejectedClipError: out of view, turned away, too small, or jumping.
    """
    boxes, times = np.array(person.boxes, np.float64), np.array(person.times)
    seen = np.isfinite(boxes[:, 0])
    step = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
    for begin, end in _runs(~seen):
        gap = times[end - 1] - times[begin] + step
        if gap > LONGEST_GAP:
            raise RejectedClipError(f'{who} not seen from {times[begin]:.2f} s on')
    size = float(np.median((boxes[:, 3] - boxes[:, 1])[seen]))
    if size < SMALLEST_FACE:
        raise RejectedClipError(
            f'{who}: the face is {size:.0f} px high, less than {SMALLEST_FACE:.0f}'
        )
    centres = (boxes[seen, :2] + boxes[seen, 2:]) / 2
    ways = np.hypot(*np.diff(centres, axis=0).T)
    if len(ways) and ways.max() > JUMP * size:
        when = times[seen][1 + int(np.argmax(ways))]
        raise RejectedClipError(f'{who} jumps at {when:.2f} s: is there a cut?')
    turned = np.abs(np.array(person.rotations, np.float64)[seen][:, 1:])
    frontal = float(np.mean((turned <= FRONTAL).all(axis=1)))
    if frontal < FRONTAL_SHARE:
        raise RejectedClipError(f'{who} turned away in {1 - frontal:.0%} of the images')


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return first and one past the last index of each run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
