"""Records what comes out of the stack's topics: film, tables, thumbnails, latencies."""

import csv
import math
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
from av.error import FFmpegError
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.node import Node
from sensor_msgs.msg import Image
from trajectory_msgs.msg import JointTrajectory

import vico_listener.msg as msg
from vico_listener.clock import EARLY_TICK_NS
from vico_listener.clock import NANOSECONDS
from vico_listener.frames import AudioChunk
from vico_listener.frames import CameraFrame
from vico_listener.lab.recording.preview import Filmstrip
from vico_listener.media.curves import Curves
from vico_listener.media.film import Film
from vico_listener.media.track_writers import MotionWriter
from vico_listener.media.track_writers import SpeakerWriter
from vico_listener.media.tracks import COMMANDS_FILE
from vico_listener.media.tracks import MOTION_FILE
from vico_listener.media.tracks import SPEAKER_FILE
from vico_listener.nodes.convert import motion_of
from vico_listener.nodes.convert import speaker_of
from vico_listener.nodes.convert import stamp_of
from vico_listener.nodes.image_codec import image_to_bgr
from vico_listener.nodes.sense_watch import SenseWatch
from vico_listener.nodes.status_name import node_of
from vico_listener.statistics import Durations

DEPTH = 200

COMMANDS = 4000
"""Head commands that may wait: they come faster than the speaker frames that the replay waits for,
and a busy recorder takes one message of each topic in turn."""


LOOK = 1.0
"""Seconds between two looks at who publishes what is recorded."""


