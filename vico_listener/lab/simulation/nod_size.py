"""Measures how large nods come out at a neck behind a controller, in simulation."""

import math
from collections import deque
from dataclasses import dataclass
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.frames import ListenerMotion
from vico_listener.lab.simulation.trajectory_controller import Trajectory
from vico_listener.lab.simulation.trajectory_controller import TrajectoryController
from vico_listener.lab.simulation.trajectory_controller import trajectory_of
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.robot import HeadCommand
from vico_listener.robot import RobotHead
from vico_listener.robot import RobotProfile
from vico_listener.robot.interfaces.follow_joint_trajectory import FollowJointTrajectory
from vico_listener.robot.interfaces.joint_trajectory import JointTrajectory
from vico_listener.robot.measured import MeasuredPositions

MS = 1_000_000
SETTLE, MEASURE = 3.0, 4.0
"""Seconds of nodding before the measurement, and of it."""

UPDATE_MS = 10
"""A controller is updated every so many milliseconds."""

JITTER_MS = 2.0
"""A timer fires, and a message arrives, up to so many milliseconds late."""

CONTROLLERS = ('forward', 'jtc', 'jtc_desired')
"""A forward command controller, and a trajectory controller that interpolates from the measured
position (its default) or from the desired state."""


@dataclass(frozen=True)
class Nod:
    """How a nod came out.

    Attributes:
        commanded: its size in the commands, as a share of what was asked: less where the neck's
            limits make it smaller.
        done: its size at the neck, as a share of what the servo makes of the commands.
        reversals: how often a second the controller's output turns back.
        refused, replaced: trajectories that the controller refused, and that it never looked at.
        shortest_gap: between two messages as they are sent, ms.
    """

    commanded: float
    done: float
    reversals: float
    refused: int
    replaced: int
    shortest_gap: float


def takes_trajectories(profile: RobotProfile) -> bool:
    """Return whether a robot is commanded by trajectories, as messages or goals."""
    return isinstance(profile.interface, JointTrajectory | FollowJointTrajectory)


def nod(
    profile: RobotProfile,
    controller: str,
    lag: float = 0.04,
    size: float = math.radians(2.5),
    frequency: float = 3.0,
    whole_way: bool = True,
) -> Nod:
    """Let a robot nod, live, and measure its pitch.

    Args:
        profile: of the robot.
        controller: one of `CONTROLLERS`; of a profile without trajectories 'forward'.
        lag: time constant of the servo, s.
        size: amplitude that is asked, rad.
        frequency: Hz.
        whole_way: whether trajectories hold the way to the newest command, as they do.
    """
    random = np.random.default_rng(0)
    names = [joint.name for joint in profile.joints]
    pitch = [joint.axis for joint in profile.joints].index('pitch')
    place = np.array([joint.offset for joint in profile.joints])
    measured = MeasuredPositions(profile.joints)
    head = RobotHead(profile, measured, 1.0)
    jtc = TrajectoryController(names, place.tolist(), controller == 'jtc_desired')
    target = place
    under_way: deque[tuple[int, HeadCommand, Trajectory | None]] = deque()
    start = NANOSECONDS
    timer, tick = 0.0, 0.0
    neck, outputs, sent, due = [], [], [], []
    for ms in range(round(1000 * (SETTLE + MEASURE))):
        now = start + ms * MS
        if ms % 20 == 0:
            measured.add(names, place.tolist(), now)
        if ms >= 500 and ms >= tick:
            tick += 1000 / MODEL_RATE if tick else ms
            angle = size * math.sin(math.tau * frequency * ms / 1000)
            face = FaceMotion(np.zeros(52, np.float32), np.array([0, angle, 0], np.float32))
            head.follow(ListenerMotion(now, now, face, Attitude.NEUTRAL, 1.0, True, 'nod'), now)
        if ms >= timer:
            timer += 1000 / profile.rate
            late = now + round(random.uniform(0.0, JITTER_MS) * MS)
            for command in head.advance(late):
                if not head.may_send(command, late):
                    continue
                head.sent(command)
                if not whole_way:
                    command = replace(command, earlier=())
                trajectory = None
                if takes_trajectories(profile):
                    ahead = (command.stamp - late) / NANOSECONDS
                    payload = profile.interface.payload(profile.joints, command, ahead)
                    trajectory = trajectory_of(payload.get('trajectory', payload))
                arrives = late + round(random.uniform(0.0, JITTER_MS) * MS)
                under_way.append((arrives, command, trajectory))
                sent.append(late)
                due.append((profile.interface.due(command), command.positions[pitch]))
        while under_way and under_way[0][0] <= now:
            _, command, trajectory = under_way.popleft()
            if trajectory is None or controller == 'forward':
                target = np.array(command.positions)
            else:
                jtc.receive(trajectory, now)
        if ms % UPDATE_MS == 0 and controller != 'forward':
            target = jtc.update(now, place.tolist())
            outputs.append(target[pitch])
        place = place + (target - place) * (1.0 - math.exp(-0.001 / lag))
        neck.append(place[pitch])
    times, commands = np.array(due).T
    commanded = _amplitude((times - start) / NANOSECONDS, commands, frequency)
    servo = 1.0 / math.hypot(1.0, math.tau * frequency * lag)
    done = _amplitude(np.arange(len(neck)) / 1000.0, np.array(neck), frequency)
    gain = profile.joints[pitch].gain
    return Nod(
        commanded / (size * gain),
        done / (servo * commanded),
        _reversals(np.array(outputs)),
        jtc.refused,
        jtc.replaced,
        float(np.diff(sent).min()) / MS,
    )


def _amplitude(
    seconds: NDArray[np.float64], values: NDArray[np.float64], frequency: float
) -> float:
    """Return the amplitude of a sinusoid in the last seconds, by least squares."""
    last = seconds >= SETTLE
    phase = math.tau * frequency * seconds[last]
    basis = np.stack([np.sin(phase), np.cos(phase), np.ones_like(phase)], axis=1)
    weights, *_ = np.linalg.lstsq(basis, values[last], rcond=None)
    return float(math.hypot(weights[0], weights[1]))


def _reversals(outputs: NDArray[np.float64]) -> float:
    """Return how often a second outputs turn back, while they are measured."""
    steps = np.diff(outputs[round(1000 * SETTLE / UPDATE_MS) :])
    steps = steps[np.abs(steps) > 1e-6]
    return float(np.sum(steps[1:] * steps[:-1] < 0.0)) / MEASURE
