"""Writes audio as a WAV file."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.io import wavfile


def write_audio(path: Path, audio: NDArray[np.float32], rate: int) -> None:
    """Write samples (N,), -1 to 1, as 16-bit PCM; while incomplete, the file has another name."""
    unfinished = path.with_suffix('.part')
    wavfile.write(unfinished, rate, np.round(np.clip(audio, -1, 1) * 32767).astype(np.int16))
    unfinished.replace(path)
