"""Formats of PCM in audio messages."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from vico_listener.speech.pcm import AudioFormatError

_FOREIGN = {
    1: ('float32', 'F32LE'),
    2: ('int32', 'S32LE'),
    8: ('int16', 'S16LE'),
    16: ('int8', 'S8'),
    32: ('uint8', 'U8'),
}
"""PortAudio's format flags: field of mgonzs13's AudioData, GStreamer's name."""


PCM_CODINGS = ('', 'wave', 'wav', 'pcm', 'lpcm', 'raw', 'pcm_s16le', 's16le', 'audio/x-raw')
"""What publishers call uncompressed samples as the coding format of an AudioInfo."""


@dataclass(frozen=True)
class AudioFormat:
    """PCM format: samples per second, interleaved channels, GStreamer's sample format name."""

    sample_rate: int
    channels: int
    sample_format: str
    coding: str = 'wave'

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of every channel."""
        bits = ''.join(c for c in self.sample_format if c.isdigit())
        return self.channels * max(1, int(bits or 16) // 8)

    def announced(self, info: Any) -> 'AudioFormat':
        """The format that an AudioInfo announces; what it leaves empty stays.

        Its coding is 'wave' for PCM, whatever that is called there, else in lower case.
        """
        coding = info.coding_format.strip().lower()
        return AudioFormat(
            info.sample_rate or self.sample_rate,
            info.channels or self.channels,
            info.sample_format or self.sample_format,
            'wave' if coding in PCM_CODINGS else coding,
        )


DEFAULT_FORMAT = AudioFormat(16000, 1, 'S16LE')
"""Of a microphone that announces none."""


def foreign_pcm(message: Any) -> tuple[bytes, AudioFormat]:
    """PCM and format of an AudioStamped of mgonzs13's audio_common_msgs.

    Raises:
        AudioFormatError: an unknown sample format.
    """
    info, data = message.audio.info, message.audio.audio_data
    if info.format not in _FOREIGN:
        raise AudioFormatError(f'unknown PortAudio sample format {info.format}')
    kind, name = _FOREIGN[info.format]
    raw = np.asarray(getattr(data, f'{kind}_data'), dtype=kind).tobytes()
    return raw, AudioFormat(info.rate, info.channels, name)
