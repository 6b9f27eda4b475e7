"""`camera_on_head` in the perception node: joint states over DDS, TF through a stand-in."""

import math
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

import made_tf
import numpy as np
import pytest
from camera_bench import START
from camera_bench import Bench
from camera_bench import PersonWhoKeepsStill
from camera_bench import run_loop
from graph import Graph
from graph import wait_until
from made_tf import ExtrapolationError
from made_tf import TransformError
from rclpy.lifecycle import TransitionCallbackReturn
from scipy.spatial.transform import Rotation

from vico_listener.clock import NANOSECONDS
from vico_listener.nodes.convert import time_message
from vico_listener.nodes.head_camera import TfCamera
from vico_listener.nodes.managed_node import WARN


def test_own_nod_is_taken_out_of_what_is_seen(graph: Graph) -> None:
    bench = Bench(graph, camera_on_head='joint_state', robot='generic_3dof')
    assert bench.configured == TransitionCallbackReturn.SUCCESS
    bench.state(0.2, START)
    bench.show(START + 10_000_000)
    bench.show(START + NANOSECONDS)  # the state is too old by now
    wait_until(lambda: len(bench.frames) >= 2)
    # The robot looked down by 0.2 and saw a face straight on: that one looks up.
    assert bench.frames[0].face.rotation[1] == pytest.approx(-0.2, abs=1e-4)
    level, message, values = bench.node.diagnose()
    assert (values['corrected_faces'], values['uncorrected_faces']) == (1, 1)
    below = [math.cos(0.2), 0.0, -math.sin(0.2)]
    assert bench.frames[0].place == pytest.approx(below, abs=1e-4)
    later = time_message(START + NANOSECONDS)
    wait_until(lambda: bench.frames[-1].header.stamp == later)
    assert list(bench.frames[-1].place) == [0.0, 0.0, 0.0]  # nobody knows where that is
    assert level == WARN and message.startswith('1 faces not corrected: the pose of the camera')


def test_a_robot_that_tells_nothing_is_where_it_is_sent(graph: Graph) -> None:
    mounting = {'camera_forward': 0.1, 'camera_up': 0.05}
    bench = Bench(graph, camera_on_head='command', robot='generic_3dof', **mounting)
    bench.state(0.2, START)
    bench.show(START + 150_000_000)
    wait_until(lambda: bool(bench.frames))
    below = [
        1.1 * math.cos(0.2) + 0.05 * math.sin(0.2),
        0.0,
        0.05 * math.cos(0.2) - 1.1 * math.sin(0.2),
    ]
    assert bench.frames[0].place == pytest.approx(below, abs=1e-4)


def test_the_mounting_of_a_fixed_camera_says_where_people_are(graph: Graph) -> None:
    mounting = {'camera_left': 0.3, 'camera_up': 0.2, 'camera_yaw': 90.0}
    bench = Bench(graph, **mounting)
    bench.show(START)
    wait_until(lambda: bool(bench.frames))
    assert bench.frames[0].place == pytest.approx([0.0, 1.3, 0.2], abs=1e-5)


@pytest.mark.parametrize('source', ['joint_state', 'command'])
def test_joints_need_a_profile(graph: Graph, source: str) -> None:
    assert Bench(graph, camera_on_head=source).configured == TransitionCallbackReturn.FAILURE


@pytest.mark.skipif(find_spec('tf2_ros') is not None, reason='tf2_ros is installed')
def test_tf_without_tf2_ros_is_refused(graph: Graph) -> None:
    assert Bench(graph, camera_on_head='tf').configured == TransitionCallbackReturn.FAILURE


class Buffer:
    """TF up to 1 s: an optical frame that looks along the base's x, 0.3 m above it."""

    def lookup_transform(self, target: str, source: str, time: Any) -> Any:
        assert (target, source) == ('base_link', 'camera_optical')
        if time.nanoseconds > NANOSECONDS:
            raise ExtrapolationError
        if 0 < time.nanoseconds < NANOSECONDS // 2:
            raise TransformError
        x, y, z, w = Rotation.from_euler('ZYX', [-90, 0, -90], degrees=True).as_quat()
        return SimpleNamespace(
            header=SimpleNamespace(stamp=time_message(time.nanoseconds or NANOSECONDS)),
            transform=SimpleNamespace(
                rotation=SimpleNamespace(x=x, y=y, z=z, w=w),
                translation=SimpleNamespace(x=0.0, y=0.0, z=0.3),
            ),
        )


def test_tf_is_asked_for_the_optical_frame_at_the_stamp(monkeypatch: pytest.MonkeyPatch) -> None:
    made_tf.install(monkeypatch, Buffer)
    node: Any = None
    pose_at = TfCamera(node, 'base_link', lambda: 'camera_optical')
    for stamp in (800_000_000, NANOSECONDS + 50_000_000):
        pose = pose_at(stamp)
        assert pose is not None
        np.testing.assert_allclose(pose.rotation, np.eye(3), atol=1e-12)
        np.testing.assert_allclose(pose.position, [0, 0, 0.3])
    assert pose_at(2 * NANOSECONDS) is None
    assert pose_at(400_000_000) is None


def test_the_robots_own_nods_are_never_the_persons(graph: Graph) -> None:
    known = {'camera_on_head': 'joint_state', 'robot': 'generic_3dof'}
    bench = Bench(graph, PersonWhoKeepsStill, **known)
    loop = run_loop(bench, bench.state)
    assert loop.nods == 0
    assert np.degrees(loop.turned) < 1.5


def test_without_the_joints_they_would_be(graph: Graph) -> None:
    bench = Bench(graph, PersonWhoKeepsStill)
    loop = run_loop(bench, bench.state)
    assert loop.nods > 0
    assert np.degrees(loop.turned) > 4.0


@pytest.mark.parametrize('turn', [(0.0, 0.0, 0.0, 0.0), (math.nan, 0.0, 0.0, 1.0)])
def test_tf_that_is_no_rotation_is_not_known(
    monkeypatch: pytest.MonkeyPatch, turn: tuple[float, ...]
) -> None:
    class Broken(Buffer):
        def lookup_transform(self, target: str, source: str, time: Any) -> Any:
            found = super().lookup_transform(target, source, time)
            found.transform.rotation = SimpleNamespace(**dict(zip('xyzw', turn, strict=True)))
            return found

    made_tf.install(monkeypatch, Broken)
    node: Any = None
    assert TfCamera(node, 'base_link', lambda: 'camera_optical')(800_000_000) is None
