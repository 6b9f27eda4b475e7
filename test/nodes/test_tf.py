"""With the real tf2_ros: TF comes over DDS, from broadcasters like those of other programs."""

import math
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from camera_bench import Bench
from camera_bench import PersonToTheLeft
from camera_bench import PersonWhoKeepsStill
from camera_bench import run_loop
from geometry_msgs.msg import PointStamped
from geometry_msgs.msg import TransformStamped
from graph import Graph
from graph import wait_until
from made_faces import face_with
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.node import Node
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import JointState
from test_head_outputs import changed
from trajectory_msgs.msg import JointTrajectory

from vico_listener import msg
from vico_listener.clock import NANOSECONDS
from vico_listener.doctor.finding import Level
from vico_listener.errors import UnavailableError
from vico_listener.frames import ListenerMotion
from vico_listener.frames import Timing
from vico_listener.motion import Attitude
from vico_listener.nodes.convert import motion_message
from vico_listener.nodes.convert import time_message
from vico_listener.nodes.frame_survey import FrameSurvey
from vico_listener.nodes.gaze_input import GazeInput
from vico_listener.nodes.head_node import HeadNode
from vico_listener.nodes.measured_input import MeasuredInput
from vico_listener.robot import load_profile
from vico_listener.robot.limits import verdict
from vico_listener.rotation import matrix_from_rpy
from vico_listener.rotation import quaternion_from_rpy

tf2_ros = pytest.importorskip('tf2_ros', reason='needs tf2_ros: see docs/architecture.md')

SECOND = NANOSECONDS
POINT = [1.0, 0.2, 0.5]
OPTICAL = [-math.pi / 2, 0.0, -math.pi / 2]


class Tree:
    """Publishes transforms as a robot's programs do.

    Args:
        node: their publisher.
        prefix: of the robot's own frames, without a slash.
    """

    def __init__(self, node: Node, prefix: str = '') -> None:
        self._moving = tf2_ros.TransformBroadcaster(node)
        self._fixed = tf2_ros.StaticTransformBroadcaster(node)
        self._prefix = f'{prefix}/' if prefix else ''

    def _transform(
        self, parent: str, child: str, stamp: int, rpy: Any, place: Any
    ) -> TransformStamped:
        found = TransformStamped(child_frame_id=self._prefix + child)
        found.header.frame_id = self._prefix + parent
        found.header.stamp = time_message(stamp)
        to, turn = found.transform.translation, found.transform.rotation
        to.x, to.y, to.z = map(float, place)
        turn.x, turn.y, turn.z, turn.w = quaternion_from_rpy(rpy).tolist()
        return found

    def move(
        self, parent: str, child: str, stamp: int, rpy: Any = (0, 0, 0), place: Any = (0, 0, 0)
    ) -> None:
        self._moving.sendTransform(self._transform(parent, child, stamp, rpy, place))

    def fix(self, *transforms: tuple[str, str, Any, Any]) -> None:
        self._fixed.sendTransform(
            [self._transform(parent, child, 0, rpy, to) for parent, child, rpy, to in transforms]
        )

    def neck(self, pitch: float, stamp: int, yaw: float = 0.0) -> None:
        """Publish the two joints of a neck in one message, as robot_state_publisher does."""
        pan = self._transform('neck', 'head_pan', stamp, [0.0, 0.0, yaw], [0.0, 0.0, 0.0])
        tilt = self._transform('head_pan', 'head_tilt', stamp, [0.0, pitch, 0.0], [0.0, 0.0, 0.0])
        self._moving.sendTransform([pan, tilt])


class Gaze:
    """A `GazeInput`, and the transforms that it hears."""

    def __init__(self, graph: Graph, base: str = 'neck', prefix: str = '') -> None:
        self.node = graph.tester()
        self.input = GazeInput(self.node, base)
        self.tree = Tree(graph.tester(), prefix)
        wait_until(lambda: self.node.count_publishers('/tf_static') == 1)

    def place(self, frame: str, stamp: int) -> list[float]:
        message = PointStamped()
        message.header.frame_id = frame
        message.header.stamp = time_message(stamp)
        message.point.x, message.point.y, message.point.z = POINT
        return self.input.place(message)

    def knows(self, frame: str, stamp: int) -> bool:
        try:
            return bool(self.place(frame, stamp))
        except UnavailableError:
            return False

    def wait(self, frame: str, stamp: int) -> list[float]:
        """Return the place as soon as it is known."""
        wait_until(lambda: self.knows(frame, stamp))
        return self.place(frame, stamp)


