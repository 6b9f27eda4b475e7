"""A robot's head that follows the listener's motions, and goes to rest when there are none."""

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from vico_listener.clock import NANOSECONDS
from vico_listener.errors import DataError
from vico_listener.frames import ListenerMotion
from vico_listener.robot.joints import HeadCommand
from vico_listener.robot.limits import LimitWatch
from vico_listener.robot.pacing import PlannedCommands
from vico_listener.robot.pacing import SingleCommands
from vico_listener.robot.profile import RobotProfile

REPLAY_SILENCE = 5.0
"""Wall seconds without motion after which a replay counts as dead and the head goes to rest."""


class RobotHead:
    """Turns the listener's motions into head commands.

    The caller tells the time, all of one clock: stream time or a node's. Whoever sends commands
    asks `may_send` before each. Not for several threads at once.

    A robot whose messages say when a command shall be reached gets `PlannedCommands`, any other
    one `SingleCommands`: either way the limits hold by the times at which it shall be where.

    Attributes:
        profile: of the robot.
        commands: head commands that were sent so far.
        skipped: those for which it was too late.
        refused: motions that were not finite.
        following: whether the last motion was news; one that was refused, or that came with the
            stamp of the one before it, is none.
        limits: watches what is sent.
        awake: whether there is something to command, from a motion on until the head is back at
            rest.
    """

    def __init__(self, profile: RobotProfile) -> None:
        self.profile = profile
        self.commands = 0
        self.skipped = 0
        self.refused = 0
        self.following = False
        self.awake = False
        self.limits = LimitWatch(profile.joints)
        self._last_stamp: int | None = None
        lookahead = round((profile.interface.lookahead or 0.0) * NANOSECONDS)
        planned = PlannedCommands.suit(profile, lookahead)
        self._pace = PlannedCommands(profile, lookahead) if planned else SingleCommands(profile)
        self._controller = self._pace.controller

    @property
    def resting(self) -> bool:
        """True when the head stands still at its base gaze with no motion to follow."""
        return self._controller.resting

    def follow(self, motion: ListenerMotion, now: int) -> list[HeadCommand]:
        """Follow a motion from `now` (ns) on.

        Returns:
            The commands to send, such that the motion reaches the robot at once; none where the
            motion is no news, or a robot that gets single commands has just got one.
        """
        repeated = motion.stamp == self._last_stamp
        self._last_stamp = motion.stamp
        # A source that froze is no news, so that the watchdog of the controller sees to it.
        self.following = not repeated and self._controller.follow(motion.head_rotation, now)
        if not self.following:
            self.refused += not repeated
            return []
        if self.resting:
            return []  # the same rotation for too long is no news either
        self.awake = True
        return self._pace.at(now, ahead=True)

    def advance(self, now: int) -> list[HeadCommand]:
        """Return the commands that are due at `now` (ns) without a new motion; none at rest."""
        if not self.awake:
            return []
        commands = self._pace.at(now)
        self.awake = not self.resting
        return commands

    def may_send(self, command: HeadCommand, now: int) -> bool:
        """Return whether a command may be sent at `now` (ns): not if it would come too late.

        The robot then goes straight on to the next one, which keeps every limit, too.
        """
        interface = self.profile.interface
        due = interface.due(command)
        if interface.lookahead is not None and due < now:
            self._pace.standstill.forget(command)
            self.skipped += 1
            return False
        self.limits.add(due, command.positions)
        self.commands += 1
        return True

    def look_at(self, point: ArrayLike) -> None:
        """Aim the base gaze, around which the listener moves; it takes effect with a motion.

        Args:
            point: (3,) in the frame of the head's base, m: x forward, y left, z up.

        Raises:
            DataError: the point is not finite, or the origin.
        """
        try:
            place = np.asarray(point, np.float64)
        except (TypeError, ValueError):
            raise DataError(f'look_at: a point has the numbers x, y and z, not {point!r}') from None
        if place.shape != (3,):
            raise DataError(f'look_at: a point has x, y and z, not the shape {place.shape}')
        if not np.isfinite(place).all() or np.linalg.norm(place) < 1e-3:
            raise DataError('look_at: the point must be finite and not the origin')
        x, y, z = place
        self._controller.look([0.0, -np.arctan2(z, np.hypot(x, y)), np.arctan2(y, x)])


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
        """A motion has come; `stamp` (ns) is the time."""
        self._heard = self._wall()
        self._offset = stamp - self._heard

    def now(self) -> int | None:
        """Return wall time that goes on from the last stamp (ns); None while motions come."""
        wall = self._wall()
        return wall + self._offset if wall - self._heard >= REPLAY_SILENCE * NANOSECONDS else None