class RecorderNode(Node):
    """Writes `motion.csv`, `speaker.csv`, `head_commands.csv` and `listener.mp4` as data comes in.

    Args:
        folder: where to.
        head_topic: the head's command topic.
        start: stamp of stream time 0, ns.
        shown: subscribe to the face.

    Attributes:
        film: where images and audio go, or None.
        senses: what the stack has seen and heard.
        attitudes: of the listener, one after another.
        first_command: `time.monotonic()` when the first head command came; NaN before that.
        failure: why the recording is worth nothing: somebody else publishes what is recorded, too.
    """

    def __init__(self, folder: Path, head_topic: str, start: int, shown: bool = True) -> None:
        super().__init__('recorder')
        self._start = start
        self.curves = Curves()
        self.strip = Filmstrip()
        self.film: Film | None = None
        self.stages = {name: Durations() for name in ('audio_wait', 'face', 'speech', 'listener')}
        self.senses = SenseWatch(self.get_namespace())
        self.counts = {'speaker_frames': 0, 'motions': 0, 'faces': 0, 'head_commands': 0}
        self.diagnostics: dict[str, dict[str, str]] = {}
        self.problems: list[str] = []
        self.attitudes: list[str] = []
        self.last_motion = 0
        self.first_command = math.nan
        self.failure = ''
        self._motions = MotionWriter(folder / MOTION_FILE)
        self._speakers = SpeakerWriter(folder / SPEAKER_FILE)
        self._head_file = (folder / COMMANDS_FILE).open('w', newline='', encoding='utf-8')
        self._head = csv.writer(self._head_file)
        self._head_header: list[str] = []
        self._shown: deque[CameraFrame] = deque()
        self._subscribe(msg.SpeakerFrame, 'speaker', self._on_speaker)
        self._subscribe(msg.ListenerMotion, 'motion', self._on_motion)
        if shown:
            self._subscribe(Image, 'face/image', self._on_face)
        self._subscribe(JointTrajectory, head_topic, self._on_head, COMMANDS)
        self._of_one = [subscription.topic_name for subscription in self.subscriptions]
        self._subscribe(DiagnosticArray, '/diagnostics', self._on_diagnostics)
        self.create_timer(LOOK, self._look_for_others)

    def _subscribe(
        self, kind: Any, topic: str, callback: Callable[..., None], depth: int = DEPTH
    ) -> None:
        self.create_subscription(kind, topic, callback, depth)

    def connected(self) -> bool:
        """Return whether everything that is recorded has somebody who publishes it."""
        return all(s.get_publisher_count() > 0 for s in self.subscriptions)

    def _look_for_others(self) -> None:
        """See whether each topic has one publisher: what others say must not be mixed in."""
        for topic in self._of_one:
            found = self.get_publishers_info_by_topic(topic)
            if len(found) > 1:
                names = sorted(f'{i.node_namespace.rstrip("/")}/{i.node_name}' for i in found)
                self.failure = (
                    f'{topic} is published by {len(found)} programs ({", ".join(names)}): what is '
                    'recorded would be a mixture. End the other ones'
                )

    def on_played(self, item: CameraFrame | AudioChunk) -> None:
        """Take what the replay node has just published, for the speaker's side of the film."""
        if isinstance(item, AudioChunk):
            stamped = AudioChunk(item.stamp + self._start, item.samples, item.sample_rate)
            self._to_film(lambda film: film.add_audio(stamped))
        elif self.film is not None:
            self._shown.append(CameraFrame(item.stamp + self._start, item.image))

    def _to_film(self, action: Callable[[Film], None]) -> None:
        """Film, unless it fails: the rest of the recording does without."""
        if self.film is None:
            return
        try:
            action(self.film)
        except (FFmpegError, OSError, ValueError, cv2.error) as error:
            self.film = None
            problem = f'the film ends early: {type(error).__name__}: {error}'
            self.problems.append(problem)
            self.get_logger().error(problem)

    def _on_speaker(self, message: msg.SpeakerFrame) -> None:
        self.senses.on_speaker(message)
        frame = speaker_of(message)
        self._speakers.write(frame)
        self.curves.add_speaker(frame)
        self.counts['speaker_frames'] += 1

    def _on_motion(self, message: msg.ListenerMotion) -> None:
        motion = motion_of(message)
        self._motions.write(motion)
        self.curves.add_listener(motion)
        self.counts['motions'] += 1
        self.last_motion = motion.stamp
        if motion.attitude.value != (self.attitudes or [''])[-1]:
            self.attitudes.append(motion.attitude.value)
        for name, durations in self.stages.items():
            durations.add(getattr(motion.timing, name))

    def _on_face(self, message: Image) -> None:
        self.counts['faces'] += 1
        stamp = stamp_of(message.header.stamp)
        while len(self._shown) > 1 and self._shown[1].stamp <= stamp + EARLY_TICK_NS:
            self._shown.popleft()
        if not self._shown:
            return
        listener = image_to_bgr(message)
        speaker = self._shown[0].image
        self._to_film(lambda film: film.add_picture(stamp, speaker, listener))
        self.strip.add(stamp, speaker, listener)

    def _on_head(self, message: JointTrajectory, info: dict[str, int]) -> None:
        if not self._head_header:
            self.first_command = time.monotonic()
            self._head_header = ['stamp', *message.joint_names]
            self._head.writerow(self._head_header)
        point = message.points[0]
        # Live, 0 means at once: when it was sent, which this busy process would notice late.
        begin = stamp_of(message.header.stamp) or info['source_timestamp']
        due = begin + stamp_of(point.time_from_start)
        stamp = f'{due // NANOSECONDS}.{due % NANOSECONDS:09d}'
        self._head.writerow([stamp, *(f'{p:.9g}' for p in point.positions)])
        self.counts['head_commands'] += 1

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        self.senses.on_diagnostics(message)
        for status in message.status:
            name = node_of(status.name, self.get_namespace())
            if not name:
                continue
            if status.values:  # a node that is not active has none
                self.diagnostics[name] = {v.key: v.value for v in status.values}
            problem = f'{name}: {status.message}'
            if status.level == b'\x02' and problem not in self.problems:
                self.problems.append(problem)

    def close(self) -> None:
        """Finish every file."""
        self._to_film(lambda film: film.close())
        self._motions.close()
        self._speakers.close()
        self._head_file.close()
