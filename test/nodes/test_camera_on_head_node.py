"""`camera_on_head` in the perception node: joint states over DDS, TF through a stand-in."""

import math
from dataclasses import replace
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

import made_tf
import numpy as np
import pytest
from graph import Graph
from graph import wait_until
from made_tf import ExtrapolationError
from made_tf import TransformError
from rclpy.lifecycle import TransitionCallbackReturn
from scipy.spatial.transform import Rotation
from sensor_msgs.msg import Image
from sensor_msgs.msg import JointState

from vico_listener import msg
from vico_listener.clock import NANOSECONDS
from vico_listener.face.observation import FaceObservation
from vico_listener.face.observation import Roi
from vico_listener.listener.agent import ListeningAgent
from vico_listener.listener.face_cues import FaceCues
from vico_listener.listener.performance import GestureRequest
from vico_listener.motion import ARKIT52
from vico_listener.motion import FaceMotion
from vico_listener.nodes.convert import speaker_of
from vico_listener.nodes.convert import time_message
from vico_listener.nodes.head_camera import TfCamera
from vico_listener.nodes.image_codec import fill_image
from vico_listener.nodes.managed_node import WARN
from vico_listener.nodes.perception_node import PerceptionNode
from vico_listener.perception.camera_on_head import MAX_AHEAD_NS
from vico_listener.robot import RobotHead
from vico_listener.robot import load_profile

START = 10 * NANOSECONDS
NAMES = [joint.name for joint in load_profile('generic_3dof').joints]


class StillFace:
    """A face backend that sees a calm face in the middle of every image."""

    basis = ARKIT52

    def __init__(self, model_path: Any = None, threads: int = 1) -> None:
        pass

    def detect(self, image: np.ndarray, turn: Any = None) -> list[Roi]:
        return [Roi(80, 60, 100)]

    def observe(self, image: np.ndarray, roi: Roi, camera: Any) -> FaceObservation:
        box = np.float32([40, 20, 120, 100])
        face = replace(FaceMotion.neutral(), translation=np.float32([-1.0, 0.0, 0.0]))
        return FaceObservation(np.float32([[40, 20, 0], [120, 100, 0]]), box, face, roi, 0.0)

    def warm_up(self) -> None:
        pass


class Bench:
    def __init__(
        self, graph: Graph, backend: type[StillFace] = StillFace, **parameters: Any
    ) -> None:
        face = f'{backend.__module__}:{backend.__name__}'
        self.node = graph.make(
            PerceptionNode, face=face, lossless=True, use_audio=False, **parameters
        )
        self.configured = graph.run(self.node.trigger_configure)
        if self.configured != TransitionCallbackReturn.SUCCESS:
            return
        graph.run(self.node.trigger_activate)
        self.tester = graph.tester()
        self.frames: list[msg.SpeakerFrame] = graph.record(self.tester, msg.SpeakerFrame, 'speaker')
        self.image = self.tester.create_publisher(Image, 'image', 100)
        commands = parameters.get('camera_on_head') == 'command'
        topic = 'head/commanded' if commands else 'joint_states'
        self.joints = self.tester.create_publisher(JointState, topic, 100)
        wait_until(lambda: self.image.get_subscription_count() == 1)
        if 'camera_on_head' in parameters:
            wait_until(lambda: self.joints.get_subscription_count() == 1)

    def state(self, pitch: float, stamp: int) -> None:
        state = JointState(name=NAMES, position=[0.0, pitch, 0.0])
        state.header.stamp = time_message(stamp)
        self.joints.publish(state)

    def knows_camera(self, stamp: int) -> bool:
        """Whether a state as new as a stamp has come."""
        camera = self.node._head_camera
        return camera is not None and camera(stamp + MAX_AHEAD_NS) is not None

    def show(self, stamp: int, level: int = 90) -> None:
        image = Image()
        image.header.stamp = time_message(stamp)
        fill_image(image, np.full((120, 160, 3), level, np.uint8))
        self.image.publish(image)


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


class PersonWhoKeepsStill(StillFace):
    """What a camera on a nodding head makes of somebody who keeps still.

    The robot's pitch is in the brightness of the image, where a camera would see it.
    """

    def observe(self, image: np.ndarray, roi: Roi, camera: Any) -> FaceObservation:
        seen = super().observe(image, roi, camera)
        turn = np.array([0.0, (float(image[0, 0, 0]) - 128.0) / LEVELS, 0.0], np.float32)
        return replace(seen, motion=replace(seen.motion, rotation=turn))


LEVELS = 400.0
"""Levels of brightness per radian."""


def nods_of_a_loop(graph: Graph, camera_on_head: str) -> tuple[float, int]:
    """A robot that nods at a person who keeps still, whom it sees by a camera on its head.

    Commands of the listener's motion come back as joint states over DDS, 100 times a second.

    Returns:
        How far the person seems to turn, rad, and how often they seem to nod.
    """
    known = {'camera_on_head': camera_on_head, 'robot': 'generic_3dof'} if camera_on_head else {}
    bench = Bench(graph, PersonWhoKeepsStill, **known)
    agent = ListeningAgent.create('rules', FaceMotion.neutral(), seed=1, idle=False)
    head, cues = RobotHead(load_profile('generic_3dof')), FaceCues()
    pitch = turned = 0.0
    nods = 0
    for tick in range(110):
        now = START + tick * NANOSECONDS // 30
        if tick in (10, 65):
            agent.gesture(GestureRequest('nod', size=1.5, cycles=2))
        for part in range(3):
            bench.state(pitch, now - 20_000_000 + part * 10_000_000)
        if camera_on_head:  # another topic may come first: the pose would be extrapolated
            wait_until(lambda: bench.knows_camera(now))  # noqa: B023 - it is called at once
        bench.show(now, round(128 + LEVELS * pitch))
        wait_until(lambda: len(bench.frames) > tick)  # noqa: B023 - it is called at once
        frame = speaker_of(bench.frames[tick])
        turned = max(turned, abs(float(frame.face.rotation[1])))
        nods += cues.update(frame).nodded
        motion = agent.step(frame)
        assert motion is not None
        for command in head.follow(motion, now):
            pitch = command.positions[1]
    return turned, nods


def test_the_robots_own_nods_are_never_the_persons(graph: Graph) -> None:
    turned, nods = nods_of_a_loop(graph, 'joint_state')
    assert nods == 0
    assert np.degrees(turned) < 1.5


def test_without_the_joints_they_would_be(graph: Graph) -> None:
    turned, nods = nods_of_a_loop(graph, '')
    assert nods > 0
    assert np.degrees(turned) > 4.0


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
