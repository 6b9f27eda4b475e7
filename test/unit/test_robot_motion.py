"""Motion of a head: on time, inside every limit whatever comes in, and home when nothing does."""

import math
import os
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.frames import ListenerMotion
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.robot import HeadController
from vico_listener.robot import Joint
from vico_listener.robot import RobotHead
from vico_listener.robot import RobotProfile
from vico_listener.robot import load_profile
from vico_listener.robot.controller import EASING
from vico_listener.robot.controller import FROZEN_NS
from vico_listener.robot.controller import SILENCE_NS
from vico_listener.robot.joints import CoupledRange
from vico_listener.robot.limiter import HeadLimiter
from vico_listener.robot.profile import known_profiles
from vico_listener.robot.shaping import NodScaler
from vico_listener.robot.shaping import TickAverage
from vico_listener.robot.shaping import soften

LONG = 'VICO_LONG_TESTS'
STEPS = 1_000_000 if os.environ.get(LONG) else 6_000
"""Of the walks below, all together; a million when VICO_LONG_TESTS is set."""

PROFILES = ('generic_3dof', 'nao', 'stretch', 'reachy2')


def check_commands(profile: RobotProfile, path: np.ndarray) -> None:
    """Positions (commands, joints) from rest at the offsets keep every limit of a profile."""
    dt = round(NANOSECONDS / profile.rate) / NANOSECONDS
    start = np.array([[joint.offset for joint in profile.joints]])
    path = np.concatenate([start, start, start, path])
    assert np.isfinite(path).all()
    names = [joint.name for joint in profile.joints]
    for n, joint in enumerate(profile.joints):
        position = path[:, n]
        velocity = np.diff(position) / dt
        acceleration = np.diff(velocity) / dt
        jerk = np.diff(acceleration) / dt
        assert position.min() >= joint.minimum - 1e-9, joint.name
        assert position.max() <= joint.maximum + 1e-9, joint.name
        assert np.abs(velocity).max() <= joint.max_velocity + 1e-6, joint.name
        assert np.abs(acceleration).max() <= joint.max_acceleration + 1e-4, joint.name
        assert np.abs(jerk).max() <= joint.max_jerk * 1.0001 + 1e-2, joint.name
        if joint.range_by is not None:
            table = joint.range_by
            other = path[:, names.index(table.joint)]
            assert (position >= np.interp(other, table.knots, table.minimum) - 1e-9).all()
            assert (position <= np.interp(other, table.knots, table.maximum) + 1e-9).all()


def walk(head: HeadController, steps: int, seed: int) -> np.ndarray:
    """What a head is commanded by a source that does its worst."""
    random = np.random.default_rng(seed)
    commands: list[tuple[float, ...]] = []
    now = 10**12
    tick = NANOSECONDS // MODEL_RATE
    largest = np.array([0.5, 0.9, 2.0])
    rotation = np.zeros(3)
    while len(commands) < steps:
        mode = random.integers(9)
        frequency, phase = random.uniform(0.2, 8.0), random.uniform(0, 6.3, 3)
        for n in range(int(random.integers(1, 60))):
            now += tick
            if mode == 0:  # nods of any speed and size
                rotation = largest * np.sin(2 * np.pi * frequency * n / MODEL_RATE + phase)
            elif mode == 1:  # from end to end, at the worst moment: while it is fastest
                velocity = np.array(head._limiter.velocities)
                if np.abs(velocity).max() > random.uniform(0.3, 1.0) or n == 0:
                    rotation = largest * random.choice([-1.0, 1.0], 3)
            elif mode == 2:  # noise
                rotation = random.normal(0.0, 1.0, 3)
            elif mode == 3:  # not a number
                rotation = random.choice([math.nan, math.inf, -math.inf, 1e300, 0.1], 3)
            elif mode == 4:  # stall
                continue
            elif mode == 5 and n == 0:  # time jumps
                now += int(random.choice([-3600, -1, -0.1, 0.3, 0.9, 1.1, 3600]) * NANOSECONDS)
            elif mode == 6:  # somebody looks around
                head.look(random.uniform(-1.0, 1.0, 3) * largest)
            elif mode == 7:  # stamps jitter
                now += int(random.integers(-tick, tick))
            elif mode == 8:  # slow and large: into every corner
                rotation = largest * np.sin(0.05 * len(commands) + phase)
            head.follow(rotation, now)
            commands += [c.positions for c in head.advance(now, ahead=bool(random.integers(2)))]
    return np.array(commands)


