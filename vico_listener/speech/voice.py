"""Voice activity from the spectrum of each tick: causal, no model, no look-ahead.

A tick is speech when all of these hold (and for `HANG_TICKS` after):

- It stands out of the noise floor: per mel band the least power of two ticks in a row over 2 s
  (minimum statistics after Martin, IEEE Trans. Speech and Audio Processing 9(5), 2001); the power
  ratio is averaged over the bands. Steady noise and hum end up in the floor.
- It is not far below the recent peak: a pause in a reverberant or very clean recording counts as
  one, though it lies above the floor.
- Something voiced was heard lately: the autocorrelation of two ticks in a row peaks within the
  range of human pitch, the window divided out (Boersma, Proc. IFA 17, 1993), the spectrum
  compressed so that its tilt makes no peak. Noise that sets in is thereby not taken for speech.
- The level has moved: hum and tones do not.

At the start of a stream the floor is a guess for half a second, so speech that is there from the
beginning counts. Speech is seen about 70 ms after its first voiced sound, a pause 0.1 s after it
begins. Singing and other people's speech count as speech; whistles and sirens may.
"""

import numpy as np
from numpy.typing import NDArray

from vico_listener.speech.features import Spectrum
from vico_listener.speech.features import bin_frequencies
from vico_listener.speech.features import hann_window
from vico_listener.speech.resampler import INTERNAL_RATE

BAND = slice(5, 29)
"""Mel bands that are looked at, about 0.4 to 3.4 kHz: the core of speech, above hum."""

PITCH_RANGE = (70, 400)
"""Hz; one over the lags where a voice's autocorrelation peaks."""

VOICE_RANGE = (180, 1600)
"""Hz; where harmonics are looked for."""

VOICED = 0.31
"""Height of the peak, 1 for a pure tone; noise of any colour reaches it in few ticks only."""

VOICED_TICKS = 12
"""For how long after the last voiced sound an unvoiced one can be speech."""

BLOCK_TICKS = 15
FLOOR_BLOCKS = 4
"""The floor is the minimum over the last 4 blocks of 15 ticks, 1.5 to 2 s: in that time speech dips
to the noise in every band.
"""

START_FLOOR = 5e-5
"""Highest floor (mel power) in the first block: that of white noise at about -50 dB."""

ON_RATIO = 6.4
OFF_RATIO = 4.0
"""Power over the floor at which speech begins (8 dB) and ends (6 dB); noise itself lies 3 dB over
its minimum.
"""

PEAK_TICKS = 60
PEAK_RATIO = 10**-2.8
"""Power below the peak of the last 60 ticks (28 dB) that is no speech."""

MIN_POWER = 1e-6
"""Mel power that is silence whatever the floor: about -70 dB."""

STEADY_TICKS = 20
STEADY_RATIO = 1.5
"""Sound whose power stayed within this ratio (1.8 dB) for `STEADY_TICKS` is not speech."""

HANG_TICKS = 3
"""How long the flag outlasts speech: bridges stop consonants, shows pauses from 0.2 s."""

Array = NDArray[np.float64]


class VoiceDetector:
    """Tells speech from silence and noise, tick by tick."""

    def __init__(self) -> None:
        self._voice_bins, self._correlate = _correlation_matrix()
        self._lag_zero = np.ones(self._correlate.shape[1])
        bands = BAND.stop - BAND.start
        self._average = np.full(bands, 1 / bands)
        self._minima = np.empty((FLOOR_BLOCKS, bands))
        self._older = np.empty(bands)
        self._last = np.empty(bands)
        self.reset()

    def reset(self) -> None:
        """Forget the past."""
        self._minima[:] = np.inf
        self._older[:] = 2 * START_FLOOR
        self._levels = [0.0] * PEAK_TICKS
        self._ticks = 0
        self._voiced_run = 0
        self._since_voiced = VOICED_TICKS
        self._since_active = HANG_TICKS + 1

    def update(self, spectrum: Spectrum) -> bool:
        """Whether the speaker speaks at this tick."""
        bands = spectrum.mel[BAND]
        above = 2 * (bands / self._double_floor(bands)).dot(self._average)
        level = float(bands.dot(self._average))
        del self._levels[0]
        self._levels.append(level)

        active_before = self._since_active == 0
        stands_out = (
            above > (OFF_RATIO if active_before else ON_RATIO)
            and level > max(MIN_POWER, PEAK_RATIO * max(self._levels))
            and not self._steady()
        )
        voiced = stands_out and self._periodicity(spectrum.power) > VOICED
        self._voiced_run = self._voiced_run + 1 if voiced else 0
        self._since_voiced = 0 if self._voiced_run >= 2 else self._since_voiced + 1
        active = stands_out and self._since_voiced < VOICED_TICKS
        self._since_active = 0 if active else self._since_active + 1
        return self._since_active <= HANG_TICKS

    def _double_floor(self, bands: Array) -> Array:
        """Twice the noise floor per band: the least sum of two neighbouring ticks."""
        block, tick = divmod(self._ticks, BLOCK_TICKS)
        current = self._minima[block % FLOOR_BLOCKS]
        if tick == 0:
            current[:] = np.inf
            if block > 0:
                self._minima.min(axis=0, out=self._older)
        if self._ticks == 0:
            self._last = bands
        self._ticks += 1
        np.minimum(current, self._last + bands, out=current)
        self._last = bands
        return np.minimum(current, self._older)

    def _steady(self) -> bool:
        recent = self._levels[-STEADY_TICKS:]
        return max(recent) < STEADY_RATIO * min(recent)

    def _periodicity(self, power: Array) -> float:
        """Highest normalised autocorrelation within the range of pitch, about 0 to 1."""
        spectrum = np.sqrt(power[self._voice_bins])
        correlation = self._correlate @ spectrum
        return float(correlation[correlation.argmax()]) / max(spectrum.dot(self._lag_zero), 1e-12)


def _correlation_matrix() -> tuple[slice, Array]:
    """The bins of `VOICE_RANGE`, and the matrix from their spectrum to its autocorrelation.

    Rows are the lags of `PITCH_RANGE`, with the window's own decay undone; the correlation at lag 0
    is the sum of the bins.
    """
    frequency = bin_frequencies()
    bins = slice(*np.searchsorted(frequency, VOICE_RANGE))
    lags = np.arange(INTERNAL_RATE // PITCH_RANGE[1], INTERNAL_RATE // PITCH_RANGE[0] + 1)
    angles = 2 * np.pi / INTERNAL_RATE * np.outer(lags, frequency[bins])
    window = np.fft.irfft(np.abs(np.fft.rfft(hann_window())) ** 2)
    # The square root of the spectrum about halves the decay, in dB, too.
    return bins, np.cos(angles) * np.sqrt(window[0] / window[lags])[:, None]
