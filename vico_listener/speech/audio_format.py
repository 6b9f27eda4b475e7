"""The format of PCM: what a microphone sends."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class AudioFormat:
    """PCM format: samples per second, interleaved channels, GStreamer's name of the sample format.

    Attributes:
        sample_rate: Hz.
        channels: interleaved channels.
        sample_format: one of `SAMPLE_FORMATS`, e.g. S16LE.
        coding: ``wave`` for PCM; anything else (``mp3``) cannot be heard.
    """

    sample_rate: int = 16000
    channels: int = 1
    sample_format: str = 'S16LE'
    coding: str = 'wave'

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of every channel."""
        bits = ''.join(c for c in self.sample_format if c.isdigit())
        return self.channels * max(1, int(bits or 16) // 8)

    def announced(self, info: Any) -> 'AudioFormat':
        """The format that an AudioInfo message announces; what it leaves empty stays."""
        return AudioFormat(
            info.sample_rate or self.sample_rate,
            info.channels or self.channels,
            info.sample_format or self.sample_format,
            (info.coding_format or self.coding).lower(),
        )


DEFAULT_FORMAT = AudioFormat()
"""What a microphone sends that announces no format: 16 kHz, mono, 16 bit."""
