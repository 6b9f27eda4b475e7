"""The interface of the live views, which show a running listener and let the user control it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import SettingError
from vico_listener.motion import Attitude

SPEAKER_HEIGHT = 180
"""The height of the small image of the speaker, px."""


class ControlError(SettingError):
    """A control cannot take a value; the message says why."""


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


@dataclass(frozen=True)
class Control:
    """A user's request.

    Attributes:
        name: 'attitude', 'intensity' or 'stop'.
        value: the name of an attitude, an intensity (0 to 1), or True.
    """

    name: str
    value: str | float | bool


ControlCallback = Callable[[Control], None]
"""Takes what a user requests."""


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


def parse_control(content: Any) -> Control:
    """Check a user's request and return it.

    Args:
        content: a mapping of one name to its value, as it was received.

    Raises:
        ControlError: it is not a mapping of one known name, or the value is out of range.
    """
    if not isinstance(content, dict) or len(content) != 1:
        raise ControlError('one of attitude, intensity and stop is expected')
    ((name, value),) = content.items()
    if name == 'attitude':
        known = [a.value for a in Attitude]
        if value not in known:
            raise ControlError(f'attitude must be one of {", ".join(known)}')
        return Control(name, value)
    if name == 'intensity':
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or not 0.0 <= value <= 1.0:
            raise ControlError('intensity must be a number between 0 and 1')
        return Control(name, float(value))
    if name == 'stop' and value is True:
        return Control(name, True)
    raise ControlError(f"unknown control '{name}'; there are attitude, intensity and stop: true")
