import math

import numpy as np
import pytest
from speech_signals import noise
from speech_signals import sine

from vico_listener.frames import ACOUSTIC_SIZE
from vico_listener.speech import release
from vico_listener.speech.release import CHUNK
from vico_listener.speech.release import RELEASE_RATE
from vico_listener.speech.release import release_features
from vico_listener.speech.release import shortcoming

SECONDS = CHUNK / RELEASE_RATE

KNOWN_MFCC = [
    4.4348, 93.5891, -48.2625, -108.4136, -4.1461, 34.5531, -31.5302, -35.3961, 13.3594, 9.753,
    -14.8876, -6.143, 7.1307,
]  # fmt: skip
"""Of `known_chunk`, by kaldi-native-fbank 1.22.5 with the options that the layout implies."""


def known_chunk() -> np.ndarray:
    """A chirp of falling level: the same on every machine."""
    time = np.arange(CHUNK) / RELEASE_RATE
    chirp = np.sin(2 * np.pi * (200 * time + 60000 * time**2))
    return (0.05 + 0.7 * np.exp(-60 * time) * chirp).astype(np.float32)


def chunks() -> dict[str, np.ndarray]:
    """Chunks (1470,) of several kinds; float32."""
    ramp = np.linspace(0, 1, CHUNK)
    signals = {
        'hiss': noise(SECONDS, 0.2, rate=RELEASE_RATE),
        'quiet hiss': noise(SECONDS, 0.001, seed=1, rate=RELEASE_RATE),
        'tone': sine(997, SECONDS, RELEASE_RATE, 0.8),
        'hum with an offset': 0.3 + sine(150, SECONDS, RELEASE_RATE, 0.5),
        'onset': ramp**4 * noise(SECONDS, 0.4, seed=2, rate=RELEASE_RATE),
        'voice-like': ramp * sum(hum_k(k) for k in range(1, 30)),
    }
    return {name: signal.astype(np.float32) for name, signal in signals.items()}


def hum_k(k: int) -> np.ndarray:
    return sine(140.0 * k, SECONDS, RELEASE_RATE, 0.3 / k)


@pytest.fixture(params=chunks().items(), ids=lambda item: item[0])
def chunk(request) -> np.ndarray:
    return request.param[1]


