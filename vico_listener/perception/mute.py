"""When no sound counts, so that the robot's own voice is not taken for the speaker's."""

from vico_listener.clock import MODEL_RATE

SPEAKING_TAIL = 0.4
"""How long the robot's own voice goes on in a room, and on its way through the microphone, s."""


class Mute:
    """Mutes while the robot speaks, and for a while after it, tick by tick of stream time.

    Args:
        tail: the time for which the robot's voice is still in the room, or on its way through the
            microphone, after it has ended, s.

    Attributes:
        robot_speaks: whether the robot speaks.
    """

    def __init__(self, tail: float) -> None:
        self.robot_speaks = False
        self._tail = round(tail * MODEL_RATE)
        self._left = 0

    def tell(self, robot_speaks: bool) -> None:
        """Take in that the robot speaks or no longer speaks, from the next tick on."""
        self.robot_speaks = robot_speaks

    def step(self) -> bool:
        """Return whether the robot's voice may be heard at the next tick."""
        if self.robot_speaks:
            self._left = self._tail
            return True
        self._left -= 1
        return self._left >= 0
