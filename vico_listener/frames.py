"""What flows through the pipeline, once per model tick: speaker frames in, listener motion out."""

from dataclasses import dataclass
from dataclasses import field

import numpy as np
from numpy.typing import NDArray

from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.rotation import matrix_from_rpy
from vico_listener.rotation import rpy_from_matrix

ACOUSTIC_SIZE = 45
"""Number of acoustic features per tick."""

ACOUSTICS = ('vico_listener/1', 'vico_release')
"""Layouts of the acoustic features: ours (`speech.features`), the authors' (`speech.release`)."""


@dataclass
class Timing:
    """Where the time of one frame went; every duration in seconds, `received` in host time.

    Attributes:
        received: `time.time()` when the later of the image and the audio up to its stamp was in.
        audio_wait: how long the image had waited for its audio before that.
        face, speech, listener: time spent computing in each stage.
    """

    received: float = 0.0
    audio_wait: float = 0.0
    face: float = 0.0
    speech: float = 0.0
    listener: float = 0.0


@dataclass
class SpeakerFrame:
    """What is known of the speaker at one tick of the model clock.

    Attributes:
        stamp: tick, ns of stream time.
        source_stamp: stamp of the newest camera frame used, ns (0 when there was none yet).
        index: tick number since the last reset.
        face: the speaker's face; confidence 0 when `face_valid` is False.
        acoustic: (45,) float32, causal: audio up to the tick only.
        acoustics: their layout, one of `ACOUSTICS`.
        face_valid: a face was seen within the last 0.2 s of stream time.
        audio_valid: the audio up to the tick was there.
        speaking: voice activity.
        reset: first frame after the clock jumped back; whoever keeps state must drop it.
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
    acoustics: str = ACOUSTICS[0]


@dataclass
class ListenerMotion:
    """The listener's answer to one `SpeakerFrame`.

    Attributes:
        stamp: tick, ns of stream time.
        source_stamp: stamp of the camera frame that it answers, ns.
        face: the listener's face; rotation and translation relative to the reference face
            (arkit52), or as Deep3DFaceRecon has them (bfm64).
        attitude, intensity: in force at this tick.
        active: False while the listener eases out or rests.
        model: name of the listener that made it.
        rest_rotation: (3,) of the head at rest, rad: what a robot takes off.
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
    rest_rotation: NDArray[np.float32] = field(default_factory=lambda: np.zeros(3, np.float32))

    @property
    def head_rotation(self) -> NDArray[np.float32]:
        """(3,) roll, pitch, yaw of the head from its rest, rad."""
        if not self.rest_rotation.any():
            return self.face.rotation
        rest, head = matrix_from_rpy(self.rest_rotation), matrix_from_rpy(self.face.rotation)
        return rpy_from_matrix(rest.T @ head).astype(np.float32)
