"""The time of a head in a replay, which goes on when the replay dies."""

import time
from collections.abc import Callable

from vico_listener.clock import NANOSECONDS

REPLAY_SILENCE = 5.0
"""Wall seconds without motion after which a replay counts as dead and the head goes to rest."""


class ReplayClock:
    """The time of a replay: that of its motions; should it die, wall time takes over.

    Args:
        wall: steady time, ns.
    """

    def __init__(self, wall: Callable[[], int] = time.monotonic_ns) -> None:
        self._wall = wall
        self._offset = 0
        self._heard = 0

    def hear(self, stamp: int) -> None:
        """Take the stamp (ns) of a motion that has come, which is the time now."""
        self._heard = self._wall()
        self._offset = stamp - self._heard

    def now(self) -> int | None:
        """Return wall time that goes on from the last stamp (ns); None while motions come."""
        wall = self._wall()
        return wall + self._offset if wall - self._heard >= REPLAY_SILENCE * NANOSECONDS else None
