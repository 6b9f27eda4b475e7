"""Whether the length of audio messages agrees with their stamps, and if not, what it may be.

Audio of 44.1 kHz, two channels, that is taken for 16 kHz, one channel, lasts 5.5 times as long as
the time between its stamps. That says what is wrong, and nearly what is right.
"""

import math
from collections import deque

import numpy as np

from vico_listener.clock import NANOSECONDS
from vico_listener.speech.audio_format import AudioFormat
from vico_listener.speech.likely_format import better_reading
from vico_listener.speech.likely_format import likely_format

WINDOW_NS = 5 * NANOSECONDS
"""What is judged: the messages of this stream time."""

ENOUGH_NS = NANOSECONDS
"""Shortest stretch that is judged."""

ENOUGH = 4
"""Fewest messages that are judged."""

WRONG = math.log(1.06)
"""Logarithm of a factor that no clock is off by; 44.1 for 48 kHz is 8 %."""

AGREEMENT = math.log(1.04)
"""How far the whole stretch and most of its messages may disagree: lost audio and bursts do."""


AUDIO_REMEDIES = (
    'publish audio_info, or set audio_sample_rate and audio_channels',
    'publish audio_info, or set audio_sample_format',
)
"""What to do about the audio of the microphone."""


class LengthCheck:
    """Compares how long the messages of a stream are with how far apart they are stamped.

    Args:
        stream: its name.
        remedies: what to do about a wrong rate or number of channels, and about a wrong sample
            format.
    """

    def __init__(self, stream: str = 'audio', remedies: tuple[str, str] = AUDIO_REMEDIES) -> None:
        self._stream, self._remedies = stream, remedies
        self._format: AudioFormat | None = None
        self._messages: deque[tuple[int, float]] = deque()
        self._newest = b''
        self._pieces: deque[bytes] = deque()

    def hear(self, pcm: bytes, stamp: int, audio: AudioFormat) -> None:
        """Take a message whose first sample is stamped `stamp` ns."""
        if audio != self._format or (self._messages and stamp < self._messages[-1][0]):
            self._messages.clear()
            self._pieces.clear()
            self._format = audio
        self._newest = pcm
        self._pieces.append(pcm)
        self._messages.append((stamp, audio.seconds(len(pcm)) * NANOSECONDS))
        while stamp - self._messages[0][0] > WINDOW_NS:
            self._messages.popleft()
        while len(self._pieces) > len(self._messages):
            self._pieces.popleft()

    @property
    def factor(self) -> float:
        """How many times as long as its stamps say the audio is; 1 if nobody can tell."""
        if len(self._messages) <= ENOUGH:
            return 1.0
        stamps, lengths = np.array(self._messages).T
        steps, lengths = np.diff(stamps), lengths[:-1]
        if steps.sum() < ENOUGH_NS or lengths.sum() <= 0:
            return 1.0
        whole = math.log(lengths.sum() / steps.sum())
        apart = steps > 0
        most = np.median(np.log(np.maximum(lengths[apart], 1.0) / steps[apart]))
        if abs(whole) < WRONG or abs(whole - most) > AGREEMENT:
            return 1.0
        return math.exp(whole)

    def problem(self) -> str:
        """Return what is wrong, and what the format may be; empty when nothing is."""
        factor = self.factor
        if self._format is None:
            return ''
        taken = self._format
        if factor == 1.0:
            return self._misread(taken)
        likely = likely_format(factor * taken.frame_bytes * taken.sample_rate, bytes(self._newest))
        guess = f'it looks like {likely}, ' if likely else ''
        return (
            f'the {self._stream} is {factor:.2f} times as long as its stamps say: {guess}not '
            f'{taken}; {self._remedies[0]}'
        )

    def _misread(self, taken: AudioFormat) -> str:
        """Say as what the bytes would be audio, if they are none as they are taken."""
        if len(self._messages) <= ENOUGH:
            return ''
        likely = better_reading(taken, b''.join(self._pieces))
        if likely is None:
            return ''
        return (
            f'the {self._stream} is noise as {taken}: it looks like {likely}; {self._remedies[1]}'
        )
