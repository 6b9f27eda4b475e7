"""Computes the 45 acoustic features s_t of a tick: MFCC with deltas, energy, ZCR and loudness.

Everything is computed at 16 kHz mono, full scale +-1, from the audio up to the tick only. The
analysis *frame* is the last 512 samples (32 ms) before the tick. Audio before the start of the
stream counts as silence.

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
28-41  delta2 C0..C13   The same slope of the deltas. Before the first tick the MFCC counts as
                        that of the first tick.
42     log energy       ``10 log10(mean(y^2) + 1e-10)``, dB re full scale (a full-scale sine is
                        -3.01), with y the frame minus its mean; -100 in digital silence.
43     ZCR              Sign changes of y within the frame / 512, zero counting as positive.
44     loudness         Momentary loudness after ITU-R BS.1770-5 and EBU Tech 3341, LUFS: K-weighted
                        mean square over 400 ms (the last 12 ticks), ``-0.691 + 10 log10``; one
                        channel (the mono mix), no gating, floor -70 LUFS (the standard's absolute
                        gate). The K-weighting is applied to the power spectra of y: a 997 Hz
                        full-scale sine is -3.01, and on speech nine values in ten lie within
                        0.7 dB of the standard's filters run over all samples.
====== ================ =====================================================================

The paper (Zhou et al., ECCV 2022, section 4.1) names 14-dim MFCC, 28-dim delta, energy, ZCR and
loudness. The windows, the floors, the loudness standard and the causal deltas are choices of this
project.
"""

from collections import deque
from dataclasses import dataclass
from math import log10

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener.frames import ACOUSTIC_SIZE
from vico_listener.speech.cepstrum import dct_matrix
from vico_listener.speech.cepstrum import slaney_filters
from vico_listener.speech.resampler import INTERNAL_RATE

Array = NDArray[np.float64]

FRAME = 512
"""The number of samples in an analysis frame, which ends at the tick."""

MEL_BANDS = 40
MEL_RANGE = (50.0, 7000.0)
"""The range of the mel bands, Hz.

It ends where the resampling filters begin to fall, so that all sample rates agree.
"""

MFCC_SIZE = 14
POWER_FLOOR = 1e-10

DELTA_TICKS = 5
DELTA2_TICKS = 2 * DELTA_TICKS - 1
"""The number of ticks on which the deltas of deltas depend."""
KEPT_CEPSTRA = 100
"""When so many have been kept, the last `DELTA2_TICKS` move to the beginning."""
LOUDNESS_TICKS = 12
LOUDNESS_FLOOR = -70.0

MFCC = slice(0, 14)

FEATURE_NAMES: tuple[str, ...] = (
    *(f'mfcc{i}' for i in range(MFCC_SIZE)),
    *(f'delta{i}' for i in range(MFCC_SIZE)),
    *(f'delta2_{i}' for i in range(MFCC_SIZE)),
    'log_energy',
    'zcr',
    'loudness',
)
LOG_ENERGY, ZCR, LOUDNESS = map(FEATURE_NAMES.index, ('log_energy', 'zcr', 'loudness'))


@dataclass
class Spectrum:
    """The spectrum of an analysis frame, which the voice detector shares with the features.

    Attributes:
        power: (255,) the power of the windowed frame in the FFT bins 1 to 255 (31.25 Hz each);
            valid until the next tick.
        mel: (40,) the power in the mel bands, floored at `POWER_FLOOR`.
    """

    power: Array
    mel: Array


