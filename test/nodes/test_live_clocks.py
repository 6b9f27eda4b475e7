"""The live node with cameras and microphones whose clocks do not agree, over DDS, in real time."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import audio_common_msgs.msg as audio_msgs
import numpy as np
import pytest
from graph import Graph
from graph import wait_until
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import Image

from vico_listener import msg
from vico_listener.clock import NANOSECONDS
from vico_listener.nodes.convert import time_message
from vico_listener.nodes.image_codec import fill_image
from vico_listener.nodes.managed_node import ERROR
from vico_listener.nodes.managed_node import WARN
from vico_listener.nodes.perception_node import PerceptionNode

PERIOD = 0.1
"""Seconds between two images: slow, for a machine that does much besides."""

Change = Callable[[str, int], int]


@dataclass
class Run:
    """What a run ended with."""

    node: PerceptionNode
    frames: list[msg.SpeakerFrame]
    reports: list[tuple[bytes, str]]

    @property
    def heard(self) -> float:
        """Share of the ticks with audio in the second half."""
        late = self.frames[len(self.frames) // 2 :]
        return float(np.mean([f.audio_valid for f in late]))

    def said(self, text: str) -> bool:
        return any(text in message for _, message in self.reports)


def run(
    graph: Graph,
    change: Change = lambda stream, stamp: stamp,
    chunk: float = 0.02,
    seconds: float = 4.0,
    rate: int = 16000,
    announce: bool = True,
    sound: bool = True,
    info: CameraInfo | None = None,
    **parameters: object,
) -> Run:
    node = graph.make(PerceptionNode, **parameters)
    tester = graph.tester()
    frames = graph.record(tester, msg.SpeakerFrame, 'speaker')
    image = tester.create_publisher(Image, 'image', 50)
    audio = tester.create_publisher(audio_msgs.AudioDataStamped, 'audio', 100)
    format_ = tester.create_publisher(audio_msgs.AudioInfo, 'audio_info', 1)
    camera_info = tester.create_publisher(CameraInfo, 'camera_info', 1)
    graph.run(node.trigger_configure)
    graph.run(node.trigger_activate)
    hears = node.get_parameter('use_audio').value
    publishers = (image, camera_info, *((audio, format_) if hears else ()))
    wait_until(lambda: all(p.get_subscription_count() for p in publishers))
    if announce:
        format_.publish(audio_msgs.AudioInfo(channels=1, sample_rate=rate, coding_format='wave'))
    if info is not None:
        camera_info.publish(info)
    time.sleep(0.3)
    picture = Image()
    fill_image(picture, np.full((96, 96, 3), 90, np.uint8))
    data = np.random.default_rng(0).normal(0, 3000, round(chunk * rate)).astype('<i2').tobytes()
    start, began = time.time_ns(), time.monotonic()
    reports = []
    events = [(n * PERIOD, 'image', n * PERIOD) for n in range(round(seconds / PERIOD))]
    if sound:
        events += [((n + 1) * chunk, 'audio', n * chunk) for n in range(round(seconds / chunk))]
    for due, stream, captured in sorted(events):
        time.sleep(max(0.0, began + due - time.monotonic()))
        stamp = time_message(change(stream, start + round(captured * NANOSECONDS)))
        if stream == 'image':
            picture.header.stamp = stamp
            image.publish(picture)
            reports.append(node.diagnose()[:2])
        else:
            message = audio_msgs.AudioDataStamped()
            message.header.stamp = stamp
            message.audio.data = data
            audio.publish(message)
    time.sleep(0.3)
    graph.run(node.trigger_deactivate)
    return Run(node, frames, reports)


def test_clocks_that_agree(graph: Graph) -> None:
    result = run(graph)
    assert result.heard > 0.9
    assert not any('stamps' in message for _, message in result.reports)


def off(stream: str, nanoseconds: int) -> Change:
    return lambda name, stamp: stamp + (nanoseconds if name == stream else 0)


@pytest.mark.parametrize(
    ('change', 'text'),
    [
        (off('image', 5 * NANOSECONDS - time.time_ns()), 'image stamps lie 1,'),
        (off('image', -2 * NANOSECONDS), 'image stamps lie 2.0'),
        (off('audio', 2 * NANOSECONDS), 'audio stamps lie 2.0'),
        (lambda name, stamp: 0 if name == 'image' else stamp, 'image stamps are 0'),
        (lambda name, stamp: NANOSECONDS if name == 'image' else stamp, 'image stamps stand still'),
    ],
    ids=['monotonic', '2 s behind', '2 s ahead', 'zero', 'constant'],
)
@pytest.mark.trouble(
    'clocks',
    'The stamps of a camera or microphone come from the monotonic clock, are seconds off, '
    'constant, or missing',
    sees='Images and audio are aligned by their arrival. WARN: `... stamps ... images and audio '
    'are aligned by their arrival`',
    remedy='`correct the clock or the driver of the ... or set the parameter stamps to arrival`',
)
def test_clocks_that_do_not_agree(graph: Graph, change: Change, text: str) -> None:
    result = run(graph, change)
    assert result.heard > 0.9
    assert result.said(text)
    assert WARN in {level for level, _ in result.reports}


@pytest.mark.trouble(
    'clocks',
    'Audio in chunks of 200 ms to 1 s',
    sees='It is used, and the wait for audio is extended. WARN: `audio comes in chunks of ... '
    'every answer waits for one`',
    remedy='`set the driver of the microphone to send 20 to 100 ms at a time`',
)
def test_long_chunks_are_waited_for(graph: Graph) -> None:
    result = run(graph, chunk=0.5)
    assert result.heard > 0.9
    assert result.said('audio comes in chunks of 0.50 s')


@pytest.mark.trouble(
    'clocks',
    '`use_sim_time` is set, but there is no clock',
    sees='WARN: `use_sim_time is set, but nobody publishes /clock`',
    remedy='`start the simulator or the bag with --clock, or set use_sim_time:=false`',
)
def test_no_clock_in_simulated_time(graph: Graph) -> None:
    result = run(graph, lambda name, stamp: 0, use_sim_time=True)
    assert result.heard > 0.9
    assert result.said('use_sim_time is set, but nobody publishes /clock')


@pytest.mark.trouble(
    'audio',
    'A microphone sends another format than was announced, or announces none',
    sees='ERROR: `the audio is ... times as long as its stamps say: ... it looks like ...`',
    remedy='`publish audio_info, or set audio_sample_rate and audio_channels`',
)
def test_a_format_that_nobody_announced(graph: Graph) -> None:
    result = run(graph, rate=48000, announce=False)
    wrong = [message for level, message in result.reports if level == ERROR]
    assert 'looks like 48000 Hz mono' in wrong[-1]


@pytest.mark.trouble(
    'senses',
    'No microphone',
    sees='WARN: `no ... for ... s: ... nobody publishes ... start the driver, or remap the topic`',
    remedy='`without a microphone use_audio:=false`',
)
def test_no_microphone(graph: Graph) -> None:
    result = run(graph, sound=False, seconds=2.0)
    assert result.said('no audio for ') and result.said('without a microphone use_audio:=false')


@pytest.mark.trouble(
    'senses',
    'Nobody in view',
    sees='WARN: `nobody in view for ... s: check the light`',
    remedy='`check the light, the lens, the direction of the camera, and that it is upright`',
)
def test_nobody_in_view_for_long(graph: Graph) -> None:
    result = run(graph, use_audio=False, sound=False, seconds=6.5)
    assert result.said('nobody in view for ')


@pytest.mark.trouble(
    'senses',
    '`camera_info` of another shape',
    sees='WARN: `camera_info is for images of ... these have ... fov_deg is used instead`',
    remedy='`calibrate the camera for images of that shape`',
)
def test_camera_info_of_another_shape(graph: Graph) -> None:
    info = CameraInfo(width=1280, height=720)
    info.k = [900.0, 0.0, 640.0, 0.0, 900.0, 360.0, 0.0, 0.0, 1.0]
    result = run(graph, use_audio=False, sound=False, seconds=1.0, info=info)
    assert result.said('camera_info is for images of 1280x720, these have 96x96')
