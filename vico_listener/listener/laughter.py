"""The rhythm of a laugh: notes of a fifth of a second in bouts, with a breath between two bouts.

The notes of laughter follow one another after 0.21 s, with little variance (Provine & Yong 1991),
and become weaker until the bout ends.
"""

from math import cos
from math import pi

from vico_listener.listener.chance import Chance
from vico_listener.listener.follower import STEP

NOTE = (0.21, 0.08, 0.17, 0.26)
"""Median, spread and limits of the seconds from note to note in a bout."""
NOTES = (1.0, 2.0, 2.0, 1.0)
"""The weights of bouts of four to seven notes."""
FEWEST = 4
"""The fewest notes of a bout."""
WEAKEST = 0.4
"""The last note of a bout in terms of the first."""
BREATH = (0.5, 0.3, 0.3, 0.9)
"""Median, spread and limits of the seconds between two bouts."""


class Laughter:
    """Gives the notes of a laugh, tick by tick; a bout that has begun is laughed to its end.

    Args:
        chance: draws how many notes a bout has, how long they are, and the breaths.
    """

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self.reset()

    def reset(self) -> None:
        """Return to the start: no laugh."""
        self._time = self._breath = 0.0
        self._notes = 0
        self._seconds = 1.0

    def step(self, laughing: bool) -> float:
        """Return how far the next tick is into a note, from 0 (between two) to 1 at its height.

        Args:
            laughing: whether there is something to laugh about.
        """
        self._breath -= STEP
        if self._notes == 0:
            if not laughing or self._breath > 0.0:
                return 0.0
            self._notes = FEWEST + self._chance.choice(NOTES)
            self._seconds = self._chance.around(*NOTE)
            self._time = 0.0
        self._time += STEP
        sung = self._time / self._seconds
        if sung >= self._notes:
            self._notes = 0
            self._breath = self._chance.around(*BREATH)
            return 0.0
        strength = 1.0 - (1.0 - WEAKEST) * sung / self._notes
        return strength * (0.5 - 0.5 * cos(2.0 * pi * sung))
