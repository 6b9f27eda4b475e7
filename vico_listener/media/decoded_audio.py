"""Decoded audio of any format, also one that changes, as 16-bit samples on a sample clock."""

from collections.abc import Iterable
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from vico_listener.media.decoding import Frame
from vico_listener.speech.pcm import PcmDecoder

Samples = NDArray[np.int16]

CHUNK_SECONDS = Fraction(1, 100)
"""Length of a chunk of audio: what audio_capture sends."""

TOLERANCE = Fraction(1, 20)
"""Seconds between a stamp and the sample clock that are jitter."""

PATIENCE = Fraction(1, 2)
"""Seconds of audio with stamps that lie behind the sample clock, after which they are believed:
what comes in bursts is behind for shorter."""

NAMELESS = ' channels'
"""End of FFmpeg's name for a layout that does not tell what its channels are."""


class Converter:
    """Makes one rate and one or two channels of everything.

    Args:
        rate: Hz.
        channels: 1 or 2.
    """

    def __init__(self, rate: int, channels: int) -> None:
        self._rate = rate
        self._channels = channels
        self._format: tuple[str, str, int] | None = None
        self._resampler: av.AudioResampler | None = None
        self._mixer: PcmDecoder | None = None

    def convert(self, frame: Any) -> list[Samples]:
        """Return the samples (N, channels) of a frame, after those that were still held back."""
        format_ = (frame.format.name, frame.layout.name, frame.sample_rate)
        parts = []
        if format_ != self._format:
            parts = self.flush()
            self._format = format_
            # Of channels that have no place nobody knows which may be left out.
            layout = frame.layout.name if self._mixes(frame) else self._layout
            self._resampler = av.AudioResampler(format='s16', layout=layout, rate=self._rate)
        assert self._resampler is not None
        return parts + self._samples(self._resampler.resample(frame))

    def flush(self) -> list[Samples]:
        """Return what is still held back."""
        return [] if self._resampler is None else self._samples(self._resampler.resample(None))

    @property
    def _layout(self) -> str:
        return 'mono' if self._channels == 1 else 'stereo'

    def _mixes(self, frame: Any) -> bool:
        return frame.layout.name.endswith(NAMELESS) and frame.layout.nb_channels > 2

    def _samples(self, frames: list[Any]) -> list[Samples]:
        parts = []
        for frame in frames:
            samples = frame.to_ndarray().reshape(-1, frame.layout.nb_channels)
            if samples.shape[1] != self._channels:
                samples = np.repeat(self._mixed(samples), self._channels, axis=1)
            parts.append(samples)
        return parts

    def _mixed(self, samples: Samples) -> Samples:
        """Return one channel (N, 1) of many: their mean, or one where they cancel each other."""
        if self._mixer is None or self._mixer.channels != samples.shape[1]:
            self._mixer = PcmDecoder(samples.shape[1])
        mono = np.round(self._mixer.decode(samples) * 32768.0)
        return np.clip(mono, -32768, 32767).astype(np.int16)[:, None]


class SampleClock:
    """Cuts samples into chunks; their count is the clock, and the stamps tell where it begins.

    A stamp that lies ahead starts a new count: there is a gap. Stamps that lie behind for long mean
    that audio comes twice, as where clips were joined: the second is left out.

    Args:
        rate: Hz.
        channels: of the samples.
    """

    def __init__(self, rate: int, channels: int) -> None:
        self._rate = rate
        self._size = max(1, int(rate * CHUNK_SECONDS))
        self._pending = np.zeros((0, channels), np.int16)
        self._origin: Fraction | None = None
        self._position = 0
        self._behind = Fraction(0)
        self._surplus = 0

    def tie(self, time: Fraction | None, duration: Fraction) -> Iterator[tuple[Fraction, Samples]]:
        """Say when (s) the next samples were captured, and how long they are; yield what is due."""
        if time is None:
            self._origin = Fraction(0) if self._origin is None else self._origin
            return
        if self._origin is None:
            self._origin = time
            return
        deviation = time - self._time(self._position)
        self._behind = self._behind + duration if deviation < -TOLERANCE else Fraction(0)
        if deviation > TOLERANCE:
            yield from self.flush()
            self._origin, self._position = time, 0
        elif self._behind > PATIENCE:
            self._surplus = round(-deviation * self._rate)
            self._behind = Fraction(0)

    def add(self, samples: Samples) -> Iterator[tuple[Fraction, Samples]]:
        """Take samples (N, channels); yield times (s) and chunks of 10 ms."""
        left_out = min(self._surplus, len(samples))
        self._surplus -= left_out
        samples = samples[left_out:]
        self._pending = np.concatenate([self._pending, samples])
        self._position += len(samples)
        while len(self._pending) >= self._size:
            yield self._time(self._position - len(self._pending)), self._pending[: self._size]
            self._pending = self._pending[self._size :]

    def flush(self) -> Iterator[tuple[Fraction, Samples]]:
        """Yield the rest, a shorter chunk."""
        if len(self._pending):
            yield self._time(self._position - len(self._pending)), self._pending
        self._pending = self._pending[:0]

    def _time(self, position: int) -> Fraction:
        return (self._origin or Fraction(0)) + Fraction(position, self._rate)


def cut_audio(
    frames: Iterable[Frame], rate: int, channels: int
) -> Iterator[tuple[Fraction, Samples]]:
    """Yield the audio of a stream in chunks of 10 ms: time (s) and samples (N, channels) S16.

    Args:
        frames: as they are decoded.
        rate: of the samples, Hz.
        channels: of the samples, 1 or 2.
    """
    converter = Converter(rate, channels)
    clock = SampleClock(rate, channels)
    for frame in frames:
        decoded = frame.decoded
        yield from clock.tie(frame.time, Fraction(decoded.samples, decoded.sample_rate or rate))
        for samples in converter.convert(decoded):
            yield from clock.add(samples)
    for samples in converter.flush():
        yield from clock.add(samples)
    yield from clock.flush()
