"""Commands keep the limits of a robot by the times at which they are due, however late they go."""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.clock import tick_stamp
from vico_listener.frames import ListenerMotion
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.nodes.convert import stamp_of
from vico_listener.nodes.robot_message import CommandMessages
from vico_listener.robot import HeadCommand
from vico_listener.robot import RobotHead
from vico_listener.robot import RobotProfile
from vico_listener.robot import limits
from vico_listener.robot import load_profile
from vico_listener.robot.fields import Fields
from vico_listener.robot.interfaces.joint_state import JointState
from vico_listener.robot.interfaces.joint_trajectory import JointTrajectory
from vico_listener.robot.joints import Joint
from vico_listener.robot.limits import Demand
from vico_listener.robot.limits import LimitWatch
from vico_listener.robot.limits import demands
from vico_listener.robot.limits import slopes
from vico_listener.robot.limits import verdict
from vico_listener.robot.smooth_path import SmoothPath

MS = 1_000_000
START = 10**12
LONG = bool(os.environ.get('VICO_LONG_TESTS'))
EXAMPLES, SEEDS = (400, 50) if LONG else (20, 1)


def motion(stamp: int, rotation: np.ndarray) -> ListenerMotion:
    face = FaceMotion(np.zeros(52, np.float32), rotation.astype(np.float32))
    return ListenerMotion(stamp, stamp, face, Attitude.NEUTRAL, 1.0, True, 'test')


@dataclass(frozen=True)
class Machine:
    """How badly a computer keeps time: s.

    Attributes:
        jitter: by which a timer fires late, at most.
        network: by which a motion comes late, at most.
        stall: for which everything stands still, at most.
        often: share of moments at which it does.
    """

    jitter: float = 0.0
    network: float = 0.0
    stall: float = 0.0
    often: float = 0.0


def calls(profile: RobotProfile, machine: Machine, seconds: float, seed: int) -> list:
    """When (s) a head node should be called: by its timer (None), or by the motion of a tick."""
    random = np.random.default_rng(seed)
    period = 1.0 / profile.rate
    phase = random.uniform(0.0, period)
    found: list[tuple[float, int | None]] = [
        (phase + n * period + random.uniform(0.0, machine.jitter), None)
        for n in range(round(seconds * profile.rate))
    ]
    found += [
        (tick / MODEL_RATE + random.uniform(0.0, machine.network), tick)
        for tick in range(1, round(seconds * MODEL_RATE))
    ]
    return sorted(found, key=lambda call: call[0])


def speaker(seed: int, seconds: float) -> np.ndarray:
    """Rotations (ticks, 3) of a listener that does its worst: fast, large, in jumps."""
    random = np.random.default_rng(seed)
    ticks = round(seconds * MODEL_RATE) + 1
    largest = np.array([0.5, 0.9, 2.0])
    parts = []
    while sum(map(len, parts)) < ticks:
        n = np.arange(random.integers(5, 60))[:, None]
        frequency, phase = random.uniform(0.2, 8.0), random.uniform(0, 6.3, 3)
        parts.append(
            [
                largest * np.sin(2 * np.pi * frequency * n / MODEL_RATE + phase),
                np.repeat(largest * random.choice([-1.0, 1.0], 3)[None], len(n), axis=0),
                random.normal(0.0, 1.0, (len(n), 3)),
            ][random.integers(3)]
        )
    return np.concatenate(parts)[:ticks]


class Robot:
    """Takes what the head node sends, and notes when it shall be where."""

    def __init__(self, profile: RobotProfile, replay: bool = False) -> None:
        self.profile = profile
        self.head = RobotHead(profile)
        self.stamps: list[int] = []
        self.positions: list[tuple[float, ...]] = []
        self._interface, self._replay = profile.interface, replay
        self._messages = None
        if isinstance(self._interface, JointTrajectory):
            self._messages = CommandMessages(self._interface, profile, replay)

    def take(self, commands: list[HeadCommand], moments: Sequence[int]) -> None:
        """Take commands, each of which is sent at its moment (ns), as the head node sends them."""
        for command, sent in zip(commands, moments, strict=True):
            if not self.head.may_send(command, sent):
                continue
            self.head.sent(command)
            if self._messages is None:
                self.stamps.append(command.stamp)
                self.positions.append(command.positions)
                continue
            message = self._messages.make(command, sent)
            (point,) = message.points
            begin = stamp_of(message.header.stamp) if self._replay else sent
            self.stamps.append(begin + stamp_of(point.time_from_start))
            self.positions.append(tuple(point.positions))
            assert self.stamps[-1] == self._interface.due(command)

    def verdict(self) -> str:
        assert (np.diff(self.stamps) > 0).all()
        return verdict(demands(self.profile.joints, self.stamps, self.positions))


