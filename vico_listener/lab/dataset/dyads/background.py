"""Sound that nobody in view makes: other people's talk, and music."""

import numpy as np
from numpy.typing import NDArray

from vico_listener.lab.dataset.dyads.speaker_audio import Audio
from vico_listener.lab.dataset.dyads.speaker_audio import synthetic_talk
from vico_listener.speech.resampler import INTERNAL_RATE

TALKERS = (2, 5)
"""The fewest and most people who talk at once."""
LOUDNESS = (-22.0, -4.0)
"""The level of the sound beside that of a voice, dB."""
SECONDS = (6.0, 20.0)
"""The shortest and longest stretch of it."""

_SCALE = (0, 2, 4, 7, 9)  # semitones of a pentatonic scale, in which anything fits anything


def with_background(
    rng: np.random.Generator, audio: Audio, voices: list[str], pauses: list[tuple[int, int]]
) -> tuple[Audio, NDArray[np.bool_]]:
    """Add other people's talk or music to some of a speaker's pauses.

    Args:
        rng: the generator of random numbers.
        audio: (N,) the speaker's talk, at the internal rate.
        voices: the voices of the other people.
        pauses: the first and the last sample but one of the pauses that may be filled.

    Returns:
        the audio, and (N,) where only others are heard.
    """
    others = np.zeros(len(audio), np.bool_)
    filled = audio.copy()
    voice = float(np.sqrt(np.mean(audio[np.abs(audio) > 0.01] ** 2))) if audio.any() else 0.1
    for first, last in pauses:
        seconds = (last - first) / INTERNAL_RATE
        sound = _music(rng, seconds) if rng.random() < 0.5 else _babble(rng, voices, seconds)
        level = voice * 10 ** (rng.uniform(*LOUDNESS) / 20)
        sound *= level / max(float(np.sqrt(np.mean(sound**2))), 1e-6)
        filled[first:last] += sound[: last - first]
        others[first:last] = True
    return filled, others


def _babble(rng: np.random.Generator, voices: list[str], seconds: float) -> Audio:
    """Return several people who talk at once."""
    count = int(rng.integers(TALKERS[0], TALKERS[1] + 1))
    talks = [synthetic_talk(rng, voices, seconds).audio for _ in range(count)]
    return np.asarray(np.sum(talks, axis=0), np.float32)


def _music(rng: np.random.Generator, seconds: float) -> Audio:
    """Return a melody of plucked strings with chords, at a steady beat."""
    count = round(seconds * INTERNAL_RATE)
    beat = rng.uniform(0.2, 0.5)
    base = 110.0 * 2 ** (rng.integers(0, 12) / 12)
    music = np.zeros(count)
    for number in range(int(seconds / beat)):
        notes = rng.choice(_SCALE, 1 if number % 4 else 3, replace=False) + 12
        for note in notes:
            start = round(number * beat * INTERNAL_RATE)
            tone = _string(base * 2 ** (note / 12), rng.uniform(0.3, 1.5))[: count - start]
            music[start : start + len(tone)] += tone
    return music.astype(np.float32)


def _string(frequency: float, seconds: float) -> NDArray[np.float64]:
    """Return a plucked string: harmonics, the higher ones shorter and softer."""
    time = np.arange(round(seconds * INTERNAL_RATE)) / INTERNAL_RATE
    tone = np.zeros(len(time))
    for harmonic in range(1, 9):
        if harmonic * frequency < INTERNAL_RATE / 2:
            decay = np.exp(-time * harmonic * 2.0 / seconds)
            tone += decay * np.sin(2 * np.pi * harmonic * frequency * time) / harmonic
    return tone
