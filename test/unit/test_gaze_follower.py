"""The base gaze follows a person: at once, without hunting, and holds still while they do."""

import math
from itertools import pairwise

import numpy as np
import pytest

from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.clock import tick_stamp
from vico_listener.errors import SettingError
from vico_listener.frames import NOWHERE
from vico_listener.frames import ListenerMotion
from vico_listener.frames import Whereabouts
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.robot import RobotHead
from vico_listener.robot import load_profile
from vico_listener.robot.gaze_follower import GazeFollower
from vico_listener.robot.gaze_follower import direction
from vico_listener.robot.limits import verdict
from vico_listener.rotation import matrix_from_rpy

SECOND = MODEL_RATE


def at(yaw: float, pitch: float = 0.0, distance: float = 1.2) -> Whereabouts:
    """Somebody in a direction, deg: to the left, and below."""
    y, p = math.radians(yaw), math.radians(pitch)
    level = distance * math.cos(p)
    return Whereabouts((level * math.cos(y), level * math.sin(y), -distance * math.sin(p)))


def heard(yaw: float, where: Whereabouts = NOWHERE) -> Whereabouts:
    return Whereabouts(where.place, math.radians(yaw))


class Follower:
    """A `GazeFollower` that is stepped at each tick; angles in degrees."""

    def __init__(self, follow: str = 'face') -> None:
        self.core = GazeFollower()
        self.core.follow = follow
        self.ticks = 0
        self.path = [(0.0, 0.0)]

    def see(self, where: Whereabouts, seconds: float, speed: float = 0.0) -> tuple[float, float]:
        for _ in range(round(seconds * MODEL_RATE)):
            self.ticks += 1
            stamp = tick_stamp(self.ticks)
            pitch, yaw = self.core.step(where, stamp, stamp, speed)
            self.path.append((math.degrees(pitch), math.degrees(yaw)))
        return self.path[-1]


def test_off_it_looks_ahead_whoever_is_there() -> None:
    follower = Follower('off')
    assert follower.see(at(30), 2.0) == (0.0, 0.0)
    assert follower.core.state == 'off'


@pytest.mark.parametrize(('yaw', 'pitch'), [(30.0, 0.0), (-40.0, 10.0), (5.0, -20.0)])
def test_it_goes_to_a_person_at_once_and_never_beyond(yaw: float, pitch: float) -> None:
    follower = Follower()
    assert follower.see(at(yaw, pitch), 0.65) == pytest.approx((pitch, yaw), abs=1.0)
    assert follower.see(at(yaw, pitch), 1.0) == pytest.approx((pitch, yaw), abs=0.05)
    assert max(abs(y) for _, y in follower.path) <= abs(yaw) + 1e-6
    steps = [b - a for (_, a), (_, b) in pairwise(follower.path)]
    speeds = [MODEL_RATE * step for step in steps]
    assert max(map(abs, speeds)) < 0.24 * abs(yaw) * 19.0
    assert follower.core.state == 'looking'


def test_it_stays_while_the_person_moves_in_the_dead_zone_and_follows_beyond() -> None:
    follower = Follower()
    follower.see(at(20), 1.5)
    still = follower.path[-1]
    for n in range(60):
        follower.see(at(20 + 3.0 * math.sin(n)), 1 / MODEL_RATE)
    assert follower.path[-1] == pytest.approx(still, abs=0.05)
    assert follower.see(at(26), 2.0) == pytest.approx((0.0, 26.0), abs=1.0)


def test_a_lost_face_is_held_and_then_left_for_home() -> None:
    follower = Follower()
    follower.core.home = (0.0, math.radians(-10.0))
    follower.see(at(30), 2.0)
    assert follower.see(NOWHERE, 1.9) == pytest.approx((0.0, 30.0), abs=0.1)
    assert follower.core.state == 'lost'
    follower.see(NOWHERE, 6.0)
    assert follower.path[-1] == pytest.approx((0.0, -10.0), abs=1.0)
    assert follower.core.state == 'nobody'
    speeds = [MODEL_RATE * abs(b - a) for (_, a), (_, b) in pairwise(follower.path[-6 * SECOND :])]
    assert max(speeds) < 20.0  # it eases


