"""A speaker who can be changed: the audio and the face, and what the head perceives of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from heapq import merge
from math import gcd
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from vico_listener.chain import Chain
from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.clock import tick_stamp
from vico_listener.errors import DataError
from vico_listener.frames import AudioChunk
from vico_listener.frames import CameraFrame
from vico_listener.frames import SpeakerFrame
from vico_listener.head_parts import acoustic_stream
from vico_listener.lab.dataset.dyads.speaker_audio import record
from vico_listener.lab.dataset.dyads.speaker_audio import synthetic_talk
from vico_listener.lab.dataset.dyads.speaker_face import speaker_face
from vico_listener.lab.dataset.vico.extraction import perceive
from vico_listener.media.clip import audio_between
from vico_listener.media.face_track import FaceTrack
from vico_listener.media.synthesizer import Speech
from vico_listener.motion import ARKIT52
from vico_listener.motion import Basis
from vico_listener.motion import FaceMotion
from vico_listener.perception import Perception
from vico_listener.perception.feed import LOSSLESS_WAIT
from vico_listener.speech import AcousticStream
from vico_listener.speech import AudioFormat
from vico_listener.speech.resampler import INTERNAL_RATE
from vico_listener.speech.stream import acoustic_features

LEAD_SECONDS = 12.0
"""How long a speaker is listened to before an event, s: a listener learns the speaker's habits."""

TAIL_SECONDS = 4.0
"""How long the speaker goes on after an event, s."""

VOICES = ['en-us', 'en-us+f2', 'en-us+f3', 'en-us+m3', 'en-us+m6', 'en+f4', 'en+m7']
"""The voices of the synthetic speakers."""

AUDIO = AudioFormat(INTERNAL_RATE, 1)
"""The format of a scene's audio as the head hears it."""

Audio = NDArray[np.float32]


@dataclass(frozen=True)
class Scene:
    """A speaker.

    Attributes:
        audio: (N,) at `INTERNAL_RATE`, full scale +-1.
        face: (T,) at the ticks from 0 on.
        speech: how sentences are spoken that are put into the scene.
    """

    audio: Audio
    face: FaceTrack
    speech: Speech

    def __len__(self) -> int:
        return len(self.face)


class _ScriptedFaces:
    """Stands in for the face tracker: it sees the face of the scene, whatever the image shows."""

    basis: Basis = ARKIT52

    def __init__(self, face: FaceTrack) -> None:
        self._face = face

    def update(
        self,
        image: NDArray[np.uint8],
        stamp: int,
        speaking: bool = False,
        level: float | None = None,
    ) -> FaceMotion:
        """Return the face at the tick of a stamp."""
        return self._face.motion(round(stamp * MODEL_RATE / NANOSECONDS))

    def find_others(self) -> None:
        """Do nothing: everything is known."""

    def reset(self) -> None:
        """Do nothing: nothing is kept."""


def perceived(scene: Scene) -> list[SpeakerFrame]:
    """Return what the head perceives of a scene, a frame per tick, by the head's own chain.

    Raises:
        NotInstalledError: the network that tells speech from other sounds is missing.
    """
    stream = _stream()
    stream.reset()
    perception = Perception(_ScriptedFaces(scene.face), stream, LOSSLESS_WAIT)
    head = Chain(perception, audio=AUDIO)
    items: Iterator[CameraFrame | AudioChunk] = merge(
        _chunks(scene), _images(scene), key=lambda item: item.available
    )
    return [answer.speaker for answer in head.answers(items)][: len(scene)]


@lru_cache(maxsize=1)
def _stream() -> AcousticStream:
    """Return the stream for every scene, whose network takes a fifth of a second to load."""
    return acoustic_stream(AUDIO)


def _images(scene: Scene) -> Iterator[CameraFrame]:
    nothing = np.zeros((2, 2, 3), np.uint8)
    for tick in range(len(scene)):
        yield CameraFrame(tick_stamp(tick), nothing)


def _chunks(scene: Scene) -> Iterator[AudioChunk]:
    samples = np.round(32767 * np.clip(scene.audio, -1, 1)).astype(np.int16)[:, None]
    for tick in range(len(scene)):
        first, stop = (sample_of(t) for t in (tick, tick + 1))
        yield AudioChunk(tick_stamp(tick), samples[first:stop], INTERNAL_RATE)


def sample_of(tick: int) -> int:
    """Return the sample at a tick."""
    return tick * INTERNAL_RATE // MODEL_RATE


def synthetic_scene(seed: int, seconds: float = LEAD_SECONDS + TAIL_SECONDS) -> tuple[Scene, int]:
    """Return a speaker of the synthetic dyads whose face is always seen, and the event's tick.

    Args:
        seed: the seed of everything.
        seconds: how long the speaker speaks, s.

    Raises:
        SynthesizerError: speech synthesis is not installed.
    """
    rng = np.random.default_rng([seed, 16])
    voice = VOICES[int(rng.integers(len(VOICES)))]
    audio = record(rng, synthetic_talk(rng, [voice], seconds).audio)
    ticks = [tick_stamp(tick) for tick in range(round(seconds * MODEL_RATE))]
    acoustic, speaking, _ = acoustic_features(audio, INTERNAL_RATE, ticks)
    face = speaker_face(rng, acoustic, speaking)
    face.valid[:] = True
    return Scene(audio, face, Speech(voice)), round(LEAD_SECONDS * MODEL_RATE)


def recorded_scenes(clip: Path, count: int) -> list[tuple[Scene, int]]:
    """Return a speaker of a video, and ticks for an event that are spread over the clip.

    Raises:
        ClipError: the clip cannot be read or holds no audio.
        DataError: it is too short, or the face is not seen.
    """
    frames = perceive(clip, clip)
    span = LEAD_SECONDS + TAIL_SECONDS
    if len(frames) < span * MODEL_RATE:
        raise DataError(
            f'{clip} lasts {len(frames) / MODEL_RATE:.1f} s; an event needs {LEAD_SECONDS:g} s '
            f'before it and {TAIL_SECONDS:g} s after it'
        )
    face = FaceTrack(
        np.array([frame.face.expression for frame in frames], np.float32),
        np.array([frame.face.rotation for frame in frames], np.float32),
        np.array([frame.face.translation for frame in frames], np.float32),
        np.array([frame.face_valid for frame in frames]),
    )
    if not face.valid.any():
        raise DataError(f'no face is seen in {clip}')
    seconds = len(frames) / MODEL_RATE
    samples, rate = audio_between(clip, 0.0, seconds)
    common = gcd(rate, INTERNAL_RATE)
    audio = resample_poly(samples, INTERNAL_RATE // common, rate // common).astype(np.float32)
    scene = Scene(audio, face, Speech(VOICES[0]))
    last = len(frames) - TAIL_SECONDS * MODEL_RATE
    ticks = np.linspace(LEAD_SECONDS * MODEL_RATE, last, count).round().astype(int).tolist()
    return [(scene, tick) for tick in ticks]