def live(profile: RobotProfile, machine: Machine, seconds: float, seed: int) -> Robot:
    """A robot in front of a head node on a machine like this."""
    robot, rotations = Robot(profile), speaker(seed, seconds)
    random = np.random.default_rng(seed)

    def pause() -> float:
        stalls = random.random() < machine.often
        return random.uniform(0.0, machine.stall if stalls else 0.0005)

    free = 0.0  # from when on the one thread can go on
    for time, tick in calls(profile, machine, seconds, seed):
        free = max(free, time) + pause()
        now = START + round(free * NANOSECONDS)
        if tick is None:
            commands = robot.head.advance(now)
        else:
            commands = robot.head.follow(motion(START + tick_stamp(tick), rotations[tick]), now)
        # It may be held up between making and sending a command, too.
        moments = [START + round((free := free + pause()) * NANOSECONDS) for _ in commands]
        robot.take(commands, moments)
    return robot


MACHINES = {
    'good': Machine(jitter=0.002, network=0.005),
    'busy': Machine(jitter=0.012, network=0.1),
    'bad': Machine(jitter=0.03, network=0.3, stall=0.08, often=0.05),
    'stalls': Machine(jitter=0.005, network=0.02, stall=1.5, often=0.01),
}
PROFILES = ('generic_3dof', 'stretch', 'nao', 'qtrobot', 'generic_pose', 'reachy2', 'furhat')


@pytest.mark.parametrize('machine', MACHINES.values(), ids=MACHINES)
@pytest.mark.parametrize('name', PROFILES)
def test_limits_hold_by_the_times_at_which_commands_are_due(name: str, machine: Machine) -> None:
    profile = load_profile(name)
    for seed in range(SEEDS):
        assert live(profile, machine, 6.0, seed).verdict() == 'ok', f'seed {seed}'


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    rate=st.sampled_from([2.0, 3.0, 10.0, 25.0, 30.0, 50.0, 100.0, 333.0]),
    lookahead=st.sampled_from([None, 0.005, 0.01, 0.034, 0.04, 0.07, 0.2, 1.0]),
    velocity=st.floats(0.05, 9.0),
    acceleration=st.floats(0.5, 200.0),
    jerk=st.floats(10.0, 200.0),
    machine=st.builds(
        Machine,
        jitter=st.floats(0.0, 0.1),
        network=st.floats(0.0, 0.5),
        stall=st.floats(0.0, 2.0),
        often=st.floats(0.0, 0.05),
    ),
)
def test_limits_hold_for_any_robot_on_any_machine(
    seed: int,
    rate: float,
    lookahead: float | None,
    velocity: float,
    acceleration: float,
    jerk: float,
    machine: Machine,
) -> None:
    joints = tuple(
        replace(
            joint,
            max_velocity=velocity,
            max_acceleration=acceleration,
            max_jerk=jerk * acceleration,
        )
        for joint in load_profile('generic_2dof').joints
    )
    fields = {'topic': 't'} if lookahead is None else {'topic': 't', 'lookahead': lookahead}
    kind = JointState if lookahead is None else JointTrajectory
    profile = RobotProfile('any', kind(Fields(fields, 'any')), rate, joints)
    assert live(profile, machine, 3.0, seed).verdict() == 'ok'


@pytest.mark.parametrize('name', PROFILES)
def test_commands_come_at_the_rate_of_the_profile(name: str) -> None:
    profile = load_profile(name)
    robot = live(profile, Machine(), 6.0, 1)
    steps = np.diff(robot.stamps)[3:]
    period = NANOSECONDS / profile.rate
    # Where a motion comes while the next command is all but due, that goes at once.
    slack = 1 if profile.interface.lookahead else 0.25 * period + MS
    assert np.abs(steps - period).max() <= slack
    assert steps.mean() == pytest.approx(period, rel=0.02)


@pytest.mark.parametrize('name', PROFILES)
def test_replay_sends_the_same_at_any_speed_and_keeps_the_limits(name: str) -> None:
    profile = load_profile(name)
    for seed in range(SEEDS):
        random = np.random.default_rng(seed)
        robot, tick = Robot(profile, replay=True), 0
        for rotation in speaker(seed, 6.0):
            # Images are missing now and then, for a while.
            tick += 1 if random.random() < 0.97 else int(random.integers(2, 50))
            now = START + tick_stamp(tick)
            commands = robot.head.follow(motion(now, rotation), now)
            robot.take(commands, [now] * len(commands))
        assert robot.verdict() == 'ok', f'seed {seed}'


