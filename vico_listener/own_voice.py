"""Whether the robot itself speaks, so that its own voice is not taken for the speaker's."""

from math import inf

from vico_listener.clock import MODEL_RATE


class OwnVoice:
    """Follows what the robot's programs say of its voice, tick by tick of stream time.

    Args:
        tail: the time for which the robot's voice is still in the room, or on its way through the
            microphone, after it has ended, s.

    Attributes:
        expired: whether the robot was last said to speak, for longer than anybody does.
    """

    def __init__(self, tail: float = 0.0) -> None:
        self._tail = round(tail * MODEL_RATE)
        self._left = 0.0
        self._echo = 0
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

    def step(self) -> bool:
        """Return whether the robot's voice may be heard at the next tick."""
        if self._left > 0.0:
            self._left -= 1.0
            self._echo = self._tail
            self.expired = self._left <= 0.0
            return True
        self._echo -= 1
        return self._echo >= 0
