"""Audio of a bag: from the bytes of its messages to samples that lie evenly in time."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import NANOSECONDS
from vico_listener.frames import AudioChunk
from vico_listener.speech import AudioFormat
from vico_listener.speech.pcm import AudioFormatError
from vico_listener.speech.pcm import PcmDecoder

Samples = NDArray[np.int16]

CHUNK_NS = 10_000_000
"""How long the pieces of a long message are."""

LONG_NS = 2 * CHUNK_NS
"""A longer message is cut into pieces: nobody has to wait for its end."""

BURST_NS = 50_000_000
"""How far the times of messages may run back against the count of the samples; where they do by
more, audio was stamped or recorded in bursts."""

GAP_NS = 100_000_000
"""How much later than the first of a burst a message comes when some are missing."""

DRIFT_NS = 20_000_000
"""By how much the samples' count may lag behind the last of every burst."""

WINDOW_NS = 2 * NANOSECONDS
"""The time after which the soonest message is sought anew; a burst is shorter."""

UNLIKE = 0.2
"""Share by which the bytes of a second differ from those of a format that cannot be."""

SLIGHTLY = 0.06
"""The same where all messages agree: no clock is off by it, and 44.1 for 48 kHz is 8 %."""

ENOUGH = 10
"""The least number of messages that show something."""

ODD = 0.2
"""Share of messages that end within a sample, from which on all audio is cut anywhere."""


def bytes_per_second(sizes: NDArray[np.int64], recorded: NDArray[np.int64]) -> float:
    """Return how much audio was recorded in a second; 0 if it is too little to tell.

    Args:
        sizes: (N,) bytes of the messages.
        recorded: (N,) when they were recorded, ns.
    """
    span = int(recorded[-1] - recorded[0]) if len(recorded) >= ENOUGH else 0
    return float(sizes[1:].sum()) * NANOSECONDS / span if span > NANOSECONDS // 2 else 0.0


def usual_rate(sizes: NDArray[np.int64], recorded: NDArray[np.int64]) -> float:
    """Return how much audio a second most messages carry until the next one; 0 if unknown."""
    steps = np.diff(recorded)
    apart = steps > 0
    if apart.sum() < ENOUGH:
        return 0.0
    return float(np.median(sizes[:-1][apart] * NANOSECONDS / steps[apart]))


def is_unlike(format_: AudioFormat, rate: float, unlike: float = UNLIKE) -> bool:
    """Return whether audio of `rate` bytes a second (0 if unknown) cannot be of a format."""
    expected = format_.frame_bytes * format_.sample_rate
    return rate > 0 and abs(rate / expected - 1) > unlike


def is_cut_anywhere(sizes: NDArray[np.int64], format_: AudioFormat) -> bool:
    """Return whether messages of these sizes (bytes) go on in the next one within a sample."""
    odd = np.mean(sizes % format_.frame_bytes != 0) if len(sizes) >= ENOUGH else 0.0
    return bool(odd > ODD)


class SampleReader:
    """Decodes PCM of any format to 16 bit; more than two channels become one.

    Args:
        joined: what is left of a message belongs to the next one.
    """

    def __init__(self, joined: bool = False) -> None:
        self._joined = joined
        self._left = b''
        self._decoders: dict[AudioFormat, PcmDecoder] = {}

    def read(self, data: bytes, format_: AudioFormat) -> Samples:
        """Return the samples (N, channels) of a message.

        Raises:
            AudioFormatError: it is not of that format.
        """
        if self._joined:
            data = self._left + data
            whole = len(data) // format_.frame_bytes * format_.frame_bytes
            data, self._left = data[:whole], data[whole:]
        if format_ not in self._decoders:
            # Up to two channels stay interleaved, as if they were one.
            together = format_.channels if format_.channels > 2 else 1
            self._decoders[format_] = PcmDecoder(together, format_.sample_format)
        values = self._decoders[format_].decode(data)
        if format_.channels > 2:
            frames = values[:, None]
        elif len(values) % format_.channels:
            raise AudioFormatError(
                f'{len(values)} samples are no multiple of {format_.channels} channels'
            )
        else:
            frames = values.reshape(-1, format_.channels)
        return np.clip(np.round(frames * 32768.0), -32768, 32767).astype(np.int16)


@dataclass(frozen=True)
class Bursts:
    """How far the times of a stream's messages run from the count of its samples.

    Attributes:
        lead: by how much the first comes later than the one that came the soonest, ns.
        spread: between the latest and the soonest, ns; 0 if they come evenly.
    """

    lead: int = 0
    spread: int = 0

    @classmethod
    def of(cls, times: NDArray[np.int64], lasting: NDArray[np.int64]) -> 'Bursts':
        """Return the bursts of messages that begin at `times` (N,) and last `lasting` (N,), ns."""
        if not len(times):
            return cls()
        late = times - np.concatenate([[0], np.cumsum(lasting)[:-1]])
        if (np.maximum.accumulate(late) - late).max() <= BURST_NS:
            return cls()
        return cls(int(late[0] - late.min()), int(late.max() - late.min()))


class AudioLine:
    """Lays audio evenly in time: where it comes in bursts, the count of samples is the clock.

    Args:
        bursts: of the stream.
    """

    def __init__(self, bursts: Bursts) -> None:
        self._bursts = bursts
        self._position = 0
        self._origin: int | None = None
        self._soonest: int | None = None
        self._until = WINDOW_NS

    def put(self, begin: int, samples: Samples, rate: int) -> Iterator[AudioChunk]:
        """Yield audio in short chunks.

        Args:
            begin: when it begins, as it is stamped, ns.
            samples: (N, channels).
            rate: Hz.
        """
        lasting = len(samples) * NANOSECONDS // rate
        if self._bursts.spread:
            begin = self._counted(begin)
            self._position += lasting
        size = len(samples) if lasting <= LONG_NS else max(1, rate * CHUNK_NS // NANOSECONDS)
        for first in range(0, len(samples), max(1, size)):
            stamp = begin + first * NANOSECONDS // rate
            yield AudioChunk(stamp, samples[first : first + size], rate)

    def _counted(self, begin: int) -> int:
        late = begin - self._position
        if self._origin is None:
            self._origin = late - self._bursts.lead
        self._soonest = late if self._soonest is None else min(late, self._soonest)
        if late > self._origin + self._bursts.spread + GAP_NS or late < self._origin - DRIFT_NS:
            self._origin = late
        elif self._position >= self._until:
            if self._soonest > self._origin + DRIFT_NS:
                self._origin = self._soonest
            self._soonest, self._until = None, self._position + WINDOW_NS
        return self._origin + self._position
