"""Head commands: limits that always hold, targets that are reached, a watchdog that eases home."""

import math
from dataclasses import replace

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from vico_listener.clock import NANOSECONDS
from vico_listener.resources import resource_path
from vico_listener.robot import HeadController
from vico_listener.robot import Joint
from vico_listener.robot import ProfileError
from vico_listener.robot import load_profile
from vico_listener.robot.limiter import JointLimiter
from vico_listener.robot.limiter import braking_speed
from vico_listener.robot.profile import parse_profile

JOINT = Joint('pitch', 'pitch', 1, 1.0, 0.0, -0.5, 0.6, 2.0, 20.0)
DT = 0.02
SLACK = 1e-9


def distance_to_stop(speed: float, deceleration: float, dt: float) -> float:
    """What a joint covers, step by step: the definition that `braking_speed` inverts."""
    distance = 0.0
    while speed > 0:
        distance += speed * dt
        speed -= deceleration * dt
    return distance


@given(st.floats(1e-6, 3.0), st.floats(0.1, 100.0), st.floats(0.002, 0.05))
def test_braking_speed_is_exact(distance: float, deceleration: float, dt: float) -> None:
    speed = braking_speed(distance, deceleration, dt)
    assert distance_to_stop(speed, deceleration, dt) == pytest.approx(distance, rel=1e-6)


def check_limits(joint: Joint, positions: list[float], dt: float) -> None:
    path = np.array([joint.offset, *positions])
    velocity = np.diff(path, prepend=path[0]) / dt
    acceleration = np.diff(velocity) / dt
    assert path.max() <= joint.maximum + SLACK and path.min() >= joint.minimum - SLACK
    assert np.abs(velocity).max() <= joint.max_velocity + 1e-6
    assert np.abs(acceleration).max() <= joint.max_acceleration + 1e-4


target = st.one_of(st.floats(-3, 3), st.sampled_from([math.nan, math.inf, -math.inf, 1e30]))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(target, st.integers(1, 40)), min_size=1, max_size=30),
    st.sampled_from([1.0, 0.25]),
    st.floats(0.05, 9.0),
    st.floats(0.5, 90.0),
)
def test_limits_hold_for_any_target(
    targets: list[tuple[float, int]], scale: float, velocity: float, acceleration: float
) -> None:
    joint = replace(JOINT, max_velocity=velocity, max_acceleration=acceleration)
    limiter = JointLimiter(joint, DT)
    positions = [
        limiter.step(goal, scale if i % 2 else 1.0)
        for i, (goal, steps) in enumerate(targets)
        for _ in range(steps)
    ]
    check_limits(joint, positions, DT)


def test_limits_hold_over_a_long_random_walk() -> None:
    random = np.random.default_rng(1)
    limiter = JointLimiter(JOINT, DT)
    goals = np.repeat(random.normal(0, 1.0, 2000), random.integers(1, 20, 2000))
    check_limits(JOINT, [limiter.step(float(goal)) for goal in goals], DT)


def test_target_is_reached_and_kept() -> None:
    limiter = JointLimiter(JOINT, DT)
    for _ in range(100):
        limiter.step(0.4)
    assert limiter.position == pytest.approx(0.4, abs=1e-4)
    assert limiter.velocity == pytest.approx(0.0, abs=1e-3)


def controller(profile: str = 'generic_3dof') -> HeadController:
    return HeadController(load_profile(profile))


def test_follows_axes_and_drops_roll_on_two_joints() -> None:
    for profile, expected in (('generic_3dof', [0.2, 0.1, 0.05]), ('generic_2dof', [0.2, 0.1])):
        head = controller(profile)
        for n in range(100):
            now = n * NANOSECONDS // 50
            assert head.follow([0.05, 0.1, 0.2], now)
            commands = head.advance(now)
        assert commands[-1].positions == pytest.approx(expected, abs=2e-3)


def test_base_gaze_is_composed() -> None:
    head = controller()
    head.look([0.0, 0.1, 0.5])
    for n in range(200):
        head.follow([0.0, 0.0, 0.0], n * 20_000_000)
        commands = head.advance(n * 20_000_000)
    assert commands[-1].positions == pytest.approx([0.5, 0.1, 0.0], abs=2e-3)
    with pytest.raises(ValueError, match='three finite angles'):
        head.look([0.0, math.nan, 0.0])


