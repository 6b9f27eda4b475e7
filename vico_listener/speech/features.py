"""The 45 acoustic features s_t of one tick.

Everything is computed at 16 kHz mono (full scale +-1, DC kept unless said) from the audio up to the
tick only. The *frame* is the last 512 samples (32 ms): the one before the tick is its last. Audio
before the start of the stream counts as silence.

====== ================ =====================================================================
index  name             definition
====== ================ =====================================================================
0-13   MFCC C0..C13     Frame times the periodic Hann window, 512-point FFT, power spectrum
                        ``|X|^2``; 40 Slaney mel bands of unit area, 50-7000 Hz; ``10 log10``
                        of the power, floored at 1e-10 (-100 dB), not at the clip's peak; first
                        14 coefficients of the orthonormal DCT-II. No lifter, no pre-emphasis.
                        ``librosa.feature.mfcc(S=power_to_db(melspectrogram(y, sr=16000,
                        n_fft=512, center=False, n_mels=40, fmin=50, fmax=7000), top_db=None),
                        n_mfcc=14)`` gives the same.
14-27  delta C0..C13    Slope per tick of the least-squares line through the MFCC of the last
                        five ticks t-4 .. t (no look-ahead, so it describes tick t-2):
                        ``(2 c[t] + c[t-1] - c[t-3] - 2 c[t-4]) / 10``.
28-41  delta2 C0..C13   The same slope of the deltas. Before the first tick the MFCC is taken
                        to have been as at the first.
42     log energy       ``10 log10(mean(y^2) + 1e-10)``, dB re full scale (a full-scale sine is
                        -3.01), with y the frame minus its mean; -100 in digital silence.
43     ZCR              Sign changes of y within the frame / 512, zero counting as positive.
44     loudness         ITU-R BS.1770-5 momentary loudness, LUFS: K-weighted (both filter stages,
                        designed for 16 kHz), mean square over the last 12 ticks (400 ms, EBU Tech
                        3341), ``-0.691 + 10 log10``; one channel (the mono mix), no gating, floor
                        -70 LUFS (the standard's absolute gate). A 997 Hz full-scale sine is -3.01.
====== ================ =====================================================================

The paper (Zhou et al., ECCV 2022, section 4.1) names 14-dim MFCC, 28-dim delta, energy, ZCR and
loudness; windows, floors, standard and causal deltas are this project's.
"""

from collections import deque
from dataclasses import dataclass
from math import log10

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct
from scipy.fft import rfft
from scipy.signal import lfilter

from vico_listener.frames import ACOUSTIC_SIZE
from vico_listener.speech.resampler import INTERNAL_RATE

Array = NDArray[np.float64]

FRAME = 512
"""Samples of the frame that ends at the tick."""

MEL_BANDS = 40
MEL_RANGE = (50.0, 7000.0)
"""Hz; it ends where the resampling filters begin to fall, so that all sample rates agree."""

MFCC_SIZE = 14
POWER_FLOOR = 1e-10

DELTA_TICKS = 5
LOUDNESS_TICKS = 12
LOUDNESS_SAMPLES = 6400
LOUDNESS_FLOOR = -70.0

MFCC = slice(0, 14)
DELTA = slice(14, 28)
DELTA2 = slice(28, 42)
LOG_ENERGY = 42
ZCR = 43
LOUDNESS = 44

FEATURE_NAMES: tuple[str, ...] = (
    *(f'mfcc{i}' for i in range(MFCC_SIZE)),
    *(f'delta{i}' for i in range(MFCC_SIZE)),
    *(f'delta2_{i}' for i in range(MFCC_SIZE)),
    'log_energy',
    'zcr',
    'loudness',
)


@dataclass
class Spectrum:
    """What the voice detector shares with the features.

    Attributes:
        power: (257,) power spectrum of the windowed frame.
        mel: (40,) power in the mel bands.
    """

    power: Array
    mel: Array


