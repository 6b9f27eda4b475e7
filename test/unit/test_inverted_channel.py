"""A recording one of whose channels is inverted is heard wherever it is mixed to one channel."""

from pathlib import Path

import numpy as np
import pytest

from vico_listener.clock import NANOSECONDS
from vico_listener.frames import AudioChunk
from vico_listener.media import clip
from vico_listener.media.clip import AudioFileInfo
from vico_listener.media.clip import audio_between
from vico_listener.nodes.bag_audio import SampleReader
from vico_listener.speech import AudioFormat

RATE = 16000


def inverted(channels: int) -> np.ndarray:
    """A second of a tone (N, channels) int16, half of whose channels are the others' opposite."""
    tone = 8000 * np.sin(2 * np.pi * 220 * np.arange(RATE) / RATE)
    signs = np.where(np.arange(channels) % 2, -1, 1)
    return np.round(tone[:, None] * signs).astype(np.int16)


def level(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))


def test_audio_of_a_clip(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = inverted(2)
    chunks = [
        AudioChunk(first * NANOSECONDS // RATE, sound[first : first + 800], RATE)
        for first in range(0, RATE, 800)
    ]
    monkeypatch.setattr(clip, 'probe_audio', lambda path: AudioFileInfo(RATE, 2, 1.0))
    monkeypatch.setattr(clip, 'audio_chunks', lambda path, since: chunks)
    mono, rate = audio_between(Path('talk.mp4'), 0.0, 1.0)
    assert rate == RATE and len(mono) == RATE
    assert level(mono[RATE // 2 :]) == pytest.approx(8000 / 2**0.5 / 32768, rel=0.05)


@pytest.mark.parametrize('channels', [4, 6])
def test_many_channels_of_a_bag(channels: int) -> None:
    reader = SampleReader()
    form = AudioFormat(RATE, channels)
    sound = inverted(channels)
    parts = [reader.read(sound[k : k + 800].tobytes(), form) for k in range(0, RATE, 800)]
    mono = np.concatenate(parts)
    assert mono.shape == (RATE, 1)
    assert level(mono[RATE // 2 :]) == pytest.approx(8000 / 2**0.5, rel=0.05)
