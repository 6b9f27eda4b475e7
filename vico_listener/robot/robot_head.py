"""A robot's head that follows the listener's motions, and goes to rest when there are none."""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from math import hypot
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike

from vico_listener.clock import NANOSECONDS
from vico_listener.errors import DataError
from vico_listener.frames import ListenerMotion
from vico_listener.frames import Whereabouts
from vico_listener.robot.antennas import shown_positions
from vico_listener.robot.controller import EASE_IN_NS
from vico_listener.robot.controller import NEAR
from vico_listener.robot.controller import STILL
from vico_listener.robot.following import Following
from vico_listener.robot.gaze_follower import NEAREST
from vico_listener.robot.gaze_follower import OFF
from vico_listener.robot.gaze_follower import GazeFollower
from vico_listener.robot.joints import ANTENNAS
from vico_listener.robot.joints import LIGHT
from vico_listener.robot.joints import HeadCommand
from vico_listener.robot.limits import LimitWatch
from vico_listener.robot.measured import STALE_NS
from vico_listener.robot.measured import MeasuredPositions
from vico_listener.robot.pacing import PlannedCommands
from vico_listener.robot.pacing import SingleCommands
from vico_listener.robot.profile import RobotProfile
from vico_listener.robot.profile import head_rotation

ELSEWHERE = 0.02
"""A head that stopped further than this (rad) from its last command begins where it is."""

STALLED_NS = NANOSECONDS
"""Left without commands for this long, a head may have been moved by others."""


