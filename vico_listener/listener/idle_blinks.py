"""Blinks of the idle layer.

Their intervals are log-normal, 10 to 32 per minute in conversation (Bentivoglio et al. 1997;
Doughty 2001).
"""

from dataclasses import dataclass
from functools import lru_cache
from math import exp
from math import log

from vico_listener.listener.random_blocks import BLOCK_SECONDS
from vico_listener.listener.random_blocks import block_of
from vico_listener.listener.random_blocks import ease
from vico_listener.listener.random_blocks import stream

BLINK_STREAM, RATE_STREAM = 0, 2
"""The random streams."""
SPREAD = 0.45
"""The standard deviation of the logarithm of an interval."""


@dataclass(frozen=True)
class Blink:
    """One blink.

    Attributes:
        start: when the lids start to close, s.
        close, stay, open: how long they take to close, stay closed and take to open, s.
    """

    start: float
    close: float
    stay: float
    open: float

    @property
    def end(self) -> float:
        """The time at which the lids are open again, s."""
        return self.start + self.close + self.stay + self.open

    def closure(self, time: float) -> float:
        """Return how far the lids are closed at `time`, 0 to 1."""
        since = time - self.start
        if since < self.close:
            return ease(since / self.close)
        return 1.0 - ease((since - self.close - self.stay) / self.open)


@lru_cache(maxsize=64)
def blink_pause(seed: int) -> float:
    """Return the mean time between the blinks of a seed, s."""
    return float(stream(seed, RATE_STREAM, 0).uniform(2.7, 4.2))


@lru_cache(maxsize=64)
def blinks(seed: int, block: int, pause: float) -> tuple[Blink, ...]:
    """Return the blinks of a block, with a mean `pause` (s); each ends within it."""
    rng = stream(seed, BLINK_STREAM, block)
    middle = log(pause) - SPREAD**2 / 2
    events: list[Blink] = []
    time = block * BLOCK_SECONDS + rng.uniform(0.05, 0.9) * pause
    while time < (block + 1) * BLOCK_SECONDS - 0.8:
        slowness = exp(rng.normal(0.0, 0.2))
        events.append(Blink(time, 0.075 * slowness, 0.035, 0.15 * slowness))
        twice = rng.random() < 0.08
        time += 0.42 if twice else max(exp(rng.normal(middle, SPREAD)), 0.8)
    return tuple(events)


def lids(seed: int, time: float, pause: float) -> float:
    """Return how far the lids are closed at `time` (s), 0 to 1, with a mean `pause` (s)."""
    return max(
        (b.closure(time) for b in blinks(seed, block_of(time), pause) if b.start <= time < b.end),
        default=0.0,
    )
