"""Collects the curves of a preview: a few numbers per tick of speaker and listener."""

from dataclasses import dataclass
from dataclasses import field

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import NANOSECONDS
from vico_listener.frames import ListenerMotion
from vico_listener.frames import SpeakerFrame
from vico_listener.motion import FaceMotion
from vico_listener.motion import both_sides
from vico_listener.speech.features import LOUDNESS

_SMILE = both_sides('mouthSmile')
_BLINK = both_sides('eyeBlink')


COLUMNS = (
    'time',
    'roll',
    'pitch',
    'yaw',
    'smile',
    'blink',
    'speaker_smile',
    'loudness',
    'speaking',
)
"""The columns of a table: time (s), the listener's angles (deg), smile and eyelids, the speaker."""


def speaker_values(frame: SpeakerFrame) -> tuple[float, float, float]:
    """Return the speaker's smile and loudness (NaN where unknown), and the voice activity."""
    smile = float(frame.face.expression[_SMILE].mean()) if frame.face_valid else np.nan
    loudness = float(frame.acoustic[LOUDNESS]) if frame.audio_valid else np.nan
    return smile, loudness, float(frame.speaking)


def listener_values(motion: ListenerMotion) -> tuple[float, float, float, float, float]:
    """Return the listener's roll, pitch, yaw (deg), smile and closure of the eyelids."""
    face: FaceMotion = motion.face
    roll, pitch, yaw = (float(angle) for angle in np.degrees(face.rotation))
    smile, blink = (float(face.expression[part].mean()) for part in (_SMILE, _BLINK))
    return roll, pitch, yaw, smile, blink


@dataclass
class Curves:
    """Collects the values of speaker and listener by tick; `table` joins them."""

    _speaker: dict[int, tuple[float, float, float]] = field(default_factory=dict)
    _listener: dict[int, tuple[float, float, float, float, float]] = field(default_factory=dict)

    def add_speaker(self, frame: SpeakerFrame) -> None:
        """Add the values of the speaker at a tick."""
        self._speaker[frame.stamp] = speaker_values(frame)

    def add_listener(self, motion: ListenerMotion) -> None:
        """Add the values of the listener at a tick."""
        self._listener[motion.stamp] = listener_values(motion)

    @property
    def stamps(self) -> list[int]:
        """The ticks of the listener's motion so far, ns, in order."""
        return sorted(self._listener)

    def table(self) -> dict[str, NDArray[np.float64]]:
        """Return the `COLUMNS` (T,) by name, with one row per tick of the listener's motion."""
        unknown = (np.nan, np.nan, 0.0)
        rows = [
            (stamp / NANOSECONDS, *motion, *self._speaker.get(stamp, unknown))
            for stamp, motion in sorted(self._listener.items())
        ]
        columns = np.array(rows).reshape(-1, len(COLUMNS)).T
        return dict(zip(COLUMNS, columns, strict=True))
