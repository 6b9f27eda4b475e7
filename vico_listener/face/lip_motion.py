"""Follows the lips of one person, and how well they go with the voice that is heard."""

from collections import deque

import numpy as np

from vico_listener.clock import NANOSECONDS

LEAST = 3
"""So many measurements tell whether lips move, however long they took."""

FULL = 0.04
"""An opening that changes by so much within `WINDOW` is that of somebody who speaks.

While nobody speaks it changes by 0.003, the noise of the landmarks.
"""

WINDOW = 0.35
"""The time over which it changes, s: about one and a half syllables."""

SPAN = 2.5
"""The time over which lips are compared with the voice, s; over 1 s those of others go with it
nearly as well as the speaker's own."""

LAG = 0.08
"""By how much the lips are ahead of the voice, s."""

ENOUGH = 12
"""Measurements without which lips are not compared with the voice."""

MOVING = 0.008
"""The standard deviation of an opening, below which it goes with nothing."""


class Loudness:
    """Remembers how loud it was over the last `SPAN` seconds."""

    def __init__(self) -> None:
        self._levels: deque[tuple[int, float]] = deque()

    def add(self, stamp: int, level: float) -> None:
        """Take the level at a stamp (ns); its unit does not matter."""
        self._levels.append((stamp, level))
        while self._levels[0][0] < stamp - SPAN * NANOSECONDS:
            self._levels.popleft()

    def at(self, stamps: np.ndarray) -> np.ndarray | None:
        """Return the levels at stamps (N,), interpolated; None if too few are known."""
        if len(self._levels) < ENOUGH:
            return None
        known = np.array(self._levels)
        return np.interp(stamps, known[:, 0], known[:, 1])


class Lips:
    """The openings of one mouth over the last `SPAN` seconds."""

    def __init__(self) -> None:
        self._openings: deque[tuple[int, float]] = deque()

    def add(self, stamp: int, opening: float | None) -> None:
        """Take the opening at a stamp (ns), None where it was not measured, and forget old ones."""
        if opening is not None and np.isfinite(opening):
            self._openings.append((stamp, opening))
        while self._openings and self._openings[0][0] < stamp - SPAN * NANOSECONDS:
            self._openings.popleft()

    def motion(self, stamp: int, since: int) -> float:
        """Return how much they move, 0 to 1.

        Args:
            stamp: now, ns.
            since: what they did before does not count, ns.
        """
        recent = max(stamp - round(WINDOW * NANOSECONDS), since)
        number = sum(at >= recent for at, _ in self._openings)
        found = [(at, opening) for at, opening in self._openings if at >= since]
        openings = [opening for _, opening in found[-max(number, LEAST) :]]
        if len(openings) < 2:
            return 0.0
        return min((max(openings) - min(openings)) / FULL, 1.0)

    def harmony(self, loudness: Loudness) -> float:
        """Return the correlation of their opening with the loudness, -1 to 1; 0 if unknown."""
        if len(self._openings) < ENOUGH:
            return 0.0
        found = np.array(self._openings)
        levels = loudness.at(found[:, 0] + LAG * NANOSECONDS)
        if levels is None or found[:, 1].std() < MOVING:
            return 0.0
        opening, level = found[:, 1] - found[:, 1].mean(), levels - levels.mean()
        norm = float(np.sqrt((opening @ opening) * (level @ level)))
        return float(opening @ level) / norm if norm > 0 else 0.0
