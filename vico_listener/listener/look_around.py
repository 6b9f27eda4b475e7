"""Looking around, of somebody who is alone: when a look begins, and for how long it is held."""

from collections.abc import Callable
from typing import Generic
from typing import TypeVar

from vico_listener.listener.chance import Chance
from vico_listener.listener.follower import STEP

FIRST_PAUSE = (0.3, 1.5)
"""The shortest and longest time before the first look around, s."""
LOOK_PAUSE = (2.5, 7.0)
"""The shortest and longest time between two looks around, s."""

Look = TypeVar('Look')


class LookAround(Generic[Look]):
    """Draws one look after another, with pauses between them.

    Args:
        chance: draws the pauses.
        draw: draws a look, and the time after which it is over, s.

    Attributes:
        look: the look that is held at this tick; None in a pause.
        begins: whether it begins at this tick.
    """

    def __init__(self, chance: Chance, draw: Callable[[], tuple[Look, float]]) -> None:
        self._chance, self._draw = chance, draw
        self.look: Look | None = None
        self.begins = False

    def reset(self) -> None:
        """Begin with the pause before the first look."""
        self.look, self.begins = None, False
        self._held = 0.0
        self._pause = self._chance.between(*FIRST_PAUSE)

    def step(self, alone: bool = True) -> None:
        """Go on by a tick; a look that has begun is held although somebody comes."""
        self.begins = False
        if alone:
            self._pause -= STEP
            if self._pause <= 0.0:
                self.look, self._held = self._draw()
                self._pause = self._held + self._chance.between(*LOOK_PAUSE)
                self.begins = True
        self._held -= STEP
        if self._held <= 0.0:
            self.look = None
