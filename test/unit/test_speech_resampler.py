import numpy as np
import pytest
from speech_signals import RATE
from speech_signals import real_speech
from speech_signals import sine
from speech_signals import ticks

from vico_listener.speech import acoustic_features
from vico_listener.speech import features as definition
from vico_listener.speech.resampler import Resampler

RATES = (8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000, 48010, 96000, 192000)


def resample(signal: np.ndarray, rate: int, first: int, count: int) -> np.ndarray:
    resampler = Resampler(rate, 2048)
    start, segment = resampler.segment(first, count)
    padded = np.concatenate([np.zeros(max(0, -start)), signal])
    start = max(start, 0)
    segment[:] = padded[start : start + len(segment)]
    return resampler.resample(first, count).copy()


@pytest.mark.parametrize('rate', RATES)
def test_a_tone_keeps_its_level_and_its_time(rate):
    out = resample(sine(1000, 0.4, rate), rate, 3001, 1600)
    phase = np.exp(-2j * np.pi * 1000 * np.arange(3001, 4601) / RATE)
    found = 2j * np.mean(out * phase)
    assert abs(found) == pytest.approx(1, abs=0.003)
    delay = -np.angle(found) / (2 * np.pi * 1000)
    assert (0 if rate == RATE else 0.02e-3) <= delay + 1e-7 < 0.25e-3


@pytest.mark.parametrize('rate', [24000, 44100, 48000, 192000])
def test_what_16_khz_cannot_carry_is_gone(rate):
    assert np.abs(resample(sine(9500, 0.4, rate), rate, 3000, 1600)).max() < 2e-3


@pytest.mark.parametrize('rate', RATES)
def test_pieces_join_without_a_seam(rate):
    signal = np.random.default_rng(1).standard_normal(rate // 2)
    whole = resample(signal, rate, 2000, 1000)
    parts = [resample(signal, rate, 2000, 333), resample(signal, rate, 2333, 667)]
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=2e-6)


@pytest.mark.parametrize('rate', RATES)
def test_no_output_depends_on_later_input(rate):
    signal = np.random.default_rng(2).standard_normal(rate // 2)
    resampler = Resampler(rate, 2048)
    changed = signal.copy()
    changed[resampler.position(4099) + 1 :] = 7
    np.testing.assert_array_equal(
        resample(changed, rate, 4000, 100), resample(signal, rate, 4000, 100)
    )


@pytest.mark.parametrize('rate', [0, 7999, 192001])
def test_rates_out_of_range_are_refused(rate):
    with pytest.raises(ValueError, match='out of range'):
        Resampler(rate, 512)


@pytest.fixture(scope='module')
def speech_at_rates() -> dict[int, np.ndarray]:
    soxr = pytest.importorskip('soxr')
    samples, rate = real_speech()
    return {
        out: acoustic_features(soxr.resample(samples / 32768.0, rate, out), out, ticks(255))[0]
        for out in (16000, 22050, 44100, 48000)
    }


@pytest.mark.parametrize('rate', [22050, 44100, 48000])
def test_all_rates_give_the_same_features(speech_at_rates, rate):
    """The error that `AcousticStream` states."""
    error = np.abs(speech_at_rates[rate] - speech_at_rates[16000])[13:]
    limits = (  # group, mean, largest
        (definition.MFCC, 0.1, 2.5),
        (slice(14, 28), 0.03, 0.6),
        (slice(28, 42), 0.015, 0.3),
        (definition.LOG_ENERGY, 0.05, 0.5),
        (definition.ZCR, 0.01, 0.08),
        (definition.LOUDNESS, 0.02, 0.3),
    )
    for group, mean, largest in limits:
        assert error[:, group].mean() < mean, group
        assert error[:, group].max() < largest, group
