"""A head begins where it is, and does not run away from a joint that does not follow."""

import math

import numpy as np
import pytest
import yaml
from plant import MS
from plant import START
from plant import Bench

from vico_listener.frames import ListenerMotion
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.resources import resource_path
from vico_listener.robot import HeadCommand
from vico_listener.robot import HeadController
from vico_listener.robot import RobotHead
from vico_listener.robot import RobotProfile
from vico_listener.robot import load_profile
from vico_listener.robot.controller import EASE_IN_NS
from vico_listener.robot.fields import ProfileError
from vico_listener.robot.following import LEASH
from vico_listener.robot.limits import rooms
from vico_listener.robot.measured import STALE_NS
from vico_listener.robot.measured import MeasuredPositions
from vico_listener.robot.measured import MeasuredSource
from vico_listener.robot.profile import parse_profile

TIAGO = load_profile('tiago')
AWAY = (0.9, -0.5)


def nods(seconds: float) -> list[float]:
    """Roll, pitch and yaw of a listener."""
    return [0.0, 0.1 * math.sin(2 * math.pi * 1.5 * seconds), 0.05]


def looks_left(seconds: float) -> list[float]:
    return [0.0, 0.0, 0.8]


@pytest.mark.parametrize('name', ['tiago', 'stretch', 'generic_pose', 'qtrobot', 'reachy2'])
def test_a_head_that_is_elsewhere_is_brought_home_within_its_limits(name: str) -> None:
    profile = load_profile(name)
    away = [0.7 * joint.maximum for joint in profile.joints]
    bench = Bench(profile, away)
    bench.run(0.5)
    bench.run(4.0, nods)
    assert bench.starts == ['measured']
    assert bench.at_the_joint() == 'ok'
    assert np.allclose(bench.commands[0].positions, away, atol=5e-3)
    pitch = [joint.axis for joint in profile.joints].index('pitch')
    last = np.array(bench.plant.path)[-1000:, pitch]
    assert np.ptp(last) > 0.1  # it nods


def test_without_what_is_measured_the_same_head_snaps() -> None:
    bench = Bench(TIAGO, AWAY, knows=False)
    bench.run(0.5)
    bench.run(1.0, nods)
    assert 'velocity of head_1_joint' in bench.at_the_joint()


def test_a_head_that_stands_right_follows_at_once() -> None:
    bench = Bench(TIAGO, (0.0, 0.0))
    bench.run(0.5)
    bench.run(0.2, lambda _: [0.0, 0.05, 0.05])
    assert bench.starts == ['measured']
    assert bench.plant.positions[0] > 0.04


def test_another_program_moves_the_released_head() -> None:
    bench = Bench(TIAGO, (0.0, 0.0))
    bench.run(0.5)
    bench.run(2.0, nods)
    bench.run(3.0)  # released: it eases home, and rests
    assert not bench.head.awake
    silent = len(bench.commands)
    bench.run(1.0, moved=lambda s: [min(s, 0.5) * 2.0, 0.4])
    assert len(bench.commands) == silent
    since = len(bench.plant.path)
    bench.run(0.3)
    bench.run(4.0, nods)
    assert bench.at_the_joint(since) == 'ok'
    assert np.allclose(bench.commands[silent].positions, [1.0, 0.4], atol=5e-3)
    assert abs(bench.plant.positions[0] - 0.05) < 0.02


def test_a_head_that_others_still_move_is_waited_for() -> None:
    bench = Bench(TIAGO, (0.0, 0.0))
    bench.run(0.5)
    bench.run(0.2, moved=lambda s: [s, 0.0])
    bench.run(0.8, nods, moved=lambda s: [0.2 + min(s, 0.5), 0.0])
    bench.run(3.0, nods)
    assert bench.starts == ['measured']
    assert bench.commands[0].stamp > START + 1000 * MS
    assert bench.at_the_joint(1550) == 'ok'


def test_others_who_never_stop_are_told() -> None:
    bench = Bench(TIAGO, (0.0, 0.0))
    bench.run(0.5)
    bench.run(0.2, moved=lambda s: [0.3 * math.sin(6 * s), 0.0])
    bench.run(1.5, nods, moved=lambda s: [0.3 * math.sin(6 * (s + 0.2)), 0.0])
    assert bench.head.start == 'moving'


