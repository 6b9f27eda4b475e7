"""Generates one speaker's audio: turns of speech or recordings, pauses, room and noise."""

from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve
from scipy.signal import firwin2
from scipy.signal import resample_poly

from vico_listener.lab.dataset.dyads.neural_voice import PREFIX
from vico_listener.lab.dataset.dyads.neural_voice import NeuralSynthesizer
from vico_listener.lab.dataset.dyads.spoken_feelings import SPOKEN_FEELINGS
from vico_listener.lab.dataset.dyads.spoken_feelings import FeelingStretch
from vico_listener.lab.dataset.dyads.texts import turn
from vico_listener.media.clip import read_audio
from vico_listener.media.synthesizer import Speech
from vico_listener.media.synthesizer import Synthesizer
from vico_listener.speech.resampler import INTERNAL_RATE

Audio = NDArray[np.float32]

RECORDED_SHARE = 0.3
"""Share of the speakers that are recordings, where there are any."""


def draw_speech(rng: np.random.Generator, voices: list[str]) -> Speech:
    """Draw a way of speaking."""
    return Speech(
        voice=voices[rng.integers(len(voices))],
        rate=int(rng.integers(130, 215)),
        pitch=int(rng.integers(25, 75)),
        liveliness=int(rng.integers(30, 90)),
        gap=int(rng.choice([0, 0, 0, 2, 4])),
    )


@dataclass
class Talk:
    """What somebody says.

    Attributes:
        audio: (N,) at the internal rate.
        feelings: the stretches with a feeling.
        pauses: the first sample of every pause between turns, and the one after its last.
    """

    audio: Audio
    feelings: list[FeelingStretch] = field(default_factory=list)
    pauses: list[tuple[int, int]] = field(default_factory=list)


def synthetic_talk(
    rng: np.random.Generator,
    voices: list[str],
    seconds: float,
    feelings: float = 0.0,
    long_pauses: float = 0.0,
) -> Talk:
    """Synthesize `seconds` of somebody who talks in turns.

    Args:
        rng: the generator of random numbers.
        voices: the voices of which one is drawn.
        seconds: how long it takes.
        feelings: the share of the turns that are spoken with a feeling.
        long_pauses: the share of the pauses between turns that are long.
    """
    speech = draw_speech(rng, voices)
    synthesizer = NeuralSynthesizer() if speech.voice.startswith(PREFIX) else Synthesizer()
    pace = float(rng.uniform(0.6, 1.6))
    talk = Talk(_silence(rng.uniform(0.3, 1.5)))
    pieces, length = [talk.audio], len(talk.audio)
    total = round(seconds * INTERNAL_RATE)

    def add(piece: Audio) -> None:
        nonlocal length
        pieces.append(piece)
        length += len(piece)

    while length < seconds * INTERNAL_RATE:
        felt = bool(feelings) and rng.random() < feelings
        name = str(rng.choice(list(SPOKEN_FEELINGS))) if felt else ''
        feeling, since = SPOKEN_FEELINGS.get(name), length
        texts = turn(rng)
        if feeling is not None and feeling.words:
            texts = [str(rng.choice(feeling.words)), *texts[1:2]]
        for text in texts:
            stressed = int(rng.integers(len(text.split()))) if rng.random() < 0.5 else None
            said = speech if feeling is None else feeling.of(speech)
            audio = synthesizer.speak(text, said, stressed)
            resampled = resample_poly(audio, INTERNAL_RATE, synthesizer.sample_rate)
            if feeling is not None:
                resampled *= 10 ** (feeling.gain / 20)
            add(resampled.astype(np.float32))
            add(_silence(pace * rng.lognormal(np.log(0.35), 0.6)))
        if feeling is not None:
            ends = since / INTERNAL_RATE, length / INTERNAL_RATE
            talk.feelings.append(FeelingStretch(name, *ends))
        first = length
        longer = bool(long_pauses) and rng.random() < long_pauses and length < total
        add(_silence(rng.uniform(6.0, 20.0) if longer else rng.uniform(0.4, 3.0)))
        if longer:
            talk.pauses.append((first, min(length, total)))
    talk.audio = np.concatenate(pieces)[:total]
    return talk


