"""Changes of a speaker's voice: sentences, laughter and silence put into the audio.

Where a sentence is put in, the mouth speaks it; where the voice is taken out, the mouth is closed.
The head would otherwise take the voice for another's.
"""

from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from vico_listener.clock import MODEL_RATE
from vico_listener.lab.dataset.dyads.face_changes import expressed
from vico_listener.lab.reactions.face_events import laughing_face
from vico_listener.lab.reactions.face_events import unseen
from vico_listener.lab.reactions.scene import Audio
from vico_listener.lab.reactions.scene import Scene
from vico_listener.lab.reactions.scene import sample_of
from vico_listener.media.face_track import FaceTrack
from vico_listener.media.synthesizer import Speech
from vico_listener.media.synthesizer import Synthesizer
from vico_listener.motion import ARKIT_NAMES
from vico_listener.speech.resampler import INTERNAL_RATE

SENTENCE = 'you would have done the same thing at home'
"""What a speaker says or asks: the same words, so that only the melody differs."""

TALK = 'and then they told me about the old house by the river, which nobody wanted to buy,'
"""What a speaker says who does not pause."""

LOUD = 4.0
"""Gain of a loud voice: 12 dB."""

PAUSE_BEFORE = 2.0
"""How long a speaker has been silent at the event of a long pause, s."""

AWAY_SECONDS = 6.0
"""How long a speaker is away who comes back, s."""

AFTER_QUESTION = 2.5
"""How long a speaker waits for an answer, s."""

MOUTH = [k for k, name in enumerate(ARKIT_NAMES) if name.startswith(('jaw', 'mouth'))]
SMILES = [k for k, name in enumerate(ARKIT_NAMES) if name.startswith('mouthSmile')]
SPEECH_SHAPE = {'jawOpen': 0.35, 'mouthLowerDown': 0.2}

LAUGH_BURSTS = 8
LAUGH_RATE = 4.8
"""Bursts per second of laughter (Provine & Yong, Ethology 89, 1991: one every 0.21 s)."""
LAUGH_PITCH = (280.0, 220.0)
"""Pitch of the first and the last burst, Hz."""
FORMANTS = ((700.0, 150.0), (1300.0, 200.0), (2600.0, 300.0))
"""Centres and widths of an open vowel's formants, Hz."""


@lru_cache(maxsize=8)
def spoken(text: str, speech: Speech) -> Audio:
    """Return a text as somebody speaks it, at `INTERNAL_RATE`, without silence at either end."""
    synthesizer = Synthesizer()
    raw = synthesizer.speak(text, speech)
    audio = resample_poly(raw, INTERNAL_RATE, synthesizer.sample_rate).astype(np.float32)
    heard = np.flatnonzero(np.abs(audio) > 0.02 * np.abs(audio).max())
    return audio[heard[0] : heard[-1] + 1]


def laughter() -> Audio:
    """Return two seconds of laughter: voiced bursts of falling pitch, a vowel's formants."""
    count = INTERNAL_RATE * LAUGH_BURSTS / LAUGH_RATE
    time = np.arange(round(count)) / INTERNAL_RATE
    pitch = np.interp(time, [0, time[-1]], LAUGH_PITCH)
    phase = 2 * np.pi * np.cumsum(pitch) / INTERNAL_RATE
    voice = np.zeros(len(time))
    for harmonic in range(1, 20):
        frequency = harmonic * pitch
        gain = sum(1 / (1 + ((frequency - centre) / width) ** 2) for centre, width in FORMANTS)
        voice += gain * np.sin(harmonic * phase)
    beat = (time * LAUGH_RATE) % 1.0
    return (voice * np.sin(np.pi * np.clip(beat / 0.55, 0, 1)) ** 2).astype(np.float32)


def level(audio: Audio) -> float:
    """Return the root mean square of the louder half of a sound's 32-ms pieces."""
    return float(np.quantile(_pieces(audio), 0.75))


