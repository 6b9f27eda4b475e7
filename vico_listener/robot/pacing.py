"""Decides which commands a robot gets, and when, so that its limits hold although time jitters."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vico_listener.clock import NANOSECONDS
from vico_listener.clock import TICK_NS
from vico_listener.robot.controller import HeadController
from vico_listener.robot.joints import HeadCommand
from vico_listener.robot.joints import Joint
from vico_listener.robot.profile import RobotProfile
from vico_listener.robot.smooth_path import SmoothPath

SENDING_NS = 5_000_000
"""A robot has this much time left, at least, to reach a command in time."""

PUNCTUAL = 0.75
"""Share of a robot's period after which it may get its next single command."""

PATIENCE_NS = 100_000_000
"""For so long, at least, a robot that gets single commands is taken to be on its way."""

LEAST_GRID_RATE = 100.0
"""Steps per second, at least, of the path that single commands are taken from."""


class Standstill:
    """Tells when a robot has stopped for want of commands, and when it may go on.

    It stops at its last command. The next one leads on from there, so much later that there is a
    way through both which keeps every limit.

    Args:
        joints: of the profile.
        period: of the commands, ns.
        patience: time after a command (ns) from which on the robot has stopped there.
    """

    def __init__(self, joints: Sequence[Joint], period: int, patience: int) -> None:
        self._joints = joints
        self._period = period
        # After a second the controller begins a new grid.
        self._patience = min(patience, NANOSECONDS)
        self._sent: list[HeadCommand] = []

    def sent(self, commands: Sequence[HeadCommand]) -> None:
        """Take note of what the robot gets."""
        self._sent = [*self._sent[-2:], *commands]

    def begin(self, positions: Sequence[float], now: int) -> None:
        """Take note that the robot stands still at positions (rad) at `now` (ns)."""
        self._sent = [HeadCommand(now, tuple(positions), (0.0,) * len(positions))]

    def forget(self, command: HeadCommand) -> None:
        """Take note that the robot did not get a command, one of the last that were made."""
        self._sent = [sent for sent in self._sent if sent.stamp != command.stamp]

    def since(self, now: int) -> int | None:
        """Return the time (ns) from the last command to `now`, or None."""
        if self._sent and now < self._sent[-1].stamp - self._period:
            self._sent.clear()
        return now - self._sent[-1].stamp if self._sent else None

    def place(self, now: int) -> tuple[float, ...] | None:
        """Return where (rad) the robot has stopped by `now` (ns); None while it is on its way."""
        since = self.since(now)
        stopped = since is not None and since > self._patience
        return self._sent[-1].positions if stopped else None

    def lasts(self, now: int) -> bool:
        """Return whether a robot that has stopped may not go on yet."""
        since = self.since(now)
        return since is not None and since < self._rest()

    def _rest(self) -> int:
        """Return the time (ns) after the last command that a robot needs to stop and set off again.

        Over twice the time that braking takes, the change of velocity is within the limit of
        acceleration. Two such changes over six times the build-up of that are within that of jerk.
        """
        speeds = np.zeros(len(self._joints))
        if len(self._sent) > 1:
            before, last = self._sent[-2:]
            seconds = (last.stamp - before.stamp) / NANOSECONDS
            speeds = np.abs(np.subtract(last.positions, before.positions)) / seconds
        rest = max(
            2.0 * max(speed / joint.max_acceleration, 3.0 * joint.max_acceleration / joint.max_jerk)
            for joint, speed in zip(self._joints, speeds, strict=True)
        )
        return math.ceil(rest * NANOSECONDS) + 2 * self._period


class PlannedCommands:
    """The commands of a fixed grid, for a robot that is told when to reach them.

    It reaches them in even steps although they are sent unevenly: `lookahead` after the times of
    the grid. When it is too late for that, the robot has stopped, and starts again from there.

    Args:
        profile: of the robot.
        lookahead: of its interface, ns.
    """

    def __init__(self, profile: RobotProfile, lookahead: int) -> None:
        period = round(NANOSECONDS / profile.rate)
        self.controller = HeadController(profile)
        self.standstill = Standstill(profile.joints, period, period + lookahead - SENDING_NS)

    @staticmethod
    def suit(profile: RobotProfile, lookahead: int) -> bool:
        """Return whether the lookahead covers how late commands are made: by a tick of a replay."""
        return lookahead >= max(2 * round(NANOSECONDS / profile.rate), TICK_NS + SENDING_NS)

    def begin(self, positions: Sequence[float], now: int, surely: bool = True) -> None:
        """Begin at `now` (ns) at positions (rad), where the head stands, `surely` or not."""
        self.controller.begin(positions, now, surely)
        self.standstill.begin(positions, now)

    def at(self, now: int, ahead: bool = False) -> list[HeadCommand]:
        """Return the commands to send at `now` (ns); with `ahead`, the next one of the grid too."""
        place = self.standstill.place(now)
        if place is not None:
            self.controller.halt(place)
            if self.standstill.lasts(now):
                return []
        commands = self.controller.advance(now, ahead)
        self.standstill.sent(commands)
        return commands


class SingleCommands:
    """Commands for a robot that goes at once to what it is told: one each time.

    The controller runs on a grid of its own, at least a hundred times a second, and the command is
    where its path is, one step of that grid ago, when it is sent. So it does not matter how evenly
    commands are sent, as long as the robot is not left without.

    Args:
        profile: of the robot.
    """

    def __init__(self, profile: RobotProfile) -> None:
        period = round(NANOSECONDS / profile.rate)
        rate = profile.rate * math.ceil(LEAST_GRID_RATE / profile.rate)
        self._step = round(NANOSECONDS / rate)
        self._least = round(PUNCTUAL * period)
        self._path = SmoothPath([joint.offset for joint in profile.joints], self._step)
        self.controller = HeadController(replace(profile, rate=rate))
        self.standstill = Standstill(profile.joints, period, max(2 * period, PATIENCE_NS))

    def begin(self, positions: Sequence[float], now: int, surely: bool = True) -> None:
        """Begin at `now` (ns) at positions (rad), where the head stands, `surely` or not."""
        self._path.halt(positions)
        self.controller.begin(positions, now, surely)
        self.standstill.begin(positions, now)

    def at(self, now: int, ahead: bool = False) -> list[HeadCommand]:
        """Return the command to send at `now` (ns), or none so soon after the last one."""
        since = self.standstill.since(now)
        if since is not None and since < self._least:
            return []
        place = self.standstill.place(now)
        if place is not None:
            self._path.halt(place)
            self.controller.halt(place)
            if self.standstill.lasts(now):
                return []
        for step in self.controller.advance(now, ahead=True):
            self._path.add(step.positions, step.stamp)
        positions, velocities = self._path.at(now - self._step)
        command = HeadCommand(now, tuple(positions.tolist()), tuple(velocities.tolist()))
        self.standstill.sent([command])
        return [command]