class FeatureExtractor:
    """Computes the features tick by tick; keeps what deltas and loudness need of the past."""

    def __init__(self) -> None:
        self._window = hann_window()
        self._mel = mel_filters()
        # With the factor of decibels, so that it applies to log10 of the power.
        self._dct = 10 * dct(np.eye(MEL_BANDS), norm='ortho', axis=0)[:MFCC_SIZE]
        self._kernels = cepstral_kernels()
        self._ones = np.ones(FRAME)
        self._k_numerator, self._k_denominator = k_weighting(INTERNAL_RATE)
        self._cepstra = np.zeros((2 * DELTA_TICKS - 1, MFCC_SIZE))
        self.reset()

    def reset(self) -> None:
        """Forget the past."""
        self._started = False
        self._k_state = np.zeros(len(self._k_denominator) - 1)
        self._k_energy: deque[float] = deque([0.0] * LOUDNESS_TICKS, LOUDNESS_TICKS)

    def update(self, samples: Array, new: int) -> tuple[NDArray[np.float32], Spectrum]:
        """Features (45,) float32 of the tick that `samples` end at.

        Args:
            samples: at least the frame and all samples since the last tick, 16 kHz.
            new: how many of them came since the last tick.
        """
        frame = samples[-FRAME:]
        mean = frame.dot(self._ones) / FRAME
        energy = max(frame.dot(frame) / FRAME - mean * mean, 0.0)
        negative = frame < mean - POWER_FLOOR

        spectrum = rfft(frame * self._window)
        power = spectrum.real**2 + spectrum.imag**2
        mel = self._mel @ power
        self._push_cepstrum(self._dct @ np.log10(np.maximum(mel, POWER_FLOOR)))

        features = np.empty(ACOUSTIC_SIZE, np.float32)
        features[:LOG_ENERGY] = (self._kernels @ self._cepstra).ravel()
        features[LOG_ENERGY:] = (
            10 * log10(energy + POWER_FLOOR),
            np.count_nonzero(negative[1:] ^ negative[:-1]) / FRAME,
            self._loudness(samples[len(samples) - new :]),
        )
        return features, Spectrum(power, mel)

    def _push_cepstrum(self, cepstrum: Array) -> None:
        if self._started:
            self._cepstra[:-1] = self._cepstra[1:]
            self._cepstra[-1] = cepstrum
        else:
            self._cepstra[:] = cepstrum
            self._started = True

    def _loudness(self, samples: Array) -> float:
        weighted, self._k_state = lfilter(
            self._k_numerator, self._k_denominator, samples, zi=self._k_state
        )
        energy = float(weighted.dot(weighted))
        if energy < 1e-30:
            # Left alone, the state would fade into denormal numbers, which are slow.
            self._k_state[:] = 0
        self._k_energy.append(energy)
        mean = max(sum(self._k_energy) / LOUDNESS_SAMPLES, POWER_FLOOR)
        return max(-0.691 + 10 * log10(mean), LOUDNESS_FLOOR)


def hann_window() -> Array:
    """The periodic Hann window of a frame."""
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)


def mel_filters() -> Array:
    """Mel filter bank (40, 257): triangles of unit area over Hz, evenly spaced in Slaney's mel."""
    lowest, highest = _hz_to_mel(np.array(MEL_RANGE))
    edges = _mel_to_hz(np.linspace(lowest, highest, MEL_BANDS + 2))
    bins = np.fft.rfftfreq(FRAME, 1 / INTERNAL_RATE)
    low, centre, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    triangles = np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre))
    return np.maximum(triangles, 0) * 2 / (high - low)


# Slaney's Auditory Toolbox (1998): linear to 1 kHz (15 mel), then 27 steps per factor 6.4.
_MEL_HZ = 200 / 3
_MEL_LOG = np.log(6.4) / 27


def _hz_to_mel(hz: Array) -> Array:
    return np.where(hz < 1000, hz / _MEL_HZ, 15 + np.log(np.maximum(hz, 1000) / 1000) / _MEL_LOG)


def _mel_to_hz(mel: Array) -> Array:
    return np.where(mel < 15, mel * _MEL_HZ, 1000 * np.exp(_MEL_LOG * np.maximum(mel - 15, 0)))


def cepstral_kernels() -> Array:
    """Weights (3, 9) of MFCC, delta and delta-delta over the last nine MFCC, oldest first."""
    times = np.arange(DELTA_TICKS) - (DELTA_TICKS - 1) / 2
    slope = times / np.sum(times**2)
    kernels = np.zeros((3, 2 * DELTA_TICKS - 1))
    kernels[0, -1] = 1
    kernels[1, -DELTA_TICKS:] = slope
    kernels[2] = np.convolve(slope, slope)
    return kernels


def k_weighting(rate: int) -> tuple[Array, Array]:
    """Numerator and denominator of the K-weighting filter of ITU-R BS.1770 at a sample rate.

    Both stages by bilinear transform of the analogue filters behind the standard's 48 kHz table (De
    Man, Evaluation of Implementations of the EBU R128 Loudness Measurement, AES 2018); at 48 kHz
    this gives the table.
    """
    shelf_gain = 10 ** (3.999843853973347 / 20)
    band_gain = shelf_gain**0.4996667741545416
    k, denominator = _second_order(1681.974450955533, 0.7071752369554196, rate)
    shelf = np.array(
        [
            shelf_gain + band_gain * k / 0.7071752369554196 + k * k,
            2 * (k * k - shelf_gain),
            shelf_gain - band_gain * k / 0.7071752369554196 + k * k,
        ]
    )
    shelf /= denominator[0]
    _, high_pass = _second_order(38.13547087602444, 0.5003270373238773, rate)
    return (
        np.convolve(shelf, [1.0, -2.0, 1.0]),
        np.convolve(denominator / denominator[0], high_pass / high_pass[0]),
    )


def _second_order(frequency: float, quality: float, rate: int) -> tuple[float, Array]:
    """Warped frequency and denominator of a bilinear second-order section."""
    k = float(np.tan(np.pi * frequency / rate))
    return k, np.array([1 + k / quality + k * k, 2 * (k * k - 1), 1 - k / quality + k * k])