@pytest.mark.parametrize(
    ('name', 'seconds'),
    [('tiago', 0.08), ('tiago', 0.3), ('tiago', 2.5), ('reachy2', 0.3), ('reachy2', 2.5)],
)
def test_after_a_stall_it_goes_on_where_the_head_is(name: str, seconds: float) -> None:
    profile = load_profile(name)
    bench = Bench(profile, [0.0 for _ in profile.joints])
    bench.run(0.5)
    bench.run(2.0, nods)
    bench.run(seconds, stalls=True)
    # That a robot without commands stops is not for us to soften.
    since = len(bench.plant.path)
    bench.run(2.0, nods)
    assert bench.at_the_joint(since) == 'ok'


def within(profile: RobotProfile, place: np.ndarray) -> np.ndarray:
    """The same place, but for joints whose range depends on another one."""
    names = [joint.name for joint in profile.joints]
    for n, joint in enumerate(profile.joints):
        if joint.range_by is not None:
            leader = place[names.index(joint.range_by.joint)]
            place[n] = np.clip(place[n], *joint.range_by.over(leader, leader))
    return place


@pytest.mark.parametrize('name', ['reachy_mini', 'tiago', 'reachy2', 'furhat'])
@pytest.mark.parametrize('seed', range(4))
def test_a_robot_that_starts_anew_elsewhere_is_begun_with_there(name: str, seed: int) -> None:
    profile, random = load_profile(name), np.random.default_rng(seed)
    low = np.array([joint.minimum for joint in profile.joints])
    high = np.array([joint.maximum for joint in profile.joints])
    bench = Bench(profile, 0.0 * low, heard=200)
    bench.run(0.5)
    for _ in range(5):
        bench.run(random.uniform(0.05, 4.0), nods)
        bench.run(random.uniform(0.02, 0.1), nods, lost=True)
        sent, since = len(bench.commands), len(bench.plant.path)
        place = within(profile, random.uniform(0.9 * low, 0.9 * high))
        bench.plant.restart(place)
        bench.run(random.choice([0.0, 0.3, 2.0]), nods, lost=True)
        bench.run(1.5, nods)
        assert np.allclose(bench.commands[sent].positions, place, atol=5e-3)
        assert bench.at_the_joint(since) == 'ok'
        assert bench.head.start == 'measured'


def test_a_command_that_is_too_late_is_left_out() -> None:
    bench = Bench(TIAGO, (0.0, 0.0))
    bench.run(0.5)
    bench.run(1.0, nods)
    bench.now += 10 * MS
    (command,) = bench.head.advance(bench.now)
    assert not bench.head.may_send(command, bench.now + 60 * MS)
    assert bench.head.skipped == 1


@pytest.mark.parametrize('name', ['tiago', 'reachy2'])
def test_moved_during_a_stall(name: str) -> None:
    profile = load_profile(name)
    bench = Bench(profile, [0.0 for _ in profile.joints])
    bench.run(0.5)
    bench.run(2.0, nods)
    bench.run(1.0, stalls=True, moved=lambda s: [0.25 for _ in profile.joints])
    bench.run(0.5, stalls=True)
    since = len(bench.plant.path)
    bench.run(4.0, nods)
    assert bench.at_the_joint(since) == 'ok'


def test_nobody_says_where_the_head_is() -> None:
    bench = Bench(TIAGO, AWAY, says=False)
    bench.run(0.5)
    bench.run(5.0, nods)
    assert bench.starts == ['assumed']
    # A controller that is told when has time for the whole way.
    first, second = bench.commands[:2]
    wait = 500 * MS + 1000 * MS
    assert START + wait <= first.stamp - EASE_IN_NS + 40 * MS <= START + wait + 60 * MS
    assert first.positions == (0.0, 0.0)
    assert second.stamp >= first.stamp
    speeds = np.abs(np.diff(np.array(bench.plant.path)[::20], axis=0)).max(axis=0) / 0.02
    assert speeds[0] < 1.05 * AWAY[0] / 2.0
    assert abs(bench.plant.positions[0] - 0.05) < 0.02


