"""The people in view for ROS4HRI, with messages that stand in for hri_msgs."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from made_faces import face_with

from vico_listener.frames import PersonInView
from vico_listener.frames import SpeakerFrame
from vico_listener.motion import BFM64
from vico_listener.motion import FaceMotion
from vico_listener.nodes import hri_output
from vico_listener.nodes.hri_output import HriOutput


class FakeNode:
    """Keeps what is published by topic, and which topics have a publisher."""

    def __init__(self) -> None:
        self.context = SimpleNamespace(ok=lambda: True)
        self.steady_clock = None
        self.sent: dict[str, list[Any]] = {}
        self.open: set[str] = set()
        self.rivals: list[Any] = []

    def create_timer(self, period: float, callback: Any, clock: Any) -> None:
        self.tick = callback

    def destroy_timer(self, timer: None) -> None:
        pass

    def create_publisher(self, kind: Any, name: str, depth: int) -> Any:
        self.open.add(name)
        kept = self.sent.setdefault(name, [])
        return SimpleNamespace(name=name, publish=kept.append)

    def destroy_publisher(self, publisher: Any) -> None:
        self.open.remove(publisher.name)

    def get_name(self) -> str:
        return 'perception'

    def get_namespace(self) -> str:
        return '/'

    def get_publishers_info_by_topic(self, topic: str) -> list[Any]:
        return self.rivals


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> FakeNode:
    def made(name: str) -> Any:
        return lambda **fields: SimpleNamespace(type=name, header=SimpleNamespace(), **fields)

    monkeypatch.setattr(hri_output, 'message_class', made)
    return FakeNode()


def person(name: str, attended: bool = False) -> PersonInView:
    return PersonInView(name, (-0.1, 0.2, 0.4, 0.6), 1.0, 0.0, 0.0, attended)


def frame(face: FaceMotion, valid: bool = True) -> SpeakerFrame:
    return SpeakerFrame(
        10**9, 10**9, 0, face, np.zeros(45, np.float32), face_valid=valid, speaking=True
    )


def test_everybody_is_tracked_and_the_speaker_has_an_expression(node) -> None:
    output = HriOutput(node)
    node.tick()
    assert not node.sent  # nothing has been seen yet
    output.show((person('face_2', attended=True), person('face_1')), 10**9, 'camera')
    output.tell(frame(face_with()))
    node.tick()
    node.tick()  # nothing new
    output.show((person('face_2', attended=True), person('face_1')), 10**9, 'camera')
    output.tell(frame(face_with(mouthSmile=0.7)))
    node.tick()
    tracked = node.sent['/humans/faces/tracked']
    assert [message.ids for message in tracked] == 2 * [['face_2', 'face_1']]
    assert tracked[0].header.frame_id == 'camera' and tracked[0].header.stamp.sec == 1
    box = node.sent['/humans/faces/face_1/roi'][0]
    assert (box.xmin, box.ymin) == (0.0, 0.2)  # it must be within the image
    units = node.sent['/humans/faces/face_2/facs'][1]
    assert len(units.intensity) == len(units.confidence) == 99
    assert units.intensity[12] == pytest.approx(0.7) and units.intensity[50] == 1.0
    neutral, shown = node.sent['/humans/faces/face_2/expression']
    assert neutral.expression == 'neutral'
    assert shown.expression == 'happy' and shown.valence > 0.5
    assert '/humans/faces/face_1/facs' not in node.sent
    # Who has gone has no topics any more, and no ones at all at the end.
    output.show((person('face_1', attended=True),), 2 * 10**9, 'camera')
    output.tell(frame(face_with(), valid=False))
    node.tick()
    assert node.open == {'/humans/faces/tracked', '/humans/faces/face_1/roi'}
    output.destroy()
    assert node.sent['/humans/faces/tracked'][-1].ids == [] and not node.open


def test_of_the_faces_that_others_track_only_the_expression_is_told(node) -> None:
    output = HriOutput(node, lambda: 'bf3d')
    output.show((person('face_1', attended=True),), 10**9, '')
    output.tell(frame(face_with(mouthSmile=0.7)))
    node.tick()
    output.destroy()
    assert set(node.sent) == {'/humans/faces/bf3d/facs', '/humans/faces/bf3d/expression'}


def test_a_second_tracker_and_a_foreign_basis_are_told(node) -> None:
    output = HriOutput(node)
    node.rivals = [SimpleNamespace(node_name='perception', node_namespace='/')]
    assert output.problem == ''
    node.rivals.append(SimpleNamespace(node_name='hri_face_detect', node_namespace='/'))
    assert 'also published by hri_face_detect' in output.problem
    output.show((person('face_1', attended=True),), 10**9, '')
    output.tell(frame(FaceMotion(np.zeros(64, np.float32), basis=BFM64)))
    node.tick()
    assert "not 'bfm64'" in output.problem
