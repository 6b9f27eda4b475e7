"""Whether sound without stamps comes as fast as it is played, and if not, at which rate it is.

A program that plays sound as it comes sends as much in a second as it plays. What is sampled at 24
kHz and taken for 16 kHz seems to come 1.5 times as fast. A program that sends a sentence ahead is
also faster, but hardly at one steady pace that is exactly that of another usual sample rate.
"""

from collections import deque
from dataclasses import replace

import numpy as np

from vico_listener.clock import NANOSECONDS
from vico_listener.speech.audio_format import AudioFormat

WINDOW_NS = 3 * NANOSECONDS
"""What is judged: what came in this time."""

ENOUGH_NS = 2 * NANOSECONDS
"""The shortest time after which is judged."""

GAP_NS = NANOSECONDS // 2
"""After a pause of so long another sentence begins."""

UNEVEN_NS = NANOSECONDS // 10
"""How far (rms) what came may be from an even pace: the microphone, which tells the time, has
chunks of up to 0.1 s."""

RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
"""Usual sample rates, Hz."""

NEAR = 0.04
"""How far, as a share, a pace may be from that of another rate; and from that of its own, from
which no clock of a sound card is so far."""


class PaceCheck:
    """Compares how long the messages of a stream are with how far apart they come.

    Attributes:
        actual: the sample rate of what comes, Hz, where that is another one than is taken;
            otherwise None.
    """

    def __init__(self) -> None:
        self.actual: int | None = None
        self._taken: AudioFormat | None = None
        self._came: deque[tuple[int, float]] = deque()
        self._length = 0.0

    def hear(self, seconds: float, now: int, audio: AudioFormat) -> None:
        """Take a message.

        Args:
            seconds: its length, as it is taken.
            now: when it came, ns.
            audio: the format for which it is taken.
        """
        if audio != self._taken:
            self._taken = audio
            self._begin()
        if self._came and not 0 <= now - self._came[-1][0] <= GAP_NS:
            self._begin()
        self._came.append((now, self._length))
        self._length += seconds * NANOSECONDS
        while now - self._came[0][0] > WINDOW_NS:
            self._came.popleft()
        if now - self._came[0][0] >= ENOUGH_NS:
            self._judge(audio)

    def _begin(self) -> None:
        """Judge anew: what comes now may be sent in another way than what came before."""
        self.actual = None
        self._came.clear()

    def _judge(self, audio: AudioFormat) -> None:
        at, length = np.array(self._came).T
        at, length = at - at[0], length - length[0]
        pace, begin = np.polyfit(at, length, 1)
        if np.sqrt(np.mean((length - pace * at - begin) ** 2)) > UNEVEN_NS:
            return
        self.actual = None
        if abs(pace - 1.0) > NEAR:
            near = min(RATES, key=lambda rate: abs(pace * audio.sample_rate / rate - 1.0))
            if abs(pace * audio.sample_rate / near - 1.0) < NEAR and near != audio.sample_rate:
                self.actual = near

    def problem(self) -> str:
        """Return what is wrong, and what to do; '' if nothing is."""
        if self.actual is None or self._taken is None:
            return ''
        pace = self.actual / self._taken.sample_rate
        likely = replace(self._taken, sample_rate=self.actual)
        return (
            f'the robot_voice has no stamps, and comes {pace:.2f} times as fast as it would be '
            f'played: it looks like {likely}, not {self._taken}; publish robot_voice_info, or set '
            'robot_voice_sample_rate; if it is sent ahead, stamp it'
        )
