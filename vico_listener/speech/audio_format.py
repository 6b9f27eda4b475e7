"""The format of the PCM that a microphone sends."""

import re
from dataclasses import dataclass
from typing import Any

from vico_listener.errors import VicoError
from vico_listener.speech.pcm import AudioFormatError
from vico_listener.speech.pcm import sample_format_by_name
from vico_listener.speech.resampler import check_rate

PCM = 'wave'
"""The name that `audio_capture` gives to samples without a container."""

PCM_NAMES = frozenset(
    (
        PCM,
        '',
        's16le',
        'wav',
        'lpcm',
        'raw',
        'int16',
        'l16',
        'linear16',
        'linearpcm',
        'signed16bitpcm',
        'xraw',
        'xwav',
    )
)
"""The names under which publishers announce PCM, without `audio/`, spaces and dashes; so are those
that begin with `pcm`, but for logarithmic ones. The bytes show what it really is."""


def _is_pcm(coding: str) -> bool:
    name = re.sub(r'[\s_-]', '', coding.lower().strip().removeprefix('audio/'))
    return name in PCM_NAMES or (name.startswith('pcm') and 'law' not in name)


def _named(sample_format: str) -> str:
    """Return GStreamer's name of a sample format; one that is unknown stays, and is refused."""
    try:
        return sample_format_by_name(sample_format).name
    except AudioFormatError:
        return sample_format


@dataclass(frozen=True)
class AudioFormat:
    """The format of an audio stream.

    Attributes:
        sample_rate: Hz.
        channels: the number of interleaved channels.
        sample_format: GStreamer's name of the sample format, one of `SAMPLE_FORMATS`, e.g. S16LE.
        coding: `PCM`; nothing else, e.g. ``mp3``, can be analysed.
        channel: the one that is heard, from 0; None for the mean of all. Of a microphone array it
            may be one that the array has freed from noise and echo.
    """

    sample_rate: int = 16000
    channels: int = 1
    sample_format: str = 'S16LE'
    coding: str = PCM
    channel: int | None = None

    @property
    def frame_bytes(self) -> int:
        """The number of bytes of one sample of every channel.

        Raises:
            AudioFormatError: the sample format is unknown.
        """
        return self.channels * sample_format_by_name(self.sample_format).size

    def announced(self, info: Any) -> 'AudioFormat':
        """Return the format that an AudioInfo message announces; fields it leaves empty stay."""
        coding = info.coding_format.strip().lower()
        return AudioFormat(
            info.sample_rate or self.sample_rate,
            info.channels or self.channels,
            _named(info.sample_format or self.sample_format),
            PCM if _is_pcm(coding) else coding,
            self.channel,
        )

    @property
    def is_pcm(self) -> bool:
        """Whether the samples come as they are, not coded."""
        return self.coding == PCM

    def check(self) -> None:
        """Refuse a format that cannot be heard.

        Raises:
            AudioFormatError: it is not PCM, has no channel, or not the one that is heard, or the
                sample format is unknown.
            SettingError: the sample rate is out of range.
        """
        if not self.is_pcm:
            raise AudioFormatError(
                f'the audio is {self.coding}, but PCM is needed: start audio_capture with '
                'format:=wave'
            )
        if self.channels < 1:
            raise AudioFormatError(f'an audio stream has at least one channel, not {self.channels}')
        if self.channel is not None and not 0 <= self.channel < self.channels:
            raise AudioFormatError(
                f'audio_channel is {self.channel}, but the audio has {self.channels} channel(s), '
                'from 0: choose one of them, or mix'
            )
        sample_format_by_name(self.sample_format)
        check_rate(self.sample_rate)

    @property
    def fault(self) -> str:
        """Why audio of this format cannot be heard; '' if it can."""
        try:
            self.check()
        except VicoError as error:
            return str(error)
        return ''

    def seconds(self, size: int) -> float:
        """Return the duration of `size` bytes; 0 where the format is none."""
        return 0.0 if self.fault else size / (self.frame_bytes * self.sample_rate)

    def __str__(self) -> str:
        """Return the format as people say it."""
        channels = {1: 'mono', 2: 'stereo'}.get(self.channels, f'{self.channels} channels')
        coding = '' if self.is_pcm else f' as {self.coding}'
        heard = '' if self.channel is None else f', channel {self.channel}'
        return f'{self.sample_rate} Hz {channels} {self.sample_format}{coding}{heard}'


DEFAULT_FORMAT = AudioFormat()
"""The format that is assumed until a microphone announces its own: 16 kHz, mono, 16 bit."""
