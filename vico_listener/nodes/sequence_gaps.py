"""Counts the messages that never arrived, by the numbers that their publishers give them."""

from vico_listener.clock import NANOSECONDS

BURST = 100
"""Messages that a publisher may send at once..."""
FASTEST = 1000.0
"""...and in a second: a larger gap is no gap but another publisher."""
PUBLISHERS = 8
"""Publishers told apart at most; whoever has been silent longest is forgotten."""


class SequenceGaps:
    """What is missing between the sequence numbers of a topic's messages.

    A message does not say which publisher it is from (rclpy leaves that out), so it counts as from
    the one whose last number is nearest below its own.

    Attributes:
        lost: messages missing so far.
    """

    def __init__(self) -> None:
        self.lost = 0
        self._publishers: list[tuple[int, int]] = []

    def see(self, number: int, stamp: int) -> None:
        """Take the sequence number of a message and when it was published, ns."""
        before = [
            (last, when)
            for last, when in self._publishers
            if 0 < number - last <= max(BURST, FASTEST * (stamp - when) / NANOSECONDS)
        ]
        if before:
            nearest = max(before)
            self.lost += number - nearest[0] - 1
            self._publishers.remove(nearest)
        self._publishers.append((number, stamp))
        del self._publishers[:-PUBLISHERS]
