"""`vico live` over DDS: a file seen and heard, shown in a real browser that sets the attitude."""

import threading
import time

import audio_common_msgs.msg as audio_msgs
import pytest
from clip_files import write_clip
from graph import Graph
from graph import wait_until
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.parameter import Parameter
from sensor_msgs.msg import Image

from vico_listener.clock import NANOSECONDS
from vico_listener.live.sources import SourceError
from vico_listener.live.sources import open_camera
from vico_listener.live.sources import open_microphone
from vico_listener.nodes.capture_node import CaptureNode
from vico_listener.nodes.convert import stamp_of
from vico_listener.nodes.head_node import HeadNode
from vico_listener.nodes.listener_node import ListenerNode
from vico_listener.nodes.live_node import LiveNode
from vico_listener.nodes.managed_node import ERROR
from vico_listener.nodes.perception_node import PerceptionNode
from vico_listener.nodes.renderer_node import RendererNode
from vico_listener.nodes.stack import bring_up
from vico_listener.nodes.stack import joined

SUCCESS = TransitionCallbackReturn.SUCCESS


def capture_node(graph, camera, microphone):
    return graph.add(CaptureNode(camera, microphone, context=graph.context))


def test_camera_and_microphone_reach_their_topics(graph: Graph, tmp_path):
    clip = str(write_clip(tmp_path / 'clip.mp4', [0, 100, 200, 300], audio_ms=400))
    capture = capture_node(graph, open_camera(clip, 0, 0, 0), open_microphone(clip))
    seen = []
    capture.on_image = seen.append
    tester = graph.tester()
    images = graph.record(tester, Image, 'image')
    sound = graph.record(tester, audio_msgs.AudioDataStamped, 'audio')
    formats = graph.record(tester, audio_msgs.AudioInfo, 'audio_info')
    wait_until(capture.connected)
    assert graph.run(capture.trigger_configure) == SUCCESS
    assert graph.run(capture.trigger_activate) == SUCCESS
    wait_until(lambda: len(images) > 6 and len(sound) > 60)
    graph.run(capture.trigger_deactivate)
    count = len(seen)
    assert seen[0].shape == (64, 64, 3)
    assert (formats[0].sample_rate, formats[0].channels) == (44100, 1)
    assert len(sound[0].audio.data) == 2 * 441
    for messages in (images, sound):
        stamps = [stamp_of(message.header.stamp) for message in messages]
        assert stamps == sorted(set(stamps))
        assert abs(time.time_ns() - stamps[-1]) < 10 * NANOSECONDS  # of this computer's clock
    time.sleep(0.3)
    assert len(seen) == count


def test_a_camera_that_fails_while_it_runs_is_reported(graph: Graph):
    class Broken:
        def frames(self, start, now, stop):
            raise SourceError('camera 0 gives no more images')
            yield

    capture = capture_node(graph, Broken(), None)
    assert graph.run(capture.trigger_configure) == SUCCESS
    assert graph.run(capture.trigger_activate) == SUCCESS
    wait_until(lambda: capture.diagnose()[0] == ERROR)
    assert capture.diagnose()[1] == 'camera 0 gives no more images'


class KeptControl:
    """Hands a control on once there is somebody to hand it to."""

    def __init__(self) -> None:
        self.node: LiveNode | None = None
        self.stopped = threading.Event()

    def __call__(self, control):
        if control.name == 'stop':
            self.stopped.set()
        else:
            self.node.control(control)


def test_a_browser_shows_the_listener_and_sets_its_attitude(graph: Graph, chromium, speech_clip):
    page_module = pytest.importorskip('vico_listener.live.page', reason='aiohttp is not installed')
    control = KeptControl()
    served = page_module.LivePage('127.0.0.1', 0, control)
    url = served.start()
    head = graph.make(HeadNode, subscribe=False, robot='generic_2dof')
    renderer = graph.make(RendererNode, subscribe=False)
    listener = graph.make(ListenerNode, subscribe=False, listener='rules', attitude='positive')
    perception = graph.make(PerceptionNode, join=joined(listener, head, renderer))
    stack = [head, renderer, listener, perception]
    assert graph.run(lambda: bring_up(stack))
    capture = capture_node(
        graph, open_camera(str(speech_clip), 0, 0, 0), open_microphone(str(speech_clip))
    )
    capture.on_image = served.show_speaker
    control.node = graph.add(LiveNode(served, context=graph.context))
    wait_until(capture.connected)
    graph.run(capture.trigger_configure)
    graph.run(capture.trigger_activate)
    page = chromium.new_page()
    page.set_default_timeout(60_000)
    page.goto(url)
    page.wait_for_selector('body[data-attitude=positive][data-intensity="1.00"]')
    # Not page.wait_for_function: it looks again by eval, which the page's policy forbids.
    wait_until(lambda: page.evaluate('document.getElementById("speaker").naturalWidth') > 0)
    first = page.evaluate('document.getElementById("face").src')
    wait_until(lambda: page.evaluate('document.getElementById("face").src') != first)
    # Between one picture and the next it has no width.
    wait_until(lambda: page.evaluate('document.getElementById("face").naturalWidth') == 256)
    page.check('[value=negative]')
    page.fill('#intensity', '0.5')
    # Said by the listener's own motion, not by the page.
    page.wait_for_selector('body[data-attitude=negative][data-intensity="0.50"]')
    assert listener.get_parameter('attitude').value == 'negative'
    page.click('#stop')
    assert control.stopped.wait(15)
    page.close()
    graph.run(capture.trigger_deactivate)
    served.close()


@pytest.mark.trouble(
    'senses',
    'The camera of `example_robot.launch.py source:=camera` does not exist',
    sees='The node reports it and does not start.',
)
def test_capture_opens_what_its_parameters_say(graph: Graph, tmp_path, capfd):
    clip = write_clip(tmp_path / 'clip.mp4', [0, 100, 200, 300], audio_ms=400)
    capture = graph.make(CaptureNode, camera=str(clip), frame_id='eye')
    tester = graph.tester()
    images = graph.record(tester, Image, 'image')
    sound = graph.record(tester, audio_msgs.AudioDataStamped, 'audio')
    wait_until(capture.connected)
    assert graph.run(capture.trigger_configure) == SUCCESS
    assert graph.run(capture.trigger_activate) == SUCCESS
    wait_until(lambda: len(images) > 3 and len(sound) > 3)
    assert images[0].header.frame_id == 'eye'
    assert capture.diagnose()[2]['images'] > 3
    graph.run(capture.trigger_deactivate)
    graph.run(capture.trigger_cleanup)
    graph.run(lambda: capture.set_parameters([Parameter('camera', value='/no/camera')]))
    assert graph.run(capture.trigger_configure) == TransitionCallbackReturn.FAILURE
    assert "'/no/camera' is neither the number of a camera nor a device" in capfd.readouterr().err
