"""Blocks of time, in which the idle layer draws its events and wandering values at random.

Every block has counter-based random streams of its own, so that tick 100000 costs as much as tick
0. Values at the border of two blocks are drawn by the later one, so that both join without a jump.
"""

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

BRANCH = 0x2545F4914F6CDD1D
"""By how much the seed of a branch exceeds that of the one before, an arbitrary odd number."""
BLOCK_SECONDS = 60.0
"""Length of the blocks in which events are drawn, s."""


def stream(seed: int, number: int, block: int) -> np.random.Generator:
    """Return the random generator of a block: one of several independent streams of a seed."""
    return np.random.Generator(np.random.Philox(key=[seed, number * 2**48 + block]))


def branched(seed: int, branch: int) -> int:
    """Return the seed of a branch, which draws other numbers than the seed itself, branch 0."""
    return (seed + branch * BRANCH) % 2**63


def block_of(time: float) -> int:
    """Return the block in which a time (s) lies."""
    return int(time // BLOCK_SECONDS)


def ease(s: float) -> float:
    """Return the minimum-jerk step from 0 (s <= 0) to 1 (s >= 1)."""
    if s <= 0.0:
        return 0.0
    if s >= 1.0:
        return 1.0
    return s * s * s * (10.0 - 15.0 * s + 6.0 * s * s)


@dataclass(frozen=True)
class Wander:
    """Values that move from one place to the next and stay there for a while, within one block.

    Attributes:
        leaves: (N,) when each move begins, s; the first one is the start of the block.
        arrives: (N,) when it ends, s.
        places: (N + 1) the values before the first move and after each.
    """

    leaves: list[float]
    arrives: list[float]
    places: list[tuple[float, ...]]

    def at(self, time: float) -> list[float]:
        """Return the values at a time of the block, s."""
        move = max(bisect_right(self.leaves, time) - 1, 0)
        leave, arrive = self.leaves[move], self.arrives[move]
        share = ease((time - leave) / (arrive - leave))
        old, new = self.places[move], self.places[move + 1]
        return [a + share * (b - a) for a, b in zip(old, new, strict=True)]


def draw_wander(
    seed: int,
    number: int,
    block: int,
    spreads: tuple[float, ...],
    move: tuple[float, float],
    stay: tuple[float, float],
) -> Wander:
    """Draw how values wander in a block.

    Args:
        seed: the seed.
        number: the stream; it takes this and the next one.
        block: the block.
        spreads: the standard deviation of the places of each value, in any unit; no place lies
            beyond 2.5 of them.
        move: the shortest and longest duration of a move, s.
        stay: the shortest and longest stay, s. They are log-uniform, so that short ones prevail.
    """

    def place(rng: np.random.Generator) -> tuple[float, ...]:
        drawn = np.clip(rng.normal(size=len(spreads)), -2.5, 2.5) * spreads
        return tuple(drawn.tolist())

    def border(at: int) -> tuple[float, ...]:
        return place(stream(seed, number + 1, at))

    rng = stream(seed, number, block)
    time, end = block * BLOCK_SECONDS, (block + 1) * BLOCK_SECONDS
    leaves: list[float] = []
    arrives: list[float] = []
    places = [border(block)]
    while True:
        leaves.append(time)
        arrive = time + rng.uniform(*move)
        time = arrive + float(np.exp(rng.uniform(*np.log(stay))))
        if time + move[1] >= end:
            break
        arrives.append(arrive)
        places.append(place(rng))
    arrives.append(end)
    places.append(border(block + 1))
    return Wander(leaves, arrives, places)
