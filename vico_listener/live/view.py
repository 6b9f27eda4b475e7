"""What a view shows of a running listener, and what it lets its user change."""

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
"""Height of the speaker's small picture, px."""


class ControlError(SettingError):
    """A control was given a value that it cannot take; the message says why."""


@dataclass(frozen=True)
class Sample:
    """One tick, for the curves.

    Attributes:
        time: stream time, s.
        pitch, yaw: of the listener's head, deg (pitch > 0 looks down, yaw > 0 to its left).
        smile, speaker_smile: 0..1; the speaker's is None while no face is seen.
        speaking, face_valid, audio_valid: of the speaker.
        attitude, intensity: in force at this tick.
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
    """What a user wants: one of `attitude` (a name), `intensity` (0..1) and `stop` (True)."""

    name: str
    value: str | float | bool


ControlCallback = Callable[[Control], None]


class View(Protocol):
    """Shows a running listener; every method may be called from any thread."""

    def show_face(self, jpeg: bytes) -> None:
        """The listener's newest picture."""

    def show_speaker(self, picture: NDArray[np.uint8]) -> None:
        """The camera's newest picture, (H, W, 3) BGR."""

    def show_sample(self, sample: Sample) -> None:
        """The newest tick."""

    def show_problem(self, text: str) -> None:
        """What is wrong at present; empty = nothing."""


def parse_control(content: Any) -> Control:
    """Check what a user sent.

    Args:
        content: a mapping of one name to its value, as it came in.

    Raises:
        ControlError: not a mapping of one known name, or a value out of range.
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