def test_nan_is_refused_and_changes_nothing() -> None:
    head = controller()
    assert not head.follow([0.0, math.nan, 0.0], 0)
    assert not head.follow([0.0, math.inf, 0.0], 0)
    assert all(c.positions == (0.0, 0.0, 0.0) for c in head.advance(NANOSECONDS // 2))


def test_watchdog_eases_to_neutral() -> None:
    head = controller()
    for n in range(50):
        head.follow([0.0, 0.3, 0.0], n * 20_000_000)
        head.advance(n * 20_000_000)
    last = 49 * 20_000_000
    held = head.advance(last + 500_000_000)
    assert held[-1].positions[1] == pytest.approx(0.3, abs=1e-3)
    assert not head.resting
    eased = [c for n in range(1, 60) for c in head.advance(last + (500 + 20 * n) * 1_000_000)]
    velocities = [abs(c.velocities[1]) for c in eased]
    assert max(velocities) <= 0.25 * 3.0 + 1e-9
    assert eased[-1].positions[1] == pytest.approx(0.0, abs=1e-3)
    assert head.resting


def test_look_ahead_command_is_made_once() -> None:
    head = controller()
    head.follow([0, 0.1, 0], 0)
    first = head.advance(0, ahead=True)
    assert [c.stamp for c in first] == [0, 20_000_000]
    assert head.advance(10_000_000) == []
    assert [c.stamp for c in head.advance(40_000_000)] == [40_000_000]


@pytest.mark.parametrize('jump', [-3600, 3600])
def test_jump_of_the_clock_makes_no_burst_and_no_jerk(jump: int) -> None:
    head = controller()
    commands = []
    for n in range(100):
        now = 4000 * NANOSECONDS + n * 20_000_000 + (jump * NANOSECONDS if n >= 50 else 0)
        head.follow([0.0, 0.3, 0.2], now)
        commands += head.advance(now)
    assert len(commands) <= 102
    joint = load_profile('generic_3dof').joints[1]
    check_limits(joint, [c.positions[1] for c in commands], DT)


@pytest.mark.parametrize('path', sorted(resource_path('config/robots').glob('*.yaml')))
def test_shipped_profiles_load(path) -> None:  # type: ignore[no-untyped-def]
    assert load_profile(path.stem).joints
    assert load_profile(str(path)).name == path.stem


def good() -> dict:
    return yaml.safe_load(resource_path('config/robots/generic_2dof.yaml').read_text())


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (lambda p: p.pop('topic'), 'mine: topic is missing'),
        (
            lambda p: p.update(interface='smoke'),
            "interface: unknown robot interface 'smoke': choose one of .*joint_trajectory",
        ),
        (lambda p: p.update(rate='fast'), "rate must be a number, not 'fast'"),
        (lambda p: p.update(rate=math.nan), 'rate must lie in'),
        (lambda p: p.update(colour='red'), 'unknown field colour'),
        (lambda p: p.update(joints=[]), 'at least one joint'),
        (lambda p: p['joints'][1].pop('sign'), r'joints\[1\]: sign is missing'),
        (lambda p: p['joints'][1].update(sign=0), r'joints\[1\]: sign must be 1 or -1'),
        (lambda p: p['joints'][0].update(minimum=2.0), 'minimum must be less than maximum'),
        (lambda p: p['joints'][0].update(offset=1.3), 'offset must lie between'),
        (lambda p: p['joints'][0].update(axis='pitch'), 'two joints have the same axis'),
        (lambda p: p['joints'][0].update(max_velocity=-1), 'max_velocity must lie in'),
    ],
)
def test_wrong_profile_names_the_field(change, message) -> None:  # type: ignore[no-untyped-def]
    data = good()
    change(data)
    with pytest.raises(ProfileError, match=message):
        parse_profile(data, 'mine')


def test_unknown_profile_lists_the_known(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ProfileError, match=r"no robot profile 'r2d2'.*generic_2dof, generic_3dof"):
        load_profile('r2d2')
    broken = tmp_path / 'broken.yaml'
    broken.write_text('joints: [')
    with pytest.raises(ProfileError, match='not valid YAML'):
        load_profile(str(broken))
