"""Detects voice activity from the spectrum of each tick, causally and without a trained model.

A tick is speech when all of these hold, and for `HANG_TICKS` afterwards:

- It stands out from the noise floor. The floor of a mel band is the lowest power of two consecutive
  ticks over 2 s (minimum statistics after Martin, IEEE Trans. Speech and Audio Processing 9(5),
  2001), and the ratio of the power to it is averaged over the bands. Steady noise and hum thus
  become part of the floor.
- It is not far below the recent peak. A pause in a reverberant or very clean recording therefore
  counts as a pause, although it lies above the floor.
- Something voiced was heard recently: in two consecutive ticks the autocorrelation had a peak
  within the range of human pitch. The window is divided out (Boersma, Proc. IFA 17, 1993), and the
  spectrum is compressed so that its tilt causes no peak. Noise that sets in is thus not taken for
  speech.
- The level has changed recently, which that of hum and tones does not.

At the start of a stream the floor is a guess for half a second, so that speech that is there from
the beginning is detected. Speech is detected about 70 ms after its first voiced sound, and a pause
0.1 s after it begins. Singing and other people's speech count as speech; whistles and sirens may.
"""

import numpy as np
from numpy.typing import NDArray

from vico_listener.speech.features import Spectrum
from vico_listener.speech.features import bin_frequencies
from vico_listener.speech.features import hann_window
from vico_listener.speech.pitch import LAGS
from vico_listener.speech.pitch import PitchFollower
from vico_listener.speech.resampler import INTERNAL_RATE

BAND = slice(5, 29)
"""The mel bands that are analysed, about 0.4 to 3.4 kHz: the core of speech, above hum."""

VOICE_RANGE = (180, 1600)
"""Frequencies whose harmonics enter the autocorrelation, Hz."""

VOICED = 0.31
"""Height of the autocorrelation's peak above which a tick is voiced.

A pure tone has 1. Noise of any colour exceeds the threshold in few ticks only.
"""

VOICED_TICKS = 12
"""The number of ticks after the last voiced sound in which an unvoiced one may be speech."""

BLOCK_TICKS = 15
"""Ticks per block of the noise floor."""

FLOOR_BLOCKS = 4
"""The noise floor is the minimum over this many blocks.

These are the last 1.5 to 2 s, in which speech dips to the noise in every band.
"""

START_FLOOR = 5e-5
"""The highest floor (mel power) in the first block: that of white noise at about -50 dB."""

ON_RATIO = 6.4
"""Ratio of power to floor above which speech begins (8 dB); that of noise itself is 3 dB."""

OFF_RATIO = 4.0
"""Ratio of power to floor below which speech ends (6 dB)."""

PEAK_TICKS = 60
"""Number of ticks over which the peak power is taken."""

PEAK_RATIO = 10**-2.8
"""Ratio of power to peak below which a tick is not speech (-28 dB)."""

MIN_POWER = 1e-6
"""Mel power below which a tick is silence, whatever the floor: about -70 dB."""

STEADY_TICKS = 20
"""Number of ticks over which the steadiness of the power is judged."""

STEADY_RATIO = 1.5
"""Audio whose power stayed within this ratio (1.8 dB) for `STEADY_TICKS` is not speech."""

HANG_TICKS = 3
"""The ticks by which the flag outlasts speech: it bridges stop consonants, not pauses of 0.2 s."""

Array = NDArray[np.float64]


class VoiceDetector:
    """Distinguishes speech from silence and noise, tick by tick.

    Attributes:
        pitch: the pitch of the voice at the last tick, Hz; 0 where it was not voiced.
    """

    def __init__(self) -> None:
        self._follower = PitchFollower()
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
        self._follower.reset()
        self.pitch = 0.0

    def update(self, spectrum: Spectrum) -> bool:
        """Return whether the speaker is speaking at this tick, given its spectrum."""
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
        self.pitch = self._pitch(spectrum.power) if stands_out else 0.0
        voiced = self.pitch > 0
        self._voiced_run = self._voiced_run + 1 if voiced else 0
        self._since_voiced = 0 if self._voiced_run >= 2 else self._since_voiced + 1
        active = stands_out and self._since_voiced < VOICED_TICKS
        self._since_active = 0 if active else self._since_active + 1
        return self._since_active <= HANG_TICKS

    def _double_floor(self, bands: Array) -> Array:
        """Return twice the noise floor per band: the lowest sum of two consecutive ticks."""
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

    def _pitch(self, power: Array) -> float:
        """Return the pitch in Hz, 0 where the sound has no period within its range."""
        spectrum = np.sqrt(power[self._voice_bins])
        correlation = self._correlate.dot(spectrum)
        whole = max(float(spectrum.dot(self._lag_zero)), 1e-12)
        if not float(correlation[correlation.argmax()]) / whole > VOICED:
            return 0.0
        return self._follower.follow(correlation / whole)


def _correlation_matrix() -> tuple[slice, Array]:
    """Return the bins of `VOICE_RANGE`, and the matrix from their spectrum to its autocorrelation.

    The rows of the matrix are the `LAGS` of pitch; they compensate for the decay of the
    window's autocorrelation. The correlation at lag 0 is the sum of the bins.
    """
    frequency = bin_frequencies()
    bins = slice(*np.searchsorted(frequency, VOICE_RANGE))
    angles = 2 * np.pi / INTERNAL_RATE * np.outer(LAGS, frequency[bins])
    window = np.fft.irfft(np.abs(np.fft.rfft(hann_window())) ** 2)
    # Taking the square root of the spectrum roughly halves this decay in dB as well.
    return bins, np.cos(angles) * np.sqrt(window[0] / window[LAGS])[:, None]
