"""Camera and audio topics in, `speaker` (SpeakerFrame) out."""

import time
from collections.abc import Callable
from typing import Any

from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import Image

import vico_listener.msg as msg
from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.errors import VicoError
from vico_listener.face import BACKENDS
from vico_listener.face import create_face_tracker
from vico_listener.frames import ACOUSTICS
from vico_listener.frames import SpeakerFrame
from vico_listener.nodes.audio_format import AudioFormat
from vico_listener.nodes.audio_input import AudioInput
from vico_listener.nodes.convert import speaker_message
from vico_listener.nodes.convert import stamp_of
from vico_listener.nodes.head_camera import HeadCamera
from vico_listener.nodes.head_camera import create_head_camera
from vico_listener.nodes.hri_faces import HriFaces
from vico_listener.nodes.hri_faces import require_hri_msgs
from vico_listener.nodes.image_codec import ImageError
from vico_listener.nodes.image_codec import compressed_to_bgr
from vico_listener.nodes.image_codec import image_to_bgr
from vico_listener.nodes.input_queue import InputQueue
from vico_listener.nodes.input_subscription import InputSubscription
from vico_listener.nodes.managed_node import ERROR
from vico_listener.nodes.managed_node import OK
from vico_listener.nodes.managed_node import WARN
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.parameters import Parameter
from vico_listener.perception import Perception
from vico_listener.perception.camera_on_head import CameraOnHead
from vico_listener.perception.stamp_order import StampOrder
from vico_listener.speech import AcousticStream
from vico_listener.statistics import Durations

IMAGE_DEPTH = {False: 4, True: 60}
"""Images that DDS keeps, live and lossless.

It never gives back the memory of the most that it has kept. Live, more would only be dropped in
`InputQueue`.
"""

QUIET = 0.3
"""Seconds without any input after which, live, a timer keeps the ticks going."""

QUIET_WATCH = 0.1
"""Period of that timer while there is input, s: each call costs a thousandth."""

LOSSLESS_WAIT = 60.0
"""Wait for audio while replaying, s of stream time.

Topics overtake each other: the executor takes one message of each in turn, so that pictures played
fast run ahead of the many small audio messages.
"""

END_OF_REPLAY = 1.0
"""Seconds without any input after which, replaying, ticks that wait for audio are let go."""

SpeakerOutput = Callable[[SpeakerFrame], None]