@pytest.fixture
def gaze(graph: Graph) -> Iterator[Gaze]:
    made = Gaze(graph)
    yield made
    graph.run(made.input.close)


def test_a_moving_frame_is_placed_at_the_stamp_of_the_point(gaze: Gaze) -> None:
    """The robot turns and drives meanwhile; in between, TF interpolates."""
    gaze.tree.fix(('base', 'neck', [0.0, 0.0, 0.0], [0.1, 0.0, 1.2]))
    gaze.tree.move('map', 'base', 10 * SECOND, [0.0, 0.0, 0.0], [1.0, 0.0, 0.0])
    gaze.tree.move('map', 'base', 11 * SECOND, [0.0, 0.0, 1.0], [2.0, 1.0, 0.0])
    gaze.wait('map', 11 * SECOND)
    for since in (0.0, 0.25, 1.0):
        base = np.array([1.0 + since, since, 0.0])
        expected = matrix_from_rpy([0.0, 0.0, since]).T @ (POINT - base) - [0.1, 0.0, 1.2]
        found = gaze.place('map', round((10.0 + since) * SECOND))
        assert found == pytest.approx(expected, abs=1e-6)
    assert gaze.place('map', 0) == gaze.place('map', 11 * SECOND)  # now


@pytest.mark.parametrize('stamp', [0, 1, 5_000 * SECOND])
def test_where_all_is_fixed_it_holds_at_any_time(gaze: Gaze, stamp: int) -> None:
    gaze.tree.fix(
        ('torso', 'neck', [0.0, 0.0, 0.0], [0.0, 0.0, 0.4]),
        ('torso', 'shelf', [0.0, 0.0, math.pi / 2], [0.0, 1.0, 0.0]),
    )
    assert gaze.wait('shelf', stamp) == pytest.approx([-0.2, 2.0, 0.1], abs=1e-6)


def test_late_tf_counts_for_a_short_while(gaze: Gaze) -> None:
    gaze.tree.move('map', 'neck', 10 * SECOND, place=[1.0, 0.0, 0.0])
    there = [0.0, 0.2, 0.5]
    assert gaze.wait('map', 10 * SECOND + 400_000_000) == pytest.approx(there)
    with pytest.raises(UnavailableError, match=r"where the frame 'map' is.*(?i:extrapolation)"):
        gaze.place('map', 10 * SECOND + 600_000_000)
    with pytest.raises(UnavailableError, match='(?i)extrapolation'):
        gaze.place('map', 9 * SECOND)  # nothing of before is known
    gaze.tree.move('map', 'neck', 11 * SECOND, place=[1.5, 0.0, 0.0])
    assert gaze.wait('map', 11 * SECOND) == pytest.approx([-0.5, 0.2, 0.5])


def test_what_tf_does_not_join_is_refused_until_it_does(gaze: Gaze) -> None:
    gaze.tree.fix(('torso', 'neck', [0.0, 0.0, 0.0], [0.0, 0.0, 0.4]))
    gaze.wait('torso', 0)
    with pytest.raises(UnavailableError, match=r"where the frame 'moon' is.*does not exist"):
        gaze.place('moon', 0)
    gaze.tree.move('odom', 'moon', 10 * SECOND, place=[3.0, 0.0, 0.0])
    wait_until(lambda: 'not part of the same tree' in refusal(gaze, 'moon'))
    gaze.tree.move('odom', 'torso', 10 * SECOND)
    assert gaze.wait('moon', 10 * SECOND) == pytest.approx([4.0, 0.2, 0.1])


def refusal(gaze: Gaze, frame: str) -> str:
    try:
        gaze.place(frame, 0)
    except UnavailableError as error:
        return str(error)
    return ''


def test_a_transform_that_is_nan_leaves_the_frame_where_it_was(gaze: Gaze) -> None:
    gaze.tree.move('map', 'neck', 10 * SECOND, place=[1.0, 0.0, 0.0])
    gaze.wait('map', 0)
    gaze.tree.move('map', 'neck', 11 * SECOND, place=[math.nan, 0.0, 0.0])
    gaze.tree.fix(('neck', 'end', [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]))
    gaze.wait('end', 0)
    assert gaze.place('map', 0) == pytest.approx([0.0, 0.2, 0.5])