class FeatureExtractor:
    """Computes the features tick by tick, and keeps as much of the past as they need."""

    def __init__(self) -> None:
        self._window = hann_window()
        # K-weighting is one more band beside the mel bands.
        self._bands = np.vstack((mel_filters(), k_weights()))
        self._dct = 10 * dct_matrix(MFCC_SIZE, MEL_BANDS)
        self._kernels = cepstral_kernels()
        self._ones = np.ones(FRAME)
        # At this size a call costs more than its work: no array is made or sliced anew.
        self._centred = np.zeros(FRAME)
        self._tapered = np.zeros(FRAME)
        self._transform = np.zeros(FRAME)
        # Packed as Re 0, Re 1, Im 1, ..., Re 255, Im 255, Re 256, by `cv2.dft`.
        self._squares = np.zeros(FRAME)
        self._real, self._imaginary = self._squares[1:-1:2], self._squares[2:-1:2]
        self._power = np.zeros(FRAME // 2 - 1)
        negative = np.zeros(FRAME, np.bool_)
        self._negative, self._earlier, self._later = negative, negative[:-1], negative[1:]
        self._changes = np.zeros(FRAME - 1, np.bool_)
        self._cepstra = np.zeros((KEPT_CEPSTRA, MFCC_SIZE))
        self.reset()

    def reset(self) -> None:
        """Forget the past."""
        self._count = 0  # of the cepstra, of which the last `DELTA2_TICKS` count
        self._k_powers: deque[float] = deque([0.0] * LOUDNESS_TICKS, LOUDNESS_TICKS)

    def update(self, frame: Array) -> tuple[NDArray[np.float32], Spectrum]:
        """Return the features (45,) float32 of the next tick, and its spectrum.

        Args:
            frame: (512,) the samples at 16 kHz that end at the tick.
        """
        centred = np.subtract(frame, frame.dot(self._ones) / FRAME, self._centred)
        energy = float(centred.dot(centred)) / FRAME
        np.less(centred, -POWER_FLOOR, self._negative)
        np.not_equal(self._later, self._earlier, self._changes)

        np.multiply(centred, self._window, self._tapered)
        # OpenCV's transform takes half the time of NumPy's or SciPy's with their wrappers.
        cv2.dft(self._tapered, self._transform)
        np.multiply(self._transform, self._transform, self._squares)
        power = np.add(self._real, self._imaginary, self._power)
        bands = self._bands.dot(power)
        mel = np.maximum(bands[:MEL_BANDS], POWER_FLOOR)
        cepstra = self._with(self._dct.dot(np.log10(mel)))
        self._k_powers.append(float(bands[MEL_BANDS]))
        loudness = -0.691 + 10 * log10(sum(self._k_powers) / LOUDNESS_TICKS + POWER_FLOOR)

        features = np.empty(ACOUSTIC_SIZE, np.float32)
        features[:LOG_ENERGY] = self._kernels.dot(cepstra).ravel()
        features[LOG_ENERGY] = 10 * log10(energy + POWER_FLOOR)
        features[ZCR] = np.count_nonzero(self._changes) / FRAME
        features[LOUDNESS] = max(loudness, LOUDNESS_FLOOR)
        return features, Spectrum(power, mel)

    def _with(self, cepstrum: Array) -> Array:
        """Return the last `DELTA2_TICKS` cepstra, the newest of which is this one."""
        if self._count == 0:
            self._cepstra[:DELTA2_TICKS] = cepstrum
            self._count = DELTA2_TICKS
        else:
            if self._count == KEPT_CEPSTRA:
                self._cepstra[: DELTA2_TICKS - 1] = self._cepstra[1 - DELTA2_TICKS :]
                self._count = DELTA2_TICKS - 1
            self._cepstra[self._count] = cepstrum
            self._count += 1
        return self._cepstra[self._count - DELTA2_TICKS : self._count]


def hann_window() -> Array:
    """Return the periodic Hann window (512,) of a frame."""
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)


def bin_frequencies() -> Array:
    """Return the frequencies (255,) of the FFT bins 1 to 255, Hz."""
    return np.arange(1.0, FRAME // 2) * (INTERNAL_RATE / FRAME)


def mel_filters() -> Array:
    """Return the mel filter bank (40, 255) for the FFT bins 1 to 255."""
    return slaney_filters(MEL_BANDS, MEL_RANGE, bin_frequencies())


def cepstral_kernels() -> Array:
    """Return the weights (3, 9) that make MFCC, delta and delta2 of nine MFCC, oldest first."""
    times = np.arange(DELTA_TICKS) - (DELTA_TICKS - 1) / 2
    slope = times / np.sum(times**2)
    kernels = np.zeros((3, 2 * DELTA_TICKS - 1))
    kernels[0, -1] = 1
    kernels[1, -DELTA_TICKS:] = slope
    kernels[2] = np.convolve(slope, slope)
    return kernels


def k_weights() -> Array:
    """Return the weights (255,) that turn the power of bins 1 to 255 into the K-weighted power."""
    window = hann_window()
    gain = k_weighting(bin_frequencies())
    # Each bin represents two bins of the two-sided spectrum.
    return 2 * gain / (FRAME * window.dot(window))


def k_weighting(frequency: Array) -> Array:
    """Return the power gain of the K-weighting at frequencies in Hz.

    Source: ITU-R BS.1770-5, annex 1, tables 1 and 2, whose two filters, a high shelf and a
    high-pass, are given for 48 kHz.
    """
    delay = np.exp(-2j * np.pi * frequency / 48000)
    response = np.ones_like(delay)
    for numerator, denominator in _K_FILTERS:
        response *= np.polyval(numerator[::-1], delay) / np.polyval(denominator[::-1], delay)
    return np.abs(response) ** 2


_K_FILTERS = (
    (
        (1.53512485958697, -2.69169618940638, 1.19839281085285),
        (1.0, -1.69065929318241, 0.73248077421585),
    ),
    ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621)),
)
