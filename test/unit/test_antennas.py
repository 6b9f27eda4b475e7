"""Antennas and body: what they show, how they are sent, and that nothing moves them beyond."""

import math
from typing import Any

import numpy as np
import pytest

from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.clock import tick_stamp
from vico_listener.frames import ListenerMotion
from vico_listener.frames import Whereabouts
from vico_listener.listener.expression import BROW_UP
from vico_listener.listener.expression import CONCERN
from vico_listener.listener.expression import FACE_CHANNELS
from vico_listener.listener.expression import FROWN
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import BFM64
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.robot import ProfileError
from vico_listener.robot import RobotHead
from vico_listener.robot import load_profile
from vico_listener.robot.antennas import antenna_positions
from vico_listener.robot.interfaces import WebSocketInterface
from vico_listener.robot.joints import BODY
from vico_listener.robot.limits import demands
from vico_listener.robot.limits import verdict
from vico_listener.robot.measured import MeasuredPositions
from vico_listener.robot.offset import offset_profile
from vico_listener.robot.profile import parse_profile

PROFILE = load_profile('reachy_mini')
AXES = [joint.axis for joint in PROFILE.joints]
REST = np.array([joint.offset for joint in PROFILE.joints])


def face(channel: int | None = None, share: float = 0.5, **values: float) -> FaceMotion:
    expression = np.zeros(52, np.float32)
    if channel is not None:
        expression += np.float32(share) * FACE_CHANNELS[channel].astype(np.float32)
    for name, value in values.items():
        expression[ARKIT_INDEX[name]] = value
    return FaceMotion(expression)


class Robot:
    """Reachy Mini's head, in stream time."""

    def __init__(self) -> None:
        self.head = RobotHead(PROFILE)
        self.tick = 0
        self.commands: list[Any] = []

    def show(
        self,
        shown: FaceMotion,
        seconds: float,
        roll: float = 0.0,
        where: Whereabouts = Whereabouts(),  # noqa: B008
    ) -> np.ndarray:
        for _ in range(round(seconds * MODEL_RATE)):
            self.tick += 1
            stamp = tick_stamp(self.tick)
            rotation = np.array([roll + 1e-6 * (self.tick % 2), 0.0, 0.0], np.float32)
            moved = FaceMotion(shown.expression, rotation, basis=shown.basis)
            motion = ListenerMotion(
                stamp, stamp, moved, Attitude.NEUTRAL, 1.0, True, 'test', whereabouts=where
            )
            self._take(self.head.follow(motion, stamp))
        return self.last

    def wait(self, seconds: float) -> np.ndarray:
        """No motion comes."""
        begin = tick_stamp(self.tick)
        for n in range(round(seconds * PROFILE.rate)):
            self._take(self.head.advance(begin + round(n * NANOSECONDS / PROFILE.rate)))
        return self.last

    def _take(self, commands: list[Any]) -> None:
        for command in commands:
            self.head.sent(command)
        self.commands += commands

    @property
    def last(self) -> np.ndarray:
        return np.array(self.commands[-1].positions)

    def check(self) -> None:
        stamps = [command.stamp for command in self.commands]
        path = [command.positions for command in self.commands]
        asked = demands(PROFILE.joints, stamps, path)
        assert {name: demand.excess() for name, demand in asked.items() if demand.excess()} == {}
        assert verdict(self.head.limits.found()) == 'ok'


def raised(positions: np.ndarray) -> tuple[float, float]:
    """How far the right and the left antenna are above their rest, rad."""
    found = {
        joint.axis: joint.sign * (position - joint.offset)
        for joint, position in zip(PROFILE.joints, positions, strict=True)
    }
    return found['right_antenna'], found['left_antenna']


@pytest.mark.parametrize(
    ('shown', 'roll', 'right', 'left'),
    [
        (face(), 0.0, 0.0, 0.0),
        (face(BROW_UP), 0.0, 0.55, 0.55),  # interest
        (face(CONCERN), 0.0, -0.72, -0.72),
        (face(FROWN), 0.0, -0.54, -0.54),
        (face(browOuterUpLeft=0.4), 0.0, 0.0, 0.56),
        (face(), math.radians(6.0), -0.48, 0.48),  # doubt: the right ear goes down
    ],
)
def test_what_they_show(shown: FaceMotion, roll: float, right: float, left: float) -> None:
    assert antenna_positions(shown, roll) == pytest.approx((right, left), abs=0.05)