@pytest.mark.parametrize('place', [(math.nan, 0.0, 0.0), (math.inf, 1.0, 0.0), (0.0, 0.0, 0.0)])
def test_a_place_that_is_none_counts_as_nobody(place: tuple[float, float, float]) -> None:
    follower = Follower()
    follower.see(at(30), 2.0)
    assert follower.see(Whereabouts(place), 1.0) == pytest.approx((0.0, 30.0), abs=0.1)
    assert follower.core.state == 'lost'
    assert all(math.isfinite(y) for _, y in follower.path)


@pytest.mark.trouble(
    'robot',
    'TF or a person jumps while `follow` is on',
    sees='A single image has no effect; if the next ones agree, the head turns there within its '
    'limits.',
)
def test_one_image_that_is_wrong_does_not_turn_the_head() -> None:
    follower = Follower()
    follower.see(at(10), 2.0)
    still = follower.path[-1]
    for _ in range(5):
        follower.see(at(70), 1 / MODEL_RATE)
        follower.see(at(10), 0.3)
    assert follower.path[-1] == pytest.approx(still, abs=0.05)
    assert max(y for _, y in follower.path) < 10.5
    assert follower.see(at(70), 2.0) == pytest.approx((0.0, 70.0), abs=0.1)  # they are there


def test_what_is_seen_while_the_head_nods_is_not_trusted() -> None:
    """With wrong stamps a camera on the head sees people swing."""
    follower = Follower()
    follower.see(at(0), 1.0)
    for n in range(60):
        follower.see(at(0, 8 * math.sin(n)), 1 / MODEL_RATE, speed=1.0)
    assert max(abs(p) for p, _ in follower.path) == 0.0


def test_a_voice_turns_the_head_for_the_person_only() -> None:
    face, person = Follower('face'), Follower('person')
    for follower in (face, person):
        follower.see(heard(80), 0.6)
        assert follower.path[-1] == (0.0, 0.0)  # it might be an echo
        follower.see(heard(80), 1.2)
    assert face.path[-1] == (0.0, 0.0)
    assert person.path[-1] == pytest.approx((0.0, 80.0), abs=1.0)
    assert person.core.state == 'turning'
    assert person.see(at(74, -8), 1.5) == pytest.approx((-8.0, 74.0), abs=1.0)


def test_a_voice_from_elsewhere_takes_the_gaze_from_who_is_silent() -> None:
    follower = Follower('person')
    follower.see(at(-20), 1.5)
    assert follower.see(heard(-25, at(-20)), 1.5) == pytest.approx((0.0, -20.0), abs=0.5)
    assert follower.see(heard(60, at(-20)), 2.0) == pytest.approx((0.0, 60.0), abs=1.0)


def test_a_clock_that_jumps_back_begins_anew_where_the_head_is() -> None:
    follower = Follower()
    follower.see(at(30), 2.0)
    follower.ticks = 0
    follower.see(at(30), 1.0)
    assert all(abs(b - a) < 1.0 for (_, a), (_, b) in pairwise(follower.path[-SECOND - 1 :]))
    assert follower.path[-1] == pytest.approx((0.0, 30.0), abs=0.1)


def test_whether_it_follows_shows_before_anything_is_seen() -> None:
    follower = GazeFollower()
    follower.follow = 'face'
    assert follower.state == 'nobody'
    follower.follow = 'off'
    assert follower.state == 'off'


def test_an_unknown_choice_is_refused() -> None:
    with pytest.raises(SettingError, match="follow must be one of off, face, person, not 'me'"):
        GazeFollower().follow = 'me'


@pytest.mark.parametrize('place', [(1.0, 0.0, 0.0), (0.8, -0.7, 0.4), (0.5, 1.5, -0.6)])
@pytest.mark.parametrize('eyes', [(0.0, 0.12), (0.08, 0.052), (0.1, -0.03)])
def test_it_is_the_eyes_that_look_at_a_person(
    place: tuple[float, float, float], eyes: tuple[float, float]
) -> None:
    """Their line of sight goes through the person, however far in front of the axes they are."""
    ahead, height = eyes
    gaze = direction(Whereabouts(place), height)
    assert gaze is not None
    turned = matrix_from_rpy([0.0, *gaze])
    sight, eye = turned @ [1.0, 0.0, 0.0], turned @ [ahead, 0.0, height]
    np.testing.assert_allclose(np.cross(np.array(place) - eye, sight), 0.0, atol=1e-12)
    assert (np.array(place) - eye) @ sight > 0.0


