"""Synthesizes speech by eSpeak NG, which the wheel `espeakng-loader` provides with its voices."""

import ctypes
import shutil
import tempfile
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from vico_listener.dependencies import remedy
from vico_listener.errors import UnavailableError

_RETRIEVE = 1
_UTF8, _UTF8_SSML = 0x01, 0x11
_IPA = 0x02  # espeak_TextToPhonemes
_RATE, _PITCH, _RANGE, _WORD_GAP = 1, 3, 4, 7  # espeak_PARAMETER
_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class SynthesizerError(UnavailableError):
    """eSpeak NG is not installed, or does not know the voice."""


@dataclass(frozen=True)
class Speech:
    """How somebody speaks.

    Attributes:
        voice: eSpeak's name, a language and a variant, e.g. `en-us+f3`.
        rate: words per minute, 80 to 450.
        pitch: 0 to 99; 50 for the voice's own.
        liveliness: range of the pitch, 0 to 99.
        gap: extra pause between words, in units of 10 ms.
    """

    voice: str
    rate: int = 175
    pitch: int = 50
    liveliness: int = 50
    gap: int = 0


class Synthesizer:
    """Synthesizes one speaker's speech: the same words in the same order always sound the same.

    eSpeak NG keeps state in its library for good, so each synthesizer loads a copy of its own, and
    seeds its random numbers with the time, so they are seeded again.

    Raises:
        SynthesizerError: eSpeak NG is not installed, or finds no voices.
    """

    def __init__(self) -> None:
        try:
            import espeakng_loader
        except ImportError:
            raise SynthesizerError(
                f'speech synthesis needs the wheel espeakng-loader: {remedy("espeakng_loader")}'
            ) from None
        with tempfile.TemporaryDirectory() as folder:
            copied = shutil.copy(espeakng_loader.get_library_path(), folder)
            self._library = ctypes.CDLL(copied)
        data = espeakng_loader.get_data_path().encode()
        self.sample_rate: int = self._library.espeak_Initialize(_RETRIEVE, 0, data, 0)
        if self.sample_rate <= 0:
            raise SynthesizerError('eSpeak NG cannot find its voices')
        self._library.espeak_ng_SetRandSeed(1)
        ctypes.CDLL(None).srand(1)

    def speak(self, text: str, speech: Speech, stressed: int | None = None) -> NDArray[np.float32]:
        """Synthesize a text.

        Args:
            text: plain English.
            speech: how it is spoken.
            stressed: number of the word to be stressed, if any.

        Returns:
            samples (N,), full scale +-1, at `sample_rate` Hz.

        Raises:
            SynthesizerError: there is no such voice.
        """
        library = self._library
        self._choose(speech.voice)
        settings = ((_RATE, speech.rate), (_PITCH, speech.pitch), (_RANGE, speech.liveliness))
        for parameter, value in (*settings, (_WORD_GAP, speech.gap)):
            library.espeak_SetParameter(parameter, value, 0)
        words = [escape(word) for word in text.split()]
        if stressed is not None:
            words[stressed] = f'<emphasis level="strong">{words[stressed]}</emphasis>'
        pieces: list[NDArray[np.int16]] = []

        def take(samples: 'ctypes._Pointer[ctypes.c_short]', count: int, _events: int) -> int:
            if samples and count > 0:
                pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())
            return 0

        callback = _CALLBACK(take)
        library.espeak_SetSynthCallback(callback)
        data = f'<speak>{" ".join(words)}</speak>'.encode()
        library.espeak_Synth(data, len(data) + 1, 0, 0, 0, _UTF8_SSML, None, None)
        library.espeak_Synchronize()
        audio = np.concatenate(pieces) if pieces else np.zeros(0, np.int16)
        return np.multiply(audio, 1 / 32768, dtype=np.float32)

    def phonemes(self, text: str, voice: str) -> str:
        """Return how a text is pronounced, in the International Phonetic Alphabet.

        Raises:
            SynthesizerError: there is no such voice.
        """
        self._choose(voice)
        translate = self._library.espeak_TextToPhonemes
        translate.restype = ctypes.c_char_p
        rest = ctypes.c_char_p(text.encode())
        clauses = []
        while rest.value:  # each call translates a clause and moves on
            clauses.append(translate(ctypes.byref(rest), _UTF8, _IPA).decode())
        return ' '.join(clauses)

    def _choose(self, voice: str) -> None:
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise SynthesizerError(f"eSpeak NG has no voice '{voice}'")