def test_they_stay_between_drooping_and_perked_up_whatever_the_face_does() -> None:
    random = np.random.default_rng(1)
    for _ in range(100):
        shown = FaceMotion(random.random(52).astype(np.float32))
        assert all(-1 <= x <= 1 for x in antenna_positions(shown, random.normal()))
    assert antenna_positions(FaceMotion(np.ones(64, np.float32), basis=BFM64), 0.3) == (0.0, 0.0)


def test_interest_concern_and_doubt_are_seen() -> None:
    robot = Robot()
    np.testing.assert_allclose(robot.show(face(), 3.0), REST, atol=1e-3)
    interest = raised(robot.show(face(BROW_UP), 1.0))
    assert min(interest) > 0.3
    concern = raised(robot.show(face(CONCERN), 1.0))
    assert max(concern) < -0.5
    right, left = raised(robot.show(face(), 1.0, roll=0.1))
    assert right < -0.3 < 0.3 < left
    robot.check()


def test_hostile_faces_keep_every_limit() -> None:
    robot, random = Robot(), np.random.default_rng(2)
    for _ in range(60):
        shown = FaceMotion((random.random(52) > 0.5).astype(np.float32))
        robot.show(shown, 0.2, roll=random.normal(0.0, 0.3))
    robot.check()


@pytest.mark.trouble(
    'robot',
    'the motion stops while antennas are raised or the body is turned',
    sees='They ease back together with the head.',
)
def test_without_motion_they_ease_back() -> None:
    robot = Robot()
    robot.head.gaze.follow = 'face'
    there = Whereabouts((0.0, 1.0, 0.0))
    robot.show(face(BROW_UP), 4.0, where=there)
    assert max(abs(robot.last - REST)) > 1.0
    count = len(robot.commands)
    robot.wait(20.0)
    np.testing.assert_allclose(robot.last, REST, atol=2e-3)
    eased = np.diff([command.positions for command in robot.commands[count + 60 :]], axis=0)
    fastest = PROFILE.rate * np.abs(eased).max(axis=0)
    assert (fastest <= 0.26 * np.array([joint.max_velocity for joint in PROFILE.joints])).all()
    robot.check()


def test_a_face_that_is_not_finite_moves_nothing() -> None:
    robot = Robot()
    robot.show(face(BROW_UP), 2.0)
    before = robot.last
    robot.show(face(browOuterUpLeft=math.nan), 0.3)
    np.testing.assert_allclose(robot.last, before, atol=1e-3)
    assert robot.head.refused == 9


def turned(robot: Robot) -> tuple[float, float]:
    positions = np.degrees(robot.last)
    return float(positions[AXES.index(BODY)]), float(positions[AXES.index('yaw')])


def test_the_body_turns_slowly_and_only_for_a_large_gaze() -> None:
    robot = Robot()
    robot.head.gaze.follow = 'face'
    robot.show(face(), 2.0, where=Whereabouts((1.0, math.tan(math.radians(20.0)), 0.0)))
    assert turned(robot) == pytest.approx((0.0, 20.0), abs=0.5)
    robot.show(face(), 0.5, where=Whereabouts((0.0, 1.0, 0.0)))
    body, yaw = turned(robot)
    assert body < 25.0 < yaw
    robot.show(face(), 4.0, where=Whereabouts((0.0, 1.0, 0.0)))
    body, yaw = turned(robot)
    assert yaw == pytest.approx(90.0, abs=2.0)  # far more than the neck alone can do
    assert body == pytest.approx(yaw, abs=25.0)
    # The neck keeps within the 65 degrees that the daemon allows it.
    path = np.degrees([command.positions for command in robot.commands])
    assert np.abs(path[:, AXES.index('yaw')] - path[:, AXES.index(BODY)]).max() < 60.0
    robot.check()


def test_antennas_that_hang_down_are_eased_in() -> None:
    """As a robot leaves them that has slept: far outside of what a listener does with them."""
    measured = MeasuredPositions(PROFILE.joints)
    head = RobotHead(PROFILE, measured, 1.0)
    place = np.array([0.0, 0.0, 0.0, 0.0, -3.05, 3.05])
    names = [joint.name for joint in PROFILE.joints]
    path = []
    for n in range(300):
        now = 10**10 + n * 20_000_000
        measured.add(names, place.tolist(), now, now)
        rotation = np.array([1e-6 * (n % 2), 0, 0], np.float32)
        motion = ListenerMotion(
            now, now, FaceMotion(np.zeros(52, np.float32), rotation), Attitude.NEUTRAL, 1.0, True,
            'test',
        )  # fmt: skip
        head.follow(motion, now)
        for command in head.advance(now):
            head.sent(command)
            place = np.array(command.positions)
            path.append(place)
    assert head.start == 'measured' and not head.watch.lags
    np.testing.assert_allclose(place, REST, atol=0.01)
    speeds = np.abs(np.diff([[0, 0, 0, 0, -3.05, 3.05], *path], axis=0)).max(axis=0) * PROFILE.rate
    assert (speeds <= np.array([joint.max_velocity for joint in PROFILE.joints]) + 1e-6).all()


