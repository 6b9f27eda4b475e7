"""Converts audio between sample rates by a causal polyphase FIR filter without state or look-ahead.

Output sample k lies at the time of input position ``k * rate / target`` and depends only on input
at or before it, so that audio can be used the moment it arrives. The filter is minimum-phase: its
delay is about 0.1 ms in the speech band (0.2 ms from 8 kHz), against 1 ms for a linear-phase filter
of the same slope. Features of magnitudes are not affected by its phase. The target rate is 16 kHz
by default. Input that has the target rate already passes unchanged.
"""

from functools import lru_cache
from math import ceil
from math import gcd

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from vico_listener.errors import SettingError
from vico_listener.speech.pcm import Samples

INTERNAL_RATE = 16000
"""The sample rate of everything after the resampler, Hz."""

RATE_RANGE = (8000, 192000)
"""The lowest and highest sample rate that are accepted, Hz."""

STOPBAND_DB = 60.0
"""Attenuation of spectral images and aliases above 9/8 of the lower Nyquist frequency, dB."""


GROUP = 16
"""One row of a matrix product makes at least this many output samples."""

MAX_GROUP = 160
"""Ratios of rates whose phases repeat only after more samples are computed sample by sample."""


def check_rate(rate: int) -> None:
    """Refuse a sample rate (Hz) that is outside `RATE_RANGE`.

    Raises:
        SettingError: it is.
    """
    if not RATE_RANGE[0] <= rate <= RATE_RANGE[1]:
        raise SettingError(
            f'sample rate {rate} Hz is out of range: choose {RATE_RANGE[0]} to {RATE_RANGE[1]}'
        )


class Resampler:
    """Resamples blocks of a stream; it keeps no state, so that blocks may be cut anywhere.

    Args:
        rate: the input rate, Hz, within `RATE_RANGE`.
        max_block: the largest number of output samples that `resample` is asked for at once.
        target: the output rate, Hz.

    Raises:
        SettingError: the input rate is out of range.
    """

    def __init__(self, rate: int, max_block: int, target: int = INTERNAL_RATE) -> None:
        check_rate(rate)
        divisor = gcd(rate, target)
        self.up, self.down = target // divisor, rate // divisor
        phases = design_filter(rate, target)
        self.taps = phases.shape[1]
        if self.up <= MAX_GROUP:
            self._group = self.up * ceil(GROUP / self.up)
            self._weights = _group_weights(phases, self._group, self.down)
            step = self._group * self.down // self.up
            rows = ceil((max_block + self.up) / self._group)
        else:
            # A row per output sample, repeated so that those of any block are one slice.
            self._group = 1
            order = np.arange(self.up + max_block)
            self._offsets = order * self.down // self.up
            self._weights = phases[order * self.down % self.up]
            step = 1
            rows = self.position(max_block) + 2
        length = len(phases[0]) if self._group == 1 else len(self._weights)
        self._buffer = np.zeros((rows - 1) * step + length, np.float32)
        size = self._buffer.itemsize
        self._windows = as_strided(self._buffer, (rows, length), (step * size, size))

    def position(self, index: int) -> int:
        """Return the number of the newest input sample that output sample `index` depends on."""
        return index * self.down // self.up

    def segment(self, first: int, count: int) -> tuple[int, Samples]:
        """Return where the input for output samples `first` to `first + count - 1` belongs.

        Returns:
            the number of the first input sample that is needed, and the buffer that the caller
            fills from that sample on before `resample`.
        """
        aligned = first - first % self.up if self._group > 1 else first
        start = self.position(aligned) - self.taps + 1
        return start, self._buffer[: self.position(first + count - 1) + 1 - start]

    def resample(self, first: int, count: int) -> Samples:
        """Return output samples `first` to `first + count - 1` from the buffer of `segment`."""
        if self.taps == 1:
            return self._buffer[:count]
        phase = first % self.up
        if self._group > 1:
            groups = -(-(phase + count) // self._group)
            return (self._windows[:groups] @ self._weights).ravel()[phase : phase + count]
        rows = slice(phase, phase + count)
        windows = self._windows[self._offsets[rows] - self._offsets[phase]]
        return np.einsum('ij,ij->i', windows, self._weights[rows])


def _group_weights(phases: Samples, group: int, down: int) -> Samples:
    """Return the matrix (inputs, group) that makes a group of output samples from its input."""
    up, taps = phases.shape
    weights = np.zeros(((group - 1) * down // up + taps, group), np.float32)
    for k in range(group):
        start = k * down // up
        weights[start : start + taps, k] = phases[k * down % up]
    return weights


@lru_cache(maxsize=4)
def design_filter(rate: int, target: int = INTERNAL_RATE) -> Samples:
    """Return the filter from `rate` to `target` Hz: (phases, taps) float32, newest input last.

    It is a Kaiser-windowed low-pass (pass band to 7/8, stop band from 9/8 of the lower Nyquist
    frequency), made minimum-phase by folding its cepstrum (Oppenheim & Schafer, Discrete-Time
    Signal Processing, section on the complex cepstrum).
    """
    if rate == target:
        return np.ones((1, 1), np.float32)
    up = target // gcd(rate, target)
    nyquist = min(rate, target) / 2
    # Kaiser's formulas give the length and shape that reach the attenuation.
    width = 2 * np.pi * (nyquist / 4) / rate
    taps = 8 * ceil((STOPBAND_DB - 8) / (2.285 * width) / 8)
    beta = 0.1102 * (STOPBAND_DB - 8.7)
    length = taps * up
    time = np.arange(length) - (length - 1) / 2
    lowpass = np.sinc(2 * nyquist / (rate * up) * time) * np.kaiser(length, beta)
    impulse = _minimum_phase(lowpass / lowpass.sum())
    phases = impulse.reshape(taps, up).T
    # Each phase must pass a constant unchanged, or the output of a constant has a ripple.
    phases = phases / phases.sum(axis=1, keepdims=True)
    return np.ascontiguousarray(phases[:, ::-1], dtype=np.float32)


def _minimum_phase(impulse: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the minimum-phase filter of the same magnitude and length."""
    size = 1 << int(np.ceil(np.log2(4 * len(impulse))))
    magnitude = np.abs(np.fft.rfft(impulse, size))
    cepstrum = np.fft.irfft(np.log(np.maximum(magnitude, 1e-5)))
    cepstrum[1 : size // 2] *= 2
    cepstrum[size // 2 + 1 :] = 0
    return np.fft.irfft(np.exp(np.fft.rfft(cepstrum)))[: len(impulse)]
