"""Tells speech from other sounds by the network Silero VAD, causally.

The voice detector of `voice` finds beginnings and ends of what is loud and voiced, a guitar too;
this network says whether that is speech. It is version 6 of Silero VAD (Silero Team,
https://github.com/snakers4/silero-vad), which `bundled_files` fetches.
"""

import numpy as np
from numpy.typing import NDArray

from vico_listener.bundled_files import SPEECH_MODEL
from vico_listener.neural.onnx_file import open_bundled
from vico_listener.speech.resampler import INTERNAL_RATE

WINDOW = 512
"""The number of samples at `INTERNAL_RATE` that the network hears at a time, 32 ms."""

CONTEXT = 64
"""The number of samples before a window that it hears again."""


class SpeechNetwork:
    """Runs the network over an audio stream, window by window."""

    def __init__(self) -> None:
        """Load the network.

        Raises:
            NotInstalledError: its file has not been fetched.
            OnnxFileError: its file is damaged.
        """
        self._session = open_bundled(SPEECH_MODEL, 'speech from other sounds', "listen_to 'sound'")
        self._rate = np.array(INTERNAL_RATE, np.int64)
        self.reset()

    def reset(self) -> None:
        """Forget the past."""
        self._samples = np.zeros((1, CONTEXT + WINDOW), np.float32)
        self._state = np.zeros((2, 1, 128), np.float32)

    def probability(self, window: NDArray[np.float32]) -> float:
        """Return the probability that the next window is speech.

        Args:
            window: (`WINDOW`,) samples at `INTERNAL_RATE`, full scale +-1.
        """
        self._samples[0, :CONTEXT] = self._samples[0, WINDOW:]
        self._samples[0, CONTEXT:] = window
        inputs = {'input': self._samples, 'state': self._state, 'sr': self._rate}
        output, self._state = self._session.run(None, inputs)
        return float(output[0, 0])
