"""The interface of the live views, which show a running listener and let the user control it."""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import NANOSECONDS
from vico_listener.frames import ListenerMotion
from vico_listener.frames import SpeakerFrame
from vico_listener.media.curves import listener_values
from vico_listener.media.curves import speaker_values

SPEAKER_HEIGHT = 180
"""The height of the small image of the speaker, px."""


@dataclass(frozen=True)
class Sample:
    """The numbers of one tick that the curves show.

    Attributes:
        time: the tick, s of stream time.
        pitch, yaw: the angles of the listener's head, deg (pitch > 0 is down, yaw > 0 to its left).
        smile, speaker_smile: 0 to 1; the speaker's is None while no face is seen.
        speaking, face_valid, audio_valid: the fields of the `SpeakerFrame`.
        attitude, intensity: the mood in force at this tick.
    """

    time: float
    pitch: float
    yaw: float
    smile: float
    speaker_smile: float | None
    speaking: bool
    face_valid: bool
    audio_valid: bool
    attitude: str
    intensity: float


def sample_of(motion: ListenerMotion, speaker: SpeakerFrame) -> Sample:
    """Return the numbers of a motion, and of the speaker's newest frame."""
    _, pitch, yaw, smile, _ = listener_values(motion)
    speaker_smile = speaker_values(speaker)[0]
    return Sample(
        time=motion.stamp / NANOSECONDS,
        pitch=pitch,
        yaw=yaw,
        smile=smile,
        speaker_smile=speaker_smile if math.isfinite(speaker_smile) else None,
        speaking=speaker.speaking,
        face_valid=speaker.face_valid,
        audio_valid=speaker.audio_valid,
        attitude=motion.attitude.value,
        intensity=motion.intensity,
    )


class View(Protocol):
    """Shows a running listener; every method may be called from any thread."""

    def show_face(self, jpeg: bytes) -> None:
        """Show the listener's newest picture, a JPEG."""

    def show_speaker(self, image: NDArray[np.uint8]) -> None:
        """Show the camera's newest image, (H, W, 3) uint8 BGR."""

    def show_sample(self, sample: Sample) -> None:
        """Add the newest tick to the curves."""

    def show_problem(self, text: str) -> None:
        """Show what is wrong at present; an empty text means nothing."""