def test_trajectory_of_a_replay_is_reached_in_even_steps() -> None:
    robot = Robot(load_profile('generic_3dof'), replay=True)
    for tick, rotation in enumerate(speaker(0, 4.0)):
        now = START + tick_stamp(tick)
        commands = robot.head.follow(motion(now, rotation), now)
        robot.take(commands, [now] * len(commands))
    assert set(np.diff(robot.stamps)) == {20 * MS}
    assert robot.stamps[0] == START + 40 * MS


def moving(name: str, ticks: int = 40) -> tuple[Robot, int]:
    """A robot whose head turns as fast as it may, and the time."""
    robot = Robot(load_profile(name), replay=True)
    for tick in range(ticks):
        now = START + tick_stamp(tick)
        yaw = 0.6 * math.sin(tick / 4)
        commands = robot.head.follow(motion(now, np.array([0.0, 0.0, yaw])), now)
        robot.take(commands, [now] * len(commands))
    return robot, now


@pytest.mark.parametrize('name', PROFILES)
def test_head_that_was_left_alone_goes_on_from_where_it_stopped(name: str) -> None:
    robot, now = moving(name)
    yaw = [joint.axis for joint in robot.profile.joints].index('yaw')
    sent, stood = len(robot.positions), robot.positions[-1]
    assert np.abs(stood[yaw] - robot.positions[-2][yaw]) > 0.003
    now += 3 * NANOSECONDS // 4
    for n in range(40):
        later = now + n * NANOSECONDS // MODEL_RATE
        commands = robot.head.follow(motion(later, np.array([0.0, 1e-6 * n, -0.6])), later)
        robot.take(commands, [later] * len(commands))
    # One step of the full acceleration on.
    assert robot.positions[sent] == pytest.approx(stood, abs=5e-3)
    assert robot.verdict() == 'ok'
    assert abs(robot.positions[-1][yaw] - stood[yaw]) > 0.1


@pytest.mark.parametrize('name', ['qtrobot', 'generic_pose'])
def test_robot_that_goes_at_once_gets_one_command_at_a_time(name: str) -> None:
    robot, _ = moving(name)
    assert len(set(robot.stamps)) == len(robot.stamps) == 40
    head = robot.head
    later = robot.stamps[-1] + NANOSECONDS // 30
    assert len(head.advance(later)) == 1
    assert head.advance(later) == [] == head.advance(later + MS)


def test_smooth_path_keeps_what_its_steps_keep_at_any_times() -> None:
    random = np.random.default_rng(0)
    steps = np.cumsum(np.cumsum(np.cumsum(random.uniform(-1.0, 1.0, 300))))[:, None]
    still = np.repeat(steps[:1], 3, axis=0)
    bounds = [np.abs(np.diff([*still, *steps], order, axis=0)).max() for order in (1, 2, 3)]
    path, period = SmoothPath(steps[0], MS), MS
    times, values, speeds = [0], [steps[0]], [np.zeros(1)]
    for n, step in enumerate(steps):
        path.add(step, n * period)
        for share in np.sort(random.uniform(0.0, 1.0, random.integers(0, 4))):
            stamp = round((n - 2 + share) * period)
            if stamp > times[-1]:
                positions, velocities = path.at(stamp)
                times.append(stamp)
                values.append(positions)
                speeds.append(velocities)
    found = slopes(np.array(times[1:]) / MS, np.array(values[1:]))
    assert len(times) > 300
    for slope, bound in zip(found, bounds, strict=True):
        assert np.abs(slope).max() <= bound * (1 + 1e-6)
    # Velocities are those of the path, rad/s.
    means = found[0][:, 0] * NANOSECONDS / MS
    ends = np.array(speeds[1:])[:, 0]
    second = bounds[1] * NANOSECONDS / MS * np.diff(times[1:]) / MS
    assert (np.abs(means - (ends[1:] + ends[:-1]) / 2) <= second).all()


def test_slopes_of_a_parabola_at_uneven_times() -> None:
    seconds = np.array([0.0, 0.1, 0.15, 0.4, 0.7])
    velocities, accelerations, jerks = slopes(seconds, 3.0 * seconds[:, None] ** 2)
    assert velocities[:, 0] == pytest.approx(3.0 * (seconds[1:] + seconds[:-1]))
    assert accelerations[:, 0] == pytest.approx([6.0, 6.0, 6.0])
    assert jerks[:, 0] == pytest.approx([0.0, 0.0], abs=1e-9)
    _, _, jerks = slopes(seconds, seconds[:, None] ** 3)
    assert jerks[:, 0] == pytest.approx([6.0, 6.0])