class PerceptionNode(ManagedNode):
    """Runs `Perception` on the newest input in a thread of its own."""

    PARAMETERS = (
        Parameter(
            'face_source',
            'camera',
            'camera: the topic image; ros4hri: /humans/faces.',
            choices=('camera', 'ros4hri'),
        ),
        Parameter('face', 'landmarker', 'Face backend.', plugins=BACKENDS),
        Parameter('face_model', '', "Model file of the face backend; '' = the default one."),
        Parameter('face_threads', 2, 'CPU threads of the face networks.', 1, 16),
        Parameter('fov_deg', 60.0, 'Horizontal field of view while no camera_info comes.', 10, 170),
        Parameter(
            'image_transport', 'raw', 'Type of the image topic.', choices=('raw', 'compressed')
        ),
        Parameter('use_audio', True, 'False: there is no microphone; nothing waits for audio.'),
        Parameter('audio_stamped', True, 'AudioDataStamped (else AudioData, without stamps).'),
        Parameter(
            'audio_sample_rate', 16000, 'Until audio_info says otherwise [Hz].', 8000, 192000
        ),
        Parameter('audio_channels', 1, 'Until audio_info comes.', 1, 64),
        Parameter('audio_sample_format', 'S16LE', "GStreamer's name, as in audio_info."),
        Parameter('acoustics', 'vico_listener/1', 'Layout of the features.', choices=ACOUSTICS),
        Parameter('audio_wait', 0.15, 'Longest wait of a frame for its audio [s].', 0.0, 1.0),
        Parameter('lossless', False, 'Process every frame, also when late: for replay.'),
        Parameter(
            'camera_on_head',
            '',
            "Where the pose of a camera on the moving head comes from; '' = it does not move.",
            choices=('', 'joint_state', 'tf'),
        ),
        Parameter('robot', '', 'Robot profile, whose joints move the camera (joint_state).'),
        Parameter(
            'camera_forward', 0.0, 'Camera in front of the neck [m] (joint_state).', -2.0, 2.0
        ),
        Parameter('camera_up', 0.0, 'Camera above the neck [m] (joint_state).', -2.0, 2.0),
        Parameter('base_frame', 'base_link', 'Frame that does not move with the head (tf).'),
        Parameter('camera_frame', '', "Optical frame of the camera; '' = the image's (tf)."),
        Parameter('idle_time', 1.0, 'Seconds of idle motion after all input stopped.', 0.0, 60.0),
    )

    def __init__(self, name: str = 'perception', **options: Any) -> None:
        super().__init__(name, **options)
        self.outputs: list[SpeakerOutput] = []
        self.perception: Perception | None = None
        self._tracker: Any = None
        self._queue: InputQueue | None = None
        self._order: StampOrder | None = None
        self._subscriptions_: list[InputSubscription | HriFaces] = []
        self._audio_input: AudioInput | None = None
        self._audio_format: AudioFormat | None = None
        self._durations = Durations()
        self._timer: Any = None
        self._problem = ''
        self._frame_id = ''
        self._last_arrival = 0.0
        self._reported_drops = 0
        self._camera_known = False
        self._head_camera: HeadCamera | None = None
        self._correction: CameraOnHead | None = None
        self._reported_uncorrected = 0
        self._publisher = self.create_lifecycle_publisher(msg.SpeakerFrame, 'speaker', 60)

    def configure(self) -> None:
        """Load and warm up the face model."""
        table = self.table
        if table['face_source'] == 'ros4hri':
            require_hri_msgs()
        self._tracker = create_face_tracker(
            table['face'],
            model_path=table['face_model'] or None,
            fov_deg=table['fov_deg'],
            threads=table['face_threads'],
        )
        self._tracker.warm_up()
        self._head_camera = create_head_camera(self, table, lambda: self._frame_id)
        self._correction = None if self._head_camera is None else CameraOnHead(self._head_camera)
        self._tracker.correction = self._correction
        self._reported_uncorrected = 0
        self._audio_format = AudioFormat(
            table['audio_sample_rate'], table['audio_channels'], table['audio_sample_format']
        )
        audio = self._audio_stream(self._audio_format) if table['use_audio'] else None
        wait = LOSSLESS_WAIT if table['lossless'] else table['audio_wait']
        self.perception = Perception(self._tracker, audio, wait)

    def activate(self) -> None:
        """Subscribe."""
        table = self.table
        self._queue = InputQueue(self._on_job_error, table['lossless'])
        if table['lossless'] and table['use_audio']:
            self._order = StampOrder('image', 'audio')
        compressed = table['image_transport'] == 'compressed'
        depth = IMAGE_DEPTH[table['lossless']]
        pictures: InputSubscription | HriFaces
        if table['face_source'] == 'ros4hri':
            pictures = HriFaces(self, self._on_image, depth)
        else:
            kind = CompressedImage if compressed else Image
            pictures = InputSubscription(self, kind, 'image', self._on_image, depth)
        camera_info = InputSubscription(self, CameraInfo, 'camera_info', self._on_camera_info, 1)
        self._subscriptions_ = [pictures, camera_info]
        if table['use_audio']:
            assert self._audio_format is not None
            self._audio_input = AudioInput(
                self, self._audio_format, table['audio_stamped'], self._on_audio
            )
        if self._head_camera is not None:
            self._head_camera.activate()
        if table['lossless']:
            period, on_timer = END_OF_REPLAY / 5, self._on_replay_timer
        else:
            period, on_timer = QUIET_WATCH, self._on_idle_timer
        self._timer = self.create_timer(period, on_timer, clock=self.steady_clock)

    def deactivate(self) -> None:
        """Unsubscribe and forget the stream."""
        for subscription in self._subscriptions_:
            subscription.destroy()
        self._subscriptions_ = []
        if self._audio_input is not None:
            self._audio_input.destroy()
            self._audio_input = None
        if self._head_camera is not None:
            self._head_camera.deactivate()
        if self._timer is not None:
            self.destroy_timer(self._timer)
            self._timer = None
        if self._queue is not None:
            self._queue.stop()
            self._queue = None
        self._order = None
        if self.perception is not None:
            self.perception.reset()

    def cleanup(self) -> None:
        """Drop the model."""
        self.perception = None
        self._tracker = None
        self._head_camera = None

    def _audio_stream(self, format_: AudioFormat) -> AcousticStream:
        return AcousticStream(
            format_.sample_rate, format_.channels, format_.sample_format, self.table['acoustics']
        )

    # Callbacks of the executor's thread: they only queue.

    def _on_image(self, message: Any) -> None:
        received = self._arrival()
        stamp = stamp_of(message.header.stamp)
        self._put_in_order('image', stamp, lambda: self._see(message, received))

    def _on_audio(self, data: Any, stamp: int, format_: AudioFormat) -> None:
        received = self._arrival()
        self._put_in_order('audio', stamp, lambda: self._hear(data, stamp, format_, received))

    def _on_camera_info(self, message: CameraInfo) -> None:
        k = message.k
        if k[0] > 0 and k[4] > 0:
            self._camera_known = True
            self._put('camera', lambda: self._tracker.set_camera(k[0], k[4], k[2], k[5]))

    def _on_idle_timer(self) -> None:
        quiet = time.time() - self._last_arrival
        newest = None if self.perception is None else self.perception.newest_stamp
        idle = newest is not None and QUIET < quiet < QUIET + self.table['idle_time']
        self._timer.timer_period_ns = (
            NANOSECONDS // MODEL_RATE if idle else int(QUIET_WATCH * NANOSECONDS)
        )
        if idle:
            self._put('idle', self._idle)

    def _on_replay_timer(self) -> None:
        if time.time() - self._last_arrival > END_OF_REPLAY and not len(self._queue or ()):
            for kind, job in self._order.flush() if self._order is not None else ():
                self._put(kind, job)
            self._put('flush', self._flush)

    def _arrival(self) -> float:
        self._last_arrival = time.time()
        return self._last_arrival

    def _put_in_order(self, kind: str, stamp: int, job: Callable[[], None]) -> None:
        if self._order is None or stamp == 0:
            self._put(kind, job)
            return
        for ready_kind, ready in self._order.put(kind, stamp, job):
            self._put(ready_kind, ready)

    def _put(self, kind: str, job: Callable[[], None]) -> None:
        if self._queue is not None:
            self._queue.put(kind, job)

    # Jobs of the worker's thread.

    def _see(self, message: Any, received: float) -> None:
        assert self.perception is not None
        try:
            if isinstance(message, CompressedImage):
                picture = compressed_to_bgr(message)
            else:
                picture = image_to_bgr(message)
        except ImageError as error:
            self._complain(str(error))
            return
        start = time.perf_counter()
        stamp = stamp_of(message.header.stamp)
        if stamp == 0:
            stamp = self.get_clock().now().nanoseconds
        self._frame_id = message.header.frame_id
        self._deliver(self.perception.add_image(picture, stamp, received))
        self._durations.add(time.perf_counter() - start)
        # Behind the sound that has come in the meantime: a motion may be waiting for that.
        self._put('look around', self.perception.look_around)

    def _hear(self, data: Any, stamp: int, format_: AudioFormat, received: float) -> None:
        assert self.perception is not None
        if format_.coding != 'wave':
            self._complain(
                f'audio_info announces {format_.coding} data, PCM is needed: '
                'start audio_capture with format:=wave'
            )
            return
        try:
            if format_ != self._audio_format:
                self.perception.set_audio(self._audio_stream(format_))
                self._audio_format = format_
            self._deliver(self.perception.add_audio(data, stamp, received))
        except VicoError as error:  # not PCM after all, or a format nobody knows
            self._complain(str(error))

    def _idle(self) -> None:
        assert self.perception is not None
        newest = self.perception.newest_stamp
        if newest is not None:
            self._deliver(self.perception.idle(newest + NANOSECONDS // MODEL_RATE))

    def _flush(self) -> None:
        assert self.perception is not None
        self._deliver(self.perception.flush())

    def _deliver(self, frames: list[SpeakerFrame]) -> None:
        for frame in frames:
            for output in self.outputs:
                output(frame)
            if self._publisher.get_subscription_count() > 0:
                self._publisher.publish(speaker_message(frame, self._frame_id))

    def _complain(self, problem: str) -> None:
        self._problem = problem
        self.get_logger().error(problem, throttle_duration_sec=5.0)

    def _on_job_error(self, error: Exception) -> None:
        self._complain(f'{type(error).__name__}: {error}')

    def diagnose(self) -> tuple[bytes, str, dict[str, Any]]:
        """Rates, losses and what is missing."""
        assert self.perception is not None and self._queue is not None
        counters = self.perception.counters
        lost = self._subscriptions_[0].lost
        lost_audio = 0 if self._audio_input is None else self._audio_input.lost
        dropped = self._queue.dropped['image'] + lost
        if dropped > self._reported_drops:
            self.get_logger().warning(
                f'{dropped - self._reported_drops} camera frames dropped: they come faster than '
                'they can be processed'
            )
            self._reported_drops = dropped
        values: dict[str, Any] = vars(counters) | {
            'dropped_images': dropped,
            'lost_audio_messages': lost_audio + self._queue.dropped['audio'],
            'queue': len(self._queue),
            'camera': 'camera_info' if self._camera_known else 'fov_deg',
            'audio_format': str(self._audio_format),
            'corrected_faces': 0 if self._correction is None else self._correction.corrected,
            'uncorrected_faces': 0 if self._correction is None else self._correction.uncorrected,
        }
        values |= {f'image_{k}_ms': v for k, v in self._durations.summary_ms().items()}
        problem, self._problem = self._problem, ''
        mismatches = [s.mismatch() for s in self._subscriptions_]
        if self._audio_input is not None:
            mismatches.append(self._audio_input.mismatch())
        mismatch = '; '.join(filter(None, mismatches))
        if problem or mismatch:
            return ERROR, problem or mismatch, values
        if time.time() - self._last_arrival > 1.0:
            return WARN, 'no camera image and no audio', values
        uncorrected = values['uncorrected_faces'] - self._reported_uncorrected
        self._reported_uncorrected = values['uncorrected_faces']
        if uncorrected:
            source = self.table['camera_on_head']
            problem = f'{uncorrected} faces not corrected: no {source} at the stamp of the image'
            self.get_logger().warning(problem, throttle_duration_sec=5.0)
            return WARN, problem, values
        return OK, 'running', values
