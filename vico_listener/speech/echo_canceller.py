"""Frees the sound of the microphone from the robot's own voice, by WebRTC's echo canceller.

The robot's programs tell what it says, with the time at which it is played (the *own voice*). The
canceller (AEC3 of WebRTC's audio processing, in the package `livekit`) finds by which way through
loudspeaker, room and microphone it comes back, and takes it away. It works in blocks of 10 ms at
16 kHz, which both streams are brought to; their stamps tie one to the other, so that only the way
of the sound, up to about 0.3 s, is left to find.

A block waits up to `PATIENCE` for an own voice that is on its way. What was not known in time is
not taken away, and no sound counts as freed for a while. Nor does any that has the own voice in it
before the canceller has heard enough of that to know the room.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from vico_listener.clock import NANOSECONDS
from vico_listener.dependencies import remedy
from vico_listener.errors import NotInstalledError
from vico_listener.speech.audio_format import AudioFormat
from vico_listener.speech.length_check import LengthCheck
from vico_listener.speech.pace_check import PaceCheck
from vico_listener.speech.pcm import PcmData
from vico_listener.speech.pcm import PcmDecoder
from vico_listener.speech.pcm import Samples
from vico_listener.speech.resampler import INTERNAL_RATE
from vico_listener.speech.resampler import Resampler
from vico_listener.speech.timeline import TOLERANCE_NS
from vico_listener.speech.timeline import Timeline

BLOCK = INTERNAL_RATE // 100
"""The number of samples that the canceller takes at a time, 10 ms."""

BLOCK_NS = NANOSECONDS // 100

KEPT = 60
"""The length of the own voice that is kept, s: a sentence may come as a whole before it sounds."""

PATIENCE = 6
"""The number of blocks for which the microphone waits for the own voice, 0.06 s."""

RECENT = 50
"""So many blocks after its end the own voice may still go on, or ring in the room, 0.5 s."""

DISTRUST = 100
"""So many blocks after one that came late no sound counts as freed, 1 s."""

LEARNING = 250
"""So many blocks of own voice the canceller takes to know the room, 2.5 s.