@pytest.mark.parametrize('name', ['tiago', 'reachy2'])
def test_who_says_it_late_is_believed(name: str) -> None:
    profile = load_profile(name)
    away = [0.8 * joint.maximum for joint in profile.joints]
    bench = Bench(profile, away, says=False, wait=0.2)
    # Nobody takes the commands before the robot is up, and then it says where it is.
    tell, bench.plant.tell = bench.plant.tell, lambda *_: None
    bench.run(0.5)
    bench.run(4.0, nods)
    assert bench.starts == ['assumed']
    bench.plant.tell, bench.says = tell, True
    since = len(bench.plant.path)
    bench.run(4.0, nods)
    assert bench.starts == ['assumed', 'measured']
    assert np.allclose(bench.head.began_at, away, atol=1e-3)
    assert bench.at_the_joint(since) == 'ok'
    assert np.abs(bench.plant.positions).max() < 0.15


def test_time_in_which_the_computer_stood_still_is_no_waiting() -> None:
    bench = Bench(TIAGO, AWAY, says=False)
    bench.run(0.5)
    bench.run(0.3, nods)
    assert bench.head.start == 'waiting'
    bench.run(2.0, stalls=True)
    bench.run(0.1, nods)
    bench.says = True
    bench.run(1.0, nods)
    assert bench.starts == ['measured']
    assert bench.at_the_joint() == 'ok'


def test_a_robot_that_goes_at_once_is_eased_in_from_where_it_is_assumed() -> None:
    profile = load_profile('reachy2')
    bench = Bench(profile, [0.0, 0.0, 0.0], says=False, wait=0.0)
    bench.run(1.0, lambda _: [0.0, 0.0, 0.5])
    assert bench.starts == ['assumed']
    assert 0.1 < bench.plant.positions[2] < 0.4
    bench.run(2.0, lambda _: [0.0, 0.0, 0.5])
    assert bench.plant.positions[2] == pytest.approx(0.5, abs=0.01)
    assert bench.at_the_joint() == 'ok'


def test_a_head_that_sank_while_nobody_said_where_it_is_is_taken_back() -> None:
    bench = Bench(load_profile('generic_3dof'), [0.0, 0.0, 0.0])
    bench.run(0.5)
    bench.run(2.0, nods)
    bench.says = False
    bench.run(2.0, nods, moved=lambda s: [0.0, 0.225 * min(s, 2.0), 0.0])
    sent, since = len(bench.commands), len(bench.plant.path)
    bench.says = True
    bench.run(4.0, nods)
    assert bench.head.start == 'measured'
    assert bench.commands[sent].positions[1] == pytest.approx(0.45, abs=5e-3)
    assert bench.at_the_joint(since) == 'ok'


@pytest.mark.parametrize('heard', [20, 520])
def test_a_gap_in_what_the_robot_says_changes_nothing_for_a_head_that_follows(heard: int) -> None:
    bench = Bench(load_profile('generic_3dof'), [0.0, 0.0, 0.0], heard=heard)
    bench.run(1.1)
    bench.run(2.0, nods)
    bench.says = False
    bench.run(2.0, nods)
    sent = len(bench.commands)
    bench.says = True
    bench.run(2.0, nods)
    assert len(bench.commands) - sent == pytest.approx(2.0 * bench.profile.rate, abs=2)


@pytest.mark.parametrize('heard', [20, 500])
def test_a_joint_that_is_blocked_is_named_however_rarely_it_is_heard_of(heard: int) -> None:
    bench = Bench(TIAGO, (0.0, 0.0), heard=heard)
    bench.run(1.0)
    bench.run(1.0, nods)
    bench.plant.blocked = {0}
    bench.run(3.0, looks_left)
    assert [lag.joint for lag in bench.head.watch.lags] == ['head_1_joint']


def test_a_joint_that_is_blocked_is_named_and_not_pushed() -> None:
    bench = Bench(TIAGO, (0.0, 0.0))
    bench.run(0.5)
    bench.run(1.0, nods)
    assert bench.head.watch.lags == []
    bench.plant.blocked = {0}
    bench.run(1.7, looks_left)
    (lag,) = bench.head.watch.lags
    assert lag.joint == 'head_1_joint'
    assert lag.angle == pytest.approx(0.75, abs=0.02)
    assert 0.5 < lag.seconds < 1.5
    assert str(lag).startswith('head_1_joint is 43 degrees away from its target, for ')
    bench.run(1.5, looks_left)
    place = bench.plant.positions[0]
    assert abs(bench.commands[-1].positions[0] - place) <= LEASH + 1e-6
    # Free again: it sets off gently, gets there, and nothing is left of it.
    since = len(bench.plant.path)
    bench.plant.blocked = set()
    bench.run(4.0, looks_left)
    assert bench.plant.positions[0] == pytest.approx(0.8, abs=0.01)
    assert bench.head.watch.lags == []
    assert bench.at_the_joint(since) == 'ok'
    assert bench.at_the_joint(0, since) == 'ok'