def test_a_place_too_near_for_the_eyes_is_looked_down_at() -> None:
    assert direction(Whereabouts((0.05, 0.0, 0.0)), 0.12) == pytest.approx((math.pi / 2, 0.0))


def follow(
    robot: str, where: Whereabouts, nod: float = 0.0, seconds: float = 5.0, after: float = 0.0
) -> tuple[RobotHead, np.ndarray]:
    """A robot that follows somebody while the listener nods at 1.5 Hz (deg); then no motion comes.

    Returns:
        the head, and where its joints were sent, deg.
    """
    head = RobotHead(load_profile(robot))
    head.gaze.follow = 'face'
    commands = []
    for tick in range(1, round(seconds * MODEL_RATE)):
        stamp = tick_stamp(tick)
        pitch = math.radians(nod) * math.sin(2 * math.pi * 1.5 * tick / MODEL_RATE)
        rotation = np.array([1e-6 * (tick % 2), pitch, 0.0], np.float32)
        face = FaceMotion(np.zeros(52, np.float32), rotation)
        motion = ListenerMotion(
            stamp, stamp, face, Attitude.NEUTRAL, 1.0, True, 'test', whereabouts=where
        )
        made = head.follow(motion, stamp)
        for command in made:
            head.sent(command)
        commands += made
    for n in range(round(after * 50)):
        commands += head.advance(stamp + n * NANOSECONDS // 50)
    return head, np.degrees([command.positions for command in commands])


def test_gains_make_nods_larger_and_leave_the_gaze_alone() -> None:
    # Reachy Mini makes nods 1.8 times as large, and its eyes are above its neck.
    head, path = follow('reachy_mini', at(20, -5), nod=4.0)
    pitch, yaw = path[-100:, 1], path[-100:, 2]
    assert yaw.mean() == pytest.approx(20.0, abs=0.2)
    higher = math.degrees(math.asin(head.profile.eye_height / 1.2))
    assert pitch.mean() == pytest.approx(-5.0 + higher, abs=0.5)
    assert np.ptp(pitch) == pytest.approx(2 * 1.8 * 4.0, rel=0.06)


@pytest.mark.parametrize('robot', ['generic_3dof', 'reachy_mini', 'stretch', 'nao'])
@pytest.mark.parametrize('pitch', [-70.0, 60.0])
def test_a_nod_is_one_at_the_edge_of_the_range_too(robot: str, pitch: float) -> None:
    head, ahead = follow(robot, at(0.0), nod=5.0)
    edge_head, edge = follow(robot, at(30.0, pitch), nod=5.0)
    joint = [joint.axis for joint in head.profile.joints].index('pitch')
    assert np.ptp(edge[-60:, joint]) > 0.6 * np.ptp(ahead[-60:, joint])
    assert verdict(head.limits.found()) == verdict(edge_head.limits.found()) == 'ok'


@pytest.mark.trouble(
    'robot',
    'the motion stops while `follow` is on',
    sees='The head returns to the point of `look_at`, or straight ahead, and rests.',
)
def test_without_motion_it_goes_home() -> None:
    head, path = follow('generic_3dof', at(30.0), after=6.0)
    assert path[: len(path) // 3, 0].max() > 29.0
    assert abs(path[-1, 0]) < 0.1 and head.resting


def test_look_at_is_where_it_looks_when_nobody_is_there() -> None:
    head = RobotHead(load_profile('generic_3dof'))
    head.gaze.follow = 'face'
    head.look_at([1.0, -1.0, 0.0])
    assert head.gaze.gaze == (0.0, 0.0)  # it eases there
    for tick in range(1, 8 * MODEL_RATE):
        stamp = tick_stamp(tick)
        face = FaceMotion(np.zeros(52, np.float32), np.array([0, 0, 1e-6 * (tick % 2)], np.float32))
        commands = head.follow(
            ListenerMotion(stamp, stamp, face, Attitude.NEUTRAL, 1.0, True, 'test'), stamp
        )
    assert math.degrees(commands[-1].positions[0]) == pytest.approx(-45.0, abs=0.5)
