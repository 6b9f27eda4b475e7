"""What flows through the head: pictures and sound, then speaker frames, then listener motion."""

from dataclasses import dataclass
from dataclasses import field

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import NANOSECONDS
from vico_listener.motion import ZEROS3
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.motion import read_only
from vico_listener.rotation import matrix_from_rpy
from vico_listener.rotation import rpy_from_matrix

ACOUSTIC_SIZE = 45
"""Number of acoustic features per tick."""

ACOUSTICS = ('vico_listener/1', 'vico_release')
"""Layouts of the acoustic features: ours (`speech.features`), the authors' (`speech.release`)."""


@dataclass(frozen=True, eq=False)
class CameraFrame:
    """A picture (H, W, 3) uint8 BGR, taken and available at `stamp` ns."""

    stamp: int
    image: NDArray[np.uint8]

    @property
    def available(self) -> int:
        """When a camera would deliver it, ns."""
        return self.stamp


@dataclass(frozen=True, eq=False)
class SoundChunk:
    """Interleaved S16LE samples (N, channels); the first was captured at `stamp` ns."""

    stamp: int
    samples: NDArray[np.int16]
    sample_rate: int

    @property
    def available(self) -> int:
        """When a microphone would deliver it: at its end, ns."""
        return self.stamp + len(self.samples) * NANOSECONDS // self.sample_rate


@dataclass(frozen=True)
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


@dataclass(frozen=True, eq=False)
class SpeakerFrame:
    """What is known of the speaker at one tick of the model clock; it cannot be changed.

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

    def __post_init__(self) -> None:
        """Keep the features from being written."""
        object.__setattr__(self, 'acoustic', read_only(self.acoustic))


@dataclass(frozen=True, eq=False)
class ListenerMotion:
    """The listener's answer to one `SpeakerFrame`; it cannot be changed.

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
    rest_rotation: NDArray[np.float32] = field(default_factory=lambda: ZEROS3)

    @property
    def head_rotation(self) -> NDArray[np.float32]:
        """(3,) roll, pitch, yaw of the head from its rest, rad."""
        if not self.rest_rotation.any():
            return self.face.rotation
        rest, head = matrix_from_rpy(self.rest_rotation), matrix_from_rpy(self.face.rotation)
        return rpy_from_matrix(rest.T @ head).astype(np.float32)
