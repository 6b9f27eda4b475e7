import numpy as np
import pytest
from speech_signals import RATE
from speech_signals import noise
from speech_signals import real_speech
from speech_signals import sine
from speech_signals import ticks

from vico_listener.speech import acoustic_features
from vico_listener.speech.voice import VoiceDetector


def flags(signal: np.ndarray) -> np.ndarray:
    """Voice activity per tick."""
    return acoustic_features(signal, RATE, ticks(len(signal) * 30 // RATE))[1]


def pink(seconds: float, level: float, seed: int = 0) -> np.ndarray:
    coloured = np.convolve(noise(seconds, 1, seed), np.exp(-np.arange(60) / 8), 'same')
    return level * coloured / coloured.std()


def hum(seconds: float) -> np.ndarray:
    return sum(sine(50 * h, seconds) / h for h in (1, 2, 3, 5, 7, 9)) * 0.1


def voice(seconds: float, level: float = 0.1) -> np.ndarray:
    """Syllables, 5 a second, of a gliding voice with formants at 600, 1200 and 2500 Hz."""
    time = np.arange(round(seconds * RATE)) / RATE
    phase = np.cumsum(2 * np.pi * (120 + 20 * np.sin(2 * np.pi * 0.7 * time)) / RATE)
    sound = np.zeros_like(time)
    for harmonic in range(1, 28):
        gain = sum(1 / (1 + ((harmonic * 120 - f) / 150) ** 2) for f in (600, 1200, 2500))
        sound += gain * np.sin(harmonic * phase)
    syllables = np.clip(1.3 * np.abs(np.sin(2 * np.pi * 2.5 * time)), 0.02, 1)
    return level * syllables * sound / np.std(sound)


@pytest.fixture(scope='module')
def speech() -> np.ndarray:
    soxr = pytest.importorskip('soxr')
    samples, rate = real_speech()
    return soxr.resample(samples / 32768.0, rate, RATE)


@pytest.mark.parametrize(
    'sound',
    [
        np.zeros(4 * RATE),
        np.full(4 * RATE, 0.2),
        noise(4, 0.1),
        noise(4, 0.001),
        pink(4, 0.05),
        np.concatenate([np.zeros(2 * RATE), noise(3, 0.1)]),
        np.concatenate([noise(2, 0.002), pink(3, 0.1)]),
        pink(6, 0.1) * (1 + sine(4, 6)),
        noise(4, 0.1) * (np.arange(4 * RATE) % 8000 < 200),
    ],
    ids=['silence', 'dc', 'white', 'faint', 'pink', 'sets in', 'rises', 'modulated', 'clicks'],
)
def test_silence_and_noise_are_not_speech(sound):
    assert not flags(sound).any()


def test_silence_has_no_pitch():
    assert VoiceDetector()._pitch(np.zeros(255)) == 0


@pytest.mark.parametrize('lead', [0.0, 2.0])
def test_hum_is_speech_for_a_moment_at_most(lead):
    sound = np.concatenate([noise(lead, 0.001), hum(6) + noise(6, 0.0005)])
    found = flags(sound)
    start = round(lead * 30)
    assert not found[:start].any()
    assert not found[start + 26 :].any()


@pytest.mark.parametrize('level', [0.3, 0.1, 0.01, 0.003])
@pytest.mark.parametrize('background', [0.0, 0.1])
def test_a_voice_is_found_at_any_level(level, background):
    sound = voice(3, level) + noise(3, level * background)
    sound = np.concatenate([noise(1, level * background), sound, noise(2, level * background)])
    found = flags(sound)
    assert not found[:30].any()
    assert found[36:120].mean() > 0.9
    assert np.argmax(found) <= 34, 'seen within 0.15 s'
    assert not found[125:].any(), 'over 0.15 s after its end'


def test_speech_that_is_there_from_the_start_counts():
    found = flags(voice(2) + noise(2, 0.003))
    assert np.argmax(found) <= 6
    assert found[6:].mean() > 0.9


def test_pauses_of_250_ms_show():
    pieces = []
    for _ in range(5):
        pieces += [voice(1.0), np.zeros(RATE // 4)]
    sound = np.concatenate(pieces)
    found = flags(sound + noise(len(sound) / RATE, 0.0005))
    starts = np.flatnonzero(found[:-1] & ~found[1:]) + 1
    ends = 30 * np.array([1.0, 2.25, 3.5, 4.75, 6.0])
    assert len(starts) == 5
    assert ((starts - ends > 0) & (starts - ends <= 5)).all()


def test_the_flag_is_causal(speech):
    changed = speech.copy()
    changed[4 * RATE :] = 0
    np.testing.assert_array_equal(flags(changed)[:119], flags(speech)[:119])


def test_real_speech_and_its_pauses(speech):
    """Against the energy of the whole clip, which is quiet between the phrases."""
    found = flags(speech)
    features, *_ = acoustic_features(speech, RATE, ticks(len(found)))
    energy = features[:, 42]
    assert found[energy > -32].mean() > 0.85
    quiet = np.convolve(energy < -60, np.ones(5), 'full')[: len(energy)] == 5
    assert quiet.sum() > 30
    assert not found[quiet].any()
    assert 0.4 < found.mean() < 0.8


@pytest.mark.parametrize('gain', [0.1, 3.0])
def test_gain_hardly_matters(speech, gain):
    """At a tenth, the faintest sounds between phrases fall below the absolute gate."""
    assert (flags(speech * gain) == flags(speech)).mean() > 0.94


def test_speech_over_noise(speech):
    """10 dB over the clip's mean power: most of the loud syllables, little else."""
    level = np.sqrt(np.mean(speech**2) / 10)
    clean, found = flags(speech), flags(speech + noise(len(speech) / RATE, level))
    assert found[clean].mean() > 0.5
    assert found[~clean].mean() < 0.1
