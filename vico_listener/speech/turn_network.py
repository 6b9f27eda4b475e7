"""Tells by its sound whether a turn is over, with the network Smart Turn v3.2.

The network (Daily, https://github.com/pipecat-ai/smart-turn) hears the last 8 s of the speaker's
voice, up to a pause, and says how probable it is that nothing follows. It knows intonation, tempo
and words of 23 languages a little; `bundled_files` fetches it. Its input is the spectrogram of
Whisper (Radford et al., 2022, section 2.2): 80 Slaney mel bands of frames of 25 ms every 10 ms, as
logarithms.
"""

from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from vico_listener.bundled_files import TURN_MODEL
from vico_listener.neural.onnx_file import open_bundled
from vico_listener.speech.cepstrum import slaney_filters
from vico_listener.speech.resampler import INTERNAL_RATE

HEARD = 8 * INTERNAL_RATE
"""The number of samples at `INTERNAL_RATE` that the network hears, 8 s."""

FFT, HOP, BANDS = 400, 160, 80
"""The length of a frame, the samples from one to the next, and the number of mel bands."""

POWER_FLOOR = 1e-10
SPAN = 8.0
"""How many powers of ten below the loudest value the spectrogram ends."""


@lru_cache(maxsize=1)
def turn_network() -> 'TurnNetwork':
    """Return the network, of which all heads of a process share one: it keeps no state.

    Raises:
        NotInstalledError, OnnxFileError: see `TurnNetwork`.
    """
    return TurnNetwork()


class TurnNetwork:
    """Runs the network."""

    def __init__(self) -> None:
        """Load the network.

        Raises:
            NotInstalledError: its file has not been fetched.
            OnnxFileError: its file is damaged.
        """
        self._session = open_bundled(TURN_MODEL, 'the ends of turns', "turn_ends 'rule'")
        self._window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FFT) / FFT)
        bins = np.arange(FFT // 2 + 1, dtype=np.float64) * (INTERNAL_RATE / FFT)
        self._filters = slaney_filters(BANDS, (0.0, INTERNAL_RATE / 2), bins)

    def probability(self, samples: NDArray[np.float32]) -> float:
        """Return the probability that the turn is over, 0 to 1.

        Args:
            samples: (`HEARD`,) at `INTERNAL_RATE`, full scale +-1, up to the pause; silence where
                the speech is shorter.
        """
        inputs = {'input_features': self.spectrogram(samples)[None]}
        (output,) = self._session.run(None, inputs)
        return float(np.ravel(output)[0])

    def spectrogram(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the logarithmic mel spectrogram (`BANDS`, 800) of `HEARD` samples.

        The samples are brought to mean 0 and variance 1 first, so that their level does not matter.
        """
        sound = samples.astype(np.float64)
        sound = (sound - sound.mean()) / np.sqrt(sound.var() + 1e-7)
        padded = np.pad(sound, FFT // 2, mode='reflect')
        frames = sliding_window_view(padded, FFT)[:HEARD:HOP]
        power = np.abs(np.fft.rfft(frames * self._window)) ** 2
        levels = np.log10(np.maximum(self._filters @ power.T, POWER_FLOOR))
        levels = np.maximum(levels, levels.max() - SPAN)
        return ((levels + 4.0) / 4.0).astype(np.float32)
