"""`look_at` in whatever frame, and beside a program that owns the head."""

import math
import time
from types import SimpleNamespace
from typing import Any

import made_tf
import numpy as np
import pytest
from geometry_msgs.msg import PointStamped
from geometry_msgs.msg import PoseStamped
from graph import Graph
from graph import wait_until
from made_faces import face_with
from made_tf import ExtrapolationError
from made_tf import TransformError
from rclpy.clock import Clock
from rclpy.clock import ClockType
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.parameter import Parameter
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory

from vico_listener import msg
from vico_listener.clock import NANOSECONDS
from vico_listener.errors import UnavailableError
from vico_listener.frames import NOWHERE
from vico_listener.frames import ListenerMotion
from vico_listener.frames import Timing
from vico_listener.frames import Whereabouts
from vico_listener.motion import Attitude
from vico_listener.nodes.convert import motion_message
from vico_listener.nodes.convert import time_message
from vico_listener.nodes.gaze_input import GazeInput
from vico_listener.nodes.head_node import HeadNode


class Buffer:
    """TF up to 1 s: `map` is turned by 90 degrees to the left, and 2 m ahead."""

    def lookup_transform(self, target: str, source: str, when: Any) -> Any:
        if (target, source) != ('base', 'map'):
            raise TransformError(f'"{source}" passed to lookupTransform does not exist')
        if when.nanoseconds > NANOSECONDS:
            raise ExtrapolationError('extrapolation into the future')
        half = math.sqrt(0.5)
        return SimpleNamespace(
            header=SimpleNamespace(stamp=time_message(NANOSECONDS)),
            transform=SimpleNamespace(
                rotation=SimpleNamespace(x=0.0, y=0.0, z=half, w=half),
                translation=SimpleNamespace(x=2.0, y=0.0, z=0.0),
            ),
        )


@pytest.fixture
def tf2_ros(monkeypatch: pytest.MonkeyPatch) -> None:
    made_tf.install(monkeypatch, Buffer)