@pytest.mark.parametrize('slash', ['', '/'])
def test_frames_with_a_prefix(graph: Graph, slash: str) -> None:
    gaze = Gaze(graph, f'{slash}robot1/neck', 'robot1')
    gaze.tree.fix(('torso', 'neck', [0.0, 0.0, 0.0], [0.0, 0.0, 0.4]))
    expected = pytest.approx([1.0, 0.2, 0.1])
    assert gaze.wait(f'{slash}robot1/torso', 0) == expected
    with pytest.raises(UnavailableError, match="the frame 'torso'"):
        gaze.place('torso', 0)  # that would be another robot's
    graph.run(gaze.input.close)


def test_time_that_begins_anew_forgets_what_was(graph: Graph) -> None:
    """A bag that is played again: tf2 would ignore what is older than what it knows."""
    node = graph.make(lambda **options: Node('with_sim_time', **options), use_sim_time=True)
    gaze, tester = GazeInput(node, 'neck'), graph.tester()
    tree, clock = Tree(tester), tester.create_publisher(Clock, '/clock', 10)
    wait_until(lambda: clock.get_subscription_count() == 1)

    def at(seconds: int, left: float) -> list[float]:
        """Return a place that is asked for once the time has come."""
        message = PointStamped()
        message.header.frame_id = 'map'
        message.header.stamp = time_message(seconds * SECOND)

        def come() -> bool:
            clock.publish(Clock(clock=time_message(seconds * SECOND)))
            time.sleep(0.02)
            return bool(node.get_clock().now().nanoseconds == seconds * SECOND)

        wait_until(come)

        def placed() -> bool:
            tree.move('map', 'neck', seconds * SECOND, place=[0.0, left, 0.0])
            time.sleep(0.02)
            try:
                gaze.place(message)
            except UnavailableError:
                return False
            return True

        wait_until(placed)
        return gaze.place(message)

    assert at(500, 1.0) == pytest.approx([0.0, -1.0, 0.0])
    assert at(3, 2.0) == pytest.approx([0.0, -2.0, 0.0])
    graph.run(gaze.close)


