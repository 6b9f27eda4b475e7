"""Maps the samples of an audio stream to stream time, and keeps the last few seconds of them.

The sample count is the clock. Stamps (the capture time of a chunk's first sample) tie it to stream
time: their jitter is averaged out, and a slow drift between the two clocks is followed. Only a
disagreement beyond `TOLERANCE_NS` counts as lost, repeated or restarted audio. What is decided
about a tick depends only on the chunks before it, never on how many have arrived since.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from vico_listener.clock import NANOSECONDS
from vico_listener.speech.pcm import Samples
from vico_listener.speech.resampler import INTERNAL_RATE

RING_SECONDS = 4
"""The length of the audio that is kept, s, unless more is asked for; an older tick finds silence.
"""

TOLERANCE_NS = 80_000_000
"""A stamp that is further than this from the sample clock marks lost or repeated audio.

A smaller deviation is jitter.
"""

JUMP_NS = 1_000_000_000
"""A stamp that is further back than this marks a clock that jumped, e.g. in a bag that loops."""

DRIFT_SECONDS = 2.0
"""Time constant of the average of the stamps' deviations from the sample clock, s."""

SHIFT_STEP = 80
"""The time line moves when that average has changed by this many internal samples (5 ms)."""

_INDEX_NS = NANOSECONDS // INTERNAL_RATE
"""Internal sample period, ns; it is a whole number (62,500), so that indices are exact."""


@dataclass
class StreamCounters:
    """Counts the faults of an audio stream since it was made.

    Attributes:
        gaps: how often audio was missing between two chunks, and silence took its place.
        overlaps: the number of chunks dropped, in whole or at their start, because audio of that
            time was known already.
        resets: how often stamps jumped back by more than a second, which starts a new time line.
        damaged: the number of NaN, infinite or absurdly large samples, replaced by silence.
        starved: the number of frames computed before all audio up to their tick had arrived.
    """

    gaps: int = 0
    overlaps: int = 0
    resets: int = 0
    damaged: int = 0
    starved: int = 0


def index_at(stamp_ns: int) -> int:
    """Return the internal sample index of a stamp: ``round(stamp * 16000 / 1e9)``, exactly."""
    return (2 * stamp_ns + _INDEX_NS) // (2 * _INDEX_NS)


class SampleRing:
    """Holds the samples of the last few seconds by number; unknown ones read as silence."""

    def __init__(self, rate: int, seconds: int = RING_SECONDS) -> None:
        self._samples = np.zeros(seconds * rate, np.float32)
        self._lost: deque[tuple[int, int]] = deque()
        self.end = 0

    def clear(self) -> None:
        """Forget all samples; the next one is number 0."""
        self._lost.clear()
        self.end = 0

    @property
    def start(self) -> int:
        """The number of the oldest sample that is still kept."""
        return max(0, self.end - len(self._samples))

    def append(self, samples: Samples) -> None:
        """Add samples at the end."""
        size = len(self._samples)
        self.end += len(samples)
        kept = samples[-size:]
        place = (self.end - len(kept)) % size
        head = kept[: size - place]
        self._samples[place : place + len(head)] = head
        if len(head) < len(kept):
            self._samples[: len(kept) - len(head)] = kept[len(head) :]

    def append_lost(self, count: int) -> None:
        """Add `count` samples of silence that are marked as lost."""
        self._lost.append((self.end, self.end + count))
        self.append(np.zeros(count, np.float32))
        while self._lost[0][1] <= self.start:
            self._lost.popleft()

    def known(self, first: int, end: int) -> bool:
        """Return True when all samples `first` to `end - 1` were received and are still kept."""
        known = self.start <= first and end <= self.end
        return known and not (self._lost and any(a < end and first < b for a, b in self._lost))

    def read(self, first: int, out: Samples) -> None:
        """Fill `out` with the samples from number `first` on, and zeros where there are none."""
        size = len(self._samples)
        a, b = max(first, self.start), min(first + len(out), self.end)
        if b - a < len(out):
            out[:] = 0
            out = out[a - first : max(a, b) - first]
        place = a % size
        head = self._samples[place : place + len(out)]
        out[: len(head)] = head
        if len(head) < len(out):
            out[len(head) :] = self._samples[: len(out) - len(head)]