def test_a_blocked_joint_that_is_only_nodded_with_is_noticed() -> None:
    bench = Bench(TIAGO, (0.0, 0.0))
    bench.run(0.5)
    bench.plant.blocked = {1}
    bench.run(4.0, lambda s: [0.0, 0.2 * math.sin(2 * math.pi * 2.0 * s), 0.0])
    assert [lag.joint for lag in bench.head.watch.lags] == ['head_2_joint']


@pytest.mark.parametrize('frequency', [0.3, 1.0, 2.0, 3.0])
@pytest.mark.parametrize('lag', [0.02, 0.1, 0.2])
def test_a_slow_servo_is_no_joint_that_does_not_follow(frequency: float, lag: float) -> None:
    bench = Bench(TIAGO, (0.0, 0.0))
    bench.plant._lag = lag
    bench.run(0.5)
    for _ in range(6):
        bench.run(
            1.0,
            lambda s: [0.0, 0.2 * math.sin(6.28 * frequency * s), 0.9 * math.sin(6.28 * s / 4)],
        )
        assert bench.head.watch.lags == []


def test_another_writer_is_noticed_and_given_way() -> None:
    bench = Bench(TIAGO, (0.0, 0.0))
    bench.run(0.5)
    bench.run(1.0, lambda _: [0.0, 0.0, 0.05])
    bench.run(3.0, lambda _: [0.0, 0.0, 0.05], moved=lambda s: [-0.8 * min(s, 1.0), 0.0])
    assert [lag.joint for lag in bench.head.watch.lags] == ['head_1_joint']
    assert abs(bench.commands[-1].positions[0] - -0.8) <= LEASH + 1e-6
    since = len(bench.plant.path)
    bench.run(4.0, nods)
    assert bench.at_the_joint(since) == 'ok'
    assert abs(bench.plant.positions[0] - 0.05) < 0.02
    assert bench.head.watch.lags == []


def test_a_start_beyond_the_limits_leads_back_into_them() -> None:
    beyond = (TIAGO.joints[0].maximum + 0.06, 0.0)
    bench = Bench(TIAGO, beyond)
    bench.run(0.5)
    bench.run(4.0, nods)
    path = np.array([command.positions for command in bench.commands])
    assert path[:, 0].max() <= beyond[0] + 1e-9
    assert (np.diff(path[:60, 0]) < 1e-6).all()
    found = bench.head.limits.found()
    assert all(not demand.excess() for demand in found.values()), found


def test_a_start_in_the_way_of_a_coupled_joint_comes_out_of_it() -> None:
    profile = load_profile('nao')
    yaw, pitch = 1.0, profile.joints[1].maximum * 0.98
    assert min(rooms(profile.joints, np.array([[yaw, pitch]]))) < -0.05
    head = HeadController(profile)
    head.begin([yaw, pitch], START)
    head.look([0.0, pitch, 0.0])
    now = START
    positions = []
    for n in range(300):
        now += 20 * MS
        head.follow([0.0, 1e-6 * n, 0.0], now)
        positions += [command.positions for command in head.advance(now)]
    assert abs(positions[-1][0]) < 0.01
    inside = [min(rooms(profile.joints, np.array([p]))) for p in positions]
    first = next(n for n, room in enumerate(inside) if room >= -1e-6)
    assert first < 150
    assert min(inside[first:]) >= -1e-6


# What the robot says.


def told(unit: str = 'rad') -> MeasuredPositions:
    return MeasuredPositions(TIAGO.joints, unit)


NAMES = ['torso', 'head_2_joint', 'head_1_joint']