def test_demands_by_hand() -> None:
    profile = load_profile('generic_2dof')  # yaw +-1.2, pitch +-0.6 rad, 3 rad/s, 30 rad/s^2
    stamps = START + np.arange(4) * 100 * MS
    positions = [[0.0, 0.0], [0.1, 0.0], [0.3, 0.0], [0.4, -0.5]]
    found = demands(profile.joints, stamps, positions)
    pan, tilt = found['head_pan_joint'], found['head_tilt_joint']
    assert (pan.room, tilt.room) == pytest.approx((0.8, 0.1))
    assert (pan.velocity, tilt.velocity) == pytest.approx((2.0 / 3.0, 5.0 / 3.0))
    assert (pan.acceleration, tilt.acceleration) == pytest.approx((10.0 / 30.0, 50.0 / 30.0))
    assert (pan.jerk, tilt.jerk) == pytest.approx((200.0 / 1200.0, 500.0 / 1200.0))
    assert verdict({'head_pan_joint': pan}) == 'ok'
    words = 'velocity of head_tilt_joint 1.67 times; acceleration of head_tilt_joint 1.67 times'
    assert verdict(found) == words


def test_watch_finds_what_one_look_at_all_commands_finds() -> None:
    profile = load_profile('generic_2dof')
    random = np.random.default_rng(0)
    stamps = START + np.cumsum(random.integers(10, 40, 60)) * MS
    path = np.cumsum(random.normal(0.0, 0.02, (60, 2)), axis=0)
    watch = LimitWatch(profile.joints)
    assert verdict(watch.found()) == 'ok'
    for n, (stamp, positions) in enumerate(zip(stamps.tolist(), path.tolist(), strict=True)):
        watch.add(stamp, positions)
        if n % 7 == 0:
            watch.found()
    every = demands(profile.joints, stamps, path)
    for name, demand in watch.found().items():
        assert vars(demand) == pytest.approx(vars(every[name]), rel=1e-6)
    assert watch.found() == watch.found()


def test_watch_that_nobody_asks_keeps_few_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, 'AT_ONCE', 10)
    profile = load_profile('generic_2dof')
    random = np.random.default_rng(1)
    stamps = START + np.cumsum(random.integers(10, 40, 95)) * MS
    path = np.cumsum(random.normal(0.0, 0.02, (95, 2)), axis=0)
    watch = LimitWatch(profile.joints)
    looked_at: list[int] = []

    def look(joints: Sequence[Joint], some: Sequence[int], positions: Any) -> dict[str, Demand]:
        looked_at.append(len(some))
        return demands(joints, some, positions)

    monkeypatch.setattr(limits, 'demands', look)
    for stamp, positions in zip(stamps.tolist(), path.tolist(), strict=True):
        watch.add(stamp, positions)
    every = demands(profile.joints, stamps, path)
    for name, demand in watch.found().items():
        assert vars(demand) == pytest.approx(vars(every[name]), rel=1e-6)
    assert max(looked_at) == 10


def test_demands_of_nothing_and_of_one_command_are_none() -> None:
    joints = load_profile('generic_2dof').joints
    assert verdict(demands(joints, [], np.zeros((0, 2)))) == 'ok'
    assert verdict(demands(joints, [START], [[0.0, 0.0]])) == 'ok'
    beyond = demands(joints, [START], [[1.3, 0.0]])
    assert verdict(beyond) == 'position of head_pan_joint 5.73 deg beyond'


def test_two_places_at_once_are_an_excess_and_the_same_place_is_none() -> None:
    joints = load_profile('generic_2dof').joints
    stamps = [START, START + 20 * MS, START + 20 * MS]
    assert verdict(demands(joints, stamps, [[0.0, 0.0]] * 3)) == 'ok'
    found = demands(joints, stamps, [[0.0, 0.0], [0.0, 0.0], [0.01, 0.0]])
    assert found['head_pan_joint'].velocity == math.inf
    assert verdict(found).startswith('velocity of head_pan_joint inf times')


def test_clock_that_goes_back_begins_another_path() -> None:
    joints = load_profile('generic_2dof').joints
    stamps = [START, START + 20 * MS, 0, 20 * MS]
    assert verdict(demands(joints, stamps, [[0, 0], [0, 0], [1, 0], [1, 0]])) == 'ok'


def test_range_that_depends_on_another_joint_is_judged() -> None:
    joints = load_profile('nao').joints
    assert demands(joints, [0], [[0.0, 0.5]])['HeadPitch'].room == pytest.approx(0.015)
    assert verdict(demands(joints, [0], [[1.2, 0.5]])) == 'position of HeadPitch 13.64 deg beyond'
