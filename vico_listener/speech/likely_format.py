"""Guesses the format of PCM by how many bytes a second it has, and by what its bytes look like.

Two channels of 32-bit floats have as many bytes as four of 16-bit integers. Taken for the latter,
the low half of each float is noise; taken for floats, integers are absurdly large or small.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vico_listener.speech.audio_format import AudioFormat
from vico_listener.speech.pcm import SAMPLE_FORMATS
from vico_listener.speech.pcm import AudioFormatError
from vico_listener.speech.pcm import PcmDecoder
from vico_listener.speech.pcm import sample_format_by_name

RATES = tuple(
    (rate, channels)
    for channels, rates in (
        (1, (16000, 48000, 44100, 24000, 22050, 8000)),
        (2, (16000, 44100, 48000)),
        (1, (32000, 11025, 96000)),
        (6, (16000, 48000)),
        (4, (16000, 48000, 44100)),
        (2, (32000, 22050, 24000, 8000)),
        (8, (16000, 48000)),
    )
    for rate in rates
)
"""Rates (Hz) with numbers of channels that one meets; of two that are possible the likelier first.
"""

FORMATS = ('S16LE', 'F32LE', 'S32LE', 'S16BE', 'U8', 'S24LE', 'F64LE')
"""Sample formats that one meets, the likelier first."""

LIKE = 0.04
"""Share by which the bytes of a second may differ from those of a format."""

ENOUGH = 1000
"""Fewest bytes from which something can be seen."""

ROUGH = 0.6
"""Mean square of the steps of audio over twice its own, from which on it is noise: 1 is white."""

SWAPPED = {'S16LE': 'S16BE', 'S16BE': 'S16LE'}
"""Formats of which the other byte order is met."""

UNEVEN, SMOOTHER = 0.05, 0.2
"""Audio this rough is compared with its other byte order, which counts from this share of it on."""

TINY = 1e-300

DENSE = 0.4
"""Median of the absolute values of audio from which on it is none: unsigned bytes, taken for
pairs, lie about the largest and the least value."""

LOUDEST = 4.0
QUIETEST = 1e-9
"""Largest and least of the absolute values of floats that are audio; full scale is 1."""


def likely_format(bytes_a_second: float, data: bytes = b'') -> AudioFormat | None:
    """Return the format that PCM of so many bytes a second probably has; None if nobody knows.

    Args:
        bytes_a_second: how many there are.
        data: some of them, from the beginning of a sample frame; without them the first format of
            that size counts.
    """
    possible: dict[str, AudioFormat] = {}
    for name in FORMATS:
        for rate, channels in RATES:
            usual = AudioFormat(rate, channels, name)
            if abs(bytes_a_second / (usual.frame_bytes * rate) - 1) < LIKE:
                possible.setdefault(name, usual)
    convincing = (usual for usual in possible.values() if _looks_right(data, usual))
    return next(convincing, None) or next(iter(possible.values()), None)


def better_reading(format_: AudioFormat, data: bytes) -> AudioFormat | None:
    """Return how bytes of the same size are audio that are none as `format_`; None if they are.

    Args:
        format_: as which they are taken.
        data: some of them, from the beginning of a sample frame; some 100 ms tell enough.
    """
    names = [n for n in FORMATS if SAMPLE_FORMATS[n].size * format_.channels == format_.frame_bytes]
    if _looks_right(data, format_):
        return _swapped(format_, data)
    others = (replace(format_, sample_format=n) for n in names if n != format_.sample_format)
    return next((other for other in others if _looks_right(data, other)), None)


def _swapped(format_: AudioFormat, data: bytes) -> AudioFormat | None:
    """Return the other byte order of 16-bit audio if it is far smoother in it; else None.

    Quiet audio of the wrong order is no noise: where it hardly moves, swapped bytes hardly do.
    """
    if format_.sample_format not in SWAPPED or len(data) < ENOUGH:
        return None
    other = replace(format_, sample_format=SWAPPED[format_.sample_format])
    taken, swapped = (_roughness(_samples(data, one)).max() for one in (format_, other))
    return other if taken > UNEVEN and swapped < SMOOTHER * taken else None


def _samples(data: bytes, usual: AudioFormat) -> NDArray[np.float64]:
    """Return integers as audio (N, channels), full scale 1."""
    whole = data[: len(data) // usual.frame_bytes * usual.frame_bytes]
    values = PcmDecoder(1, usual.sample_format).decode(whole)
    return values.reshape(-1, usual.channels).astype(np.float64)


def _roughness(audio: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each channel's mean square of steps over twice its own; infinite in silence."""
    power = audio.var(axis=0)
    steps = (np.diff(audio, axis=0) ** 2).mean(axis=0)
    return np.where(power > 0, steps / np.maximum(2 * power, TINY), np.inf)


def _looks_right(data: bytes, usual: AudioFormat) -> bool:
    """Return whether bytes look like audio when they are taken for this format."""
    if len(data) < ENOUGH:
        return False
    whole = data[: len(data) // usual.frame_bytes * usual.frame_bytes]
    if usual.sample_format.startswith('F'):
        kind = sample_format_by_name(usual.sample_format).dtype
        values = np.abs(np.frombuffer(whole, kind))
        values = values[values > 0]
        return bool(len(values) and values.max() < LOUDEST and np.median(values) > QUIETEST)
    try:
        audio = _samples(data, usual)
    except AudioFormatError:
        return False
    dense = np.median(np.abs(audio)) > DENSE
    return bool((_roughness(audio) < ROUGH).all() and not dense)
