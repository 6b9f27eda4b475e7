"""Plays a clip onto the camera and audio topics, without loss, with `/clock`."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rosgraph_msgs.msg import Clock as ClockMessage

import vico_listener.msg as msg
from vico_listener.clock import NANOSECONDS
from vico_listener.dataset.clip import CameraFrame
from vico_listener.dataset.clip import ClipInfo
from vico_listener.dataset.clip import SoundChunk
from vico_listener.dataset.clip import play
from vico_listener.dataset.clip import probe_clip
from vico_listener.nodes.convert import stamp_of
from vico_listener.nodes.convert import time_message
from vico_listener.nodes.managed_node import OK
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.media_publisher import MediaPublisher
from vico_listener.nodes.parameters import Parameter

LEAD_NS = 400_000_000
"""How far replay may run ahead of the newest `speaker` frame, stream time."""

CLOCK_PERIOD_NS = 50_000_000
"""Stream time between two messages on /clock; every node of the stack has to take each."""

STALL = 20.0
"""Seconds of standstill after which replay gives up on a stack that stopped answering."""

MISSED = 1.0
"""Seconds without a first answer after which replay goes on: it may have been sent too early."""

CONNECT = 10.0
"""Seconds that replay waits for somebody to subscribe before it plays to nobody."""

DEPTH = 100

PlayedCallback = Callable[[CameraFrame | SoundChunk], None]


class ReplayNode(ManagedNode):
    """Publishes what a camera and a microphone would, in that order and at that pace.

    Stamps begin at `START_NS`, and `/clock` follows them, so that the same clip always gives the
    same stamps. When somebody publishes `speaker`, replay waits for it (back-pressure): nothing is
    lost, however slow the listener and however high the rate.
    """

    START_NS = NANOSECONDS

    PARAMETERS = (
        Parameter('clip', '', 'The video file to play.'),
        Parameter('rate', 1.0, 'Playing speed; 0 = as fast as it goes.', 0.0, 100.0),
        Parameter('loop', False, 'Start again at the end.'),
        Parameter('frame_id', 'camera', 'Frame of the camera.'),
        Parameter(
            'settle_time',
            0.0,
            'Wait before the start, for separate nodes to connect [s].',
            0.0,
            60.0,
        ),
    )

    def __init__(self, name: str = 'replay', **options: Any) -> None:
        super().__init__(name, **options)
        self.info: ClipInfo | None = None
        self.on_played: PlayedCallback | None = None
        self.failure = ''
        self.finished = threading.Event()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._consumed = threading.Condition()
        self._consumed_stamp = 0
        self._told = 0
        self._media = MediaPublisher(self, DEPTH)
        self._clock_publisher = self.create_lifecycle_publisher(ClockMessage, '/clock', 10)
        self._answered = False
        self.create_subscription(msg.SpeakerFrame, 'speaker', self._on_speaker, DEPTH)

    def configure(self) -> None:
        """Look into the clip."""
        clip = self.table['clip']
        if not clip:
            raise ValueError('no clip given: set the parameter clip to a video file')
        self.info = probe_clip(Path(clip))
        if not self.info.has_audio:
            self.get_logger().warning(f'{self.info.path.name} has no sound: the listener only sees')

    def activate(self) -> None:
        """Start playing."""
        self._stop.clear()
        self.finished.clear()
        self.failure = ''
        self._rate = self.table['rate']
        self._loop = self.table['loop']
        self._frame_id = self.table['frame_id']
        self._settle_time = self.table['settle_time']
        self._thread = threading.Thread(target=self._run, name='replay', daemon=True)
        self._thread.start()

    def deactivate(self) -> None:
        """Stop playing."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def connected(self) -> bool:
        """True when somebody listens to the camera, and to the audio where there is any."""
        assert self.info is not None
        return self._media.connected(self.info.has_audio)

    def _run(self) -> None:
        try:
            self._wait_for_subscribers()
            self._stop.wait(self._settle_time)
            self._announce_audio()
            while not self._stop.is_set():
                self._play_once()
                if not self._loop:
                    break
        except Exception as error:  # noqa: BLE001 - a thread's exception would be lost
            self.failure = f'{type(error).__name__}: {error}'
            self.get_logger().error(self.failure)
        finally:
            self.finished.set()

    def _wait_for_subscribers(self) -> None:
        until = time.monotonic() + CONNECT
        while not self.connected() and not self._stop.is_set():
            self._stop.wait(0.05)
            if time.monotonic() > until:
                self.get_logger().warning(
                    f'nobody subscribed to {self._media.topic} within {CONNECT:.0f} s: '
                    'playing anyway'
                )
                return

    def _announce_audio(self) -> None:
        assert self.info is not None
        if not self.info.has_audio:
            return
        self._media.announce(self.info.sample_rate, min(self.info.channels, 2))
        # Topics overtake each other: the format has to be known before the first chunk.
        self._stop.wait(0.2)

    def _play_once(self) -> None:
        assert self.info is not None
        self._consumed_stamp = self.START_NS
        self._answered = False
        start = time.monotonic()
        for item in play(self.info.path):
            if self._rate > 0:
                due = start + item.available / NANOSECONDS / self._rate
                self._stop.wait(max(0.0, due - time.monotonic()))
            start += self._wait_for_consumer(self.START_NS + item.stamp)
            if self._stop.is_set():
                return
            self._tell_time(self.START_NS + item.available)
            self._media.publish(item, self.START_NS + item.stamp, self._frame_id)
            if self.on_played is not None:
                self.on_played(item)

    def _tell_time(self, now: int) -> None:
        if not 0 <= now - self._told < CLOCK_PERIOD_NS:
            self._told = now
            self._clock_publisher.publish(ClockMessage(clock=time_message(now)))

    def _wait_for_consumer(self, stamp: int) -> float:
        """Wait until the stack has come near `stamp`; return the seconds waited."""
        if self.count_publishers('speaker') == 0:
            return 0.0
        began = time.monotonic()
        with self._consumed:
            while stamp - self._consumed_stamp > LEAD_NS and not self._stop.is_set():
                self._consumed.wait(0.1)
                if not self._answered and time.monotonic() - began > MISSED:
                    break
                if time.monotonic() - began > STALL:
                    raise RuntimeError(
                        f'the stack has not answered for {STALL:.0f} s at stream time '
                        f'{stamp / NANOSECONDS:.2f} s: see its log'
                    )
        return time.monotonic() - began

    def _on_speaker(self, message: msg.SpeakerFrame) -> None:
        with self._consumed:
            self._consumed_stamp = stamp_of(message.tick)
            self._answered = True
            self._consumed.notify()

    def diagnose(self) -> tuple[bytes, str, dict[str, Any]]:
        """What has been played."""
        message = 'finished' if self.finished.is_set() else 'playing'
        values = {'images': self._media.images, 'audio_chunks': self._media.audio_chunks}
        return OK, message, values
