"""Voice activity from the spectrum of each tick: causal, no model, no look-ahead.

A tick is speech when all of these hold (and for `HANG_TICKS` after):

- It stands out of the noise floor: per mel band the minimum of the smoothed power over the last
  `FLOOR_TICKS` (minimum statistics after Martin, IEEE Trans. Speech and Audio Processing 9(5),
  2001); the power ratio is averaged over the bands. Steady noise and hum end up in the floor.
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
from scipy.fft import irfft

from vico_listener.speech.features import FRAME
from vico_listener.speech.features import Spectrum
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

FLOOR_TICKS = 60
"""Speech dips to the noise floor in every band within this time (2 s)."""

FLOOR_BIAS = 2.0
"""Mean over minimum of steady noise, as powers."""

START_TICKS = 15
START_FLOOR = 1e-4
"""Highest floor (mel power) in the first `START_TICKS`: white noise of -48 dB."""

ON_RATIO = 3.2
OFF_RATIO = 2.0
"""Power over the floor at which speech begins (5 dB) and ends (3 dB)."""

PEAK_RATIO = 10**-2.8
"""Power below the recent peak (28 dB) that is no speech."""

MIN_POWER = 1e-6
"""Mel power that is silence whatever the floor: about -70 dB."""

STEADY_TICKS = 20
STEADY_RATIO = 1.5
"""Sound whose power stayed within this ratio (1.8 dB) for `STEADY_TICKS` is not speech."""

HANG_TICKS = 3
"""How long the flag outlasts speech: bridges stop consonants, shows pauses from 0.2 s."""


class VoiceDetector:
    """Tells speech from silence and noise, tick by tick."""

    def __init__(self) -> None:
        frequency = np.fft.rfftfreq(FRAME, 1 / INTERNAL_RATE)
        low, high = np.searchsorted(frequency, VOICE_RANGE)
        self._voice_bins = slice(int(low), int(high))
        self._voice_spectrum = np.zeros(len(frequency))
        window = irfft(np.abs(np.fft.rfft(hann_window())) ** 2)
        self._lags = slice(INTERNAL_RATE // PITCH_RANGE[1], INTERNAL_RATE // PITCH_RANGE[0] + 1)
        # Compressing the spectrum by a square root about halves the window's decay in dB.
        self._undo_window = np.sqrt(window[0] / window[self._lags])
        self._history = np.empty((FLOOR_TICKS, BAND.stop - BAND.start))
        self._levels = np.empty(FLOOR_TICKS)
        self.reset()

    def reset(self) -> None:
        """Forget the past."""
        self._history[:] = np.inf
        self._levels[:] = 0
        self._smooth: NDArray[np.float64] | None = None
        self._ticks = 0
        self._voiced_run = 0
        self._since_voiced = VOICED_TICKS
        self._since_active = HANG_TICKS + 1

    def update(self, spectrum: Spectrum) -> bool:
        """Whether the speaker speaks at this tick."""
        bands = spectrum.mel[BAND]
        above = float((bands / self._floor(bands)).mean())
        level = float(bands.mean())
        self._levels[:-1] = self._levels[1:]
        self._levels[-1] = level

        active_before = self._since_active == 0
        stands_out = (
            above > (OFF_RATIO if active_before else ON_RATIO)
            and level > max(MIN_POWER, PEAK_RATIO * self._levels.max())
            and not self._steady()
        )
        voiced = stands_out and self._periodicity(spectrum.power) > VOICED
        self._voiced_run = self._voiced_run + 1 if voiced else 0
        self._since_voiced = 0 if self._voiced_run >= 2 else self._since_voiced + 1
        active = stands_out and self._since_voiced < VOICED_TICKS
        self._since_active = 0 if active else self._since_active + 1
        return self._since_active <= HANG_TICKS

    def _floor(self, bands: NDArray[np.float64]) -> NDArray[np.float64]:
        """Noise floor per band, this tick included."""
        self._smooth = bands if self._smooth is None else 0.5 * (self._smooth + bands)
        self._history[self._ticks % FLOOR_TICKS] = self._smooth
        self._ticks += 1
        floor = FLOOR_BIAS * np.minimum.reduce(self._history)
        limit = START_FLOOR if self._ticks < START_TICKS else np.inf
        return np.clip(floor, MIN_POWER / 100, limit)

    def _steady(self) -> bool:
        recent = self._levels[-STEADY_TICKS:]
        return bool(recent.max() < STEADY_RATIO * recent.min())

    def _periodicity(self, power: NDArray[np.float64]) -> float:
        """Highest normalised autocorrelation within the range of pitch, about 0 to 1."""
        self._voice_spectrum[self._voice_bins] = np.sqrt(power[self._voice_bins])
        correlation = irfft(self._voice_spectrum)
        peak = (correlation[self._lags] * self._undo_window).max()
        return float(peak / max(correlation[0], 1e-12))
