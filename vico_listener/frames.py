"""The data that flows through the head: images and audio, then speaker frames, then motion."""

from dataclasses import dataclass
from dataclasses import field
from math import isfinite
from math import nan

import numpy as np
from numpy.typing import NDArray

from vico_listener.choices import ACOUSTICS
from vico_listener.clock import NANOSECONDS
from vico_listener.motion import ZEROS3
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.motion import read_only
from vico_listener.rotation import matrix_from_rpy
from vico_listener.rotation import rpy_from_matrix

Image = NDArray[np.uint8]
"""What a camera or a video delivers, (H, W, 3) uint8 BGR."""

Picture = NDArray[np.uint8]
"""What is drawn, or a photo to draw from, (H, W, 3) uint8 BGR."""

ACOUSTIC_SIZE = 45
"""The number of acoustic features per tick."""


@dataclass(frozen=True, eq=False)
class CameraFrame:
    """An image of a camera.

    Attributes:
        stamp: when it was taken, ns.
        image: (H, W, 3) uint8 BGR.
    """

    stamp: int
    image: NDArray[np.uint8]

    @property
    def available(self) -> int:
        """The time at which a camera would deliver the frame, ns, which is its stamp."""
        return self.stamp


@dataclass(frozen=True, eq=False)
class AudioChunk:
    """A chunk of audio.

    Attributes:
        stamp: when the first sample was captured, ns.
        samples: (N, channels) int16.
        sample_rate: Hz.
    """

    stamp: int
    samples: NDArray[np.int16]
    sample_rate: int

    @property
    def available(self) -> int:
        """The time at which a microphone would deliver the chunk, ns: its end."""
        return self.stamp + len(self.samples) * NANOSECONDS // self.sample_rate


@dataclass(frozen=True)
class PersonInView:
    """One person in an image.

    Attributes:
        name: the name of their face as long as it is followed; names are never reused.
        box: x0, y0, x1, y1 of the face, relative to the image's width and height.
        distance: the distance from the camera, m; nan if it is not measured.
        azimuth: the direction, rad, positive to the left of the camera's axis or, if the pose of a
            camera on the head is known, of the robot's base; nan if it is not measured.
        speaking: the probability that this person is the one who speaks, 0 to 1; 0 while no voice
            is heard.
        attended: whether the head attends to this person.
    """

    name: str
    box: tuple[float, float, float, float]
    distance: float
    azimuth: float
    speaking: float
    attended: bool


@dataclass(frozen=True)
class Whereabouts:
    """Where the person is to whom the head attends, in the frame of the head's base (REP-103).

    Attributes:
        place: x forward, y left, z up of their head, m; nan where they are not in view, or where
            that is not known.
        sound: from where a voice comes that nobody in view has, rad, positive to the left; nan
            where none is heard, or where its direction is not known.
        unmeasured: whether they are in view, but nothing measures where.
    """

    place: tuple[float, float, float] = (nan, nan, nan)
    sound: float = nan
    unmeasured: bool = False

    @property
    def seen(self) -> bool:
        """Whether their place is known."""
        return all(map(isfinite, self.place)) and any(self.place)


NOWHERE = Whereabouts()
"""Nobody is there of whom anything is known."""

UNMEASURED = Whereabouts(unmeasured=True)
"""Somebody is in view, and nothing measures where."""


@dataclass(frozen=True)
class Timing:
    """The time that one frame took in each stage, for measuring latency.

    Attributes:
        received: when the frame's input was complete, i.e. both its image and the audio up to the
            image's stamp had arrived; host time as `time.time()` gives it, s.
        audio_wait: how long the image had waited for that audio, s.
        face, speech, listener: the computing time of each stage, s.
    """

    received: float = 0.0
    audio_wait: float = 0.0
    face: float = 0.0
    speech: float = 0.0
    listener: float = 0.0


@dataclass(frozen=True, eq=False)
class SpeakerFrame:
    """Everything that is known about the speaker at one tick of the model clock; immutable.

    Attributes:
        stamp: the tick, ns of stream time.
        source_stamp: the stamp of the newest camera frame used, ns; 0 before the first one.
        index: the number of the tick, counted from the last reset.
        face: the speaker's face; its confidence is 0 when `face_valid` is False.
        acoustic: (45,) float32 features of the audio up to the tick; they are causal.
        face_valid: whether a face was seen within the last 0.2 s of stream time.
        audio_valid: whether all audio up to the tick had arrived.
        speaking: whether the person in view speaks; without one, whether somebody does.
        mouthed: whether only the mouth says so, because no voice is heard.
        muted: whether sound counts for nothing, because the robot itself speaks or has just spoken,
            be it an "mm-hm" only; `audio_valid` is False then.
        turn_over: in a pause, how probable it is that the turn is over, as a network says, above 0
            and up to 1; None before it has said so, and where there is none.
        pitch: the pitch of the voice, Hz; 0 where it is not voiced, or was not measured.
        reset: True in the first frame after the stream began or its clock jumped back; everything
            that keeps state must then forget it.
        timing: how long the stages so far took.
        acoustics: the layout of `acoustic`, one of `ACOUSTICS`.
        whereabouts: where the speaker is, for a head that looks at them.
    """

    stamp: int
    source_stamp: int
    index: int
    face: FaceMotion
    acoustic: NDArray[np.float32]
    face_valid: bool = True
    audio_valid: bool = True
    speaking: bool = False
    reset: bool = False
    timing: Timing = field(default_factory=Timing)
    mouthed: bool = False
    pitch: float = 0.0
    acoustics: str = ACOUSTICS[0]
    muted: bool = False
    whereabouts: Whereabouts = NOWHERE
    turn_over: float | None = None

    def __post_init__(self) -> None:
        """Make the features read-only."""
        object.__setattr__(self, 'acoustic', read_only(self.acoustic))


@dataclass(frozen=True, eq=False)
class ListenerMotion:
    """The listener's answer to one `SpeakerFrame`; immutable.

    Attributes:
        stamp: the tick, ns of stream time.
        source_stamp: the stamp of the camera frame that the motion answers, ns.
        face: the listener's face. Its rotation and translation are relative to the reference face
            in `arkit52`, and absolute, as Deep3DFaceRecon fits them, in `bfm64`.
        attitude, intensity: the mood in force at this tick.
        active: False while the listener eases out or rests.
        model: the name of the listener that made the motion.
        reset: True in the first motion after a reset of the stream.
        timing: how long the stages so far took.
        rest_rotation: (3,) roll, pitch, yaw of the head at rest, rad. A robot subtracts it.
        whereabouts: where the speaker is, for a robot that looks at them.
    """

    stamp: int
    source_stamp: int
    face: FaceMotion
    attitude: Attitude
    intensity: float
    active: bool
    model: str
    reset: bool = False
    timing: Timing = field(default_factory=Timing)
    rest_rotation: NDArray[np.float32] = field(default_factory=lambda: ZEROS3)
    whereabouts: Whereabouts = NOWHERE

    @property
    def head_rotation(self) -> NDArray[np.float32]:
        """(3,) roll, pitch, yaw of the head relative to its rest, rad."""
        if not self.rest_rotation.any():
            return self.face.rotation
        rest, head = matrix_from_rpy(self.rest_rotation), matrix_from_rpy(self.face.rotation)
        return rpy_from_matrix(rest.T @ head).astype(np.float32)
