"""Speech is told from other sounds."""

from pathlib import Path

import numpy as np
import pytest
from scipy.signal import lfilter
from scipy.signal import resample_poly
from shared_material import needs_model

from vico_listener import bundled_files
from vico_listener.clock import NANOSECONDS
from vico_listener.errors import NotInstalledError
from vico_listener.lab.reactions.voice_events import laughter
from vico_listener.media.clip import audio_chunks
from vico_listener.speech import AcousticStream
from vico_listener.speech.speech_network import SpeechNetwork

RATE = 16000

pytestmark = needs_model


def guitar(seconds: float) -> np.ndarray:
    """Plucked strings (Karplus and Strong, Computer Music Journal 7(2), 1983)."""
    random = np.random.default_rng(1)
    sound = np.zeros(int(seconds * RATE))
    for start in range(0, len(sound) - RATE // 2, RATE // 3):
        string = random.uniform(-0.3, 0.3, RATE // random.choice([110, 146, 196, 246]))
        for k in range(start, min(start + RATE, len(sound))):
            place = (k - start) % len(string)
            sound[k] += string[place]
            string[place] = 0.498 * (string[place] + string[(place + 1) % len(string)])
    return sound


def probabilities(samples: np.ndarray, rate: int = RATE, chunk: int = 800) -> np.ndarray:
    stream = AcousticStream(rate, network=SpeechNetwork())
    pcm = (np.clip(samples, -1, 1) * 32767).astype(np.int16)
    found, tick = [], 1
    for start in range(0, len(pcm), chunk):
        stream.push(pcm[start : start + chunk], start * NANOSECONDS // rate)
        while tick * NANOSECONDS // 30 <= stream.end_stamp:
            found.append(stream.frame(tick * NANOSECONDS // 30).speech)
            tick += 1
    return np.array(found)


def speech(path: Path) -> tuple[np.ndarray, int]:
    chunks = list(audio_chunks(path))
    samples = np.concatenate([chunk.samples for chunk in chunks]).mean(axis=1) / 32768
    return samples, chunks[0].sample_rate


def test_speech_is_speech(speech_clip: Path) -> None:
    samples, rate = speech(speech_clip)
    assert (probabilities(samples, rate) > 0.5).mean() > 0.6


def test_a_guitar_a_hum_and_claps_are_none() -> None:
    time = np.arange(5 * RATE) / RATE
    random = np.random.default_rng(1)
    claps = random.normal(0, 0.5, len(time)) * np.exp(-(time % 0.4) * 80)
    hum = 0.3 * np.sin(2 * np.pi * 140 * time) * (np.sin(2 * np.pi * time) > 0)
    for sound in (guitar(5.0), hum, claps):
        assert (probabilities(sound) > 0.5).mean() < 0.05


def noisy(samples: np.ndarray, decibels: float, rumble: bool) -> np.ndarray:
    """Add noise, white or with most of its power below 300 Hz, to speech at 16 kHz."""
    noise = np.random.default_rng(1).normal(0, 1, len(samples))
    if rumble:
        noise = lfilter([1.0], [1.0, -0.9], noise)
    loud = np.sqrt(np.mean(samples[np.abs(samples) > 0.02] ** 2))
    return samples + noise / noise.std() * loud * 10 ** (-decibels / 20)


def kept(speech_clip: Path, decibels: float, rumble: bool) -> float:
    """The share of the ticks that are told to be speech without noise that still are with it."""
    samples, rate = speech(speech_clip)
    clean = resample_poly(samples, RATE, rate)
    told = [probabilities(one) > 0.5 for one in (clean, 0.5 * noisy(0.5 * clean, decibels, rumble))]
    return float(np.mean(told[1][told[0]]))


@pytest.mark.parametrize(
    ('decibels', 'rumble', 'least'),
    [(20, False, 0.9), (20, True, 0.9), (10, False, 0.8), (10, True, 0.75), (5, False, 0.7),
     (5, True, 0.6), (0, False, 0.6)],
)  # fmt: skip
def test_speech_in_noise_is_told(
    speech_clip: Path, decibels: float, rumble: bool, least: float
) -> None:
    """The table in docs/camera_and_microphone.md."""
    assert kept(speech_clip, decibels, rumble) > least


def test_noise_alone_and_laughter_are_none() -> None:
    silence = np.zeros(5 * RATE)
    silence[0] = 0.2
    for rumble in (False, True):
        assert (probabilities(0.3 * noisy(silence, 0.0, rumble)) > 0.5).mean() < 0.02
    laugh = np.tile(np.concatenate([laughter(), np.zeros(RATE)]), 3)
    assert (probabilities(0.3 * laugh / np.abs(laugh).max()) > 0.5).mean() < 0.05


def test_what_is_told_does_not_depend_on_how_the_audio_is_cut(speech_clip: Path) -> None:
    samples, rate = speech(speech_clip)
    whole = probabilities(samples[: 3 * rate], rate, chunk=3000)
    np.testing.assert_array_equal(whole, probabilities(samples[: 3 * rate], rate, chunk=257))


def test_a_reset_forgets_the_past(speech_clip: Path) -> None:
    samples, rate = speech(speech_clip)
    windows = samples[: 32 * 512].reshape(-1, 512).astype(np.float32)
    network = SpeechNetwork()
    first = [network.probability(window) for window in windows]
    network.reset()
    assert [network.probability(window) for window in windows] == first


def test_missing_network_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('vico_listener.neural.onnx_file.bundled_path', lambda file: None)
    with pytest.raises(NotInstalledError, match=bundled_files.REMEDY):
        SpeechNetwork()
