"""The renderer node: what is wrong is refused in `configure`, a foreign motion is no end."""

from pathlib import Path

import numpy as np
import pytest
from graph import Graph
from graph import wait_until
from rclpy.lifecycle import TransitionCallbackReturn
from sensor_msgs.msg import Image

from vico_listener.clock import tick_stamp
from vico_listener.frames import ListenerMotion
from vico_listener.frames import Picture
from vico_listener.motion import BFM64
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.nodes.managed_node import ERROR
from vico_listener.nodes.managed_node import OK
from vico_listener.nodes.perception_node import PerceptionNode
from vico_listener.nodes.renderer_node import RendererNode
from vico_listener.render.renderers import Renderer


@pytest.mark.parametrize(
    ('parameters', 'reason'),
    [
        ({'renderer': 'pirender'}, 'no weights given: give epoch_00190'),
        ({'renderer': 'pirender', 'renderer_model': '/no/such.pt'}, 'no such file: /no/such.pt'),
        ({'renderer': 'pirender', 'window': 'soon'}, "unknown window 'soon'"),
        ({'renderer': 'oil'}, "renderer: unknown renderer 'oil': choose one of"),
        ({'renderer': 'head3d', 'figure': 'eve'}, "unknown figure 'eve': choose one of maya"),
        ({'renderer': 'head3d', 'portrait': 'me.jpg'}, 'the renderer head3d draws no portrait'),
        ({'fluent': True}, 'fluent is for the renderer pirender'),
    ],
)
def test_wrong_parameters_are_refused_in_configure(
    graph: Graph, capfd: pytest.CaptureFixture, parameters: dict, reason: str
) -> None:
    node = graph.make(RendererNode, **parameters)
    assert graph.run(node.trigger_configure) == TransitionCallbackReturn.FAILURE
    assert reason in capfd.readouterr().err


def test_wrong_face_model_is_refused_in_configure(
    graph: Graph, capfd: pytest.CaptureFixture, tmp_path: Path
) -> None:
    page = tmp_path / 'epoch_20.pth'
    page.write_text('<html>Virus scan warning</html>')
    node = graph.make(PerceptionNode, face='deep3d', face_model=str(page))
    assert graph.run(node.trigger_configure) == TransitionCallbackReturn.FAILURE
    log = capfd.readouterr().err
    assert 'is a web page' in log and 'give epoch_20.pth' in log


def test_none_draws_nothing_and_loads_nothing(graph: Graph) -> None:
    """A robot with a face of its own needs no pictures, and no portrait in memory."""
    node = graph.make(RendererNode, renderer='none', subscribe=False)
    assert graph.run(node.trigger_configure) == TransitionCallbackReturn.SUCCESS
    assert graph.run(node.trigger_activate) == TransitionCallbackReturn.SUCCESS
    found = graph.record(graph.tester(), Image, 'face/image')
    wait_until(lambda: node.count_subscribers('face/image') == 1)
    assert node.draw(motion(0, FaceMotion.neutral())) is None and not found
    assert node.diagnose()[:2] == (OK, 'draws nothing (renderer: none)')
    assert graph.run(node.trigger_deactivate) == TransitionCallbackReturn.SUCCESS
    assert graph.run(node.trigger_cleanup) == TransitionCallbackReturn.SUCCESS


def motion(tick: int, face: FaceMotion) -> ListenerMotion:
    stamp = tick_stamp(tick)
    return ListenerMotion(stamp, stamp, face, Attitude.NEUTRAL, 1.0, True, 'test')


class Grey(Renderer):
    """A renderer of another package."""

    def __init__(self, portrait: Picture, size: int) -> None:
        self.size = size
        self.reference = FaceMotion.neutral()

    def render(self, motion: FaceMotion) -> Picture:
        return np.full((self.size, self.size, 3), 128, np.uint8)


def test_the_renderer_may_be_a_class_of_another_package(graph: Graph) -> None:
    node = graph.make(RendererNode, subscribe=False, size=64, renderer=f'{__name__}:Grey')
    pictures = graph.record(graph.tester(), Image, 'face/image')
    assert graph.run(node.trigger_configure) == TransitionCallbackReturn.SUCCESS
    assert graph.run(node.trigger_activate) == TransitionCallbackReturn.SUCCESS
    wait_until(lambda: node._image.get_subscription_count() == 1)
    node.draw(motion(1, FaceMotion.neutral()))
    wait_until(lambda: len(pictures) == 1)
    assert set(pictures[0].data) == {128}


def test_a_motion_of_another_basis_is_reported_and_survived(graph: Graph) -> None:
    node = graph.make(RendererNode, subscribe=False, size=64)
    pictures = graph.record(graph.tester(), Image, 'face/image')
    assert graph.run(node.trigger_configure) == TransitionCallbackReturn.SUCCESS
    assert graph.run(node.trigger_activate) == TransitionCallbackReturn.SUCCESS
    wait_until(lambda: node._image.get_subscription_count() == 1)
    node.draw(motion(1, FaceMotion.neutral(BFM64)))
    level, message, _ = node.diagnose()
    assert level == ERROR and "choose the renderer 'pirender'" in message
    node.draw(motion(2, FaceMotion.neutral()))
    wait_until(lambda: len(pictures) == 1)
    assert node.diagnose()[0] == OK
