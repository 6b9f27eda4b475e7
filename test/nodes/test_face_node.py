"""The node of `vico face`: motion that is published is shown, a foreign one is named."""

import pytest
import vico_listener.msg as msg
from graph import Graph
from graph import wait_until
from made_faces import face_with

from vico_listener.clock import tick_stamp
from vico_listener.frames import ListenerMotion
from vico_listener.motion import BFM64
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.nodes.convert import motion_message
from vico_listener.nodes.face_node import FaceNode


def message(tick: int, face: FaceMotion) -> msg.ListenerMotion:
    stamp = tick_stamp(tick)
    motion = ListenerMotion(stamp, stamp, face, Attitude.NEUTRAL, 1.0, False, 'test')
    return motion_message(motion, 'head')


def test_published_motion_is_shown(graph: Graph, capfd: pytest.CaptureFixture) -> None:
    shown = []
    graph.add(FaceNode(lambda face, stamp: shown.append((face, stamp)), context=graph.context))
    publisher = graph.tester().create_publisher(msg.ListenerMotion, 'motion', 60)
    wait_until(lambda: publisher.get_subscription_count() == 1)
    publisher.publish(message(1, FaceMotion.neutral(BFM64)))
    publisher.publish(message(2, face_with(jawOpen=0.5, rotation=(0.0, 0.1, 0.0))))
    wait_until(lambda: shown)
    ((face, stamp),) = shown
    assert stamp == tick_stamp(2)
    assert face.coefficient('jawOpen') == 0.5
    assert "needs the basis 'arkit52', not 'bfm64'" in capfd.readouterr().err