class Timeline:
    """Ties the samples of a stream to stream time.

    Internal sample k (16 kHz, counted from the first chunk) lies at the time of input sample
    ``k * rate / 16000``.

    Attributes:
        rate: the input sample rate, Hz.
        ring: the last samples at the input rate.
        counters: the faults so far.
        starts: how often the count of samples began.
    """

    def __init__(self, rate: int, seconds: int = RING_SECONDS) -> None:
        self.rate = rate
        self.ring = SampleRing(rate, seconds)
        self.counters = StreamCounters()
        self.starts = 0
        self.reset()

    def reset(self) -> None:
        """Forget all audio but keep the counters; the next chunk starts a new time line."""
        self.ring.clear()
        # Pairs (s, o): for ticks after index s, internal sample 0 lies at index o.
        self._origins: deque[tuple[int, int]] = deque(maxlen=64)
        self._anchor = 0
        self._deviation = 0.0
        self._averaged = 0.0

    def _start(self, stamp_ns: int) -> None:
        self.reset()
        self.starts += 1
        self._anchor = index_at(stamp_ns)
        self._origins.append((self._anchor, self._anchor))

    @property
    def end_stamp(self) -> int | None:
        """The stream time up to which audio is known, or known to be lost, ns; None before any."""
        if not self._origins:
            return None
        return self._origins[-1][1] * _INDEX_NS + self._duration()

    def _duration(self) -> int:
        return self.ring.end * NANOSECONDS // self.rate

    def samples_until(self, stamp_ns: int) -> int:
        """Return the number of internal samples before a stamp in ns.

        It is negative before the start of the stream, and 0 as long as there is no audio.
        """
        if not self._origins:
            return 0
        index = index_at(stamp_ns)
        for since, origin in reversed(self._origins):
            if index > since:
                return index - origin
        return index - self._origins[0][1]

    def stamp_of(self, number: int) -> int:
        """Return the stamp of one of the newest internal samples, ns; there must be some."""
        return (self._origins[-1][1] + number) * _INDEX_NS

    def add(self, samples: Samples, stamp_ns: int) -> None:
        """Append the samples of a chunk, the first of which was captured at `stamp_ns`."""
        if not self._origins:
            self._start(stamp_ns)
        expected = self._anchor * _INDEX_NS + self._duration()
        deviation = stamp_ns - expected - round(self._deviation)
        if deviation < -JUMP_NS:
            self.counters.resets += 1
            self._start(stamp_ns)
        elif deviation < -TOLERANCE_NS:
            self.counters.overlaps += 1
            samples = samples[-deviation * self.rate // NANOSECONDS :]
        elif deviation > RING_SECONDS * NANOSECONDS:
            self.counters.gaps += 1
            self._start(stamp_ns)
        elif deviation > TOLERANCE_NS:
            self.counters.gaps += 1
            self.ring.append_lost(deviation * self.rate // NANOSECONDS)
        elif len(samples):
            self._follow(deviation, len(samples) / self.rate)
        self.ring.append(samples)

    def _follow(self, deviation: int, seconds: float) -> None:
        """Average the stamps' deviations, and move the time line of later audio when they drift."""
        self._averaged = min(self._averaged + seconds, max(DRIFT_SECONDS, seconds))
        self._deviation += deviation * seconds / self._averaged
        origin = self._origins[-1][1]
        wanted = self._anchor + round(self._deviation / _INDEX_NS)
        if abs(wanted - origin) >= SHIFT_STEP:
            known = -(-self.ring.end * INTERNAL_RATE // self.rate)
            self._origins.append((origin + known, wanted))
