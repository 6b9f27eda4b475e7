"""Camera and audio topics in, `speaker` (SpeakerFrame) out."""

import time
from collections.abc import Callable
from typing import Any

from sensor_msgs.msg import CameraInfo

from vico_listener.chain import Answer
from vico_listener.chain import Chain
from vico_listener.clock import TICK_NS
from vico_listener.errors import VicoError
from vico_listener.nodes.convert import speaker_message
from vico_listener.nodes.head_camera import create_head_camera
from vico_listener.nodes.head_camera import place_camera
from vico_listener.nodes.image_codec import ImageError
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.people_topics import PeopleTopics
from vico_listener.nodes.perception_diagnosis import PerceptionDiagnosis
from vico_listener.nodes.perception_inputs import PerceptionInputs
from vico_listener.nodes.perception_inputs import audio_format
from vico_listener.nodes.perception_inputs import check_inputs
from vico_listener.nodes.perception_inputs import face_tracker
from vico_listener.nodes.perception_inputs import image_of
from vico_listener.nodes.perception_inputs import make_senses
from vico_listener.nodes.quiet_watch import QuietWatch
from vico_listener.nodes.robot_voice import RobotVoice
from vico_listener.nodes.topics import advertise
from vico_listener.perception import Feed
from vico_listener.perception.eye import Eye
from vico_listener.ros_api import PERCEPTION
from vico_listener.ros_api.perception import SPEAKER
from vico_listener.speech import AudioFormat