Of 24 runs with recorded speakers as the own voice, it let some of it through in 11, and in only two
of them later than in the first 2.1 s of it.
"""

SOUNDING = 0.001
"""The root mean square from which a block of own voice sounds, full scale 1: -60 dB."""


REMEDIES = (
    'publish robot_voice_info, or set robot_voice_sample_rate',
    'publish robot_voice_info',
)
"""What to do about an own voice in another format than announced."""


class EchoCanceller:
    """Takes the own voice out of the sound of a microphone, block by block.

    Attributes:
        late: the chunks of the own voice that came later than the sound in which they are heard.
        length: whether the own voice is as long as its stamps say; otherwise nothing is freed.
        pace: whether an own voice without stamps comes as fast as it is played; the same.

    Raises:
        NotInstalledError: the canceller is not installed.
    """

    def __init__(self) -> None:
        try:
            from livekit import rtc
        except ImportError:
            raise NotInstalledError(
                "the robot's voice cannot be removed from the microphone audio, so all sound is "
                'ignored while it speaks: livekit, which has the echo canceller, is not installed: '
                f'{remedy("livekit")}'
            ) from None
        self._rtc: Any = rtc
        self._own = OwnSound()
        self._vocals = OwnSound()
        self.late = 0
        self.microphone(INTERNAL_RATE)

    def microphone(self, rate: int) -> None:
        """Begin with the sound of a microphone at a sample rate, Hz, in a room that is unknown."""
        self._timeline = Timeline(rate)
        self._resampler = Resampler(rate, BLOCK)
        self.reset()

    def reset(self) -> None:
        """Forget both sounds, and the room."""
        self._timeline.reset()
        self._own.reset()
        self._vocals.reset()
        self.length = LengthCheck('robot_voice', REMEDIES)
        self.pace = PaceCheck()
        self._misread = False
        self._processor: Any = self._rtc.AudioProcessingModule(echo_cancellation=True)
        self._next = 0
        self._start = self._timeline.starts
        self._since_own = RECENT
        self._since_sounding = RECENT
        self._learnt = 0
        self._distrust = 0

    @property
    def learning(self) -> bool:
        """Whether the own voice sounds, or rings in the room, which is not known yet."""
        return self._learnt < LEARNING and self._since_sounding < RECENT

    @property
    def freed(self) -> bool:
        """Whether the newest sound is free of the own voice, because that was known in time."""
        known = self._since_own < RECENT and not self.learning
        return known and not self._distrust and not self._misread

    @property
    def freed_of_vocals(self) -> bool:
        """Whether the newest sound is free of vocals, because the room is known."""
        return self._learnt >= LEARNING and not self._distrust and not self._misread

    @property
    def silence(self) -> float:
        """How far the own voice lies behind the sound of the microphone, s; negative: before it."""
        heard = self._timeline.end_stamp
        return 0.0 if heard is None else (heard - self._own.end) / NANOSECONDS

    def hear_own(self, pcm: PcmData, stamp: int, audio: AudioFormat) -> None:
        """Take what the robot says.

        Args:
            pcm: interleaved samples.
            stamp: when the first one is played, ns of stream time; 0 if that is not known: now, or
                after what was said before.
            audio: their format.

        Raises:
            AudioFormatError: it is not PCM of that format.
            SettingError: the sample rate is out of range.
        """
        heard = self._timeline.end_stamp
        known = self._own.end
        told = stamp != 0
        if stamp == 0 and heard is not None:
            stamp = known if known > heard - TOLERANCE_NS else heard
        if stamp == 0:
            return  # nothing is heard yet from which it could be taken
        samples = self._own.add(pcm, stamp, audio)
        if told:
            self.pace = PaceCheck()  # stamps tell more than a pace
            if isinstance(pcm, np.ndarray) and pcm.dtype != np.uint8:
                read = replace(audio, channels=1, channel=None, sample_format='F32LE')
                self.length.hear(samples.tobytes(), stamp, read)
            else:
                self.length.hear(bytes(pcm), stamp, audio)
        else:
            self.length = LengthCheck('robot_voice', REMEDIES)  # what was stamped is of the past
            self.pace.hear(len(samples) / audio.sample_rate, heard or 0, audio)
        self._misread = self.length.factor != 1.0 or self.pace.actual is not None
        freed_until = 0 if heard is None else self._timeline.stamp_of(self._next)
        if max(stamp, known) < freed_until and self._own.end > stamp:
            self.late += 1
            self._distrust = DISTRUST

    def hear_vocal(self, pcm: PcmData, stamp: int, audio: AudioFormat) -> None:
        """Take a whole vocal of the listener, which is played in addition to the own voice.

        Args:
            pcm: interleaved samples.
            stamp: when the first one is played, ns of stream time.
            audio: their format.

        Raises:
            AudioFormatError: it is not PCM of that format.
            SettingError: the sample rate is out of range.
        """
        self._vocals.add(pcm, stamp, audio)
        if self._timeline.end_stamp is not None and stamp < self._timeline.stamp_of(self._next):
            self._distrust = DISTRUST

    def free(self, samples: Samples, stamp: int) -> Iterator[tuple[Samples, int]]:
        """Take sound of the microphone; yield what can be freed by now, block by block.

        Args:
            samples: (N,) at the microphone's rate.
            stamp: when the first one was captured, ns of stream time.

        Yields:
            (`BLOCK`,) samples and their stamp.
        """
        timeline, resampler = self._timeline, self._resampler
        timeline.add(samples, stamp)
        if self._start != timeline.starts:
            self._start, self._next = timeline.starts, 0
        oldest = -(-timeline.ring.start * INTERNAL_RATE // timeline.rate)
        self._next = max(self._next, oldest)
        while True:
            number = self._next
            ahead = timeline.ring.end * INTERNAL_RATE // timeline.rate - number
            begin = timeline.stamp_of(number)
            known = self._own.end >= begin + BLOCK_NS
            hoped = not known and self._since_own < RECENT
            if ahead < BLOCK * (PATIENCE if hoped else 1):
                return
            self._next += BLOCK
            self._since_own = 0 if known else min(self._since_own + 1, RECENT)
            self._distrust = max(self._distrust - 1, 0)
            freed = self._freed(number, begin)
            last = resampler.position(number + BLOCK - 1) + 1
            if timeline.ring.known(resampler.position(number), last):
                yield freed, begin

    def _freed(self, number: int, begin: int) -> Samples:
        """Return the block that begins with a sample, at a stamp, without the own voice."""
        first, segment = self._resampler.segment(number, BLOCK)
        self._timeline.ring.read(first, segment)
        spoken = self._own.block(begin) + self._vocals.block(begin)
        sounds = float(np.sqrt(np.mean(np.square(spoken)))) >= SOUNDING
        self._since_sounding = 0 if sounds else min(self._since_sounding + 1, RECENT)
        self._learnt += sounds
        own, heard = self._frame(spoken), self._frame(self._resampler.resample(number, BLOCK))
        self._processor.process_reverse_stream(own)
        self._processor.set_stream_delay_ms(0)
        self._processor.process_stream(heard)
        return np.frombuffer(heard.data, np.int16).astype(np.float32) / np.float32(32768)

    def _frame(self, samples: Samples) -> Any:
        pcm = np.clip(np.round(samples * 32768), -32768, 32767).astype(np.int16)
        return self._rtc.AudioFrame(bytearray(pcm.tobytes()), INTERNAL_RATE, 1, BLOCK)


class OwnSound:
    """Keeps what the robot says, in stream time.

    Attributes:
        end: the stamp until which it is known, ns; 0 before any.
    """

    def __init__(self) -> None:
        self._format: AudioFormat | None = None
        self.reset()

    def reset(self) -> None:
        """Forget it."""
        if self._format is not None:
            self._decoder.reset()
            self._timeline.reset()
        self.end = 0

    def add(self, pcm: PcmData, stamp: int, audio: AudioFormat) -> Samples:
        """Take some, as `EchoCanceller.hear_own` does, and return it as mono samples.

        What comes in another format begins anew.
        """
        if audio != self._format:
            audio.check()
            self._resampler = Resampler(audio.sample_rate, BLOCK)
            self._timeline = Timeline(audio.sample_rate, KEPT)
            self._decoder = PcmDecoder(audio.channels, audio.sample_format, audio.channel)
            self._format = audio
        samples = self._decoder.decode(pcm)
        self._timeline.add(samples, stamp)
        self.end = self._timeline.end_stamp or 0
        return samples

    def block(self, begin: int) -> Samples:
        """Return the `BLOCK` samples at `INTERNAL_RATE` from a stamp on; silence if not known."""
        if not self.end:
            return np.zeros(BLOCK, np.float32)
        number = self._timeline.samples_until(begin)
        first, segment = self._resampler.segment(number, BLOCK)
        self._timeline.ring.read(first, segment)
        return self._resampler.resample(number, BLOCK)
