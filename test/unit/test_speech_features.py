import numpy as np
import pytest
from scipy.signal import lfilter
from speech_signals import RATE
from speech_signals import noise
from speech_signals import real_speech
from speech_signals import sine
from speech_signals import ticks

from vico_listener.frames import ACOUSTIC_SIZE
from vico_listener.speech import FEATURE_NAMES
from vico_listener.speech import acoustic_features
from vico_listener.speech import features as definition
from vico_listener.speech.timeline import index_at

DELTA, DELTA2 = slice(14, 28), slice(28, 42)


@pytest.fixture(scope='module')
def speech() -> np.ndarray:
    soxr = pytest.importorskip('soxr')
    samples, rate = real_speech()
    return soxr.resample(samples / 32768.0, rate, RATE)


def test_every_feature_has_a_name():
    assert len(FEATURE_NAMES) == ACOUSTIC_SIZE == 45
    assert (definition.LOG_ENERGY, definition.ZCR, definition.LOUDNESS) == (42, 43, 44)
    assert FEATURE_NAMES[DELTA2.start] == 'delta2_0'


def test_mfcc_zcr_and_energy_are_those_of_librosa(speech):
    librosa = pytest.importorskip('librosa')
    times = ticks(240)
    features, *_ = acoustic_features(speech, RATE, times)
    padded = np.concatenate([np.zeros(512), speech.astype(np.float32).astype(float)])
    for tick, row in zip(times, features, strict=True):
        frame = padded[index_at(tick) : index_at(tick) + 512]
        mel = librosa.feature.melspectrogram(
            y=frame, sr=RATE, n_fft=512, hop_length=512, center=False,
            n_mels=40, fmin=50, fmax=7000, dtype=np.float64,
        )  # fmt: skip
        decibel = librosa.power_to_db(mel, top_db=None)
        mfcc = librosa.feature.mfcc(S=decibel, n_mfcc=14)[:, 0]
        np.testing.assert_allclose(row[definition.MFCC], mfcc, atol=1e-3)
        centred = frame - frame.mean()
        crossings = librosa.feature.zero_crossing_rate(
            centred, frame_length=512, hop_length=512, center=False
        )[0, 0]
        assert row[definition.ZCR] == pytest.approx(crossings, abs=1e-6)
        power = librosa.feature.rms(y=centred, frame_length=512, hop_length=512, center=False)
        energy = librosa.power_to_db(power**2 + 1e-10, top_db=None)[0, 0]
        assert row[definition.LOG_ENERGY] == pytest.approx(energy, abs=1e-3)


def test_deltas_are_slopes_over_the_last_five_ticks(speech):
    features, *_ = acoustic_features(speech, RATE, ticks(100))
    features = features.astype(float)
    mfcc = np.vstack([np.repeat(features[:1, :14], 8, axis=0), features[:, :14]])
    slopes = np.array([np.polyfit(range(5), mfcc[i - 4 : i + 1], 1)[0] for i in range(4, 108)])
    np.testing.assert_allclose(features[:, DELTA], slopes[4:], atol=1e-3)
    curves = np.array([np.polyfit(range(5), slopes[i - 4 : i + 1], 1)[0] for i in range(4, 104)])
    np.testing.assert_allclose(features[:, DELTA2], curves, atol=1e-3)


def test_deltas_of_a_steady_ramp_in_level():
    """A tone whose level rises by 1 dB a tick moves C0 alone, evenly."""
    level = 10 ** ((np.arange(RATE * 2) / (RATE / 30) - 60) / 20)
    features, *_ = acoustic_features(noise(2, 0.1) * level, RATE, ticks(50))
    c0 = features[20:, DELTA.start].mean()
    assert c0 == pytest.approx(np.sqrt(40), rel=0.1)
    assert abs(features[20:, DELTA2.start].mean()) < 0.5


@pytest.mark.parametrize('level_db', [0.0, -20.0, -50.0])
def test_level_of_a_sine(level_db):
    """BS.1770: a 997 Hz sine at 0 dB full scale in one channel reads -3.01 LKFS."""
    features, *_ = acoustic_features(sine(997, 1, level=10 ** (level_db / 20)), RATE, ticks(29))
    assert features[-1, definition.LOUDNESS] == pytest.approx(level_db - 3.01, abs=0.05)
    assert features[-1, definition.LOG_ENERGY] == pytest.approx(level_db - 3.01, abs=0.05)


@pytest.mark.parametrize('frequency', [125, 1000, 4000])
def test_zero_crossings_of_a_sine(frequency):
    features, *_ = acoustic_features(sine(frequency, 1), RATE, ticks(29))
    assert features[20, definition.ZCR] == pytest.approx(2 * frequency / RATE, abs=2 / 512)


def test_loudness_fills_its_400_ms():
    features, *_ = acoustic_features(sine(997, 2), RATE, ticks(30))
    loudness = features[:, definition.LOUDNESS]
    assert loudness[5] == pytest.approx(-3.01 + 10 * np.log10(6 / 12), abs=0.15)
    assert loudness[11] == pytest.approx(loudness[29], abs=0.05)


def test_k_weighting_is_that_of_the_standards_filters():
    for frequency in (50, 200, 1000, 3000, 7000):
        tone = sine(frequency, 1, rate=48000)
        for numerator, denominator in definition._K_FILTERS:
            tone = lfilter(numerator, denominator, tone)
        power = 2 * np.mean(tone[24000:] ** 2)
        assert definition.k_weighting(np.array([frequency]))[0] == pytest.approx(power, rel=0.01)


def test_loudness_follows_a_time_domain_meter(speech):
    features, *_ = acoustic_features(speech, RATE, ticks(240))
    soxr = pytest.importorskip('soxr')
    weighted = soxr.resample(speech, RATE, 48000)
    for numerator, denominator in definition._K_FILTERS:
        weighted = lfilter(numerator, denominator, weighted)
    ends = [round(tick * 48000 / 1e9) for tick in ticks(240)[12:]]
    power = np.array([np.mean(weighted[end - 19200 : end] ** 2) for end in ends])
    meter = np.maximum(-0.691 + 10 * np.log10(power), -70)
    errors = features[12:, definition.LOUDNESS] - meter
    assert abs(np.median(errors)) < 0.2
    assert np.quantile(np.abs(errors), 0.9) < 0.7


def test_digital_silence_has_floor_values():
    features, speaking, _ = acoustic_features(np.zeros(RATE), RATE, ticks(29))
    assert np.isfinite(features).all()
    assert not speaking.any()
    np.testing.assert_allclose(features[:, 0], -100 * np.sqrt(40), rtol=1e-6)
    np.testing.assert_allclose(features[:, 1 : definition.LOG_ENERGY], 0, atol=1e-3)
    assert features[:, definition.LOG_ENERGY].max() == -100
    assert features[:, definition.ZCR].max() == 0
    assert features[:, definition.LOUDNESS].max() == -70


def test_an_offset_changes_nothing(speech):
    """Cheap sound cards add DC."""
    plain, *_ = acoustic_features(speech, RATE, ticks(100))
    shifted, *_ = acoustic_features(speech + 0.1, RATE, ticks(100))
    np.testing.assert_allclose(shifted[1:, :14], plain[1:, :14], atol=0.05)
    np.testing.assert_allclose(shifted[13:, 42:], plain[13:, 42:], atol=0.02)