@pytest.mark.parametrize('name', PROFILES)
def test_no_command_is_ever_outside_a_limit(name: str) -> None:
    profile = load_profile(name)
    steps = STEPS // len(PROFILES)
    # Long walks in parts: any failure names a seed that is quick to run again.
    for seed in range(max(1, steps // 2_000)):
        check_commands(profile, walk(HeadController(profile), min(steps, 2_000), seed))


limit = st.floats(0.05, 2.0)


@settings(max_examples=200 if os.environ.get(LONG) else 15, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    rate=st.sampled_from([10.0, 30.0, 50.0, 100.0, 333.0]),
    range_=st.tuples(limit, limit),
    offset=st.floats(-0.04, 0.04),
    velocity=st.floats(0.05, 9.0),
    acceleration=st.floats(0.5, 200.0),
    jerk=st.floats(10.0, 200.0),
    zone=st.floats(0.0, 1.0),
)
@example(0, 50.0, (0.05, 2.0), 0.04, 9.0, 0.5, 10.0, 0.0)
def test_limits_hold_for_any_profile(
    seed: int,
    rate: float,
    range_: tuple[float, float],
    offset: float,
    velocity: float,
    acceleration: float,
    jerk: float,
    zone: float,
) -> None:
    base = load_profile('nao')
    lead = replace(
        base.joints[0],
        minimum=-range_[0],
        maximum=range_[1],
        offset=offset,
        max_velocity=velocity,
        max_acceleration=acceleration,
        max_jerk=jerk * acceleration,
        soft_zone=zone,
    )
    # A triangle: pitch may only be large while yaw is small.
    table = CoupledRange(lead.name, (-2.0, 0.0, 2.0), (-0.01, -0.5, -0.01), (0.01, 0.4, 0.01))
    follow = replace(lead, name='pitch', axis='pitch', offset=0.0, range_by=table)
    for joints in ((lead, follow), (follow, lead)):
        profile = replace(base, rate=rate, joints=joints)
        check_commands(profile, walk(HeadController(profile), 200, seed))


def follow_nods(profile: RobotProfile, degrees: float, frequency: float) -> tuple[float, float]:
    """Phase lag (s) and gain of a head that follows nods of +-degrees at the model's rate."""
    head = RobotHead(profile)
    axes = [joint.axis for joint in profile.joints]
    pitch, sign = axes.index('pitch'), profile.joints[axes.index('pitch')].sign
    amplitude = math.radians(degrees)
    commands = []
    for tick in range(8 * MODEL_RATE):
        now = tick * NANOSECONDS // MODEL_RATE
        angle = amplitude * math.sin(2 * math.pi * frequency * now / NANOSECONDS)
        face = FaceMotion(np.zeros(52, np.float32), np.array([0.0, angle, 0.0], np.float32))
        motion = ListenerMotion(now, now, face, Attitude.NEUTRAL, 1.0, True, 'test')
        commands += head.follow(motion, now)
    time = np.array([c.stamp for c in commands]) / NANOSECONDS
    path = sign * np.array([c.positions[pitch] for c in commands])
    settled = time > 3.0
    turn = 2 * np.pi * frequency * time[settled]
    basis = np.stack([np.sin(turn), np.cos(turn), np.ones(settled.sum())], axis=1)
    (in_phase, quadrature, _), *_ = np.linalg.lstsq(basis, path[settled], rcond=None)
    lag = -math.atan2(quadrature, in_phase) / (2 * np.pi * frequency)
    return lag, math.hypot(in_phase, quadrature) / amplitude


@pytest.mark.parametrize('name', [n for n in known_profiles() if n != 'furhat'])
@pytest.mark.parametrize('degrees', [2.5, 5.0])
def test_nods_are_on_time(name: str, degrees: float) -> None:
    """At 3 Hz at most 60 ms late, the model's tick that a motion is held for included."""
    profile = load_profile(name)
    lag, gain = follow_nods(profile, degrees, 3.0)
    assert 0.0 < lag <= 0.060
    assert gain <= next(joint.gain for joint in profile.joints if joint.axis == 'pitch')


def test_nods_of_a_small_head_are_larger() -> None:
    """Of ordinary ones: what would be too fast for the neck comes out smaller."""
    assert follow_nods(load_profile('reachy_mini'), 2.5, 2.0)[1] > 1.5


def test_generic_head_nods_in_full() -> None:
    for degrees, least in ((2.5, 0.9), (5.0, 0.75)):
        assert follow_nods(load_profile('generic_3dof'), degrees, 3.0)[1] > least
    assert follow_nods(load_profile('generic_3dof'), 10.0, 1.0)[1] > 0.95


def test_nods_of_a_slow_neck_are_smaller_and_not_later() -> None:
    lags, gains = zip(
        *[follow_nods(load_profile('stretch'), degrees, 3.0) for degrees in (0.5, 2.5, 5.0)],
        strict=True,
    )
    assert max(lags) <= 0.060
    assert gains[0] > 0.9 and gains[1] < 0.6 and gains[2] < 0.3
    # As large as its acceleration allows: 8 rad/s^2 make +-1.3 degrees at 3 Hz.
    largest = math.degrees(8.0 / (2 * math.pi * 3.0) ** 2)
    assert 0.7 * largest < gains[2] * 5.0 <= largest


def test_small_slow_motion_is_not_scaled() -> None:
    joint = load_profile('generic_3dof').joints[1]
    scaler = NodScaler((joint,), 0.02)
    path = 0.05 * np.sin(2 * np.pi * 1.0 * np.arange(300) * 0.02)
    scaled = np.array([scaler.step(np.array([angle]))[0] for angle in path])
    assert scaled == pytest.approx(path, abs=1e-12)


def moving_head(name: str = 'generic_3dof') -> tuple[HeadController, int]:
    """A head in the middle of large motion, and the time."""
    head = HeadController(load_profile(name))
    for tick in range(70):
        now = tick * NANOSECONDS // MODEL_RATE
        head.follow([0.1, 0.3 * math.sin(tick / 3), 0.4], now)
        head.advance(now, ahead=True)
    return head, now


@pytest.mark.parametrize('trouble', ['nan', 'infinity', 'stall', 'jump', 'jump back', 'frozen'])
def test_whatever_goes_wrong_ends_in_an_eased_return_to_neutral(trouble: str) -> None:
    head, now = moving_head()
    jump = {'jump': 7200, 'jump back': -7200}.get(trouble, 0) * NANOSECONDS
    rotations = {
        'nan': [0.0, math.nan, 0.0],
        'infinity': [math.inf, 0.0, 0.0],
        'frozen': [0.1, 0.3, 0.4],
    }
    commands = []
    for tick in range(1, 9 * MODEL_RATE):
        later = now + jump + tick * NANOSECONDS // MODEL_RATE
        if trouble in rotations:
            head.follow(rotations[trouble], later)
        commands += head.advance(later)
    assert head.resting
    path = np.array([command.positions for command in commands])
    assert path[-1] == pytest.approx([0.0, 0.0, 0.0], abs=1e-3)
    assert np.abs(path[0]).max() > 0.3  # and it did not start there
    # Eased: once it is on its way home, no faster than a quarter of its limit.
    limit = EASING * head.profile.joints[0].max_velocity
    noticed = {'frozen': FROZEN_NS, 'jump': 0, 'jump back': 0}.get(trouble, SILENCE_NS)
    given_up = noticed * 50 // NANOSECONDS + 15
    assert np.abs(np.diff(path[given_up:], axis=0)).max() * 50 <= limit + 1e-6
    assert np.abs(path[given_up]).max() > 0.05


def test_frozen_source_that_comes_alive_is_followed_again() -> None:
    head, now = moving_head()
    for tick in range(1, 9 * MODEL_RATE):
        head.follow([0.0, 0.2, 0.0], now + tick * NANOSECONDS // MODEL_RATE)
        head.advance(now + tick * NANOSECONDS // MODEL_RATE)
    assert head.resting
    for tick in range(9 * MODEL_RATE, 12 * MODEL_RATE):
        later = now + tick * NANOSECONDS // MODEL_RATE
        head.follow([0.0, 0.2 + 1e-9 * tick, 0.0], later)
        commands = head.advance(later)
    assert commands[-1].positions[1] == pytest.approx(0.2, abs=1e-3)


def test_corner_of_a_coupled_range_is_reached_by_way_of_the_inside() -> None:
    profile = load_profile('nao')
    head = HeadController(profile)
    paths = []
    for n in range(400):
        now = n * NANOSECONDS // MODEL_RATE
        # Down while it looks ahead; then to the side, where down is not allowed that far.
        head.follow([0.0, 0.5 + 1e-6 * n, 0.0 if n < 200 else 1.1], now)
        paths += [c.positions for c in head.advance(now)]
    path = np.array(paths)
    check_commands(profile, path)
    assert path[190, 1] > 0.44  # deep
    table = profile.joints[1].range_by
    assert table is not None
    yaw, pitch = path[-1]
    assert yaw > 1.0
    assert table.maximum[-1] - 0.05 < pitch < np.interp(yaw, table.knots, table.maximum)


def test_soft_limits_compress() -> None:
    joint = replace(load_profile('generic_3dof').joints[1], soft_zone=0.2)  # +-0.6
    goals = np.linspace(-3.0, 3.0, 601)
    soft = np.array([soften(goal, joint, joint.minimum, joint.maximum) for goal in goals])
    inside = np.abs(goals) <= 0.48
    np.testing.assert_array_equal(soft[inside], goals[inside])
    assert np.abs(soft).max() <= 0.6
    slope = np.diff(soft) / np.diff(goals)
    assert (slope >= 0.0).all() and (slope <= 1.0 + 1e-9).all()
    just_outside = slope[(goals[:-1] > 0.48) & (goals[:-1] < 0.6)]
    assert (just_outside > 0.2).all()  # not flat: a nod at the edge stays a nod
    hard = replace(joint, soft_zone=0.0)
    assert soften(1.0, hard, -0.6, 0.6) == 0.6


def test_roll_is_dropped_or_mapped_where_there_is_no_joint() -> None:
    profile = load_profile('generic_2dof')
    yaw, pitch = profile.joints
    for gain, expected in ((0.0, 0.0), (0.5, 0.1), (-0.5, -0.1)):
        mapped = replace(profile, joints=(replace(yaw, roll_gain=gain), pitch))
        head = HeadController(mapped)
        for n in range(100):
            head.follow([0.2, 0.0, 0.0], n * 20_000_000)
            commands = head.advance(n * 20_000_000)
        assert commands[-1].positions == pytest.approx([expected, 0.0], abs=1e-3)


def test_tick_average_is_the_line_between_ticks() -> None:
    held = TickAverage(np.zeros(1))
    tick = NANOSECONDS // MODEL_RATE
    for n in range(1, 10):
        held.hold(np.array([float(n)]), n * tick)
        for share in (0.0, 0.25, 0.75):
            # Held from n on: a line from n - 1 to n, one tick later.
            assert held.at(n * tick + round(share * tick))[0] == pytest.approx(n - 1 + share)
    assert held.at(20 * tick)[0] == 9.0
    held.hold(np.array([4.0]), 5 * tick)  # time went back
    assert held.at(6 * tick)[0] == 4.0


def test_jerk_limit_sets_the_delay() -> None:
    joint = Joint('pitch', 'pitch', 1, 1.0, 0.0, -0.5, 0.6, 2.0, 20.0)
    assert HeadLimiter([joint], 0.02).delay == 0.0
    # Twice the acceleration limit over three steps of 0.02 s.
    smooth = replace(joint, max_jerk=2 * 20.0 / 0.06)
    assert HeadLimiter([smooth, joint], 0.02).delay == pytest.approx(0.02)


def test_coupled_range_answers_both_ways() -> None:
    table = CoupledRange('yaw', (-1.0, 0.0, 1.0), (-0.2, -0.6, -0.2), (0.1, 0.5, 0.1))
    assert table.over(-0.5, 0.25) == pytest.approx((-0.4, 0.3))
    assert table.others(0.0, 0.3) == pytest.approx((-0.5, 0.5))
    assert table.others(-0.5, 0.0) == pytest.approx((-0.25, 0.25))
    assert table.others(0.0, 0.6) == (math.inf, -math.inf)
    assert table.others(0.0, 0.05) == pytest.approx((-1.0, 1.0))