def test_positions_come_by_name_and_grow_old() -> None:
    measured = told()
    assert measured.at(START) is None
    assert measured.trouble(START) == 'nobody publishes the positions of the joints'
    measured.add(NAMES, [9.0, 0.2, 0.1], START)
    assert measured.at(START) == (0.1, 0.2)
    assert measured.trouble(START) == ''
    later = START + STALE_NS + MS
    assert measured.at(later) is None
    assert measured.trouble(later) == 'no new positions for 0.5 s'


def test_joints_may_come_in_several_messages() -> None:
    measured = told()
    measured.add(['head_1_joint'], [0.1], START, stamp=5)
    assert measured.trouble(START) == 'head_2_joint missing, there are others'
    measured.add(['head_2_joint', 'arm'], [0.2, 1.0], START + MS, stamp=5)
    assert measured.at(START + MS) == (0.1, 0.2)


def test_a_stamp_that_comes_again_is_no_news() -> None:
    measured = told()
    for n in range(80):
        measured.add(NAMES, [0.0, 0.2, 0.1], START + n * 10 * MS, stamp=7)
    assert measured.at(START + 800 * MS) is None


@pytest.mark.trouble(
    'robot',
    'Joint states contain NaN or other names, or are in degrees',
    sees='WARN: `... missing, there are ...`, `... is far outside of its range`.',
    remedy='`measured` and the names of the joints in the profile.',
)
@pytest.mark.parametrize(
    ('names', 'positions', 'trouble'),
    [
        (NAMES, [0.0, math.nan, 0.1], 'head_2_joint is nan'),
        (NAMES, [0.0, -math.inf, 0.1], 'head_2_joint is -inf'),
        (NAMES, [0.0, 0.1], 'has 3 names of joints, but 2 positions'),
        (
            ['neck_pan', 'neck_tilt'],
            [0.0, 0.1],
            'head_1_joint and head_2_joint missing, there are neck_pan, neck_tilt',
        ),
        (['head_1_joint', 'arm'], [0.0, 0.1], 'head_2_joint missing, there are arm'),
        (
            NAMES,
            [0.0, 0.1, 57.0],
            'head_1_joint at 57 rad is far outside of its range -1.24..1.24 rad: is the unit of '
            'the profile right (measured: {unit: deg})?',
        ),
    ],
)
def test_what_is_wrong_is_said(names: list[str], positions: list[float], trouble: str) -> None:
    measured = told()
    measured.add(names, positions, START)
    assert measured.at(START) is None
    assert measured.trouble(START) == trouble


def test_degrees_where_the_profile_says_so() -> None:
    measured = told('deg')
    measured.add(NAMES, [0.0, -10.0, 45.0], START)
    assert measured.at(START) == pytest.approx((math.pi / 4, -math.pi / 18))


def test_a_leap_is_believed_when_it_stays() -> None:
    measured = told()
    measured.add(NAMES, [0.0, 0.0, 0.0], START)
    measured.add(NAMES, [0.0, 0.0, 0.9], START + 20 * MS)
    assert measured.at(START + 20 * MS) == (0.0, 0.0)
    assert measured.trouble(START + 20 * MS) == 'head_1_joint jumps by +52 degrees'
    measured.add(NAMES, [0.0, 0.0, 0.0], START + 40 * MS)
    assert measured.at(START + 40 * MS) == (0.0, 0.0)
    for n in (3, 4):
        measured.add(NAMES, [0.0, 0.0, 0.9], START + n * 20 * MS)
    assert measured.at(START + 80 * MS) == (0.9, 0.0)


def test_a_head_stands_still_when_it_was_seen_to() -> None:
    measured = told()
    measured.add(NAMES, [0.0, 0.0, 0.5], START)
    assert not measured.still(START)
    assert not measured.still(START + 110 * MS), 'seen but once'
    measured.add(NAMES, [0.0, 0.0, 0.5], START + 120 * MS)
    assert measured.still(START + 120 * MS)
    measured.add(NAMES, [0.0, 0.0, 0.55], START + 130 * MS)
    assert not measured.still(START + 130 * MS)


@pytest.mark.parametrize('every', [20, 200, 480])
@pytest.mark.parametrize('speed', [0.0, 0.2])
def test_a_head_that_moves_is_not_still_however_rarely_it_says_so(every: int, speed: float) -> None:
    measured = told()
    for ms in range(1500):
        now = START + ms * MS
        if ms % every == 0:
            measured.add(NAMES, [0.0, 0.0, speed * ms / 1000], now)
        assert measured.still(now) == (speed == 0.0 and ms >= max(every, 100))