@pytest.fixture
def no_tf2_ros(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('importlib.util.find_spec', lambda name: None)


def point(frame: str, stamp: int = 0) -> PointStamped:
    message = PointStamped()
    message.header.frame_id = frame
    message.header.stamp = time_message(stamp)
    message.point.x, message.point.y, message.point.z = 1.0, 0.0, 0.5
    return message


NODE: Any = SimpleNamespace(
    get_logger=lambda: None, get_clock=lambda: Clock(clock_type=ClockType.ROS_TIME)
)


@pytest.mark.parametrize('frame', ['', 'base', '/base'])
def test_a_point_in_the_base_is_taken_as_it_is(no_tf2_ros: None, frame: str) -> None:
    assert GazeInput(NODE, 'base').place(point(frame)) == [1.0, 0.0, 0.5]


@pytest.mark.parametrize('stamp', [0, NANOSECONDS // 2, NANOSECONDS + 400_000_000])
def test_a_point_in_another_frame_is_transformed(tf2_ros: None, stamp: int) -> None:
    assert GazeInput(NODE, 'base').place(point('map', stamp)) == pytest.approx([2.0, 1.0, 0.5])


def test_a_point_of_a_time_that_tf_does_not_know_is_refused(tf2_ros: None) -> None:
    with pytest.raises(UnavailableError, match=r"where the frame 'map' is.*into the future"):
        GazeInput(NODE, 'base').place(point('map', 3 * NANOSECONDS))


def test_a_frame_that_tf_does_not_know_is_refused(tf2_ros: None) -> None:
    with pytest.raises(UnavailableError, match=r"the frame 'moon'.*does not exist"):
        GazeInput(NODE, 'base').place(point('moon'))


def test_without_tf_another_frame_is_refused(no_tf2_ros: None) -> None:
    with pytest.raises(UnavailableError, match=r"'map', not in .*'base'.*tf2_ros.*not installed"):
        GazeInput(NODE, 'base').place(point('map'))


def test_where_the_base_has_no_name_another_frame_is_refused(tf2_ros: None) -> None:
    with pytest.raises(UnavailableError, match='set the parameter gaze_frame'):
        GazeInput(NODE, '').place(point('map'))


def motion(
    node: HeadNode, yaw: float, place: tuple[float, float, float] = NOWHERE.place
) -> msg.ListenerMotion:
    stamp = node.get_clock().now().nanoseconds
    face, timing = face_with(rotation=(0, 0, yaw)), Timing(received=time.time())
    where = Whereabouts(place)
    core = ListenerMotion(
        stamp, stamp, face, Attitude.NEUTRAL, 1.0, True, 'test', timing=timing, whereabouts=where
    )
    return motion_message(core, 'head')


def test_a_person_is_followed_and_where_the_head_is_sent_is_told(graph: Graph) -> None:
    head = graph.make(HeadNode, robot='generic_3dof', measured_wait=0.0)
    tester = graph.tester()
    graph.record(tester, JointTrajectory, 'head_controller/joint_trajectory')
    told: list[JointState] = graph.record(tester, JointState, 'head/commanded')
    motions = tester.create_publisher(msg.ListenerMotion, 'motion', 60)
    assert graph.run(head.trigger_configure) == TransitionCallbackReturn.SUCCESS
    assert graph.run(head.trigger_activate) == TransitionCallbackReturn.SUCCESS
    wait_until(lambda: motions.get_subscription_count() == 1)
    sent = 0

    def turns_to(yaw: float) -> bool:
        nonlocal sent
        sent += 1
        motions.publish(motion(head, 1e-6 * (sent % 2), (1.0, 1.0, 0.0)))
        time.sleep(1 / 30)
        return bool(told) and abs(told[-1].position[0] - yaw) < 0.02

    wait_until(lambda: turns_to(0.0))
    assert head.diagnose()[2]['gaze'] == 'off'
    assert head.set_parameters([Parameter('follow', value='face')])[0].successful
    wait_until(lambda: turns_to(math.pi / 4))
    assert told[-1].name[0] == 'head_yaw'
    assert 'follow: somebody is in view' not in head.diagnose()[1]
    assert head.diagnose()[2]['gaze'] == 'looking'
    refused = head.set_parameters([Parameter('follow', value='everybody')])[0]
    assert not refused.successful and 'is not one of off, face, person' in refused.reason


@pytest.mark.trouble(
    'robot',
    'nothing measures where the person is whom the head shall follow (`face_source: ros4hri`)',
    sees='The head does not follow; log and diagnostics say what to set.',
)
def test_somebody_without_a_place_is_not_followed_silently(graph: Graph) -> None:
    head = graph.make(HeadNode, robot='generic_3dof', measured_wait=0.0, follow='face')
    tester = graph.tester()
    graph.record(tester, JointTrajectory, 'head_controller/joint_trajectory')
    logs = graph.logs(tester)
    motions = tester.create_publisher(msg.ListenerMotion, 'motion', 60)
    for step in (head.trigger_configure, head.trigger_activate):
        assert graph.run(step) == TransitionCallbackReturn.SUCCESS
    wait_until(lambda: motions.get_subscription_count() == 1)
    sent = 0

    def says(place: tuple[float, float, float], text: str) -> bool:
        nonlocal sent
        sent += 1
        message = motion(head, 1e-6 * (sent % 2))
        message.place = np.array(place, np.float32)
        motions.publish(message)
        time.sleep(1 / 30)
        return text in head.diagnose()[1]

    nowhere, unmeasured = (0.0, 0.0, 0.0), (math.nan, math.nan, math.nan)
    warning = 'follow: somebody is in view, but where they are is not measured'
    wait_until(lambda: says(unmeasured, warning))
    assert head.diagnose()[2]['gaze'] == 'unmeasured'
    wait_until(lambda: any(warning in line.msg for line in logs))
    wait_until(lambda: not says(nowhere, warning))
    assert head.diagnose()[2]['gaze'] == 'nobody'


def test_nobody_is_followed_where_another_program_owns_the_gaze(
    graph: Graph, capfd: pytest.CaptureFixture[str]
) -> None:
    head = graph.make(HeadNode, output='offset', follow='face')
    assert graph.run(head.trigger_configure) == TransitionCallbackReturn.FAILURE
    assert 'follow: with output: offset, the program that moves the head' in capfd.readouterr().err
    head = graph.make(HeadNode, output='offset')
    assert graph.run(head.trigger_configure) == TransitionCallbackReturn.SUCCESS
    refused = head.set_parameters([Parameter('follow', value='person')])[0]
    assert not refused.successful and 'with output: offset' in refused.reason


def test_nobody_is_followed_without_a_robot(
    graph: Graph, capfd: pytest.CaptureFixture[str]
) -> None:
    head = graph.make(HeadNode, follow='face')
    assert graph.run(head.trigger_configure) == TransitionCallbackReturn.FAILURE
    assert 'follow: no robot is set (robot:=PROFILE)' in capfd.readouterr().err


def test_each_point_that_is_refused_is_told(
    graph: Graph, capfd: pytest.CaptureFixture[str]
) -> None:
    head = graph.make(HeadNode, robot='generic_3dof')
    look = graph.tester().create_publisher(PointStamped, 'look_at', 5)
    for step in (head.trigger_configure, head.trigger_activate):
        assert graph.run(step) == TransitionCallbackReturn.SUCCESS
    wait_until(lambda: look.get_subscription_count() == 1)
    nowhere = point('')
    nowhere.point.x = math.nan
    for message in (point('map'), point('odom'), nowhere):
        look.publish(message)
    wanted = ("the frame 'map'", "the frame 'odom'", 'look_at: the point must be finite')
    wait_until(lambda: all(text in head.diagnose()[1] for text in wanted))
    logged = capfd.readouterr().err
    assert all(text in logged for text in wanted)


@pytest.mark.trouble(
    'robot',
    'a `look_at` in a frame that is not known, or while another program owns the head',
    sees='The head does not look there; the log and the diagnostics say why, and what to set.',
)
def test_only_the_offset_is_sent_where_another_program_owns_the_head(graph: Graph) -> None:
    head = graph.make(HeadNode, output='offset')
    tester = graph.tester()
    poses: list[PoseStamped] = graph.record(tester, PoseStamped, 'head/offset')
    motions = tester.create_publisher(msg.ListenerMotion, 'motion', 60)
    look = tester.create_publisher(PointStamped, 'look_at', 1)
    assert graph.run(head.trigger_configure) == TransitionCallbackReturn.SUCCESS
    assert graph.run(head.trigger_activate) == TransitionCallbackReturn.SUCCESS
    wait_until(lambda: motions.get_subscription_count() == look.get_subscription_count() == 1)

    def turns() -> bool:
        # To the right; the base gaze is not ours.
        look.publish(point(''))
        motions.publish(motion(head, -0.2 - 1e-6 * len(poses)))
        time.sleep(1 / 30)
        return bool(poses) and abs(2 * math.asin(poses[-1].pose.orientation.z) + 0.2) < 0.01

    wait_until(turns)
    assert poses[-1].header.frame_id == 'head'
    assert 'look_at: with output: offset, the program that moves' in head.diagnose()[1]
