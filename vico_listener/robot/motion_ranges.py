"""Compares how far the joints of a head moved lately with how far they were sent."""

import math
from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vico_listener.robot.shaping import Angles

WINDOW_NS = 2_500_000_000
"""Over this time: a nod has room in it, with what the joint needs to answer it."""

REACTION_NS = 500_000_000
"""What was sent may show so much later: servos, networks and joint states are slow."""

GAP_NS = 250_000_000
"""Left longer without news of the joints one might miss a nod: one begins anew."""

PLAY = math.radians(2.5)
"""So much of a motion (rad) gears with play, or servos that leave small errors, may swallow."""

SHARE = 0.25
"""A joint that makes less than this of the rest stands still. Slow servos make fast nods smaller:
a time constant of 0.2 s leaves just as much of them at 3 Hz."""


class MotionRanges:
    """Keeps where the joints were sent and where they were seen, for as long as that counts.

    Args:
        count: of the joints.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._sent: deque[tuple[int, Angles]] = deque()
        self._seen: deque[tuple[int, Angles]] = deque()
        self._since = [0] * count
        self._came = 0

    def restart(self) -> None:
        """Forget everything."""
        self._sent.clear()
        self._seen.clear()
        self._since = [0] * self._count

    def forget(self, joint: int, now: int) -> None:
        """Leave out of count what the joint of a number did until `now` (ns)."""
        self._since[joint] = now

    def send(self, positions: Sequence[float], now: int) -> None:
        """Take note of a command for positions (rad) that is sent at `now` (ns)."""
        self._sent.append((now, np.array(positions)))
        _drop(self._sent, now)

    def see(self, positions: Sequence[float], now: int, came: int) -> None:
        """Take note of where the joints are (rad) at `now` (ns), as it was told at `came` (ns)."""
        if now - came > GAP_NS or came - self._came > GAP_NS:
            self._seen.clear()
        self._came = came
        self._seen.append((now, np.array(positions)))
        _drop(self._seen, now)

    def compare(self, now: int) -> tuple[Angles, Angles]:
        """Return how far each joint was sent (rad), and how far it moved, with time to react."""
        asked, moved = np.zeros(self._count), np.zeros(self._count)
        if not self._sent or not self._seen:
            return asked, moved
        sent_at, sent = _columns(self._sent)
        seen_at, seen = _columns(self._seen)
        for joint, since in enumerate(self._since):
            begin = max(since, seen_at[0])
            counts = (sent_at >= begin) & (sent_at <= now - REACTION_NS)
            if counts.any():
                asked[joint] = np.ptp(sent[counts, joint])
                moved[joint] = np.ptp(seen[seen_at >= begin, joint])
        return asked, moved


def stands_still(asked: Angles, moved: Angles) -> NDArray[np.bool_]:
    """Return which joints stand still (bool) although they were sent to and fro."""
    return np.asarray(moved < SHARE * (asked - PLAY))


def _columns(entries: deque[tuple[int, Angles]]) -> tuple[Angles, Angles]:
    """Return times (n,) and positions (n, joints)."""
    return np.array([when for when, _ in entries]), np.array([place for _, place in entries])


def _drop(entries: deque[tuple[int, Angles]], now: int) -> None:
    while now - entries[0][0] > WINDOW_NS:
        entries.popleft()
