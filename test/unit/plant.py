"""A robot's neck for tests: joints with a delay and servos, which others may hold or move."""

from collections import deque
from collections.abc import Callable
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from numpy.typing import NDArray

from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.frames import ListenerMotion
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.robot import HeadCommand
from vico_listener.robot import RobotHead
from vico_listener.robot import RobotProfile
from vico_listener.robot.limits import demands
from vico_listener.robot.limits import verdict
from vico_listener.robot.measured import MeasuredPositions

MS = 1_000_000
START = 10**12
HEARD = 20
"""The robot says where it is every so many ms."""


class Plant:
    """Joints that go straight to a command until it is due, through a servo that can do much more
    than the profile allows.

    Args:
        positions: where it stands, rad.
        lag: time constant of the servos, s.
        delay: until a command is felt, s.
        gain: share of a way, from where it stands at first, that the servos go.
        play: of the servos, which stay so far (rad) from where they are sent.

    Attributes:
        blocked: joints that do not move.
        path: positions at every millisecond.
    """

    TOP_SPEED = 20.0

    def __init__(
        self,
        positions: ArrayLike,
        lag: float = 0.05,
        delay: float = 0.01,
        gain: float = 1.0,
        play: float = 0.0,
    ) -> None:
        self._gain, self._play = gain, play
        self._origin = np.array(positions, float)
        self.positions: NDArray[np.float64] = np.array(positions, float)
        self.blocked: set[int] = set()
        self.path: list[NDArray[np.float64]] = []
        self._lag, self._delay = lag, round(delay * NANOSECONDS)
        self._under_way: deque[tuple[int, int, NDArray[np.float64]]] = deque()
        self._reference: NDArray[np.float64] | None = None
        self._goal: tuple[int, NDArray[np.float64]] | None = None

    def tell(self, positions: Sequence[float], now: int, due: int) -> None:
        """Command positions (rad) that shall be reached when they are due (ns)."""
        self._under_way.append((now + self._delay, due + self._delay, np.array(positions)))

    def put(self, positions: ArrayLike) -> None:
        """Move it by another program, which commands it, too."""
        self.positions = np.array(positions, float)
        self._reference, self._goal = self.positions, None

    def restart(self, positions: ArrayLike) -> None:
        """Start its program anew, with the head elsewhere; what was under way is lost."""
        self._under_way.clear()
        self.put(positions)

    def step(self, now: int) -> None:
        """Move for a millisecond."""
        while self._under_way and self._under_way[0][0] <= now:
            _, due, goal = self._under_way.popleft()
            self._goal = due, goal
        if self._goal is not None:
            due, goal = self._goal
            if self._reference is None:
                self._reference = self.positions
            share = 1.0 if due - now <= MS else MS / (due - now)
            self._reference = self._reference + share * (goal - self._reference)
            goal = self._origin + self._gain * (self._reference - self._origin)
            away = goal - self.positions
            away = np.sign(away) * np.maximum(np.abs(away) - self._play, 0.0)
            speed = away / self._lag
            speed = np.clip(speed, -self.TOP_SPEED, self.TOP_SPEED)
            speed[list(self.blocked)] = 0.0
            self.positions = self.positions + speed * MS / NANOSECONDS
        self.path.append(self.positions)


class Bench:
    """A live head and the neck that it moves, in one time.

    Args:
        profile: of the robot.
        positions: where the neck stands, rad.
        says: whether the robot says where it is.
        wait: of the head, s.
        knows: whether the head asks for it; one of a replay does not.
        plant: the neck; by default one with good servos.
        sensor: what the robot says of positions (rad).
        heard: the robot says where it is every so many ms.
    """

    def __init__(
        self,
        profile: RobotProfile,
        positions: ArrayLike,
        says: bool = True,
        wait: float = 1.0,
        knows: bool = True,
        plant: Plant | None = None,
        sensor: Callable[[NDArray[np.float64]], NDArray[np.float64]] = np.array,
        heard: int = HEARD,
    ) -> None:
        self.profile = profile
        self.plant = Plant(positions) if plant is None else plant
        self._sensor, self._heard = sensor, heard
        self.measured = MeasuredPositions(profile.joints)
        self.head = RobotHead(profile, self.measured if knows else None, wait)
        self.says = says
        self.now = START
        self.commands: list[HeadCommand] = []
        self.starts: list[str] = []
        self._names = [joint.name for joint in profile.joints]

    def run(
        self,
        seconds: float,
        rotation: Callable[[float], ArrayLike] | None = None,
        stalls: bool = False,
        moved: Callable[[float], ArrayLike] | None = None,
        lost: bool = False,
    ) -> None:
        """Go on for a time.

        Args:
            seconds: of it.
            rotation: (3,) of the listener's head, rad, by s from now; None = no motion.
            stalls: whether the computer stands still.
            moved: where another program puts the neck, rad, by s from now.
            lost: whether the connection to the robot is, as a `HeadMover` notices at each motion.
        """
        period = round(1000 / self.profile.rate)
        for n in range(round(1000 * seconds)):
            self.now += MS
            if moved is not None:
                self.plant.put(moved(n / 1000))
            self.plant.step(self.now)
            if lost:
                self.head.release()
                self.measured.forget()
                continue
            if self.says and n % self._heard == 0:
                said = self._sensor(self.plant.positions)
                self.measured.add(self._names, said.tolist(), self.now)
            if stalls:
                continue
            commands = []
            if rotation is not None and n % round(1000 / MODEL_RATE) == 5:
                # Not the same to the last bit: that would be a source that froze.
                turn = np.array(rotation(n / 1000), np.float32) + 1e-6 * (n % 7)
                face = FaceMotion(np.zeros(52, np.float32), turn.astype(np.float32))
                motion = ListenerMotion(
                    self.now, self.now, face, Attitude.NEUTRAL, 1.0, True, 'test'
                )
                commands = self.head.follow(motion, self.now)
            if n % period == 0:
                commands = [*commands, *self.head.advance(self.now)]
            for command in commands:
                if self.head.may_send(command, self.now):
                    self.head.sent(command)
                    self.commands.append(command)
                    due = self.profile.interface.due(command)
                    self.plant.tell(command.positions, self.now, due)
            if self.head.start not in ('', 'waiting', *self.starts[-1:]):
                self.starts.append(self.head.start)

    def at_the_joint(self, since: int = 0, until: int | None = None) -> str:
        """What the neck did between two times (ms) beyond the limits: 'ok', or which."""
        period = round(1000 / self.profile.rate)
        path = np.array(self.plant.path)[since:until:period]
        return verdict(demands(self.profile.joints, np.arange(len(path)) * period * MS, path))
