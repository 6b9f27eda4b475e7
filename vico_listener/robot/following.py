"""Notices a joint that does not follow its commands, and keeps these from running away from it."""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vico_listener.clock import NANOSECONDS
from vico_listener.robot.joints import Joint
from vico_listener.robot.shaping import Angles

ANGLE = math.radians(8.0)
"""A joint that is further than this (rad) from everything that was lately asked does not follow."""

REACTION_NS = 500_000_000
"""What was asked within this time is lately: servos, networks and joint states are slow."""

PATIENCE_NS = 500_000_000
"""It must not follow for this long until it counts."""

RANGE_NS = 2_000_000_000
"""Over this time the joint's range of motion is compared with that of its commands."""

STUCK = 0.1
"""A joint whose range is this share of what was asked stands still."""

LEASH = math.radians(1.5)
"""From where such a joint is, its target is no further away than this (rad)."""


@dataclass(frozen=True)
class Lag:
    """A joint that does not follow.

    Attributes:
        joint: its name.
        angle: how far it is from where it was sent, rad.
        seconds: for how long.
    """

    joint: str
    angle: float
    seconds: float

    def __str__(self) -> str:
        return (
            f'{self.joint} is {math.degrees(self.angle):.0f} degrees from where it was sent, for '
            f'{self.seconds:.1f} s'
        )


class Following:
    """Compares where the joints are with where they were sent.

    A joint that does not follow, because it is blocked, an emergency stop is pressed, or another
    program moves it, is put on a leash: its target stays within `LEASH` of where it is. So it does
    not set off with force when it is free again. The leash is taken off when it has moved and its
    target is near.

    Args:
        joints: of the profile.
    """

    def __init__(self, joints: Sequence[Joint]) -> None:
        self._joints = joints
        self._sent: deque[tuple[int, Angles]] = deque()
        self._seen: deque[tuple[int, Angles]] = deque()
        self._away: list[int | None] = [None] * len(joints)
        self._stuck_at: list[float | None] = [None] * len(joints)
        self._place: Angles | None = None
        self._asked = np.zeros(len(joints))
        self._now = 0

    def restart(self) -> None:
        """Forget everything: the head begins anew where it is."""
        self._sent.clear()
        self._seen.clear()
        self._away = [None] * len(self._joints)
        self._stuck_at = [None] * len(self._joints)
        self._place = None

    def send(self, positions: Sequence[float], now: int) -> None:
        """Take note of a command for positions (rad) that is sent at `now` (ns)."""
        self._sent.append((now, np.array(positions)))
        while now - self._sent[0][0] > RANGE_NS:
            self._sent.popleft()

    def want(self, positions: Angles) -> None:
        """Take note of where the head would be sent without a leash (rad)."""
        self._asked = positions

    def see(self, positions: Sequence[float], now: int) -> None:
        """Take note of where the joints are (rad) at `now` (ns), and judge."""
        place = np.array(positions)
        self._place, self._now = place, now
        self._seen.append((now, place))
        while now - self._seen[0][0] > RANGE_NS:
            self._seen.popleft()
        lately = [sent for when, sent in self._sent if now - when <= REACTION_NS]
        if not lately:
            # Nobody commands it: it may be anywhere.
            self._away = [None] * len(self._joints)
            return
        low, high = np.min(lately, axis=0), np.max(lately, axis=0)
        distance = np.maximum(np.maximum(low - place, place - high), 0.0)
        still = self._stands_still(now)
        for n, stuck_at in enumerate(self._stuck_at):
            if stuck_at is not None:
                moved = abs(place[n] - stuck_at) > 2.0 * LEASH
                if moved and abs(self._asked[n] - place[n]) < ANGLE:
                    self._stuck_at[n] = self._away[n] = None
                continue
            since = self._away[n]
            if distance[n] <= ANGLE and not still[n]:
                self._away[n] = None
            elif since is None:
                self._away[n] = now
            elif now - since > PATIENCE_NS:
                self._stuck_at[n] = float(place[n])

    @property
    def lags(self) -> list[Lag]:
        """The joints that do not follow."""
        found = []
        for n, joint in enumerate(self._joints):
            since = self._away[n]
            if self._stuck_at[n] is None or self._place is None or since is None:
                continue
            angle = abs(float(self._asked[n] - self._place[n]))
            found.append(Lag(joint.name, angle, (self._now - since) / NANOSECONDS))
        return found

    def leash(self) -> tuple[Angles, Angles] | None:
        """Return the lowest and the highest target (rad) of every joint; None without a leash."""
        if self._place is None or all(stuck is None for stuck in self._stuck_at):
            return None
        held = np.array([stuck is not None for stuck in self._stuck_at])
        return (
            np.where(held, self._place - LEASH, -np.inf),
            np.where(held, self._place + LEASH, np.inf),
        )

    def _stands_still(self, now: int) -> list[bool]:
        """Return which joints stand still although they are sent to and fro."""
        if now - self._sent[0][0] < RANGE_NS - REACTION_NS or len(self._seen) < 3:
            return [False] * len(self._joints)
        asked = np.ptp([sent for _, sent in self._sent], axis=0)
        done = np.ptp([place for _, place in self._seen], axis=0)
        return ((asked > 2.0 * ANGLE) & (done < STUCK * asked)).tolist()
