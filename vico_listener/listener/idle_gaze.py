"""Gaze of the idle layer: fixations on the speaker's face, and now and then a look away.

Listeners fixate for 155 / 211 / 311 ms, shift their gaze by 0.3 / 0.8 / 2.6 deg (quartiles) and
stay within 2.8 x 2.0 deg (standard deviation of yaw and pitch): 17,717 fixations of 19 people, 187
minutes (psyberlab/eye-gaze-during-conversation-dataset). They look at their partner for 94 to 97 %
of the time, and away for 0.3 / 0.9 / 2.5 s (10, 50 and 90 %; one dyad of IFADV), mostly sideways
(Andrist et al. 2013).
"""

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from math import cos
from math import exp
from math import hypot
from math import log
from math import pi
from math import radians
from math import sin

from vico_listener.listener.random_blocks import BLOCK_SECONDS
from vico_listener.listener.random_blocks import block_of
from vico_listener.listener.random_blocks import ease
from vico_listener.listener.random_blocks import stream

AWAY_STREAM, FIXATION_STREAM = 1, 3
"""The random streams."""

FIXATION = (log(0.211), 0.516)
"""Mean and standard deviation of the logarithm of a fixation's seconds."""
SHIFT = (log(radians(0.85)), 1.75)
"""Mean and standard deviation of the logarithm of a shift of gaze, rad."""
LARGEST_SHIFT = radians(5.0)
"""The largest shift of gaze between fixations, rad."""
FACE = (radians(4.6), radians(3.6))
"""Half the width and height within which the fixations lie, rad."""
SACCADE = 0.05
"""The time that the eyes take for a shift of gaze, s."""
TRIES = 6
"""The number of directions that are tried for a shift before the gaze returns to the middle."""

AWAY_SECONDS = (log(0.9), 0.8)
"""Mean and standard deviation of the logarithm of a look away, s."""
AWAY_LIMITS = (0.3, 2.6)
"""The shortest and longest look away, s."""
AWAY_PAUSE = (5.0, 18.0)
"""The shortest and longest time between two looks away, s."""


@dataclass(frozen=True)
class Away:
    """One look away from the speaker and back.

    Attributes:
        start: when the eyes start to move, s.
        duration: how long they stay away, s.
        left, up: the turn of the gaze, rad.
        head: by how much the head follows to the left, rad.
    """

    start: float
    duration: float
    left: float
    up: float
    head: float

    EYES = 0.1
    """The time that the eyes take for each way, s."""
    HEAD = 0.45
    """The time that the head takes for each way, s."""

    @property
    def end(self) -> float:
        """The time at which the head is back, s."""
        return self.start + self.duration + self.HEAD

    def share(self, time: float, ramp: float) -> float:
        """Return how far away the gaze is at `time`, 0 to 1, when each way takes `ramp` seconds."""
        since = time - self.start
        return ease(since / ramp) - ease((since - self.duration) / ramp)


@dataclass(frozen=True)
class Fixations:
    """The fixations of a block: when each begins (s), and where, to the left and up (rad)."""

    starts: list[float]
    places: list[tuple[float, float]]


@lru_cache(maxsize=64)
def fixations(seed: int, block: int) -> Fixations:
    """Return the fixations of a block; its first and last one are in the middle of the face."""
    rng = stream(seed, FIXATION_STREAM, block)
    time, end = block * BLOCK_SECONDS, (block + 1) * BLOCK_SECONDS
    starts, places = [time], [(0.0, 0.0)]
    while True:
        time += min(max(exp(rng.normal(*FIXATION)), 0.07), 2.0)
        if time > end - 0.3:
            return Fixations([*starts, end - 0.3], [*places, (0.0, 0.0)])
        size = min(exp(rng.normal(*SHIFT)), LARGEST_SHIFT)
        left, up = places[-1]
        for _ in range(TRIES):
            angle = rng.uniform(0.0, 2.0 * pi)
            place = left + size * cos(angle), up + 0.8 * size * sin(angle)
            if hypot(place[0] / FACE[0], place[1] / FACE[1]) <= 1.0:
                break
        else:
            place = (0.0, 0.0)
        starts.append(time)
        places.append(place)


@lru_cache(maxsize=64)
def looks_away(seed: int, block: int) -> tuple[Away, ...]:
    """Return the looks away of a block; each ends within it."""
    rng = stream(seed, AWAY_STREAM, block)
    events: list[Away] = []
    time = block * BLOCK_SECONDS + rng.uniform(1.0, AWAY_PAUSE[1])
    while True:
        duration = min(max(exp(rng.normal(*AWAY_SECONDS)), AWAY_LIMITS[0]), AWAY_LIMITS[1])
        side = 1.0 if rng.random() < 0.5 else -1.0
        left = side * radians(rng.uniform(10.0, 16.0))
        up = radians(rng.normal(-2.0, 4.0))
        away = Away(time, duration, left, up, left * rng.uniform(0.12, 0.25))
        if away.end > (block + 1) * BLOCK_SECONDS - 0.5:
            return tuple(events)
        events.append(away)
        time = away.end + rng.uniform(*AWAY_PAUSE)


def gaze(seed: int, time: float, attention: float) -> tuple[float, float, float]:
    """Return the turn of the eyes to the left and up, and that of the head to the left, rad.

    Args:
        seed: the seed.
        time: the time, s.
        attention: 0 to 1; at 1 no look away is shown.
    """
    block = block_of(time)
    found = fixations(seed, block)
    now = bisect_right(found.starts, time) - 1
    before = found.places[max(now - 1, 0)]
    share = ease((time - found.starts[now]) / SACCADE)
    left, up = (a + share * (b - a) for a, b in zip(before, found.places[now], strict=True))
    head = 0.0
    for away in looks_away(seed, block):
        if away.start <= time < away.end:
            eyes = (1.0 - attention) * away.share(time, Away.EYES)
            left += eyes * (away.left - left)
            up += eyes * (away.up - up)
            head = (1.0 - attention) * away.head * away.share(time, Away.HEAD)
    return left, up, head
