"""Camera and audio topics in, `speaker` (SpeakerFrame) out."""

import time
from collections.abc import Callable
from typing import Any

from sensor_msgs.msg import CameraInfo

from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.errors import VicoError
from vico_listener.face import create_face_tracker
from vico_listener.listening_head import Answer
from vico_listener.listening_head import ListeningHead
from vico_listener.listening_head import acoustic_stream
from vico_listener.nodes.convert import speaker_message
from vico_listener.nodes.convert import stamp_of
from vico_listener.nodes.head_camera import create_head_camera
from vico_listener.nodes.image_codec import ImageError
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.perception_diagnosis import PerceptionDiagnosis
from vico_listener.nodes.perception_inputs import PerceptionInputs
from vico_listener.nodes.perception_inputs import audio_format
from vico_listener.nodes.perception_inputs import check_inputs
from vico_listener.nodes.perception_inputs import picture_of
from vico_listener.nodes.topics import advertise
from vico_listener.perception import Feed
from vico_listener.perception import Perception
from vico_listener.perception.camera_on_head import CameraOnHead
from vico_listener.ros_api import PERCEPTION
from vico_listener.ros_api.perception import SPEAKER
from vico_listener.speech import AudioFormat

QUIET = 0.3
"""Seconds without any input after which, live, a timer keeps the ticks going."""

QUIET_WATCH = 0.1
"""Period of the timer that looks for it, s: each call costs a thousandth."""

LOSSLESS_WAIT = 60.0
"""Wait for sound while replaying, s of stream time: pictures run far ahead of many small chunks."""

END_OF_REPLAY = 1.0
"""Seconds without any input after which, replaying, ticks that wait for sound are let go."""


class PerceptionNode(ManagedNode):
    """Feeds pictures and sound to a `ListeningHead` in a thread of its own.

    Args:
        join: makes the head of its perception; the composed stack joins its other parts to it.
            Without them it only perceives.
    """

    API = PERCEPTION

    def __init__(
        self,
        name: str = 'perception',
        join: Callable[..., ListeningHead] = ListeningHead.of_parts,
        **options: Any,
    ) -> None:
        super().__init__(name, **options)
        self._join = join
        self._frame_id = ''
        self._diagnosis = PerceptionDiagnosis(self.get_logger())
        self._publisher = advertise(self, SPEAKER)

    def configure(self) -> None:
        """Load and warm up the face model."""
        table = self.table
        check_inputs(table)
        self._tracker = create_face_tracker(
            table['face'],
            model_path=table['face_model'] or None,
            fov_deg=table['fov_deg'],
            threads=table['face_threads'],
        )
        self._tracker.warm_up()
        self._head_camera = create_head_camera(self, table, lambda: self._frame_id)
        if self._head_camera is not None:
            self._tracker.correction = CameraOnHead(self._head_camera)
        self._audio = audio_format(table)
        stream = acoustic_stream(self._audio, table['acoustics'])
        wait = LOSSLESS_WAIT if table['lossless'] else table['audio_wait']
        perception = Perception(self._tracker, stream if table['use_audio'] else None, wait)
        self._head = self._join(perception, audio=self._audio, acoustics=table['acoustics'])

    def activate(self) -> None:
        """Subscribe."""
        lossless = self.table['lossless']
        ordered = ('image', 'audio') if self.table['use_audio'] else ()
        self._feed = Feed(self._diagnosis.complain_of, lossless, ordered)
        self._inputs = PerceptionInputs(
            self,
            self.table,
            self._audio,
            self._head_camera,
            self._on_image,
            self._on_camera_info,
            self._on_audio,
        )
        watch = self._watch_replay if lossless else self._watch_live
        self._timer = self.create_timer(QUIET_WATCH, watch, clock=self.steady_clock)

    def deactivate(self) -> None:
        """Unsubscribe and forget the stream."""
        self._inputs.destroy()
        self.destroy_timer(self._timer)
        self._feed.stop()
        self._head.reset()

    def cleanup(self) -> None:
        """Drop the model."""
        del self._tracker, self._head, self._head_camera

    # Callbacks of the executor's thread: they only queue.

    def _on_image(self, message: Any) -> None:
        received = time.time()
        stamp = stamp_of(message.header.stamp)
        self._feed.put('image', stamp, lambda: self._see(message, stamp, received))

    def _on_audio(self, pcm: Any, stamp: int, audio: AudioFormat) -> None:
        received = time.time()
        self._feed.put('audio', stamp, lambda: self._hear(pcm, stamp, audio, received))

    def _on_camera_info(self, message: CameraInfo) -> None:
        k = message.k
        if k[0] > 0 and k[4] > 0:
            self._diagnosis.camera_known = True
            self._feed.call(lambda: self._tracker.set_camera(k[0], k[4], k[2], k[5]))

    def _watch_live(self) -> None:
        newest = self._head.senses.newest_stamp
        idle = newest is not None and QUIET < self._feed.quiet < QUIET + self.table['idle_time']
        self._timer.timer_period_ns = (
            NANOSECONDS // MODEL_RATE if idle else int(QUIET_WATCH * NANOSECONDS)
        )
        if idle:
            self._feed.call(self._idle)

    def _watch_replay(self) -> None:
        if self._feed.quiet > END_OF_REPLAY and not len(self._feed):
            self._feed.release()
            self._feed.call(lambda: self._publish(self._head.flush()))

    # Jobs of the feed's thread: the whole way from a picture to the published command.

    def _see(self, message: Any, stamp: int, received: float) -> None:
        try:
            picture = picture_of(message)
        except ImageError as error:
            self._diagnosis.complain(str(error))
            return
        start = time.perf_counter()
        self._frame_id = message.header.frame_id
        stamp = stamp or self.get_clock().now().nanoseconds
        self._publish(self._head.see(picture, stamp, received))
        self._diagnosis.durations.add(time.perf_counter() - start)
        # Behind the sound that has come in the meantime: a motion may be waiting for that.
        self._feed.call(self._head.look_around)

    def _hear(self, pcm: Any, stamp: int, audio: AudioFormat, received: float) -> None:
        if audio.coding != 'wave':
            self._diagnosis.complain(
                f'audio_info announces {audio.coding} data, PCM is needed: '
                'start audio_capture with format:=wave'
            )
            return
        try:
            self._publish(self._head.hear(pcm, stamp, audio, received))
        except VicoError as error:  # not PCM after all, or a format nobody knows
            self._diagnosis.complain(str(error))

    def _idle(self) -> None:
        newest = self._head.senses.newest_stamp
        if newest is not None:
            self._publish(self._head.idle(newest + NANOSECONDS // MODEL_RATE))

    def _publish(self, answers: list[Answer]) -> None:
        """Publish what was perceived; the rest was published by the parts that made it."""
        for answer in answers:
            if self._publisher.get_subscription_count() > 0:
                self._publisher.publish(speaker_message(answer.speaker, self._frame_id))

    def diagnose(self) -> tuple[bytes, str, dict[str, Any]]:
        """Rates, losses and what is missing."""
        return self._diagnosis.report(self._head, self._tracker, self._feed, self._inputs)
