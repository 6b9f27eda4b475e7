"""When no sound counts, so that the robot's own voice is not taken for the speaker's.

Its voice is what its programs say (`robot_speaking`), and what the listener itself plays: the
*vocals*, which are known from their beginning to their end.
"""

from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS

SPEAKING_TAIL = 0.4
"""How long the robot's own voice goes on in a room, and on its way through the microphone, s."""
AT_ONCE_NS = NANOSECONDS
"""A vocal whose stamp is further than this from the newest sound is stamped by another clock."""


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
        self._vocal_end = 0

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

    def tell_vocal(self, stamp: int, seconds: float, newest: int) -> int:
        """Take in that a vocal begins to be played, and return when, in stream time.

        Args:
            stamp: when it begins, ns; 0 if that is only known to be now.
            seconds: its length, s.
            newest: the stream time that has been reached, ns.
        """
        begin = stamp if abs(stamp - newest) <= AT_ONCE_NS else newest
        end = begin + round((seconds + self._tail / MODEL_RATE) * NANOSECONDS)
        self._vocal_end = max(self._vocal_end, end)
        return begin

    def forget_vocals(self) -> None:
        """Forget the vocals: stream time begins anew."""
        self._vocal_end = 0

    def hears_vocal(self, stamp: int) -> bool:
        """Return whether a vocal may be heard at a stamp, ns."""
        return stamp < self._vocal_end
