"""Decodes PCM of any common format to mono float samples, and recognises what is not PCM.

Sample formats have GStreamer's names, as in `audio_common_msgs/AudioInfo`.
"""

import array
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import DataError
from vico_listener.speech.cancellation import Cancellation

Samples = NDArray[np.float32]
PcmData = bytes | bytearray | memoryview | array.array | NDArray

SAMPLE_LIMIT = 8.0
"""A float sample beyond +-8 (full scale is 1) counts as damaged, like NaN.

It would dominate every feature.
"""

SNIFF_BYTES = 4096
"""The number of bytes at a stream's start that are searched for a container or MP3 frames."""


class AudioFormatError(DataError):
    """The bytes are not the PCM that they were announced to be."""


@dataclass(frozen=True)
class SampleFormat:
    """The layout of a sample.

    Attributes:
        name: GStreamer's name.
        size: bytes per sample.
        dtype: NumPy's type; None for packed 24-bit samples.
    """

    name: str
    size: int
    dtype: str | None


SAMPLE_FORMATS: dict[str, SampleFormat] = {
    f.name: f
    for f in (
        SampleFormat('U8', 1, 'u1'),
        SampleFormat('S8', 1, 'i1'),
        SampleFormat('S16LE', 2, '<i2'),
        SampleFormat('S16BE', 2, '>i2'),
        SampleFormat('S24LE', 3, None),
        SampleFormat('S24_32LE', 4, '<i4'),  # 24 bits in the lower three bytes
        SampleFormat('S32LE', 4, '<i4'),
        SampleFormat('F32LE', 4, '<f4'),
        SampleFormat('F64LE', 8, '<f8'),
    )
}


def _key(name: str) -> str:
    return name.strip().upper().replace('_', '')  # ALSA writes S16_LE


ALIASES = {
    'U8': ('uint8',),
    'S8': ('int8',),
    'S16LE': ('int16', 's16'),
    'S32LE': ('int32', 's32'),
    'F32LE': ('float32', 'f32', 'float'),
    'F64LE': ('float64', 'f64', 'double'),
}
"""What NumPy and others call sample formats."""

_BY_KEY = {
    _key(alias): sample_format
    for name, sample_format in SAMPLE_FORMATS.items()
    for alias in (name, *ALIASES.get(name, ()))
}


def sample_format_by_name(name: str) -> SampleFormat:
    """Return the format called `name`, in upper or lower case.

    Raises:
        AudioFormatError: there is no such format; the message lists the choices.
    """
    try:
        return _BY_KEY[_key(name)]
    except KeyError:
        choices = ', '.join(SAMPLE_FORMATS)
        raise AudioFormatError(f"unknown sample format '{name}': choose one of {choices}") from None


