"""Follows the faces in a video and gives the smoothed motion of the speaker's."""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace

import numpy as np

from vico_listener.errors import SettingError
from vico_listener.face.attention import Attention
from vico_listener.face.attention import place_of
from vico_listener.face.backends import FaceBackend
from vico_listener.face.geometry import Camera
from vico_listener.face.observation import MIN_IMAGE_SIDE
from vico_listener.face.observation import FaceObservation
from vico_listener.face.observation import check_image
from vico_listener.face.people import People
from vico_listener.face.people import PeopleSettings
from vico_listener.face.people import Person
from vico_listener.face.people import observe_closely
from vico_listener.face.selection import SelectionSettings
from vico_listener.face.smoothing import MotionSmoother
from vico_listener.face.smoothing import SmoothingSettings
from vico_listener.frames import Image
from vico_listener.frames import PersonInView
from vico_listener.motion import Basis
from vico_listener.motion import FaceMotion
from vico_listener.rotation import matrix_from_rpy
from vico_listener.rotation import rpy_from_matrix

Correction = Callable[[FaceMotion, int], FaceMotion]
"""Returns the corrected motion of the speaker at a stamp in ns, e.g. because the camera moves."""


@dataclass(frozen=True)
class TrackerSettings:
    """Settings of a `FaceTracker`.

    Attributes:
        patience: how long a speaker out of view remains the speaker while others are in view, s.
        people: how people are followed.
        selection: how the speaker is chosen.
        smoothing: the filters of the speaker's motion.
    """

    patience: float = 0.3
    people: PeopleSettings = field(default_factory=PeopleSettings)
    selection: SelectionSettings = field(default_factory=SelectionSettings)
    smoothing: SmoothingSettings = field(default_factory=SmoothingSettings)