def kaldi_mfcc(samples: np.ndarray) -> list[float]:
    """Kaldi's compute-mfcc-feats for one frame, step by step (feature-window, mel-computations)."""
    size = int(44100 * 0.025)
    frame = [float(sample) for sample in samples[:size]]
    mean = math.fsum(frame) / size
    frame = [sample - mean for sample in frame]
    log_energy = math.log(max(math.fsum(sample * sample for sample in frame), 1.0))
    for i in range(size - 1, 0, -1):
        frame[i] -= 0.97 * frame[i - 1]
    frame[0] -= 0.97 * frame[0]
    for i in range(size):
        frame[i] *= (0.5 - 0.5 * math.cos(2 * math.pi * i / (size - 1))) ** 0.85

    padded = 2048
    time = np.arange(size)
    power = []
    for k in range(padded // 2):
        turns = (k * time % padded) / padded
        power.append(abs(np.dot(frame, np.exp(-2j * np.pi * turns))) ** 2)

    def mel(hz: float) -> float:
        return 1127.0 * math.log(1.0 + hz / 700.0)

    step = (mel(22050.0) - mel(20.0)) / (23 + 1)
    logs = []
    for band in range(23):
        left = mel(20.0) + band * step
        centre, right = left + step, left + 2 * step
        total = 0.0
        for k in range(padded // 2):
            at = mel(k * 44100 / padded)
            if left < at <= centre:
                total += power[k] * (at - left) / (centre - left)
            elif centre < at < right:
                total += power[k] * (right - at) / (right - centre)
        logs.append(math.log(max(total, 1.1920928955078125e-07)))

    cepstra = [log_energy]
    for i in range(1, 13):
        value = math.fsum(
            math.sqrt(2 / 23) * math.cos(math.pi / 23 * (n + 0.5) * i) * logs[n] for n in range(23)
        )
        cepstra.append(value * (1 + 0.5 * 22 * math.sin(math.pi * i / 22)))
    return cepstra


def test_layout(chunk):
    features = release_features(chunk)
    assert features.shape == (ACOUSTIC_SIZE,) == (45,)
    assert features.dtype == np.float32
    assert np.all(np.isfinite(features))
    parts = (release.MFCC, slice(13, 26), slice(26, 39), release.RMS, release.ZCR)
    indices = [i for part in parts for i in range(*part.indices(ACOUSTIC_SIZE))]
    assert indices == list(range(ACOUSTIC_SIZE))
    assert [len(features[part]) for part in parts] == [13, 13, 13, 3, 3]


def test_mfcc_is_kaldis(chunk):
    features = release_features(chunk)
    np.testing.assert_allclose(features[:13], kaldi_mfcc(chunk), rtol=1e-5, atol=1e-4)


def test_known_values_of_kaldi():
    np.testing.assert_allclose(
        release_features(known_chunk())[:13], KNOWN_MFCC, rtol=1e-4, atol=2e-3
    )


def test_deltas_are_zero(chunk):
    assert not np.any(release_features(chunk)[13:39])


def test_rms_and_zcr_are_those_of_librosa(chunk):
    librosa = pytest.importorskip('librosa')
    features = release_features(chunk)
    rms = librosa.feature.rms(
        y=chunk, frame_length=2048, hop_length=512, center=True, pad_mode='constant'
    )
    np.testing.assert_allclose(features[39:42], rms[0], rtol=1e-5)
    assert features[40] == features[41]
    zcr = librosa.feature.zero_crossing_rate(
        chunk, frame_length=RELEASE_RATE, hop_length=512, center=True
    )
    np.testing.assert_allclose(features[42:45], zcr[0], rtol=1e-6)
    assert features[42] == features[43] == features[44]


def test_zero_counts_as_positive_in_zcr():
    chunk = np.zeros(CHUNK, np.float32)
    chunk[100:103] = (1e-11, -1e-11, -0.0)
    assert release_features(chunk)[42] == 0
    chunk[200:203] = (0.5, -0.5, 0.0)
    assert release_features(chunk)[42] == pytest.approx(2 / 44100)


@pytest.mark.parametrize(('level', 'floored'), [(0.0299, True), (0.0304, False)])
def test_log_energy_is_zero_below_an_energy_of_one(level, floored):
    chunk = np.full(CHUNK, level, np.float32)
    chunk[1::2] *= -1
    c0 = release_features(chunk)[0]
    assert (c0 == 0) == floored
    if not floored:
        assert c0 == pytest.approx(math.log(1102 * level**2), abs=1e-4)


def test_silence():
    np.testing.assert_allclose(release_features(np.zeros(CHUNK, np.float32)), 0, atol=1e-4)


def test_an_offset_is_no_energy():
    assert release_features(np.full(CHUNK, 0.5, np.float32))[0] == 0


def test_mfcc_ends_after_25_ms():
    chunk = chunks()['hiss']
    other = chunk.copy()
    other[1102:] = 0
    np.testing.assert_array_equal(release_features(chunk)[:39], release_features(other)[:39])
    other[1101] = 0
    assert np.any(release_features(chunk)[:13] != release_features(other)[:13])


@pytest.mark.parametrize('shape', [(1469,), (1471,), (1, 1470), (0,)])
def test_a_chunk_of_another_shape_is_refused(shape):
    with pytest.raises(ValueError, match='1470'):
        release_features(np.zeros(shape, np.float32))


@pytest.mark.parametrize(('rate', 'lacks'), [(8000, '4 kHz'), (16000, '8 kHz'), (32000, '16 kHz')])
def test_audio_of_a_low_rate_is_told_to_lack_bands(rate, lacks):
    told = shortcoming('vico_release', rate)
    assert f'{rate} Hz holds nothing above {lacks}' in told and 'use 44.1 kHz' in told
    assert not shortcoming('vico_listener/1', rate)
    assert not shortcoming('vico_release', RELEASE_RATE) + shortcoming('vico_release', 48000)
