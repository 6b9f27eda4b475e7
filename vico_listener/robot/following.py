"""Notices a joint that does not follow its commands, and keeps these from running away from it."""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vico_listener.clock import NANOSECONDS
from vico_listener.robot.joints import Joint
from vico_listener.robot.motion_ranges import REACTION_NS
from vico_listener.robot.motion_ranges import MotionRanges
from vico_listener.robot.motion_ranges import stands_still
from vico_listener.robot.shaping import Angles

ANGLE = math.radians(8.0)
"""A joint that is further than this (rad) from everything that was lately asked does not follow."""

PATIENCE_NS = 500_000_000
"""It must not follow for this long until it counts."""

JUDGING_NS = 100_000_000
"""How far joints move is looked at so often."""

LEASH = math.radians(1.5)
"""From where such a joint is, its target is no further away than this (rad)."""

MOVED = math.radians(0.8)
"""A joint that moved so far (rad) on the leash is free: noise of its sensor is less."""


CAUSES = (
    'is it blocked, is an emergency stop pressed, does another program move it, or does its '
    'controller refuse the commands?'
)


@dataclass(frozen=True)
class Lag:
    """A joint that does not follow.

    Attributes:
        joint: its name.
        angle: how far it is from where it was sent, rad.
        seconds: for how long.
        asked: how far it was sent to and fro when that was noticed, rad; 0 = it was elsewhere.
        moved: how far it moved then, rad.
        away: how far it was from everything that it had been sent then, rad.
    """

    joint: str
    angle: float
    seconds: float
    asked: float = 0.0
    moved: float = 0.0
    away: float = 0.0

    def __str__(self) -> str:
        if self.angle > ANGLE:
            found = f'is {math.degrees(self.angle):.0f} degrees away from its target'
        elif self.asked:
            found = f'moved by {math.degrees(self.moved):.1f} of {math.degrees(self.asked):.1f} '
            found += 'degrees that it was sent'
        else:
            found = f'was {math.degrees(self.away):.0f} degrees away from its target'
        return f'{self.joint} {found}, for {self.seconds:.1f} s'


@dataclass
class _Held:
    """A joint on the leash: how far it was sent and moved before, and was from there, rad."""

    asked: float
    moved: float
    away: float


class Following:
    """Compares where the joints are with where they were sent.

    A joint that does not follow, because it is blocked, an emergency stop is pressed, or another
    program moves it, is put on a leash: its target stays within `LEASH` of where it is. So it does
    not set off with force when it is free again. Nods go on as far as the leash lets them, which
    is enough to see that it is free: the leash is taken off when it has moved, by its share of
    what it was sent, and its target is near. When the head begins anew, only a joint that was moved
    meanwhile counts as free.

    Args:
        joints: of the profile.
    """

    def __init__(self, joints: Sequence[Joint]) -> None:
        self._joints = joints
        self._lately: deque[tuple[int, Angles]] = deque()
        self._ranges = MotionRanges(len(joints))
        self._still = np.zeros(len(joints), bool)
        self._judged = 0
        self._away: list[int | None] = [None] * len(joints)
        self._held: list[_Held | None] = [None] * len(joints)
        self._place: Angles | None = None
        self._left: Angles | None = None  # where the head was before it began anew
        self._asked = np.zeros(len(joints))
        self._now = 0

    def restart(self) -> None:
        """Begin anew where the head is; what did not follow does not until it was seen to move."""
        self._lately.clear()
        self._ranges.restart()
        self._still[:] = False
        self._forgive()
        if self._place is not None:
            self._left, self._place = self._place, None

    def send(self, positions: Sequence[float], now: int) -> None:
        """Take note of a command for positions (rad) that is sent at `now` (ns)."""
        self._lately.append((now, np.array(positions)))
        self._ranges.send(positions, now)

    def want(self, positions: Angles) -> None:
        """Take note of where the head would be sent without a leash (rad)."""
        self._asked = positions

    def see(self, positions: Sequence[float], now: int, came: int) -> None:
        """Take note of where the joints are (rad) at `now` (ns), as told at `came`, and judge."""
        place = np.array(positions)
        if self._left is not None:
            moved = np.abs(place - self._left) > MOVED
            self._held = [None if free else h for h, free in zip(self._held, moved, strict=True)]
            self._left = None
            self._forgive()
        self._place, self._now = place, now
        self._ranges.see(positions, now, came)
        distance = self.distance(positions, now)
        if not self._lately:
            # Nobody commands it: it may be anywhere.
            self._forgive()
            return
        if now - self._judged >= JUDGING_NS:
            self._judged = now
            self._judge(place, now)
        for n, since in enumerate(self._away):
            if self._held[n] is not None:
                continue
            if distance[n] <= ANGLE and not self._still[n]:
                self._away[n] = None
            elif since is None:
                self._away[n] = now
            elif now - since > PATIENCE_NS:
                self._hold(n, float(distance[n]), now)

    def distance(self, positions: Sequence[float], now: int) -> Angles:
        """Return how far positions (rad) are from everything that was lately sent; 0 if nothing."""
        # The newest counts however old it is: the head was told to stay there.
        while len(self._lately) > 1 and now - self._lately[0][0] > REACTION_NS:
            self._lately.popleft()
        place = np.array(positions)
        if not self._lately:
            return np.zeros(len(place))
        lately = [sent for _, sent in self._lately]
        low, high = np.min(lately, axis=0), np.max(lately, axis=0)
        return np.asarray(np.maximum(np.maximum(low - place, place - high), 0.0))

    @property
    def lags(self) -> list[Lag]:
        """The joints that do not follow."""
        found = []
        place = self._left if self._place is None else self._place
        for joint, held, since, n in zip(
            self._joints, self._held, self._away, range(len(self._joints)), strict=True
        ):
            if held is None or place is None or since is None:
                continue
            angle = abs(float(self._asked[n] - place[n]))
            seconds = (self._now - since) / NANOSECONDS
            found.append(Lag(joint.name, angle, seconds, held.asked, held.moved, held.away))
        return found

    def leash(self) -> tuple[Angles, Angles] | None:
        """Return the lowest and the highest target (rad) of every joint; None without a leash."""
        if self._place is None or all(held is None for held in self._held):
            return None
        held = np.array([held is not None for held in self._held])
        return (
            np.where(held, self._place - LEASH, -np.inf),
            np.where(held, self._place + LEASH, np.inf),
        )

    def _forgive(self) -> None:
        """Forget since when joints are away that are not on the leash."""
        pairs = zip(self._away, self._held, strict=True)
        self._away = [None if held is None else since for since, held in pairs]

    def _judge(self, place: Angles, now: int) -> None:
        """See which joints stand still, and which of those on the leash are free again."""
        asked, moved = self._ranges.compare(now)
        self._still = stands_still(asked, moved)
        near = np.abs(self._asked - place) < ANGLE
        free = near & (moved > MOVED) & ~self._still
        for n, held in enumerate(self._held):
            if held is not None and free[n]:
                self._held[n] = self._away[n] = None
                self._ranges.forget(n, now)

    def _hold(self, joint: int, away: float, now: int) -> None:
        """Put a joint on the leash, and look from then on whether it moves."""
        asked, moved = (float(found[joint]) for found in self._ranges.compare(now))
        if not self._still[joint]:
            asked = moved = 0.0
        self._held[joint] = _Held(asked, moved, away)
        self._ranges.forget(joint, now)