def test_the_head_turns_to_where_tf_says_within_its_limits(graph: Graph) -> None:
    """The point is fixed on a map, and the robot's place on it jumps, as localisation does."""
    head = graph.make(HeadNode, robot='generic_3dof', measured_wait=0.0, gaze_frame='neck')
    tester = graph.tester()
    tree = Tree(tester)
    graph.record(tester, JointTrajectory, 'head_controller/joint_trajectory')
    told: list[JointState] = graph.record(tester, JointState, 'head/commanded')
    motions = tester.create_publisher(msg.ListenerMotion, 'motion', 60)
    look = tester.create_publisher(PointStamped, 'look_at', 5)
    for step in (head.trigger_configure, head.trigger_activate):
        assert graph.run(step) == TransitionCallbackReturn.SUCCESS
    wait_until(lambda: motions.get_subscription_count() == look.get_subscription_count() == 1)
    point = PointStamped()
    point.header.frame_id = 'map'
    point.point.x, point.point.y = 1.0, 1.0

    def turns_to(robot: float, yaw: float) -> bool:
        stamp = head.get_clock().now().nanoseconds
        tree.move('map', 'neck', stamp, [0.0, 0.0, robot])
        look.publish(point)
        face = face_with(rotation=(0, 0, 1e-6 * (stamp // 1000 % 2)))
        timing = Timing(received=time.time())
        motion = ListenerMotion(stamp, stamp, face, Attitude.NEUTRAL, 1.0, True, 't', timing=timing)
        motions.publish(motion_message(motion, 'head'))
        time.sleep(1 / 30)
        return bool(told) and abs(told[-1].position[0] - yaw) < 0.02

    # On a busy machine the head rests now and then, and eases in anew.
    wait_until(lambda: turns_to(0.0, math.pi / 4), 60.0)
    wait_until(lambda: turns_to(math.pi / 2, -math.pi / 4), 60.0)
    assert head.diagnose()[2]['limits'] == verdict({}) == 'ok'
    # It listens again after a pause.
    for step in (head.trigger_deactivate, head.trigger_activate):
        assert graph.run(step) == TransitionCallbackReturn.SUCCESS
    wait_until(lambda: turns_to(0.3, math.pi / 4 - 0.3), 60.0)


def on_head(
    graph: Graph, backend: type[PersonWhoKeepsStill], camera_frame: str = '/robot1/optical'
) -> tuple[Bench, Tree]:
    """A camera on the head of a robot of which TF knows all."""
    known = {'base_frame': '/robot1/neck', 'camera_frame': camera_frame}
    bench = Bench(graph, backend, camera_on_head='tf', **known)
    bench.frame = 'robot1/optical'
    tree = Tree(bench.tester, 'robot1')
    tree.fix(
        ('torso', 'neck', [0.0, 0.0, 0.0], [0.0, 0.0, 0.4]),
        ('head_tilt', 'optical', OPTICAL, [0.0, 0.0, 0.0]),
    )
    wait_until(lambda: bench.node.count_publishers('/tf_static') == 1)
    return bench, tree


def test_the_robots_own_nods_are_never_the_persons(graph: Graph) -> None:
    bench, tree = on_head(graph, PersonWhoKeepsStill)
    loop = run_loop(bench, tree.neck)
    assert loop.nods == 0
    assert np.degrees(loop.turned) < 1.5
    values = bench.node.diagnose()[2]
    assert (values['corrected_faces'], values['uncorrected_faces']) == (110, 0)


def test_a_person_is_followed_by_what_tf_says(graph: Graph) -> None:
    """Nor does the person seem to turn while the head turns to them."""
    bench, tree = on_head(graph, PersonToTheLeft)
    loop = run_loop(bench, tree.neck, ticks=60, follow='face')
    # Seen from the axes they are 10 degrees above; the eyes are higher.
    higher = math.degrees(math.asin(load_profile('generic_3dof').eye_height / 1.2))
    found = np.degrees([loop.pitch, loop.yaw])
    assert found == pytest.approx([-10.0 + higher, 25.0], abs=1.0)
    assert loop.nods == 0
    assert np.degrees(loop.turned) < 1.5


def test_where_tf_is_too_late_the_face_is_not_placed(graph: Graph) -> None:
    bench, tree = on_head(graph, PersonToTheLeft, camera_frame='')  # it is that of the images
    tree.neck(0.1, 10 * SECOND)
    bench.show(9 * SECOND)
    wait_until(lambda: bench.knows_camera(10 * SECOND))
    bench.show(10 * SECOND + 50_000_000, 0.1)
    bench.show(10 * SECOND + 200_000_000, 0.1)
    later = time_message(10 * SECOND + 200_000_000)
    wait_until(lambda: bench.frames and bench.frames[-1].header.stamp == later)
    values = bench.node.diagnose()[2]
    assert (values['corrected_faces'], values['uncorrected_faces']) == (1, 2)
    assert list(bench.frames[-1].place) == [0.0, 0.0, 0.0]


def test_the_joints_are_where_tf_says(graph: Graph, tmp_path: Any) -> None:
    measured = {'source': 'tf', 'base': 'torso', 'frame': '/head_tilt'}
    profile = load_profile(changed(tmp_path, 'generic_pose', measured=measured))
    node = graph.tester()
    heard = MeasuredInput(node, profile)
    tree = Tree(graph.tester())
    heard.open(None)
    wait_until(lambda: node.count_publishers('/tf_static') == 1)
    tree.fix(('torso', 'neck', [0.0, 0.0, 0.0], [0.0, 0.0, 0.4]))

    def found() -> Any:
        tree.neck(0.2, node.get_clock().now().nanoseconds, -0.3)
        time.sleep(0.02)
        return heard.positions.at(heard._clock.now().nanoseconds)

    wait_until(lambda: found() is not None)
    assert found() == pytest.approx([0.0, 0.2, -0.3], abs=1e-6)
    graph.run(heard.close)


def test_the_doctor_sees_whether_tf_joins_the_camera(graph: Graph) -> None:
    survey = FrameSurvey(graph.tester())
    settings = {'camera_on_head': 'tf', 'base_frame': 'neck'}

    def levels(frame: str) -> list[Level]:
        return [finding.level for finding in survey.findings(frame, settings)]

    assert levels('optical') == [Level.WRONG]
    tree = Tree(graph.tester())
    tree.fix(('head_tilt', 'optical', OPTICAL, [0.0, 0.0, 0.0]))

    def joined() -> bool:
        tree.neck(0.0, SECOND)
        time.sleep(0.02)
        return levels('optical') == [Level.OK]

    wait_until(joined)
    assert levels('elsewhere') == [Level.WRONG]