class PcmDecoder:
    """Turns the chunks of one audio stream into mono float32 samples, full scale +-1.

    Args:
        channels: the number of channels.
        sample_format: the format of raw bytes, a name in `SAMPLE_FORMATS`.
        channel: the one that is heard, from 0; None for the mean of all.

    Attributes:
        damaged: how many samples so far were NaN, infinite or beyond `SAMPLE_LIMIT`, and were
            replaced by 0.
        cancellation: whether the channels cancel each other out because one of them is inverted.

    Raises:
        AudioFormatError: there is no channel, or not this one, or the format is unknown.
    """

    def __init__(
        self, channels: int = 1, sample_format: str = 'S16LE', channel: int | None = None
    ) -> None:
        if channels < 1:
            raise AudioFormatError(f'an audio stream has at least one channel, not {channels}')
        if channel is not None and not 0 <= channel < channels:
            raise AudioFormatError(f'there is no channel {channel} of {channels}, from 0')
        self.channels = channels
        self._channel = channel
        self.format = sample_format_by_name(sample_format)
        self.damaged = 0
        self.cancellation = Cancellation(channels)
        self._head = bytearray()
        self._container: str | None = None

    def reset(self) -> None:
        """Search the next bytes for a container again; the counter of damaged samples stays."""
        self._head.clear()
        self._container = None

    def decode(self, data: PcmData) -> Samples:
        """Return mono samples (N,) float32: one channel, or the mean of all (`Cancellation`).

        Args:
            data: raw bytes (any buffer of unsigned bytes, or a uint8 array) in the stream's sample
                format with interleaved channels; or an array of samples, (N * C,) interleaved or
                (N, C), of floats or of a signed integer type, whose largest value is full scale.

        Raises:
            AudioFormatError: the data is compressed audio or a file header instead of PCM, its
                bytes are not a whole number of sample frames, or its shape is that of another
                number of channels.
        """
        if isinstance(data, np.ndarray) and data.dtype != np.uint8:
            samples = self._from_array(data)
        else:
            samples = self._from_bytes(np.frombuffer(data, np.uint8))
        kind = samples.dtype
        if kind.kind == 'f':
            samples = self._repaired(samples)
            scale = np.float32(1.0)
        else:
            scale = _INTEGER_SCALES[kind.itemsize]
        if self.channels == 1:
            return np.multiply(samples, scale, dtype=np.float32, casting='unsafe')
        frames = samples.reshape(-1, self.channels)
        if self._channel is not None:
            one = frames[:, self._channel]
            return np.multiply(one, scale, dtype=np.float32, casting='unsafe')
        # Channel by channel it takes a fraction of the time of sums along the short axis.
        scaled = frames.T.astype(np.float32, order='C')
        scaled *= scale
        mean = self._mean(frames, scaled, scale)
        self.cancellation.hear(scaled, mean)
        loudest = self.cancellation.channel
        return mean if loudest is None else scaled[loudest]

    def _mean(self, frames: NDArray, scaled: Samples, scale: np.float32) -> Samples:
        """Return the mean (N,) of the channels, which does not depend on their order.

        Args:
            frames: (N, channels) as they came.
            scaled: (channels, N) the same, full scale +-1.
            scale: the inverse of their full scale.
        """
        if frames.dtype.kind == 'i' and frames.dtype.itemsize <= 2 and self.channels in (2, 4, 8):
            # These sums are exact, and so is their division.
            total = scaled[0] + scaled[1]
            for channel in scaled[2:]:
                total += channel
            total *= np.float32(1 / self.channels)
            return total
        wide = frames.T.astype(np.float64, order='C')
        total = wide[0] + wide[1]
        for channel in wide[2:]:
            total += channel
        total *= scale / self.channels
        return total.astype(np.float32)

    def _from_array(self, data: NDArray) -> NDArray:
        if data.dtype.kind not in 'if':
            raise AudioFormatError(
                f'audio samples of type {data.dtype} are not supported: '
                'pass signed integers, floats or raw bytes'
            )
        if data.ndim == 1 and data.size % self.channels == 0:
            return data
        if data.ndim == 2 and data.shape[1] == self.channels:
            return data.ravel()
        raise AudioFormatError(
            f'audio array of shape {data.shape} does not fit {self.channels} channel(s): '
            f'pass (N, {self.channels}) or interleaved samples'
        )

    def _from_bytes(self, data: NDArray[np.uint8]) -> NDArray:
        self._sniff(data)
        frame_size = self.format.size * self.channels
        if len(data) % frame_size:
            raise AudioFormatError(
                f'{len(data)} bytes of audio are not a whole number of {frame_size}-byte frames '
                f'({self.format.name}, {self.channels} channel(s)): '
                'check sample_format and channels, and that the publisher sends raw PCM'
            )
        samples = _unpack24(data) if self.format.dtype is None else data.view(self.format.dtype)
        if self.format.name == 'U8':
            samples = (samples ^ 0x80).view(np.int8)
        elif self.format.name == 'S24_32LE':
            samples = samples << 8  # whatever the highest byte holds
        return samples

    def _sniff(self, data: NDArray[np.uint8]) -> None:
        if len(self._head) < SNIFF_BYTES:
            self._head += data[: SNIFF_BYTES - len(self._head)].tobytes()
            self._container = recognise_container(bytes(self._head))
        if self._container is not None:
            raise AudioFormatError(
                f'the audio is {self._container}, not raw PCM: set the publisher to raw samples '
                '(audio_capture: format:=wave)'
            )

    def _repaired(self, samples: NDArray) -> NDArray:
        peak = np.abs(samples).max(initial=0.0)
        if peak <= SAMPLE_LIMIT:
            return samples
        good = np.abs(samples) <= SAMPLE_LIMIT
        self.damaged += int(samples.size - np.count_nonzero(good))
        return np.where(good, samples, 0)