class RobotHead:
    """Turns the listener's motions into head commands.

    The caller tells the time, all of one clock: stream time or a node's. Whoever sends commands
    asks `may_send` before each, and tells of those that have gone out by `sent`. Not for several
    threads at once.

    A robot whose messages say when a command shall be reached gets `PlannedCommands`, any other
    one `SingleCommands`: either way the limits hold by the times at which it shall be where.

    With `measured` it begins, whenever it was left alone, where the head is said to stand; it waits
    for that, and in the end goes from where it was last commanded to be, taking its time. Without,
    as in a replay, it begins there at once, so that the commands are always the same.

    Args:
        profile: of the robot.
        measured: where its joints are, which the caller fills; None for a replay.
        wait: how long it waits until the head is known to stand somewhere, s.

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
        start: where it began: '' (nowhere yet), 'waiting', 'measured', 'moving' (measured, but
            somebody moved it) or 'assumed'.
        guesses: how often it began at an assumed place.
        began_at: positions where it began last, rad.
        reason: why it was not known where the head was, when it began where that was assumed.
        watch: of the joints that do not follow; only with `measured`.
        gaze: where it looks: its `follow` says whom it follows.
    """

    def __init__(
        self,
        profile: RobotProfile,
        measured: MeasuredPositions | None = None,
        wait: float = 0.0,
    ) -> None:
        self.profile = profile
        self.measured = measured
        self.start = ''
        self.guesses = 0
        self.began_at: tuple[float, ...] = ()
        self.reason = ''
        self._held: tuple[float, ...] = ()
        self._began = 0
        self.watch = Following(profile.joints)
        self._wait = round(wait * NANOSECONDS)
        self._waits_since: int | None = None
        self._lost_sight = False  # it was not known where the joints are, since it began
        self._looked = 0
        self._goes_until: int | None = None  # on its way to where it is assumed to begin
        self.commands = 0
        self.skipped = 0
        self.refused = 0
        self.following = False
        self.awake = False
        self.gaze = GazeFollower(profile.eye_height)
        self._shows = any(joint.axis in (*ANTENNAS, LIGHT) for joint in profile.joints)
        self.limits = LimitWatch(profile.joints)
        self._last_stamp: int | None = None
        self._period = round(NANOSECONDS / profile.rate)
        self._lookahead = lookahead = round((profile.interface.lookahead or 0.0) * NANOSECONDS)
        planned = PlannedCommands.suit(profile, lookahead)
        self._pace = PlannedCommands(profile, lookahead) if planned else SingleCommands(profile)
        self._controller = self._pace.controller
        # As many as lie between one that is due and one that has just been made.
        self._earlier: deque[HeadCommand] = deque(maxlen=lookahead // self._period + 2)

    @property
    def resting(self) -> bool:
        """True when the head stands still at its base gaze with no motion to follow."""
        return self._controller.resting

    def follow(self, motion: ListenerMotion, now: int) -> list[HeadCommand]:
        """Follow a motion from `now` (ns) on.

        Returns:
            The commands to send, such that the motion reaches the robot at once; none where the
            motion is no news, or a robot that gets single commands has just got one. None with
            `measured`: then all come from `advance`, which is called at the robot's rate.
        """
        repeated, moved = motion.stamp == self._last_stamp, self._controller.moving
        self._last_stamp = motion.stamp
        # A source that froze is no news, so that the watchdog of the controller sees to it.
        rotation, shown = motion.head_rotation, STILL
        if self._shows:
            shown = shown_positions(motion.face, float(rotation[0]))
        self.following = not repeated and self._controller.follow(rotation, now, shown)
        if not self.following:
            self.refused += not repeated
            return []
        if not moved:
            self._look_from_here()
        speed, image = self._controller.speed, motion.source_stamp
        self.gaze.step(motion.whereabouts, image, motion.stamp, speed)
        self._look()
        if self.resting:
            return []  # the same rotation for too long is no news either
        if not self.awake and self.measured is not None:
            self._take_back(now)
        self.awake = True
        # Live, `advance` is called evenly, and so the robot gets its commands.
        return self._pace.at(now, ahead=True) if self.measured is None else []

    def release(self) -> None:
        """Leave the head to others at once; a motion takes it back."""
        self.awake = False
        self._waits_since = self._goes_until = None

    def advance(self, now: int) -> list[HeadCommand]:
        """Return the commands that are due at `now` (ns) without a new motion; none at rest."""
        if not self.awake:
            return []
        commands = self._commands(now)
        self.awake = not self.resting or self._waits_since is not None
        return commands

    def _commands(self, now: int) -> list[HeadCommand]:
        if self.measured is None:
            return self._pace.at(now)
        stopped = self._pace.standstill.place(now)
        if stopped is not None and self._waits_since is None and self._goes_until is None:
            self._resume(stopped, now)
            if self._pace.standstill.place(now) is not None:
                return []
        if self._waits_since is not None:
            commands = self._begin(now)
            if commands or self._waits_since is not None:
                return commands
        if self._goes_until is not None:
            if now < self._goes_until:
                return []
            self._goes_until = None
            found = self.measured.at(now)
            self._begin_at(self._controller.positions.tolist() if found is None else found, now)
        self._keep_to_measured(now)
        if self._waits_since is not None:
            return []
        commands = self._pace.at(now)
        self.watch.want(self._controller.wanted)
        led = []
        for command in commands:
            self.watch.send(command.positions, now)
            led.append(replace(command, earlier=tuple(self._earlier), held=self._held))
            self._earlier.append(command)
        return led

    def _resume(self, stopped: Sequence[float], now: int) -> None:
        """Go on after a stall: where the head is, which need not be where it was sent."""
        assert self.measured is not None
        found = self.measured.at(now)
        if (self._pace.standstill.since(now) or 0) > STALLED_NS:
            self._take_back(now)
        elif (
            found is not None
            and self.measured.still(now)
            and np.abs(np.subtract(found, stopped)).max() > ELSEWHERE
        ):
            self._begin_at(found, now)
        elif not self._pace.standstill.lasts(now):
            self._begin_at(stopped, now)

    def _take_back(self, now: int) -> None:
        self._waits_since = self._looked = now
        self.start = 'waiting'
        # Meanwhile others may have moved it. After a short stall, what is blocked still is.
        self.watch.restart()

    def _begin(self, now: int) -> list[HeadCommand]:
        """Begin as soon as it is known where, and return the command to send, if any."""
        assert self.measured is not None and self._waits_since is not None
        found = self.measured.at(now)
        if now - self._looked > STALE_NS:
            # Held up, nobody heard what the robot said meanwhile.
            self._waits_since += now - self._looked
        self._looked = now
        late = now - self._waits_since >= self._wait
        held = self.measured.held(now)
        if held is None:
            return []  # nothing can be sent that would leave the other joints alone
        self._held = held
        if found is not None and (late or self.measured.still(now)):
            self.start = 'measured' if self.measured.still(now) else 'moving'
            self._begin_at(found, now)
        elif late:
            self.start = 'assumed'
            self.reason = self.measured.trouble(now)
            return self._approach(self._controller.positions.tolist(), now)
        return []

    def eases_in(self, now: int) -> bool:
        """Return whether the head began so shortly before `now` (ns) that it eases in."""
        return now - self._began < EASE_IN_NS or self._goes_until is not None

    def _approach(self, positions: Sequence[float], now: int) -> list[HeadCommand]:
        """Begin where the head need not be; it gets time to go there, where one can give it."""
        self.guesses += 1
        self._begin_at(positions, now, surely=False)
        if self.profile.interface.lookahead is None:
            return []
        self._goes_until = now + EASE_IN_NS
        stamp, still = self._goes_until - self._lookahead, (0.0,) * len(positions)
        return [HeadCommand(stamp, tuple(positions), still, held=self._held)]

    def _begin_at(self, positions: Sequence[float], now: int, surely: bool = True) -> None:
        self._waits_since = None
        self._lost_sight = False
        self.began_at, self._began = tuple(positions), now
        self._pace.begin(positions, now, surely)
        self._earlier.clear()
        stands = HeadCommand(now - self._lookahead, tuple(positions), (0.0,) * len(positions))
        self._earlier.append(stands)
        # The grid begins half a step before.
        self.limits.begin(now + self._lookahead - self._period // 2, positions, self._period)

    def _keep_to_measured(self, now: int) -> None:
        """See whether the joints follow, and do not run away from those that do not."""
        assert self.measured is not None
        found = self.measured.at(now)
        if found is not None and self.start == 'assumed':
            self.start, self.began_at = 'measured', found
            if np.abs(self._controller.positions - found).max() > NEAR:
                self._begin_at(found, now)
        if found is None:
            self._lost_sight = True
        elif self._lost_sight:
            self._lost_sight = False
            if self.watch.distance(found, now).max() > NEAR:
                # Meanwhile it sank, or others moved it: going on would be a leap.
                self._take_back(now)
                return
        if found is not None:
            self.watch.see(found, now, self.measured.came)
        self._controller.leash = self.watch.leash()

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
        return True

    def sent(self, command: HeadCommand) -> None:
        """Take note that a command has gone out."""
        self.limits.add(self.profile.interface.due(command), command.positions)
        self.commands += 1

    def look_at(self, point: ArrayLike) -> None:
        """Aim the base gaze, around which the listener moves; it takes effect with a motion.

        While somebody is followed it is where the head looks when they are gone.

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
        away = hypot(*place)  # infinite where one of them is, or where it is too large to tell
        if not isfinite(away) or away < NEAREST:
            raise DataError('look_at: the point must be finite and not the origin')
        home = self.gaze.towards(Whereabouts(tuple(place.tolist())))
        assert home is not None
        self.gaze.home = home
        if self.gaze.follow == OFF:
            self.gaze.restart(home)
        self._look()

    def _look(self) -> None:
        """Aim the base gaze."""
        self._controller.look([0.0, *self.gaze.gaze], [0.0, *self.gaze.home])

    def _look_from_here(self) -> None:
        """Let the gaze set off from where the head is: meanwhile it may have gone elsewhere."""
        if self.gaze.follow == OFF:
            self.gaze.restart(self.gaze.home)
        else:
            _, pitch, yaw = head_rotation(self.profile, self._controller.positions).tolist()
            self.gaze.restart((pitch, yaw))
