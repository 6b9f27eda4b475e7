"""Follow the faces of a video and report the speaker's, smoothed."""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field

from vico_listener.errors import SettingError
from vico_listener.face.backends import FaceBackend
from vico_listener.face.geometry import Camera
from vico_listener.face.observation import MIN_IMAGE_SIDE
from vico_listener.face.observation import FaceObservation
from vico_listener.face.observation import Image
from vico_listener.face.observation import check_image
from vico_listener.face.people import People
from vico_listener.face.people import PeopleSettings
from vico_listener.face.people import Person
from vico_listener.face.selection import Candidate
from vico_listener.face.selection import SelectionSettings
from vico_listener.face.selection import SpeakerSelector
from vico_listener.face.smoothing import MotionSmoother
from vico_listener.face.smoothing import SmoothingSettings
from vico_listener.motion import Basis
from vico_listener.motion import FaceMotion

Correction = Callable[[FaceMotion, int], FaceMotion]
"""What is done to the speaker's motion at a stamp in ns, e.g. because the camera moves."""


@dataclass(frozen=True)
class TrackerSettings:
    """Settings of a `FaceTracker`.

    Attributes:
        patience: how long a speaker out of view stays the speaker while others are in view, s.
        people: how people are followed.
        selection: who is the speaker.
        smoothing: filters of the speaker's motion.
    """

    patience: float = 0.3
    people: PeopleSettings = field(default_factory=PeopleSettings)
    selection: SelectionSettings = field(default_factory=SelectionSettings)
    smoothing: SmoothingSettings = field(default_factory=SmoothingSettings)


class FaceTracker:
    """Turns the frames of a video into the speaker's face motion.

    Faces are detected when none is in view, and now and then in search of newcomers; in between a
    face is followed by its own landmarks. While the speaker is in view everybody else can wait:
    `look_around` sees to them after the speaker's motion has been handed on.

    Attributes:
        correction: applied to the speaker's motion before it is smoothed; None = nothing. (Behind
            the filter it would be too late: that lags behind a camera that moves.)
    """

    def __init__(
        self,
        backend: FaceBackend,
        fov_deg: float = 60.0,
        settings: TrackerSettings | None = None,
    ) -> None:
        """Make a tracker.

        Args:
            backend: what looks at the pictures.
            fov_deg: the camera's field of view along the picture's longer side, used until
                `set_camera` is called.
            settings: how to follow faces.

        Raises:
            SettingError: `fov_deg` is not between 1 and 179.
        """
        if not 1 <= fov_deg <= 179:
            raise SettingError(f'fov_deg must lie between 1 and 179 degrees, got {fov_deg}')
        settings = settings or TrackerSettings()
        self.correction: Correction | None = None
        self._backend = backend
        self._fov_deg = fov_deg
        self._patience_ns = round(settings.patience * 1e9)
        self._calibrated: Camera | None = None
        self._people = People(backend, settings.people)
        self._selector = SpeakerSelector(settings.selection)
        self._smoother = MotionSmoother(settings.smoothing)
        self._stamp: int | None = None
        self._shape: tuple[int, ...] | None = None
        self._unfinished: tuple[Image, int, Camera] | None = None

    def reset(self) -> None:
        """Forget all faces; the camera stays."""
        self._people.reset()
        self._selector.reset()
        self._smoother.reset()
        self._stamp = None
        self._unfinished = None

    def set_camera(self, fx: float, fy: float, cx: float, cy: float) -> None:
        """Use a calibrated camera (px, as in CameraInfo.k); SettingError when it is degenerate."""
        self._calibrated = Camera(fx, fy, cx, cy)

    def warm_up(self) -> None:
        """Make the first `update` as fast as the later ones."""
        self._backend.warm_up()

    @property
    def basis(self) -> Basis:
        """Of its motions: the backend's."""
        return self._backend.basis

    @property
    def faces(self) -> list[FaceObservation]:
        """Unfiltered observations of the faces in view, the speaker first.

        The speaker's is of the last frame, the others' are up to `others_interval` older.
        """
        speaker = self._selector.current
        people = sorted(self._people.visible(), key=lambda person: person.key != speaker)
        return [person.face for person in people]

    def update(self, image: Image, stamp: int, speaking: bool = False) -> FaceMotion:
        """The speaker's face in the next frame.

        Args:
            image: (H, W, 3) uint8 BGR.
            stamp: ns; one that goes back starts anew.
            speaking: there is voice at this moment; tells speaker and bystanders apart.

        Returns:
            the motion, smoothed; `FaceMotion.missing()` when the speaker is not in view.

        Raises:
            SettingError: not an 8-bit BGR image.
        """
        image = check_image(image)
        if image.shape != self._shape or (self._stamp is not None and stamp < self._stamp):
            self.reset()
        self._stamp, self._shape = stamp, image.shape
        height, width = image.shape[:2]
        missing = FaceMotion.missing(self.basis)
        if min(height, width) < MIN_IMAGE_SIDE:
            return missing

        self.look_around()
        camera = self._calibrated or Camera.from_fov(self._fov_deg, width, height)
        previous = self._selector.current
        speaker = self._people.get(previous)
        if speaker is not None:
            self._people.look(speaker, image, stamp, camera)
        if speaker is None or not speaker.visible:
            self._people.search(image, stamp, camera)
        self._unfinished = image, stamp, camera
        speaker = self._choose(stamp, speaking)
        if speaker is None:
            return missing
        if speaker.looked != stamp:
            self._people.look(speaker, image, stamp, camera)
        if speaker.key != previous:
            self._smoother.reset()
        if not speaker.visible:
            return missing
        motion = speaker.face.motion
        if self.correction is not None:
            motion = self.correction(motion, stamp)
        return self._smoother.update(motion, stamp)

    def look_around(self) -> None:
        """Look for people other than the speaker in the last frame.

        Call it when the speaker's motion has been handed on. Without a call the next `update`
        begins with it: later, but with the same result.
        """
        if self._unfinished is None:
            return
        image, stamp, camera = self._unfinished
        self._unfinished = None
        self._people.look_around(image, stamp, camera, self._selector.current)

    def _choose(self, stamp: int, speaking: bool) -> Person | None:
        candidates = []
        for person in self._people.everybody:
            if person.visible or stamp - person.seen <= self._patience_ns:
                lips = person.face.mouth_opening if person.fresh else None
                candidates.append(Candidate(person.key, person.face.size, lips))
                person.fresh = False
        return self._people.get(self._selector.choose(candidates, stamp, speaking))
