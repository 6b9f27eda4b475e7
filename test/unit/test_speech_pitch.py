"""The pitch of a voice, against sounds whose pitch is known and against a network's."""

import numpy as np
import pytest
from speech_signals import RATE
from speech_signals import noise
from speech_signals import real_speech
from speech_signals import ticks

from vico_listener.speech import acoustic_features
from vico_listener.speech.pitch import PITCH_RANGE


def harmonics(pitch: np.ndarray) -> np.ndarray:
    """A voice with a syllable five times a second, whose pitch is given at each sample, Hz."""
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    sound = sum(
        np.sin(h * phase) / (1 + ((h * pitch - 600) / 500) ** 2)
        for h in range(1, 16)  # a formant at 600 Hz: the first harmonic is not the strongest
    )
    time = np.arange(len(pitch)) / RATE
    return 0.05 * sound * np.clip(1.3 * np.abs(np.sin(2 * np.pi * 2.5 * time)), 0.05, 1)


def measured(sound: np.ndarray) -> np.ndarray:
    return acoustic_features(sound, RATE, ticks(len(sound) * 30 // RATE)).pitch


@pytest.mark.parametrize('hertz', [80, 100, 125, 160, 200, 250, 320, 380])
def test_pitch_of_a_steady_voice_is_within_a_fifth_of_a_semitone(hertz: float) -> None:
    pitch = measured(harmonics(np.full(2 * RATE, float(hertz))))
    voiced = pitch[pitch > 0]
    assert len(voiced) > 10
    semitones = 12 * np.abs(np.log2(voiced / hertz))
    assert np.median(semitones) < 0.2
    assert np.mean(semitones > 2) < 0.05


def test_pitch_follows_a_glide_and_its_direction() -> None:
    glide = 110 * 2 ** (np.arange(2 * RATE) / (2 * RATE))
    pitch = measured(harmonics(glide))
    where = np.flatnonzero(pitch)
    middle = glide[np.clip(where * RATE // 30 + RATE // 30 - 256, 0, None)]
    assert np.median(12 * np.abs(np.log2(pitch[where] / middle))) < 0.4
    assert pitch[where][-5:].mean() > 1.6 * pitch[where][:5].mean()


def test_what_has_no_pitch_has_none() -> None:
    assert not measured(noise(3, 0.1)).any()
    assert not measured(np.zeros(RATE)).any()


def test_pitch_of_recorded_speech_agrees_with_probabilistic_yin() -> None:
    librosa = pytest.importorskip('librosa')
    soxr = pytest.importorskip('soxr')
    samples, rate = real_speech()
    speech = soxr.resample(samples / 32768.0, rate, RATE)
    pitch = measured(speech)
    low, high = PITCH_RANGE
    # Frames of 64 ms around the middle of each tick's analysis frame of 32 ms.
    hop = 80
    reference, sure, _ = librosa.pyin(
        speech, fmin=low, fmax=high, sr=RATE, frame_length=1024, hop_length=hop
    )
    at = (np.arange(1, len(pitch) + 1) * RATE // 30 - 256) // hop
    both = (pitch > 0) & sure[at]
    assert both.sum() > 60
    semitones = 12 * np.abs(np.log2(pitch[both] / reference[at][both]))
    assert np.median(semitones) < 0.3
    assert np.mean(semitones > 2) < 0.1
