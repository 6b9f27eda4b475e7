"""The format of the PCM that a microphone sends."""

from dataclasses import dataclass
from typing import Any

PCM_CODINGS = ('', 'wave', 'wav', 'pcm', 'lpcm', 'raw', 'pcm_s16le', 's16le', 'audio/x-raw')
"""The names of uncompressed samples in the field `coding_format` of an AudioInfo."""


@dataclass(frozen=True)
class AudioFormat:
    """The format of an audio stream.

    Attributes:
        sample_rate: Hz.
        channels: the number of interleaved channels.
        sample_format: GStreamer's name of the sample format, one of `SAMPLE_FORMATS`, e.g. S16LE.
        coding: ``wave`` for PCM; nothing else, e.g. ``mp3``, can be analysed.
    """

    sample_rate: int = 16000
    channels: int = 1
    sample_format: str = 'S16LE'
    coding: str = 'wave'

    @property
    def frame_bytes(self) -> int:
        """The number of bytes of one sample of every channel."""
        bits = ''.join(c for c in self.sample_format if c.isdigit())
        return self.channels * max(1, int(bits or 16) // 8)

    def announced(self, info: Any) -> 'AudioFormat':
        """Return the format that an AudioInfo message announces; fields it leaves empty stay."""
        coding = info.coding_format.strip().lower()
        return AudioFormat(
            info.sample_rate or self.sample_rate,
            info.channels or self.channels,
            info.sample_format or self.sample_format,
            'wave' if coding in PCM_CODINGS else coding,
        )


DEFAULT_FORMAT = AudioFormat()
"""The format that is assumed until a microphone announces its own: 16 kHz, mono, 16 bit."""
