"""People over DDS: who is there, who speaks, and to whom the head attends."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from audio_common_msgs.msg import AudioDataStamped
from graph import Graph
from graph import wait_until
from made_faces import face_with
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.parameter import Parameter
from sensor_msgs.msg import Image
from std_msgs.msg import Bool
from std_msgs.msg import Float32
from vico_listener.srv import SetAttend

from vico_listener import msg
from vico_listener.clock import NANOSECONDS
from vico_listener.face.observation import FaceObservation
from vico_listener.face.observation import Roi
from vico_listener.media.clip import read_audio
from vico_listener.motion import ARKIT52
from vico_listener.nodes.convert import time_message
from vico_listener.nodes.image_codec import fill_image
from vico_listener.nodes.managed_node import ERROR
from vico_listener.nodes.managed_node import WARN
from vico_listener.nodes.perception_node import PerceptionNode

PICTURE = np.zeros((120, 160, 3), np.uint8)


class Couple:
    """A face backend that sees one person on the left, and another unless the image is bright."""

    basis = ARKIT52

    def __init__(self, model_path: Any = None, threads: int = 1) -> None:
        pass

    def detect(self, image: np.ndarray, turn: int | None = None) -> list[Roi]:
        return [self._seen(x).roi for x in self._places(image)]

    def observe(self, image: np.ndarray, roi: Roi, camera: Any) -> FaceObservation | None:
        near = [x for x in self._places(image) if abs(x - roi.x) < 20]
        return self._seen(near[0]) if near else None

    def warm_up(self) -> None:
        pass

    def _places(self, image: np.ndarray) -> list[float]:
        return [40.0] if image[0, 0, 0] > 128 else [40.0, 120.0]

    def _seen(self, x: float) -> FaceObservation:
        size = 50.0 if x < 80 else 40.0
        return FaceObservation(
            np.zeros((1, 3), np.float32),
            np.array([x - size / 2, 60 - size / 2, x + size / 2, 60 + size / 2], np.float32),
            face_with(translation=(-2.0, (x - 80) / 40, 0.0)),
            Roi(x, 60.0, 1.5 * size),
            0.05,
        )


class Bench:
    """An active perception node before two people."""

    def __init__(self, graph: Graph, **parameters: Any) -> None:
        self.graph = graph
        self.node = graph.make(
            PerceptionNode,
            face=f'{__name__}:Couple',
            **({'use_audio': False, 'lossless': True, 'image_rotation': '0'} | parameters),
        )
        self.tester = graph.tester()
        self.people = graph.record(self.tester, msg.People, 'people')
        self.speaking = graph.record(self.tester, Bool, 'speaking')
        self.image = self.tester.create_publisher(Image, 'image', 100)
        self.direction = self.tester.create_publisher(Float32, 'sound_direction', 10)
        self.client = self.tester.create_client(SetAttend, 'perception/set_attend')
        assert graph.run(self.node.trigger_configure) == TransitionCallbackReturn.SUCCESS
        assert graph.run(self.node.trigger_activate) == TransitionCallbackReturn.SUCCESS
        wait_until(lambda: self.image.get_subscription_count() == 1)
        wait_until(lambda: self.direction.get_subscription_count() == 1)
        wait_until(lambda: self.node.count_subscribers('people') == 1)
        self.frame = 0

    def show(self, frames: int, picture: np.ndarray = PICTURE) -> msg.People:
        """Show images, and return who is in the last one."""
        before = len(self.people)
        for _ in range(frames):
            image = Image()
            image.header.frame_id = 'camera'
            image.header.stamp = time_message(10 * NANOSECONDS + self.frame * NANOSECONDS // 30)
            fill_image(image, picture)
            self.image.publish(image)
            self.frame += 1
        wait_until(lambda: len(self.people) == before + frames)
        return self.people[-1]

    def attend(self, whom: str) -> SetAttend.Response:
        wait_until(self.client.service_is_ready)
        future = self.client.call_async(SetAttend.Request(attend=whom))
        wait_until(future.done)
        return future.result()


def test_who_is_there_is_published(graph: Graph) -> None:
    bench = Bench(graph)
    told = bench.show(12)
    assert told.header.frame_id == 'camera' and told.attend == 'auto'
    first, second = told.people
    assert (first.id, second.id) == ('face_1', 'face_2')
    assert first.attended and not second.attended
    assert (first.xmin, first.xmax) == pytest.approx((15 / 160, 65 / 160))
    assert (first.ymin, first.ymax) == pytest.approx((35 / 120, 85 / 120))
    assert first.distance == pytest.approx(np.hypot(2, 1))
    assert first.azimuth == pytest.approx(np.arctan2(1, 2))
    assert second.azimuth == pytest.approx(-np.arctan2(1, 2))
    assert bench.node.diagnose()[2]['people'] == 2


def test_speaking_is_told_once_a_second(graph: Graph) -> None:
    bench = Bench(graph)
    while not bench.speaking:  # what was said first may not have been heard
        bench.show(5)
    bench.show(60)
    wait_until(lambda: len(bench.speaking) >= 3)
    assert [message.data for message in bench.speaking[:3]] == [False] * 3


def test_speaking_is_told_when_it_changes(graph: Graph, speech_clip: Path) -> None:
    bench = Bench(graph, use_audio=True, listen_to='sound', audio_sample_rate=24000)
    frames = graph.record(bench.tester, msg.SpeakerFrame, 'speaker')
    audio = bench.tester.create_publisher(AudioDataStamped, 'audio', 100)
    wait_until(lambda: audio.get_subscription_count() == 1)
    while not bench.speaking:
        say(audio, np.zeros(800, np.int16), bench.frame)
        bench.show(1)
    samples = read_audio(speech_clip)[0].mean(axis=1).astype(np.int16)
    for place in range(0, 60 * 800, 800):
        say(audio, samples[place : place + 800], bench.frame)
        bench.show(1)
    said = np.array([frame.speaking for frame in frames])
    assert said.any() and not said.all()
    changes = np.count_nonzero(np.diff(said))
    wait_until(lambda: np.count_nonzero(np.diff([m.data for m in bench.speaking])) >= changes)


def say(publisher: Any, samples: np.ndarray, frame: int) -> None:
    """Publish the audio of a thirtieth of a second."""
    chunk = AudioDataStamped()
    chunk.header.stamp = time_message(10 * NANOSECONDS + frame * NANOSECONDS // 30)
    chunk.audio.data = samples.astype('<i2').tobytes()
    publisher.publish(chunk)


def test_somebody_is_attended_to_by_the_service_or_the_parameter(graph: Graph) -> None:
    bench = Bench(graph)
    bench.show(12)
    assert bench.attend('face_2').success
    told = bench.show(4)
    assert told.attend == 'face_2'
    assert [(person.id, person.attended) for person in told.people] == [
        ('face_2', True),
        ('face_1', False),
    ]
    largest = Parameter('attend', value='largest')
    assert graph.run(lambda: bench.node.set_parameters([largest]))[0].successful
    # Larger by less than a third: the one who is attended to stays.
    assert bench.show(30).attend == 'largest'


@pytest.mark.trouble(
    'senses',
    'the head is told to attend to a person who is not in view',
    sees='It is refused, with the names of the people in view; the head attends to the same '
    'person as before.',
)
def test_somebody_who_is_not_there_is_refused(graph: Graph) -> None:
    bench = Bench(graph)
    bench.show(12)
    answer = bench.attend('face_9')
    assert not answer.success
    assert answer.message.startswith(
        "attend: there is no person 'face_9' (in view: face_1, face_2)"
    )
    assert bench.show(4).attend == 'auto'


@pytest.mark.trouble(
    'senses',
    'the attended person leaves',
    sees='The head attends to whoever speaks; the diagnostics of `perception` name the person '
    'who left.',
)
def test_somebody_who_goes_is_missed(graph: Graph) -> None:
    bench = Bench(graph)
    bench.show(12)
    assert bench.attend('face_2').success
    bench.show(4)
    told = bench.show(50, PICTURE + np.uint8(200))
    assert told.attend == 'auto' and [person.id for person in told.people] == ['face_1']
    level, message, values = bench.node.diagnose()
    assert level == WARN and 'attend: face_2 is no longer in view' in message
    assert values['attend'] == 'auto'
    assert not bench.attend('face_2').success
    assert bench.attend('auto').success
    bench.show(2)
    assert 'attend' not in bench.node.diagnose()[1]


def test_nobody_can_be_named_before_anybody_is_seen(graph: Graph) -> None:
    node = graph.make(PerceptionNode, face=f'{__name__}:Couple', attend='face_1')
    assert graph.run(node.trigger_configure) == TransitionCallbackReturn.FAILURE


@pytest.mark.trouble(
    'senses',
    '`sound_direction` is not a number',
    sees='It is ignored, and the diagnostics of `perception` say so.',
)
def test_a_direction_that_is_no_number_is_complained_of(graph: Graph) -> None:
    bench = Bench(graph)
    bench.show(12)
    bench.direction.publish(Float32(data=float('nan')))
    found: list[str] = []

    def complained() -> bool:
        level, message, _ = bench.node.diagnose()
        found.extend([message] if level == ERROR else [])
        return bool(found)

    wait_until(complained)
    assert found[0] == 'sound_direction: the direction of a sound must be finite, got nan'
