"""What perception says on `speaker` does not depend on what the listener makes of it."""

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from audio_common_msgs.msg import AudioDataStamped
from graph import Graph
from graph import wait_until
from made_faces import face_with
from rclpy.lifecycle import TransitionCallbackReturn
from sensor_msgs.msg import Image
from stack_playing import build
from stack_playing import motion_table

from vico_listener import msg
from vico_listener.clock import NANOSECONDS
from vico_listener.clock import tick_stamp
from vico_listener.face.observation import FaceObservation
from vico_listener.face.observation import Roi
from vico_listener.listener import Listener
from vico_listener.motion import ARKIT52
from vico_listener.motion import BFM64
from vico_listener.motion import FaceMotion
from vico_listener.nodes.convert import time_message
from vico_listener.nodes.image_codec import fill_image
from vico_listener.nodes.stack import bring_up

FIRST, TICKS = 300, 30
"""First tick of the input and how many there are."""


class Smiling:
    """A face backend that sees one face in every image, which smiles more and more."""

    basis = ARKIT52

    def __init__(self, model_path: str | None = None, threads: int = 1) -> None:
        self.looks = 0

    def detect(self, image: np.ndarray, turn: int | None = None) -> list[Roi]:
        return [Roi(80.0, 60.0, 100.0)]

    def observe(self, image: np.ndarray, roi: Roi, camera: object) -> FaceObservation:
        self.looks += 1
        box = np.array([40, 20, 120, 100], np.float32)
        corners = np.array([[40, 20, 0], [120, 100, 0]], np.float32)
        return FaceObservation(corners, box, self.motion(), roi, mouth_opening=0.0)

    def motion(self) -> FaceMotion:
        return face_with(mouthSmile=min(1.0, 0.02 * self.looks))

    def warm_up(self) -> None:
        """Nothing is slow."""


class Broken(Smiling):
    """Its numbers are not finite from the tenth look on."""

    def motion(self) -> FaceMotion:
        return face_with(rotation=(0, np.nan if self.looks >= 10 else 0.1, 0))


class Foreign(Listener):
    """Understands faces in another basis than perception's."""

    name = 'foreign'
    basis = BFM64

    def __init__(self, personality: int | None = None, seed: int = 0) -> None:
        """Needs neither."""

    def reset(self, *start: object) -> None:
        """Remembers nothing."""

    def step(self, frame: Any, mood: object) -> FaceMotion:
        assert not frame.face_valid
        return FaceMotion.neutral(BFM64)


@pytest.fixture(autouse=True)
def own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the parts be found as `own:Smiling` and so on."""
    module = ModuleType('own')
    vars(module).update(Smiling=Smiling, Broken=Broken, Foreign=Foreign)
    monkeypatch.setitem(sys.modules, 'own', module)


def converse(
    graph: Graph, composed: bool, perception: dict[str, Any], listener: dict[str, Any]
) -> tuple[list[msg.SpeakerFrame], list[msg.ListenerMotion], str]:
    """Frames, motions and the listener's diagnosis for a second of images and audio."""
    nodes = build(graph, composed, PerceptionNode=perception, ListenerNode=listener)
    tester = graph.tester()
    frames = graph.record(tester, msg.SpeakerFrame, 'speaker')
    motions = graph.record(tester, msg.ListenerMotion, 'motion')
    images = tester.create_publisher(Image, 'image', 100)
    sound = tester.create_publisher(AudioDataStamped, 'audio', 100)
    assert graph.run(lambda: bring_up(nodes))
    wait_until(lambda: images.get_subscription_count() and sound.get_subscription_count())
    # In separate processes the listener hears the topic, too.
    wait_until(lambda: frames_heard_by(nodes) == (1 if composed else 2))
    wait_until(lambda: tester.count_publishers('motion') == 1)
    image, chunk = Image(), AudioDataStamped()
    fill_image(image, np.full((120, 160, 3), 90, np.uint8))
    chunk.audio.data = np.random.default_rng(0).integers(-3000, 3000, 160, '<i2').tobytes()
    for n in range(100):
        stamp = tick_stamp(FIRST) + n * NANOSECONDS // 100
        chunk.header.stamp = time_message(stamp)
        sound.publish(chunk)
        if n * TICKS % 100 < TICKS:
            number = -(-n * TICKS // 100)
            image.header.stamp = time_message(tick_stamp(FIRST + number))
            images.publish(image)
            wait_until(lambda number=number: len(frames) > number - 10)
    wait_until(lambda: len(frames) == len(motions) == TICKS)
    problem = nodes[2].diagnose()[1]
    for node in nodes:
        assert graph.run(node.trigger_deactivate) == TransitionCallbackReturn.SUCCESS
        graph.remove(node)
    graph.remove(tester)
    return frames, motions, problem


def frames_heard_by(nodes: list) -> int:
    return nodes[3]._publisher.get_subscription_count()


def speaker_table(frames: list[msg.SpeakerFrame]) -> np.ndarray:
    """All that the frames say but when and how long, which differs from run to run."""
    return np.array(
        [
            [
                *(f.tick.sec, f.tick.nanosec, f.header.stamp.sec, f.header.stamp.nanosec, f.index),
                *(f.reset, f.face_valid, f.audio_valid, f.speaking, f.face.confidence),
                *f.face.expression,
                *f.face.rotation,
                *f.face.translation,
                *f.acoustic,
            ]
            for f in frames
        ]
    )


@pytest.mark.parametrize(
    ('perception', 'listener', 'problem'),
    [
        ({}, {'listener': 'own:Foreign'}, "the speaker's face is in the basis arkit52"),
        ({'face': 'own:Broken'}, {'listener': 'rules'}, ' frames held numbers that are not finite'),
        ({'acoustics': 'vico_release'}, {'listener': 'rules'}, 'the acoustic features are vico_re'),
    ],
    ids=['another basis', 'not finite', 'other features'],
)
def test_the_same_is_said_composed_and_apart(
    graph: Graph, perception: dict[str, Any], listener: dict[str, Any], problem: str
) -> None:
    perception = {'face': 'own:Smiling'} | perception
    composed = converse(graph, True, perception, listener)
    apart = converse(graph, False, perception, listener)
    for frames, motions, said in (composed, apart):
        assert all(f.face_valid and f.face.confidence == 1.0 for f in frames)
        assert all(f.audio_valid for f in frames[3:])
        assert {f.acoustics for f in frames} == {perception.get('acoustics', 'vico_listener/1')}
        assert np.isfinite(motion_table(motions)).all() and problem in said
    np.testing.assert_array_equal(speaker_table(composed[0]), speaker_table(apart[0]))
    np.testing.assert_array_equal(motion_table(composed[1]), motion_table(apart[1]))
    if perception['face'] == 'own:Broken':
        broken = np.isnan([f.face.rotation for f in composed[0]]).any(axis=1)
        assert broken[-10:].all() and not broken[:5].any()
        assert composed[2] == f'{broken.sum()}{problem}'
