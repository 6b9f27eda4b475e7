"""A head that follows motions, and rests when there are none."""

import math
from dataclasses import replace

import numpy as np
import pytest

from vico_listener.clock import NANOSECONDS
from vico_listener.clock import tick_stamp
from vico_listener.frames import ListenerMotion
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.robot import HeadController
from vico_listener.robot import RobotHead
from vico_listener.robot import load_profile
from vico_listener.robot.replay_clock import REPLAY_SILENCE
from vico_listener.robot.replay_clock import ReplayClock


def motion(stamp: int, pitch: float) -> ListenerMotion:
    face = FaceMotion(np.zeros(52, np.float32), np.array([0.0, pitch, 0.0], np.float32))
    return ListenerMotion(stamp, stamp, face, Attitude.NEUTRAL, 1.0, True, 'test')


def nodding_head(ticks: int = 60) -> tuple[RobotHead, int]:
    """A head in the middle of a nod, and the time."""
    head = RobotHead(load_profile('generic_3dof'))
    for tick in range(1, ticks + 1):
        head.follow(motion(tick_stamp(tick), 0.3 * math.sin(tick / 5)), tick_stamp(tick))
    return head, tick_stamp(ticks)


def test_commands_are_those_of_the_controller() -> None:
    profile = load_profile('generic_3dof')
    head, controller = RobotHead(profile), HeadController(profile)
    made = 0
    for tick in range(1, 90):
        now = tick_stamp(tick)
        pitch = np.float32(0.3 * math.sin(tick / 5))
        controller.follow([0.0, pitch, 0.0], now)
        commands = head.follow(motion(now, float(pitch)), now)
        assert commands == controller.advance(now, ahead=True)
        assert all(head.may_send(command, now) for command in commands)
        for command in commands:
            head.sent(command)
        assert commands[-1].stamp > now  # the motion reaches the robot at once
        assert head.following and head.awake
        made += len(commands)
    assert (head.commands, head.refused) == (made, 0)


def test_motion_with_the_same_stamp_is_no_news() -> None:
    head, now = nodding_head()
    assert head.follow(motion(now, 0.1), now + 10**7) == []
    assert not head.following and head.refused == 0
    assert head.advance(now + NANOSECONDS // 30)  # but the head is still commanded


def test_motion_that_is_not_finite_is_refused_and_counted() -> None:
    head, now = nodding_head()
    for n, pitch in enumerate((math.nan, math.inf), 1):
        assert head.follow(motion(now + n, pitch), now + n) == []
        assert not head.following and head.refused == n
    assert head.follow(motion(now + 3, 0.1), now + 3 * 10**7) and head.following


def test_head_without_motion_goes_to_rest_and_sleeps() -> None:
    head, now = nodding_head()
    commands = []
    while head.awake:
        now += NANOSECONDS // 50
        commands += head.advance(now)
    assert head.resting
    assert commands[-1].positions == pytest.approx([0.0, 0.0, 0.0], abs=1e-3)
    assert head.advance(now + NANOSECONDS) == []
    later = now + 2 * NANOSECONDS
    assert head.follow(motion(later, 0.1), later) and head.awake


def test_new_head_sleeps() -> None:
    head = RobotHead(load_profile('generic_3dof'))
    assert head.resting and not head.awake
    assert head.advance(0) == []


def test_source_that_froze_is_left_at_rest() -> None:
    head, now = nodding_head()
    for tick in range(9 * 30):
        now = tick_stamp(100 + tick)
        commands = head.follow(motion(now, 0.2), now)
    assert head.resting and commands == []
    assert head.following  # it still sends: what it sends is no news


def test_look_at_aims_the_base_gaze() -> None:
    head = RobotHead(load_profile('generic_3dof'))
    head.look_at([1.0, 1.0, -math.sqrt(2.0)])  # to the left, and as far down
    for tick in range(1, 90):
        commands = head.follow(motion(tick_stamp(tick), 0.0), tick_stamp(tick))
    yaw, pitch, roll = commands[-1].positions
    assert yaw == pytest.approx(math.pi / 4, abs=1e-3)
    limit = head.profile.joints[1].maximum
    assert 0.85 * limit < pitch < limit  # 45 degrees, as far as the neck goes and still nods
    assert roll == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize('robot', ['generic_3dof', 'nao'])
@pytest.mark.parametrize(
    'point',
    [(0.0, 0.0, -1.0), (-1e-9, 0.0, -1.0), (0.1, 0.0, -1.0), (0.1, 0.0, 0.0), (0.0, 0.0, 1.0)],
)
def test_a_point_straight_below_turns_nothing_aside(
    robot: str, point: tuple[float, float, float]
) -> None:
    turn = math.radians(4.0)
    head = RobotHead(load_profile(robot))
    head.look_at(point)
    path = []
    for tick in range(1, 90):
        now = tick_stamp(tick)
        rotation = np.float32([turn * math.sin(tick / 9), 0.0, turn * math.cos(tick / 9)])
        face = FaceMotion(np.zeros(52, np.float32), rotation)
        moved = ListenerMotion(now, now, face, Attitude.NEUTRAL, 1.0, True, 'test')
        path += [command.positions for command in head.follow(moved, now)]
    axes = [joint.axis for joint in head.profile.joints]
    aside = [n for n, axis in enumerate(axes) if axis != 'pitch']
    assert np.abs(np.array(path)[:, aside]).max() < 2 * turn


def test_a_head_that_only_turns_is_not_turned_aside_by_a_point_below() -> None:
    profile = load_profile('generic_2dof')
    turns = tuple(joint for joint in profile.joints if joint.axis == 'yaw')
    head = RobotHead(replace(profile, joints=turns))
    head.look_at([1e-3, 0.0, -1.0])
    for tick in range(1, 90):
        now = tick_stamp(tick)
        face = FaceMotion(np.zeros(52, np.float32), np.float32([0.1, 0.0, 0.1]))
        moved = ListenerMotion(now, now, face, Attitude.NEUTRAL, 1.0, True, 'test')
        commands = head.follow(moved, now)
    assert abs(commands[-1].positions[0]) < 0.15


def test_a_point_as_far_as_numbers_go_is_looked_at() -> None:
    head = RobotHead(load_profile('generic_3dof'))
    head.look_at([1e300, 1e300, 0.0])
    assert head.gaze.gaze == pytest.approx((0.0, math.pi / 4))


@pytest.mark.parametrize(
    'point', [(0.0, 0.0, 0.0), (1e-4, 0.0, 0.0), (math.nan, 0.0, 1.0), (math.inf, 0.0, 0.0), (1.0,)]
)
def test_point_that_cannot_be_looked_at_is_refused(point: tuple[float, ...]) -> None:
    head = RobotHead(load_profile('generic_3dof'))
    with pytest.raises(ValueError, match='look_at: '):
        head.look_at(point)


def test_replay_that_dies_is_followed_by_wall_time() -> None:
    wall = 10**15
    clock = ReplayClock(lambda: wall)
    clock.hear(7_000)
    silence = round(REPLAY_SILENCE * NANOSECONDS)
    wall += silence - 1
    assert clock.now() is None
    wall += 1
    assert clock.now() == 7_000 + silence
    clock.hear(9_000)
    assert clock.now() is None
