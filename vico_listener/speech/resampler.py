"""Any sample rate to another: a causal polyphase FIR without state or look-ahead.

Output sample k lies at the time of input position ``k * rate / target`` and depends on input at or
before it only, so audio is usable the moment it arrives. The filter is minimum-phase: its delay is
about 0.1 ms in the speech band (0.2 ms from 8 kHz), against 1 ms for a linear-phase one of the same
slope; features that look at magnitudes do not mind its phase. Input of the wanted rate passes
unchanged. The wanted rate is the internal 16 kHz unless said otherwise.
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
"""Sample rate of everything behind the resampler, Hz."""

RATE_RANGE = (8000, 192000)
"""Sample rates that are accepted, Hz."""

STOPBAND_DB = 60.0
"""Images and aliases lie this far down above 9/8 of the lower Nyquist frequency."""


GROUP = 16
"""At least this many output samples are made by one row of a matrix product."""

MAX_GROUP = 160
"""Ratios that need a longer group (their phases repeat later) are computed sample by sample."""


class Resampler:
    """Resamples a piece of a stream; keeps no state, so pieces may be cut anywhere.

    Args:
        rate: input rate, Hz, within `RATE_RANGE`.
        max_block: longest block of output samples that `resample` is asked for.
        target: output rate, Hz.
    """

    def __init__(self, rate: int, max_block: int, target: int = INTERNAL_RATE) -> None:
        if not RATE_RANGE[0] <= rate <= RATE_RANGE[1]:
            raise SettingError(
                f'sample rate {rate} Hz is out of range: choose {RATE_RANGE[0]} to {RATE_RANGE[1]}'
            )
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
        """Number of the newest input sample that output sample `index` depends on."""
        return index * self.down // self.up

    def segment(self, first: int, count: int) -> tuple[int, Samples]:
        """Where `resample` wants its input for outputs first .. first + count - 1.

        Returns the number of the first input sample and the buffer to be filled from it on.
        """
        aligned = first - first % self.up if self._group > 1 else first
        start = self.position(aligned) - self.taps + 1
        return start, self._buffer[: self.position(first + count - 1) + 1 - start]

    def resample(self, first: int, count: int) -> Samples:
        """Output samples first .. first + count - 1 from the buffer that `segment` gave."""
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
    """Matrix (inputs, group) that makes a group of output samples from its piece of input."""
    up, taps = phases.shape
    weights = np.zeros(((group - 1) * down // up + taps, group), np.float32)
    for k in range(group):
        start = k * down // up
        weights[start : start + taps, k] = phases[k * down % up]
    return weights


@lru_cache(maxsize=4)
def design_filter(rate: int, target: int = INTERNAL_RATE) -> Samples:
    """Filter from `rate` to `target` Hz: (phases, taps) float32, newest input sample last.

    A Kaiser-windowed low-pass (pass band to 7/8, stop band from 9/8 of the lower Nyquist
    frequency), made minimum-phase by folding its cepstrum (Oppenheim & Schafer, Discrete-Time
    Signal Processing, section on the complex cepstrum).
    """
    if rate == target:
        return np.ones((1, 1), np.float32)
    up = target // gcd(rate, target)
    nyquist = min(rate, target) / 2
    # Kaiser's formulas for the length and shape that reach the attenuation.
    width = 2 * np.pi * (nyquist / 4) / rate
    taps = 8 * ceil((STOPBAND_DB - 8) / (2.285 * width) / 8)
    beta = 0.1102 * (STOPBAND_DB - 8.7)
    length = taps * up
    time = np.arange(length) - (length - 1) / 2
    lowpass = np.sinc(2 * nyquist / (rate * up) * time) * np.kaiser(length, beta)
    impulse = _minimum_phase(lowpass / lowpass.sum())
    phases = impulse.reshape(taps, up).T
    # Each phase alone must pass a constant unchanged, else it ripples at the output rate.
    phases = phases / phases.sum(axis=1, keepdims=True)
    return np.ascontiguousarray(phases[:, ::-1], dtype=np.float32)


def _minimum_phase(impulse: NDArray[np.float64]) -> NDArray[np.float64]:
    """The minimum-phase filter of the same magnitude and length."""
    size = 1 << int(np.ceil(np.log2(4 * len(impulse))))
    magnitude = np.abs(np.fft.rfft(impulse, size))
    cepstrum = np.fft.irfft(np.log(np.maximum(magnitude, 1e-5)))
    cepstrum[1 : size // 2] *= 2
    cepstrum[size // 2 + 1 :] = 0
    return np.fft.irfft(np.exp(np.fft.rfft(cepstrum)))[: len(impulse)]
