"""Face of the idle layer: the tone of its muscles, and fidgets of mouth and brows.

A face at rest is not still. Lips are pressed, rolled in or parted for a moment, a mouth corner or
a brow moves, one side more than the other, and the tone of all muscles wanders a little. Of seven
real listeners 25 coefficients moved within a clip of some seconds.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import exp
from math import log

import numpy as np

from vico_listener.listener.expression import BROW_DOWN
from vico_listener.listener.expression import BROW_UP
from vico_listener.listener.expression import CORNERS
from vico_listener.listener.expression import FACE_CHANNELS
from vico_listener.listener.expression import LEFT_SIDE
from vico_listener.listener.expression import PART
from vico_listener.listener.expression import PRESS
from vico_listener.listener.expression import RIGHT_SIDE
from vico_listener.listener.expression import ROLL
from vico_listener.listener.expression import Expression
from vico_listener.listener.random_blocks import BLOCK_SECONDS
from vico_listener.listener.random_blocks import Wander
from vico_listener.listener.random_blocks import block_of
from vico_listener.listener.random_blocks import draw_wander
from vico_listener.listener.random_blocks import ease
from vico_listener.listener.random_blocks import stream

TONE_STREAM, FIDGET_STREAM = 15, 17
"""The first of the random streams of each part."""

TONE = 0.045
"""Mean of the tone of each channel; it spreads as much and is never below zero."""
TONE_MOVE, TONE_STAY = (0.4, 1.4), (0.05, 1.5)
"""How long the tone moves and stays, s."""

FIDGETS = (
    (PRESS, 0.45),
    (ROLL, 0.45),
    (CORNERS, 0.4),
    (PART, 0.6),
    (BROW_UP, 0.28),
    (BROW_DOWN, 0.2),
)
"""The channels of the fidgets and the size of each at most."""
FIDGET_PAUSE = (log(2.6), 0.6)
"""Mean and standard deviation of the logarithm of the time between two fidgets, s."""


@dataclass(frozen=True)
class Fidget:
    """One fidget.

    Attributes:
        start: when it begins, s.
        rise, stay, fall: how long it grows, stays and fades, s.
        change: (52,) the change of the expression at its height.
    """

    start: float
    rise: float
    stay: float
    fall: float
    change: Expression

    @property
    def end(self) -> float:
        """The time at which it is over, s."""
        return self.start + self.rise + self.stay + self.fall

    def height(self, time: float) -> float:
        """Return how far it is shown at `time`, 0 to 1."""
        since = time - self.start
        return ease(since / self.rise) - ease((since - self.rise - self.stay) / self.fall)


@lru_cache(maxsize=16)
def fidgets(seed: int, block: int) -> tuple[Fidget, ...]:
    """Return the fidgets of a block; each ends within it."""
    rng = stream(seed, FIDGET_STREAM, block)
    events: list[Fidget] = []
    time = block * BLOCK_SECONDS + rng.uniform(0.0, 3.0)
    while True:
        channel, size = FIDGETS[int(rng.integers(len(FIDGETS)))]
        weaker = LEFT_SIDE if rng.random() < 0.5 else RIGHT_SIDE
        sides = np.where(weaker, rng.uniform(0.3, 1.0), 1.0)
        change = size * rng.uniform(0.4, 1.0) * FACE_CHANNELS[channel] * sides
        rise, fall = rng.uniform(0.2, 0.5), rng.uniform(0.3, 0.9)
        stay = min(exp(rng.normal(log(0.7), 0.7)), 3.0)
        fidget = Fidget(time, rise, stay, fall, change)
        if fidget.end >= (block + 1) * BLOCK_SECONDS:
            return tuple(events)
        events.append(fidget)
        time += max(exp(rng.normal(*FIDGET_PAUSE)), 0.4)


@lru_cache(maxsize=16)
def _tone(seed: int, block: int) -> Wander:
    spreads = (TONE,) * len(FACE_CHANNELS)
    return draw_wander(seed, TONE_STREAM, block, spreads, TONE_MOVE, TONE_STAY)


def face_change(seed: int, time: float) -> Expression:
    """Return the change of the expression (52,) at a time, s."""
    block = block_of(time)
    tone = [max(TONE + value, 0.0) for value in _tone(seed, block).at(time)]
    change: Expression = np.array(tone) @ FACE_CHANNELS
    for fidget in fidgets(seed, block):
        if fidget.start <= time < fidget.end:
            change = change + fidget.height(time) * fidget.change
    return change