def recorded_talk(rng: np.random.Generator, files: list[Path], seconds: float) -> Audio:
    """Return `seconds` of recordings one after the other, at the internal rate.

    Raises:
        ClipError: a file holds no audio.
    """
    pieces = [_silence(rng.uniform(0.3, 1.5))]
    tempo = float(rng.uniform(0.92, 1.08))
    while sum(map(len, pieces)) < seconds * INTERNAL_RATE:
        samples, rate = read_audio(files[rng.integers(len(files))])
        mono = samples.astype(np.float32).mean(axis=1) / 32768
        # Another tempo makes another voice of it.
        audio = resample_poly(mono, INTERNAL_RATE, round(rate * tempo / 50) * 50)
        pieces += [audio.astype(np.float32), _silence(rng.uniform(0.2, 1.5))]
    return np.concatenate(pieces)[: round(seconds * INTERNAL_RATE)]


def record(rng: np.random.Generator, audio: Audio) -> Audio:
    """Return audio as a microphone in a room records it: echo, colour, noise, hum and gain."""
    if rng.random() < 0.6:
        length = rng.uniform(0.05, 0.35)
        time = np.arange(int(length * INTERNAL_RATE)) / INTERNAL_RATE
        tail = rng.normal(size=len(time)) * np.exp(-6.9 * time / length)
        tail *= 10 ** (rng.uniform(-26, -12) / 20) / max(float(np.sqrt((tail**2).sum())), 1e-9)
        tail[0] += 1.0
        audio = fftconvolve(audio, tail)[: len(audio)].astype(np.float32)
    audio = _equalised(rng, audio)
    level = float(np.sqrt(np.mean(audio[np.abs(audio) > 0.01] ** 2))) if audio.any() else 0.1
    noise = rng.normal(size=len(audio))
    if rng.random() < 0.6:  # most rooms rumble more than they hiss
        noise = np.convolve(noise, np.exp(-np.arange(64) / rng.uniform(2, 16)), 'same')
    noise /= noise.std()
    heard = audio + noise * level * 10 ** (-rng.uniform(18, 55) / 20)
    if rng.random() < 0.15:
        time = np.arange(len(audio)) / INTERNAL_RATE
        heard = heard + level * 0.03 * np.sin(2 * np.pi * rng.choice([50, 60]) * time)
    gain = 10 ** (rng.uniform(-30, -14) / 20) / level
    return np.clip(heard * gain, -1, 1).astype(np.float32)


def _equalised(rng: np.random.Generator, audio: Audio) -> Audio:
    """Apply the colour of some microphone: up to about 10 dB up or down, smooth over frequency."""
    frequencies = np.array([0.0, 150, 400, 1000, 2500, 5000, INTERNAL_RATE / 2])
    gains = 10 ** (np.clip(rng.normal(0, 4, len(frequencies)), -10, 10) / 20)
    taps = firwin2(129, frequencies, gains, fs=INTERNAL_RATE)
    return np.asarray(fftconvolve(audio, taps, 'same'), np.float32)


def talk(
    rng: np.random.Generator,
    voices: list[str],
    recordings: list[Path],
    seconds: float,
    feelings: float = 0.0,
    long_pauses: float = 0.0,
) -> Talk:
    """Return what one speaker says, synthesized (see `synthetic_talk`) or from recordings."""
    if recordings and rng.random() < RECORDED_SHARE:
        return Talk(recorded_talk(rng, recordings, seconds))
    return synthetic_talk(rng, voices, seconds, feelings, long_pauses)


def _silence(seconds: float) -> Audio:
    return np.zeros(round(seconds * INTERNAL_RATE), np.float32)