def profile(interface: str, axes: list[str], **fields: Any) -> dict[str, Any]:
    limits = {'sign': 1, 'gain': 1.0, 'offset': 0.0, 'minimum': -1.0, 'maximum': 1.0}
    limits |= {'max_velocity': 2.0, 'max_acceleration': 20.0}
    joints = [{'name': axis, 'axis': axis} | limits for axis in axes]
    return {'interface': interface, 'rate': 50.0, 'joints': joints} | fields


@pytest.mark.parametrize(
    ('data', 'reason'),
    [
        (
            profile('pose', ['yaw', 'left_antenna'], topic='t', frame_id='b'),
            'interface pose cannot turn the joint left_antenna.*only roll, pitch, yaw',
        ),
        (
            profile('joint_state', ['yaw', 'body'], topic='t'),
            'cannot turn the joint body, whose axis is body',
        ),
        (
            profile('reachy_mini', ['yaw', 'left_antenna'], url='ws://robot'),
            'takes both antennas: left_antenna is alone',
        ),
        (
            profile('joint_state', ['yaw', 'tail'], topic='t'),
            'axis must be one of roll, pitch, yaw, body, right_antenna, left_antenna, light',
        ),
        (
            profile(
                'joint_state',
                ['yaw', 'left_antenna'],
                topic='t',
                measured={'source': 'tf', 'base': 'a', 'frame': 'b'},
            ),
            'tf does not say where body and antennas are',
        ),
    ],
)
def test_what_cannot_be_is_refused(data: dict[str, Any], reason: str) -> None:
    with pytest.raises(ProfileError, match=reason):
        parse_profile(data, 'mine')


def test_ears_of_another_robot_are_joints_like_the_others() -> None:
    ears = parse_profile(profile('joint_state', ['yaw', 'right_antenna'], topic='t'), 'mine')
    head = RobotHead(ears)
    commands = []
    for tick in range(60):
        stamp = tick_stamp(tick)
        shown = FaceMotion(
            face(BROW_UP).expression, np.array([0, 0, 1e-6 * (tick % 2)], np.float32)
        )
        motion = ListenerMotion(stamp, stamp, shown, Attitude.NEUTRAL, 1.0, True, 'test')
        commands += head.follow(motion, stamp)
    payload = ears.interface.payload(ears.joints, commands[-1])
    assert payload['name'] == ['yaw', 'right_antenna'] and payload['position'][1] > 0.3


def test_a_light_follows_the_mood_of_the_face() -> None:
    data = profile('furhat', ['roll', 'pitch', 'yaw', 'light'], url='ws://robot', rate=10.0)
    furhat = parse_profile(data, 'mine')
    assert isinstance(furhat.interface, WebSocketInterface)
    head, colours, tick = RobotHead(furhat), [], 0
    for shown in (face(), face(mouthSmileLeft=0.8, mouthSmileRight=0.8), face(FROWN)):
        for _ in range(2 * MODEL_RATE):
            tick += 1
            stamp = tick_stamp(tick)
            rotation = np.array([0, 0, 1e-6 * (tick % 2)], np.float32)
            moved = FaceMotion(shown.expression, rotation)
            motion = ListenerMotion(stamp, stamp, moved, Attitude.NEUTRAL, 1.0, True, 'test')
            for command in head.follow(motion, stamp):
                event = furhat.interface.further(furhat.joints, command)
                assert event is not None and event['type'] == 'request.led.set'
                assert 'light' not in furhat.interface.payload(furhat.joints, command)
        colours.append(event['color'])
    red, blue = ([int(c[k : k + 2], 16) for c in colours] for k in (1, 5))
    assert colours[0] == '#282828'
    assert red[1] > 150 > 60 > blue[1] and blue[2] > 100 > 60 > red[2]


def test_an_offset_is_of_the_head_only() -> None:
    joints = offset_profile('reachy_mini', 'head/offset').joints
    assert [joint.axis for joint in joints] == ['roll', 'pitch', 'yaw']