_INTEGER_SCALES = {size: np.float32(2.0 ** (1 - 8 * size)) for size in (1, 2, 4, 8)}
"""The inverse of full scale by bytes per sample."""


def _unpack24(data: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Return packed little-endian 24-bit samples as 32-bit ones whose low byte is zero."""
    wide = np.zeros((len(data) // 3, 4), np.uint8)
    wide[:, 1:] = data.reshape(-1, 3)
    return wide.view('<i4')[:, 0]


_MAGIC = (
    (0, b'OggS', 'an Ogg stream'),
    (0, b'fLaC', 'FLAC'),
    (0, b'\x1aE\xdf\xa3', 'Matroska or WebM'),
    (4, b'ftyp', 'MP4'),
    (8, b'WAVE', 'a WAV file with its header'),
)


def recognise_container(data: bytes) -> str | None:
    """Return the name of the format that the bytes begin with, or None if they may be PCM."""
    for offset, magic, name in _MAGIC:
        if data[offset : offset + len(magic)] == magic:
            return name
    return 'MP3' if looks_like_mp3(data) else None


def looks_like_mp3(data: bytes) -> bool:
    """Return True when the data may be the start or a piece of an MP3 stream (MPEG layer III).

    It looks so when it begins with an ID3v2 tag, holds three consecutive frames anywhere in the
    first `SNIFF_BYTES`, or consists of whole frames only. About one random byte string in a million
    looks so.
    """
    if len(data) >= 10 and data[:3] == b'ID3' and data[3] < 0xFF and data[4] < 0xFF:
        return True
    if _frames_at(data, 0)[1]:
        return True
    start = data.find(b'\xff')
    while 0 <= start < SNIFF_BYTES:
        if _frames_at(data, start)[0] >= 3:
            return True
        start = data.find(b'\xff', start + 1)
    return False


def _frames_at(data: bytes, start: int) -> tuple[int, bool]:
    """Return the number of consecutive layer III frames, and whether they fill `data`."""
    count = 0
    kind: tuple[int, int] | None = None
    while start < len(data):
        frame = _mp3_frame(data[start : start + 4])
        if frame is None or (kind is not None and frame[:2] != kind):
            return count, False
        kind = frame[:2]
        count += 1
        start += frame[2]
    return count, count > 0 and start == len(data)


_MPEG1_KBPS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MPEG2_KBPS = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_MPEG1_RATES = (44100, 48000, 32000)


def _mp3_frame(header: bytes) -> tuple[int, int, int] | None:
    """Return version, sample rate in Hz and length in bytes of an MPEG layer III frame.

    The result is None if the header is not that of such a frame. Version 3 is MPEG-1, 2 is MPEG-2
    and 0 is MPEG-2.5. Source: ISO/IEC 11172-3, section 2.4.1.3, and 13818-3.
    """
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return None
    version = header[1] >> 3 & 3
    bitrate, rate = header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or not 1 <= bitrate <= 14 or rate == 3 or header[3] & 3 == 2:
        return None
    kbps = (_MPEG1_KBPS if version == 3 else _MPEG2_KBPS)[bitrate - 1]
    hertz = _MPEG1_RATES[rate] // {3: 1, 2: 2, 0: 4}[version]
    samples = 1152 if version == 3 else 576
    return version, hertz, samples // 8 * kbps * 1000 // hertz + (header[2] >> 1 & 1)
