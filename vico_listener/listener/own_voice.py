"""Whether the robot itself speaks, as its programs say."""

from math import inf

from vico_listener.clock import MODEL_RATE


class OwnVoice:
    """Follows what the robot's programs say of its voice, tick by tick of stream time.

    Attributes:
        expired: whether the robot was last said to speak, for longer than anybody does.
    """

    def __init__(self) -> None:
        self._left = 0.0
        self.expired = False

    def tell(self, speaks: bool, timeout: float = inf) -> None:
        """Take in that the robot speaks or no longer speaks, from the next tick on.

        Args:
            speaks: whether it does.
            timeout: the time after which it counts as silent although nobody said so, s; it
                begins anew whenever it is said to speak.
        """
        self.expired = False
        self._left = timeout * MODEL_RATE if speaks else 0.0

    @property
    def speaks(self) -> bool:
        """Whether the robot speaks."""
        return self._left > 0.0

    def step(self) -> None:
        """Go on by one tick."""
        if self.speaks:
            self._left -= 1.0
            self.expired = not self.speaks