def _pieces(audio: Audio) -> NDArray[np.float64]:
    whole = audio[: len(audio) // 512 * 512].reshape(-1, 512).astype(np.float64)
    return np.sqrt((whole**2).mean(axis=1))


def room(audio: Audio, count: int) -> Audio:
    """Return `count` samples of noise as quiet as the quietest tenth of a sound."""
    quiet = float(np.quantile(_pieces(audio), 0.1))
    return np.random.default_rng(count).normal(0, quiet, count).astype(np.float32)


def hushed(scene: Scene, first: int, stop: int) -> Scene:
    """Take the voice out between two ticks, and close the mouth; a smile stays."""
    audio, expression = scene.audio.copy(), scene.face.expression.copy()
    here = slice(sample_of(first), sample_of(stop))
    audio[here] = room(scene.audio, len(audio[here]))
    closed = [column for column in MOUTH if column not in SMILES]
    expression[first:stop, closed] = 0.0
    return replace(scene, audio=audio, face=replace(scene.face, expression=expression))


def says(scene: Scene, voice: Audio, first: int, gain: float = 1.0) -> Scene:
    """Let the speaker say something from a tick on, as loud as the rest times `gain`.

    What does not fit is cut off. Around it the scene is as it was.
    """
    begin = sample_of(first)
    voice = voice[: len(scene.audio) - begin]
    stop = first + int(np.ceil(len(voice) / INTERNAL_RATE * MODEL_RATE))
    quiet = hushed(scene, first, stop)
    scaled = voice * (gain * level(scene.audio) / max(level(voice), 1e-9))
    quiet.audio[begin : begin + len(voice)] += scaled.astype(np.float32)
    opening = loudness(voice, first, len(scene))
    return replace(quiet, face=expressed(quiet.face, SPEECH_SHAPE, opening))


def loudness(voice: Audio, first: int, count: int) -> NDArray[np.float64]:
    """Return (count,) how loud a voice is that begins at a tick, per tick, 0 to about 1."""
    curve = np.zeros(count)
    size = INTERNAL_RATE // MODEL_RATE
    whole = voice[: len(voice) // size * size].reshape(-1, size).astype(np.float64)
    rms = np.sqrt((whole**2).mean(axis=1))
    rows = slice(first, min(first + len(rms), count))
    curve[rows] = (rms / max(float(np.quantile(rms, 0.9)), 1e-9))[: rows.stop - first]
    return np.minimum(curve, 1.2)


def laughs(scene: Scene, at: int) -> Scene:
    """Let the speaker laugh aloud for two seconds."""
    voice = laughter()
    heard = says(scene, voice, at)
    bursts = loudness(voice, at, len(scene))
    return replace(heard, face=laughing_face(heard.face, at, bursts))


def _sentence(scene: Scene, at: int, mark: str) -> Scene:
    """Return a sentence that ends at a tick, and silence after it."""
    voice = spoken(SENTENCE + mark, scene.speech)
    first = at - int(np.ceil(len(voice) / INTERNAL_RATE * MODEL_RATE))
    waiting = hushed(scene, first, at + round(AFTER_QUESTION * MODEL_RATE))
    return says(waiting, voice, first)


def asks(scene: Scene, at: int) -> Scene:
    """Let the speaker end a question, and wait."""
    return _sentence(scene, at, '?')


def states(scene: Scene, at: int) -> Scene:
    """Let the speaker say the same words as a statement, and wait."""
    return _sentence(scene, at, '.')


def pauses(scene: Scene, at: int) -> Scene:
    """Let the speaker be silent from `PAUSE_BEFORE` before the event to the end."""
    return hushed(scene, at - round(PAUSE_BEFORE * MODEL_RATE), len(scene))


def goes_on(scene: Scene, at: int) -> Scene:
    """Let the speaker talk without a pause over the same time."""
    first = at - round(PAUSE_BEFORE * MODEL_RATE)
    voice = spoken(TALK, scene.speech)
    return says(scene, np.tile(voice, 3), first)


def speaks_loudly(scene: Scene, at: int) -> Scene:
    """Let the speaker say a sentence 12 dB louder than the rest."""
    return says(scene, spoken(SENTENCE + '.', scene.speech), at, LOUD)


def speaks(scene: Scene, at: int) -> Scene:
    """Let the speaker say the same sentence as loud as the rest."""
    return says(scene, spoken(SENTENCE + '.', scene.speech), at)


def _absent(face: FaceTrack, scene: Scene, first: int, stop: int) -> Scene:
    return replace(hushed(scene, first, stop), face=unseen(face, first, stop))


def leaves(scene: Scene, at: int) -> Scene:
    """Let the speaker go out of view and be silent from the event on."""
    return _absent(scene.face, scene, at, len(scene))


def comes_back(scene: Scene, at: int) -> Scene:
    """Let the speaker come back at the event after some seconds."""
    return _absent(scene.face, scene, at - round(AWAY_SECONDS * MODEL_RATE), at)


def stays_away(scene: Scene, at: int) -> Scene:
    """Let the speaker leave at the same time and stay away."""
    return _absent(scene.face, scene, at - round(AWAY_SECONDS * MODEL_RATE), len(scene))
