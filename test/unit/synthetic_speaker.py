"""Speaker frames as speech makes them: syllables, phrases that fall off, pauses, a moving face."""

from dataclasses import dataclass

import numpy as np
from made_faces import face_with
from numpy.typing import NDArray

from vico_listener.clock import MODEL_RATE
from vico_listener.clock import tick_stamp
from vico_listener.frames import ACOUSTIC_SIZE
from vico_listener.frames import SpeakerFrame
from vico_listener.listener.cues import C1
from vico_listener.listener.cues import LOG_ENERGY
from vico_listener.motion import FaceMotion

NOISE = -70.0
VOICE = -25.0
"""Log energy (dB) of the room and of a voice."""


@dataclass
class Speech:
    """A voice, (T,) each: log energy in dB, C1, voice activity."""

    energy: NDArray[np.float64]
    tilt: NDArray[np.float64]
    speaking: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.energy)


def synthetic_speech(seed: int, seconds: float) -> Speech:
    """Phrases of 1-5 s with 4-6 syllables a second, pauses of 0.3-1.2 s."""
    rng = np.random.default_rng(seed)
    steps = int(seconds * MODEL_RATE)
    energy = NOISE + rng.normal(0.0, 1.0, steps)
    tilt = rng.normal(0.0, 3.0, steps)
    speaking = np.zeros(steps, bool)
    start = int(0.5 * MODEL_RATE)
    while start < steps:
        length = int(rng.uniform(1.0, 5.0) * MODEL_RATE)
        part = slice(start, min(start + length, steps))
        t = np.arange(part.stop - part.start) / MODEL_RATE
        rate = rng.uniform(4.0, 6.0)
        stress = 1.0 + 0.5 * np.sin(2 * np.pi * rng.uniform(0.5, 0.9) * t + rng.uniform(0, 6))
        syllables = 7.0 * stress * np.sin(2 * np.pi * rate * t + rng.uniform(0, 6))
        fall = rng.uniform(4.0, 12.0) * (t / t[-1]) ** 3 if len(t) > 1 else 0.0
        energy[part] = VOICE + rng.normal(0.0, 3.0) + syllables - fall
        tilt[part] = rng.normal(0.0, 20.0) + 15.0 * np.sin(2 * np.pi * rate / 2 * t) + 2 * fall
        speaking[part] = True
        start = part.stop + int(rng.uniform(0.3, 1.2) * MODEL_RATE)
    return Speech(energy, tilt, speaking)


def silence(seconds: float) -> Speech:
    """A quiet room."""
    steps = int(seconds * MODEL_RATE)
    return Speech(np.full(steps, NOISE), np.zeros(steps), np.zeros(steps, bool))


def acoustic(speech: Speech, step: int) -> NDArray[np.float32]:
    """The 45 features at a step; only those that carry the synthetic voice are set."""
    features = np.zeros(ACOUSTIC_SIZE, np.float32)
    features[LOG_ENERGY] = speech.energy[step]
    features[C1] = speech.tilt[step]
    return features


def speaker_face(step: int, seed: int = 0) -> FaceMotion:
    """A face that sways slowly and smiles for 3 s out of every 9."""
    time = step / MODEL_RATE
    phase = np.array([0.3, 1.7, 4.0]) + seed
    rotation = 0.08 * np.sin(2 * np.pi * np.array([0.21, 0.33, 0.17]) * time + phase)
    smile = 0.5 * np.clip(np.sin(2 * np.pi * time / 9.0 + seed), 0.0, 1.0)
    return face_with(rotation=rotation, mouthSmile=smile)


def speaker_frame(speech: Speech, step: int, face: FaceMotion | None = None) -> SpeakerFrame:
    """The frame at a step; without a face it is marked missing."""
    return SpeakerFrame(
        stamp=tick_stamp(step),
        source_stamp=0 if face is None else tick_stamp(step),
        index=step,
        face=FaceMotion.missing() if face is None else face,
        acoustic=acoustic(speech, step),
        face_valid=face is not None,
        speaking=bool(speech.speaking[step]),
    )


def speaker_frames(speech: Speech, with_face: bool = True, seed: int = 0) -> list[SpeakerFrame]:
    """All frames of a dyad's speaker."""
    return [
        speaker_frame(speech, step, speaker_face(step, seed) if with_face else None)
        for step in range(len(speech))
    ]