def test_velocities_of_others_are_no_fault() -> None:
    measured = told()
    measured.add(NAMES, [0.0, 0.2, 0.1], START)
    measured.add(['wheel_left', 'wheel_right'], [], START)
    assert measured.trouble(START) == ''


# Joints of the controller that are not the head's.


def holding(interface: str, **fields: object) -> RobotProfile:
    shipped = yaml.safe_load((resource_path('config/robots') / 'tiago.yaml').read_text())
    own = {'interface': interface, 'hold_joints': ['torso_lift'], **fields}
    return parse_profile(shipped | own, 'mine')


def test_other_joints_of_the_controller_are_told_to_stay() -> None:
    profile = holding('joint_trajectory')
    measured = MeasuredPositions(profile.joints, hold=profile.interface.hold_joints)
    head = RobotHead(profile, measured, 0.2)

    def run(names: list[str], positions: list[float], ticks: int, now: int) -> list[HeadCommand]:
        found = []
        for n in range(ticks):
            now += 20 * MS
            measured.add(names, positions, now)
            turn = np.array([0.0, 0.1 + 1e-6 * n, 0.0], np.float32)
            face = FaceMotion(np.zeros(52, np.float32), turn)
            head.follow(ListenerMotion(now, now, face, Attitude.NEUTRAL, 1.0, True, 'test'), now)
            found += head.advance(now)
        return found

    assert run(NAMES, [0.0, 0.0, 0.0], 50, START) == []
    assert measured.trouble(START) == 'torso_lift missing, there are torso'
    commands = run([*NAMES, 'torso_lift'], [0.0, 0.0, 0.0, 0.25], 50, START + 1000 * MS)
    assert len(commands) > 30
    for command in commands:
        payload = profile.interface.payload(profile.joints, command)
        assert payload['joint_names'] == ['head_1_joint', 'head_2_joint', 'torso_lift']
        assert {point['positions'][2] for point in payload['points']} == {0.25}


def test_joints_to_hold_are_in_radians() -> None:
    with pytest.raises(
        ProfileError, match='measured: unit deg cannot be combined with hold_joints'
    ):
        holding('joint_trajectory', measured={'unit': 'deg'})


def test_joints_to_hold_that_are_not_heard_of_any_more_are_trouble() -> None:
    measured = MeasuredPositions(TIAGO.joints, hold=['torso'])
    measured.add(NAMES, [0.25, 0.2, 0.1], START)
    later = START + STALE_NS + 100 * MS
    measured.add(NAMES[1:], [0.2, 0.1], later)
    assert measured.held(later) is None
    assert measured.trouble(later) == 'no new positions for 0.6 s'


def test_joints_to_hold_are_names() -> None:
    with pytest.raises(ProfileError, match='hold_joints must be names'):
        holding('joint_trajectory', hold_joints=[3])


# What a profile says of it.


def profile_with(**fields: object) -> MeasuredSource:
    joint = {
        'name': 'a', 'axis': 'yaw', 'sign': 1, 'gain': 1.0, 'offset': 0.0, 'minimum': -1.0,
        'maximum': 1.0, 'max_velocity': 1.0, 'max_acceleration': 10.0,
    }  # fmt: skip
    data = {'interface': 'joint_state', 'topic': 't', 'rate': 50.0, 'joints': [joint], **fields}
    return parse_profile(data, 'mine').measured


def test_a_profile_says_who_measures() -> None:
    assert profile_with() == MeasuredSource('joint_states', 'joint_states', 'rad')
    given = {'topic': '/qt/joints/state', 'unit': 'deg'}
    assert profile_with(measured=given) == MeasuredSource('joint_states', '/qt/joints/state', 'deg')
    state = profile_with(measured={'source': 'controller_state'})
    assert state.topic == 'controller_state'
    with pytest.raises(ProfileError, match='measured: source must be one of'):
        profile_with(measured={'source': 'odometry'})
    with pytest.raises(ProfileError, match='measured: unknown field name'):
        profile_with(measured={'name': 'x'})