class PerceptionNode(ManagedNode):
    """Feeds images and audio to a `Chain` in a thread of its own.

    Args:
        join: makes the chain that begins with its perception; that of the composed stack goes on
            with the other nodes' parts, and without them it only perceives.
    """

    API = PERCEPTION

    def __init__(
        self,
        name: str = 'perception',
        join: Callable[..., Chain] = Chain,
        **options: Any,
    ) -> None:
        super().__init__(name, **options)
        self._join = join
        self._frame_id = ''
        self._diagnosis = PerceptionDiagnosis(self.get_logger())
        self._publisher = advertise(self, SPEAKER)
        self._people = PeopleTopics(self, self._diagnosis.complain)
        self._voice = RobotVoice(self)

    def configure(self) -> None:
        """Load and warm up the face model."""
        table = self.table
        check_inputs(table)
        self._tracker = face_tracker(table)
        self._eye = Eye(self._tracker, table['image_rotation'])
        self._head_camera = create_head_camera(self, table, lambda: self._frame_id)
        locator = place_camera(self._tracker, self._head_camera, self._eye, table)
        self._audio = audio_format(table)
        hearing = {name: table[name] for name in ('acoustics', 'listen_to')}
        senses = make_senses(table, self._tracker, self._audio, locator)
        self._shortest_wait = senses.audio_wait_ns
        self._head = self._join(
            senses, audio=self._audio if table['use_audio'] else None, **hearing
        )

    def activate(self) -> None:
        """Subscribe."""
        self._answered: int | None = None
        lossless = self.table['lossless']
        ordered = ('image', 'audio') if self.table['use_audio'] else ()
        self._feed = Feed(self._fail, lossless, ordered, self._voice.patience)
        self._inputs = PerceptionInputs(
            self,
            self.table,
            self._audio,
            self._head_camera,
            self._on_image,
            self._on_camera_info,
            self._on_audio,
            on_speaking=lambda it: self._feed.call(lambda: self._head.senses.mute.tell(it)),
            on_jump=lambda: self._feed.call(self._head.reset),
        )
        self._people.open(self._tracker, self._feed, self._inputs.hri_faces)
        self._voice.open(self._head, self._feed, self._inputs)
        self._watch = QuietWatch(
            self,
            self._feed,
            lossless,
            self.table['idle_time'],
            has_begun=lambda: self._head.senses.newest_stamp is not None,
            on_idle=self._idle,
            on_end=lambda: self._publish(self._head.flush()),
            answered=lambda: self._answered,
        )

    def deactivate(self) -> None:
        """Unsubscribe and forget the stream."""
        self._inputs.destroy()
        self._people.close()
        self._voice.close()
        self._watch.destroy()
        self._feed.stop()
        self._head.reset()

    def cleanup(self) -> None:
        """Drop the model."""
        del self._tracker, self._head, self._head_camera

    # Callbacks of the executor's thread: they only queue.

    def _on_image(self, message: Any, stamp: int) -> None:
        received = time.time()
        self._feed.put('image', stamp, lambda: self._see(message, stamp, received))

    def _on_audio(self, pcm: bytes, stamp: int, audio: AudioFormat) -> None:
        received = time.time()
        self._feed.put('audio', stamp, lambda: self._hear(pcm, stamp, audio, received))

    def _on_camera_info(self, message: CameraInfo) -> None:
        self._feed.call(lambda: self._diagnosis.complain_if(self._eye.calibrate(message)))

    def _fail(self, error: Exception) -> None:
        """Tell what a job raised unexpectedly: a robot goes on with the next, a replay is over."""
        self._diagnosis.complain_of(error)
        if self._inputs.clocks is None:
            self.failure = f'{type(error).__name__}: {error}'

    # Jobs of the feed's thread: from an image to the motion, in a replay to the published command.
    # Live, the head's timer sends the commands.

    def _see(self, message: Any, stamp: int, received: float) -> None:
        try:
            image = image_of(message)
        except ImageError as error:
            self._diagnosis.complain_of_image(str(error))
            return
        start = time.perf_counter()
        self._frame_id = message.header.frame_id
        stamp = stamp or self.get_clock().now().nanoseconds
        self._wait_as_needed()
        self._publish(self._head.see(self._eye.upright(image), stamp, received))
        self._people.show(stamp, self._frame_id)
        if self._eye.judge(image, stamp):
            self.get_logger().warning(self._eye.news)
        self._diagnosis.durations.add(time.perf_counter() - start)
        # Behind the audio that has come in the meantime: a motion may be waiting for that.
        self._feed.call(self._head.find_others)

    def _hear(self, pcm: Any, stamp: int, audio: AudioFormat, received: float) -> None:
        self._wait_as_needed()
        if fault := audio.fault:
            self._diagnosis.complain(f'the audio cannot be used: {fault}')
            return
        try:
            self._publish(self._head.hear(pcm, stamp, audio, received))
        except VicoError as error:  # not PCM after all
            self._diagnosis.complain(str(error))

    def _wait_as_needed(self) -> None:
        """Wait for audio and images, live, as long as they usually take."""
        clocks, senses = self._inputs.clocks, self._head.senses
        if clocks is not None:
            senses.audio_wait_ns = clocks.audio_wait(self._shortest_wait)
            senses.image_wait_ns = clocks.image_wait()

    def _idle(self) -> None:
        if (newest := self._head.senses.newest_stamp) is not None:
            self._publish(self._head.idle(newest + TICK_NS))

    def _publish(self, answers: list[Answer]) -> None:
        """Publish what was perceived; the rest was published by the parts that made it."""
        for answer in answers:
            self._answered = answer.speaker.stamp
            self._people.tell(answer.speaker)
            if self._publisher.get_subscription_count() > 0:
                self._publisher.publish(speaker_message(answer.speaker, self._frame_id))

    def diagnose(self) -> tuple[bytes, str, dict[str, Any]]:
        """Return rates, losses and what is missing."""
        heard = self._feed, self._inputs, self._people, self._voice
        return self._diagnosis.report(self._head, self._eye, *heard)

    def objection_to(self, name: str, value: Any) -> str:
        """Refuse to attend to somebody who is not in view."""
        return self._people.objection_to(value) if name == 'attend' else ''

    def parameter_changed(self, name: str, value: Any) -> None:
        """Attend to somebody else: no other parameter is live."""
        self._people.attend_to(value)
