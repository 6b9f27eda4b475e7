"""Plays a clip or a bag onto the camera and audio topics, without loss, with `/clock`."""

import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.duration import Duration
from std_msgs.msg import String

import vico_listener.msg as msg
from vico_listener.clock import NANOSECONDS
from vico_listener.frames import AudioChunk
from vico_listener.frames import CameraFrame
from vico_listener.nodes.clock_publisher import ClockPublisher
from vico_listener.nodes.convert import stamp_of
from vico_listener.nodes.convert import wait_message
from vico_listener.nodes.managed_node import OK
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.media_publisher import MediaPublisher
from vico_listener.nodes.replay_pace import ReplayPace
from vico_listener.nodes.replay_source import open_source
from vico_listener.nodes.sense_watch import SenseWatch
from vico_listener.nodes.source import Source
from vico_listener.nodes.topics import advertise
from vico_listener.nodes.topics import subscribe_to
from vico_listener.ros_api import REPLAY
from vico_listener.ros_api.replay import BAG_ATTITUDE
from vico_listener.ros_api.replay import IMAGE
from vico_listener.ros_api.replay import REPLAY_WAIT
from vico_listener.ros_api.replay import SPEAKER
from vico_listener.user_message import user_message

CONNECT = 10.0
"""Seconds that replay waits for somebody to subscribe before it plays to nobody."""

DIAGNOSTICS = 1.2
"""Seconds within which a stack says how it is."""

ANNOUNCEMENT = 0.2
"""Seconds for what has to arrive before the next item; topics overtake each other."""


class ReplayNode(ManagedNode):
    """Publishes what a camera and a microphone would, in that order and at that pace.

    A clip's stamps begin at `media.clip.START_NS`, a bag's are those it was recorded with, and
    `/clock` follows them: the same recording always gives the same stamps. When somebody publishes
    `speaker`, replay waits for it (back-pressure): nothing is lost, however slow the listener and
    however high the rate.

    Attributes:
        source: what is played; there is one once the node is configured.
        on_played: is called with everything that has been published.
        finished: set when all was played.
    """

    API = REPLAY
    source: Source

    def __init__(self, name: str = 'replay', **options: Any) -> None:
        super().__init__(name, **options)
        self.on_played: Callable[[CameraFrame | AudioChunk], None] = lambda _: None
        self.finished = threading.Event()
        self._stop = threading.Event()
        self._playing = threading.Lock()
        wait = advertise(self, REPLAY_WAIT)
        self._pace = ReplayPace(
            self._stop,
            answering=lambda: self.count_publishers(SPEAKER.name) > 0,
            on_standstill=lambda position: wait.publish(wait_message(position)),
        )
        self._senses = SenseWatch(self.get_namespace())
        self._media = MediaPublisher(self, IMAGE.depth, calibrated=True)
        self._attitude = advertise(self, BAG_ATTITUDE)
        self._stream_clock = ClockPublisher(self)
        subscribe_to(self, SPEAKER, self._on_speaker)
        self.create_subscription(
            DiagnosticArray, '/diagnostics', lambda m: self._senses.on_diagnostics(m), 10
        )

    def configure(self) -> None:
        """Look into the clip or bag."""
        self.source = open_source(self.table, self.get_logger().warning)

    def activate(self) -> None:
        """Start playing."""
        self._stop.clear()
        self.finished.clear()
        self.failure = ''
        self._senses = SenseWatch(self.get_namespace())
        self._rate = self.table['rate']
        threading.Thread(target=self._run, name='replay', daemon=True).start()

    def deactivate(self) -> None:
        """Stop playing."""
        self._stop.set()
        # An interruption may have come before the thread began, which cannot be joined then.
        with self._playing:
            pass

    def connected(self) -> bool:
        """Return whether somebody listens to the camera, and to the audio where there is any."""
        return not self._missing()

    def _missing(self) -> list[str]:
        return self._media.missing(self.source.info.has_audio, self.source.camera_info is not None)

    def _run(self) -> None:
        with self._playing:
            if not self._stop.is_set():
                self._play()

    def _play(self) -> None:
        try:
            self._wait_for_subscribers()
            self._stop.wait(self.table['settle_time'])
            self._announce_audio()
            self._play_once()
            self._tell_check()
            while self.table['loop'] and not self._stop.is_set():
                # What is still on its way must not fall into the next pass.
                self._pace.wait_for_rest()
                self._play_once()
        except Exception as error:  # noqa: BLE001 - a thread's exception would be lost
            self.failure = user_message(error) or traceback.format_exc()
            self.get_logger().error(self.failure)
        finally:
            self.finished.set()

    def _tell_check(self) -> None:
        """Say what was skipped and, where somebody perceived it, what the run was worth."""
        self._pace.wait_for_rest()
        if self._senses.senses.ticks and not self._senses.diagnosed:
            self._stop.wait(DIAGNOSTICS)
        fine, lines = self._senses.summary(self.source)
        tell = self.get_logger().info if fine else self.get_logger().warning
        for line in lines:
            tell(f'{self.source.info.path.name}: {line}')

    def _wait_for_subscribers(self) -> None:
        until = time.monotonic() + CONNECT
        while self._missing() and not self._stop.is_set():
            self._stop.wait(0.05)
            if time.monotonic() > until:
                self.get_logger().warning(
                    f'nobody subscribed to {", ".join(self._missing())} within {CONNECT:.0f} s: '
                    'playing anyway'
                )
                return

    def _announce_audio(self) -> None:
        if (info := self.source.info).has_audio:
            self._media.announce(info.sample_rate, min(info.channels, 2))
            self._stop.wait(ANNOUNCEMENT)

    def _play_once(self) -> None:
        origin = self.source.start
        self._pace.begin(origin)
        self._media.calibrate(self.source.camera_info)
        if attitude := self.source.attitude:
            self._say_attitude(attitude)
        start = time.monotonic()
        for item in self.source.play():
            if self._rate > 0:
                due = start + item.available / NANOSECONDS / self._rate
                self._stream_clock.wait(due, origin + item.available, self._rate, self._stop)
            start += self._pace.wait_for_consumer(origin + item.stamp)
            if self._stop.is_set():
                return
            self._stream_clock.tell(origin + item.available)
            if isinstance(item, CameraFrame | AudioChunk):
                self._publish(item, origin)
            elif item.attitude != attitude:
                attitude = item.attitude
                began = time.monotonic()
                self._pace.wait_for_rest()
                self._say_attitude(attitude)
                start += time.monotonic() - began

    def _say_attitude(self, attitude: str) -> None:
        self._attitude.publish(String(data=attitude))
        self._attitude.wait_for_all_acked(Duration(seconds=ANNOUNCEMENT))
        self._stop.wait(ANNOUNCEMENT)

    def _on_speaker(self, message: msg.SpeakerFrame) -> None:
        self._senses.on_speaker(message)
        self._pace.answered(stamp_of(message.tick))

    def _publish(self, item: CameraFrame | AudioChunk, origin: int) -> None:
        self._pace.sent(origin + item.stamp, image=isinstance(item, CameraFrame))
        self._media.publish(item, origin + item.stamp, self.table['frame_id'])
        self.on_played(item)

    def diagnose(self) -> tuple[bytes, str, dict[str, Any]]:
        """Return what has been played."""
        message = 'finished' if self.finished.is_set() else 'playing'
        return OK, message, {'images': self._media.images, 'audio_chunks': self._media.audio_chunks}
