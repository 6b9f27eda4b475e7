"""Computes the 45 acoustic features of the public code of ViCo's authors: layout `vico_release`.

Only networks that were trained with that code need them. This project trains with the features of
`vico_listener.speech.features`; the two layouts have nothing in common but the number 45.

There is one row per video frame of 1/30 s, computed from its 1470 samples at 44.1 kHz, mono, full
scale +-1. Nothing outside these samples counts: there is no overlap, context or look-ahead.

====== ================ =====================================================================
index  name             definition
====== ================ =====================================================================
0      log energy       Replaces C0. ``ln(sum(y^2))`` of the first 25 ms (1102 samples) minus
                        their mean, floored at 0: a chunk whose RMS is below 0.030 gives
                        exactly 0.
1-12   MFCC C1..C12     Kaldi's MFCC of the same 1102 samples: pre-emphasis 0.97, Povey window,
                        2048-point FFT, power spectrum, 23 triangles even in ``1127 ln(1 +
                        f / 700)`` from 20 Hz to 22.05 kHz, natural log floored at 2^-23,
                        orthonormal DCT-II, lifter 22. The last 368 samples are not used.
13-25  delta            Zero here. A chunk is too short for a second Kaldi frame, so the
                        authors' deltas of a single frame are rounding noise (below 1.5e-6),
                        which their division by the standard deviation then scales up to unit
                        variance. Noise cannot be reproduced.
26-38  delta2           Zero here, for the same reason.
39-41  RMS              Frames of 2048 samples centred on the samples 0, 512 and 1024, zeros
                        beyond the chunk. Frames two and three hold the whole chunk and are
                        equal: ``sqrt(sum(y^2) / 2048)``.
42-44  ZCR              Sign changes within the chunk / 44100, zero counting as positive; the
                        three values are the same. The divisor is the frame length, which the
                        authors set to the sample rate.
====== ================ =====================================================================

Source: ``preprocess/extract.py`` of github.com/dc3ea9f/vico_challenge_baseline. Only facts were
taken from it, no code. It calls ``torchaudio.compliance.kaldi.mfcc(use_energy=True)``, and
``librosa.feature.rms`` and ``zero_crossing_rate`` with the sample rate as the second argument. It
names no versions. This module follows librosa 0.9.1 and 0.9.2, the newest versions that accept
these calls, whose RMS pads with zeros. Up to 0.8 it padded by reflection, which gives other values
in 39-41.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vico_listener.frames import ACOUSTIC_SIZE
from vico_listener.speech.cepstrum import dct_matrix
from vico_listener.speech.cepstrum import triangles

Array = NDArray[np.float64]

RELEASE_RATE = 44100
"""The sample rate of the features, Hz; it is the only one at which the authors' code gives 45."""

CHUNK = 1470
"""The number of audio samples in a video frame at 30 fps."""

MFCC = slice(0, 13)
RMS = slice(39, 42)
ZCR = slice(42, 45)

MFCC_SIZE = 13
MFCC_FRAME = 1102
"""The number of samples in a Kaldi frame: 25 ms, rounded down."""

FFT_SIZE = 2048
MEL_BANDS = 23
MEL_RANGE = (20.0, RELEASE_RATE / 2)
"""The range of the mel bands, Hz."""

PRE_EMPHASIS = 0.97
LIFTER = 22.0
ENERGY_FLOOR = 1.0
POWER_FLOOR = 2.0**-23
"""The floor of the mel power, which is the machine epsilon of float32."""

RMS_FRAME = 2048
RMS_HOP = 512
SIGN_THRESHOLD = 1e-10
"""A sample within +-1e-10 counts as zero."""


def shortcoming(acoustics: str, sample_rate: int) -> str:
    """Say what audio of a rate (Hz) lacks for a layout of the features; '' if it lacks nothing."""
    if acoustics != 'vico_release' or sample_rate >= RELEASE_RATE:
        return ''
    return (
        f'audio of {sample_rate} Hz holds nothing above {sample_rate / 2000:g} kHz, which the '
        'acoustic features vico_release need: the network hears another voice than those that it '
        'was trained on; use 44.1 kHz'
    )


def release_features(chunk: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the features of one video frame.

    Args:
        chunk: (1470,) the samples of the frame, 44.1 kHz mono, full scale +-1.

    Returns:
        (45,) float32 features in the order of the module's table.

    Raises:
        ValueError: the chunk does not have 1470 samples.
    """
    samples = np.asarray(chunk, np.float64)
    if samples.shape != (CHUNK,):
        raise ValueError(f'a chunk has the shape ({CHUNK},), not {samples.shape}')
    features = np.zeros(ACOUSTIC_SIZE, np.float32)
    features[MFCC] = _mfcc(samples[:MFCC_FRAME])
    features[RMS] = _rms(samples)
    features[ZCR] = _crossings(samples) / RELEASE_RATE
    return features


def _mfcc(frame: Array) -> Array:
    """Return log energy and C1..C12 (13,) of the samples (1102,)."""
    centred = frame - frame.mean()
    energy = centred @ centred
    emphasised = centred.copy()
    emphasised[1:] -= PRE_EMPHASIS * centred[:-1]
    emphasised[0] -= PRE_EMPHASIS * centred[0]
    spectrum = np.fft.rfft(emphasised * povey_window(), FFT_SIZE)[:-1]
    power = spectrum.real**2 + spectrum.imag**2
    mel = np.log(np.maximum(mel_filters() @ power, POWER_FLOOR))
    cepstrum = cepstral_matrix() @ mel
    cepstrum[0] = np.log(max(energy, ENERGY_FLOOR))
    return cepstrum


def _rms(chunk: Array) -> Array:
    """Return the RMS (3,) in frames centred on samples 0, 512 and 1024 of the chunk (1470,)."""
    squares = chunk * chunk
    ends = RMS_FRAME // 2 + RMS_HOP * np.arange(3)
    # No frame begins after the chunk's first sample.
    return np.sqrt([squares[:end].sum() / RMS_FRAME for end in ends])


def _crossings(chunk: Array) -> int:
    """Return the number of sign changes in the chunk."""
    negative = chunk < -SIGN_THRESHOLD
    return int(np.count_nonzero(negative[1:] ^ negative[:-1]))


@lru_cache(maxsize=1)
def povey_window() -> Array:
    """Return Kaldi's Povey window (1102,): the symmetric Hann window to the power of 0.85."""
    return np.hanning(MFCC_FRAME) ** 0.85


@lru_cache(maxsize=1)
def mel_filters() -> Array:
    """Return the mel filter bank (23, 1024) for the FFT bins 0 to 1023.

    The filters are triangles of height 1 on the mel scale.
    """
    lowest, highest = _hz_to_mel(np.array(MEL_RANGE))
    edges = np.linspace(lowest, highest, MEL_BANDS + 2)
    bins = _hz_to_mel(np.arange(FFT_SIZE / 2) * (RELEASE_RATE / FFT_SIZE))
    return triangles(edges, bins)


@lru_cache(maxsize=1)
def cepstral_matrix() -> Array:
    """Return the first 13 rows (13, 23) of the orthonormal DCT-II, each times its lifter."""
    lifter = 1 + LIFTER / 2 * np.sin(np.pi * np.arange(MFCC_SIZE) / LIFTER)
    return dct_matrix(MFCC_SIZE, MEL_BANDS) * lifter[:, None]


def _hz_to_mel(hz: Array) -> Array:
    return 1127 * np.log(1 + hz / 700)