class FaceTracker:
    """Turns the frames of a video into the speaker's face motion.

    It detects faces when none is in view, and from time to time to find newcomers; in between it
    follows each face by its own landmarks. While the speaker is in view everybody else can wait:
    `find_others` takes care of them after the speaker's motion has been passed on.

    Attributes:
        correction: a correction of the speaker's motion before it is smoothed; None for none. After
            the filter, which lags, it would be wrong for a camera that moves.
        attention: chooses the speaker.
    """

    def __init__(
        self,
        backend: FaceBackend,
        fov_deg: float = 60.0,
        settings: TrackerSettings | None = None,
    ) -> None:
        """Make a tracker.

        Args:
            backend: the backend that detects and measures faces.
            fov_deg: the camera's field of view along the image's longer side, degrees; it applies
                until `set_camera` is called.
            settings: how faces are followed, chosen and smoothed.

        Raises:
            SettingError: `fov_deg` is not between 1 and 179.
        """
        if not 1 <= fov_deg <= 179:
            raise SettingError(f'fov_deg must lie between 1 and 179 degrees, got {fov_deg}')
        settings = settings or TrackerSettings()
        self.correction: Correction | None = None
        self._backend = backend
        self._fov_deg = fov_deg
        self._calibrated: Camera | None = None
        self._people = People(backend, settings.people)
        self.attention = Attention(self._people, settings.selection, settings.patience)
        self._smoother = MotionSmoother(settings.smoothing)
        self._stamp: int | None = None
        self._shape: tuple[int, ...] | None = None
        self._unfinished: tuple[Image, int, Camera] | None = None

    def reset(self) -> None:
        """Forget all faces, but not the camera."""
        self._people.reset()
        self.attention.reset()
        self._smoother.reset()
        self._stamp = None
        self._unfinished = None

    def set_camera(self, fx: float, fy: float, cx: float, cy: float) -> None:
        """Use a calibrated camera (px, as in CameraInfo.k).

        Raises:
            DataError: a number is not finite, or a focal length is not positive.
        """
        self._calibrated = Camera(fx, fy, cx, cy)

    def forget_camera(self) -> None:
        """Go by the field of view again."""
        self._calibrated = None

    def warm_up(self) -> None:
        """Run the networks once, so that the first `update` is as fast as the later ones."""
        self._backend.warm_up()

    @property
    def basis(self) -> Basis:
        """The basis of the motions, which is the backend's."""
        return self._backend.basis

    def hear_from(self, azimuth: float) -> None:
        """Take in from where sound comes since the last image, see `Attention.hear_from`.

        Raises:
            SettingError: the azimuth is not a number.
            DataError: it is not finite, or beyond half a turn to either side.
        """
        self.attention.hear_from(azimuth, self._stamp or 0)

    @property
    def people(self) -> tuple[PersonInView, ...]:
        """The people in view, the speaker first."""
        if self._shape is None:
            return ()
        height, width = self._shape[:2]
        return self.attention.in_view(width, height)

    @property
    def faces(self) -> list[FaceObservation]:
        """The unfiltered observations of the faces in view, the speaker's first.

        The speaker's is from the last frame; the others' are up to `others_interval` older.
        """
        speaker = self.attention.speaker
        people = sorted(self._people.visible(), key=lambda person: person.key != speaker)
        return [person.face for person in people]

    def update(
        self, image: Image, stamp: int, speaking: bool = False, level: float | None = None
    ) -> FaceMotion:
        """Return the smoothed motion of the speaker's face in the next frame.

        Args:
            image: (H, W, 3) uint8 BGR.
            stamp: the stamp of the image, ns; one that goes back resets the tracker.
            speaking: the voice activity at this moment, which helps to tell the speaker from
                bystanders.
            level: how loud it is, on any scale, which does so, too; None if that is not known.

        Returns:
            the motion, or `FaceMotion.missing()` if the speaker is not in view.

        Raises:
            DataError: it is not an 8-bit BGR image.
        """
        image = check_image(image)
        if image.shape != self._shape or (self._stamp is not None and stamp < self._stamp):
            self.reset()
        self._stamp, self._shape = stamp, image.shape
        height, width = image.shape[:2]
        missing = FaceMotion.missing(self.basis)
        if min(height, width) < MIN_IMAGE_SIDE:
            return missing

        self.find_others()
        camera = self._calibrated or Camera.from_fov(self._fov_deg, width, height)
        previous = self.attention.speaker
        speaker = self._people.get(previous)
        if speaker is not None:
            self._people.look(speaker, image, stamp, camera)
        if speaker is None or not speaker.visible:
            self._people.search(image, stamp, camera)
        self._unfinished = image, stamp, camera
        speaker = self.attention.choose(stamp, speaking, level)
        if speaker is None:
            return missing
        if speaker.looked != stamp:
            self._people.look(speaker, image, stamp, camera)
        if speaker.key != previous:
            self._smoother.reset()
        if not speaker.visible:
            return missing
        motion = self._corrected(speaker, stamp)
        if not motion.is_finite():
            # Whoever gets it refuses and counts it; the next one shall not be mixed with it.
            self._smoother.reset()
            return motion
        return self._smoother.update(motion, stamp)

    def glance(self, image: Image, turn: int) -> FaceObservation | None:
        """Return a face in an image that is not of the video; what is followed stays as it is.

        Args:
            image: (H, W, 3) uint8 BGR.
            turn: which view of it the detector looks at, see `FaceBackend.detect`.
        """
        image = check_image(image)
        height, width = image.shape[:2]
        camera = Camera.from_fov(self._fov_deg, width, height)
        for roi in sorted(self._backend.detect(image, turn), key=lambda roi: -roi.size):
            face = observe_closely(self._backend, image, roi, camera)
            if face is not None:
                return face
        return None

    def find_others(self) -> None:
        """Look for people other than the speaker in the last frame.

        Call it when the speaker's motion has been passed on. Otherwise the next `update` begins
        with it, which takes longer but has the same result.
        """
        if self._unfinished is None:
            return
        image, stamp, camera = self._unfinished
        self._unfinished = None
        current = self.attention.speaker
        self._people.find_others(image, stamp, camera, current)
        for person in self._people.visible():
            if person.key != current and person.seen == stamp:
                self._corrected(person, stamp)

    def _corrected(self, person: Person, stamp: int) -> FaceMotion:
        """Return the corrected motion of a face as it was seen at a stamp, and note its place."""
        motion, metric = person.face.motion, person.face.metric
        if self.correction is None:
            person.place = place_of(motion if metric is None else metric)
            return motion
        if metric is None:
            motion = self.correction(motion, stamp)
            person.place = place_of(motion)
            return motion
        corrected = self.correction(metric, stamp)
        person.place = place_of(corrected)
        return turned_alike(motion, metric, corrected)


def turned_alike(motion: FaceMotion, before: FaceMotion, after: FaceMotion) -> FaceMotion:
    """Return a motion turned as another one was, in the frame of the camera."""
    turn = matrix_from_rpy(after.rotation) @ matrix_from_rpy(before.rotation).T
    rotation = rpy_from_matrix(turn @ matrix_from_rpy(motion.rotation))
    return replace(motion, rotation=rotation.astype(np.float32))
