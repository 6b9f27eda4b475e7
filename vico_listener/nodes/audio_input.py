"""Audio topics of either `audio_common_msgs` to PCM with a stamp.

Two packages share that name: ros-drivers' (AudioData, AudioDataStamped, AudioInfo; the one in the
ROS distributions) and mgonzs13's (AudioStamped, which carries its own format). Whichever is
installed is used.
"""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import replace
from typing import Any

import audio_common_msgs.msg as audio_msgs
from rclpy.clock import Clock
from rclpy.clock import ClockType
from rclpy.node import Node
from rclpy.timer import Timer

from vico_listener.errors import VicoError
from vico_listener.nodes.convert import foreign_pcm
from vico_listener.nodes.convert import stamp_of
from vico_listener.nodes.input_subscription import InputSubscription
from vico_listener.nodes.state_subscription import StateSubscription
from vico_listener.ros_api import Topic
from vico_listener.ros_api.perception import AUDIO
from vico_listener.ros_api.perception import AUDIO_INFO
from vico_listener.ros_api.perception import AUDIO_STAMPED
from vico_listener.ros_api.perception import AUDIO_WITH_FORMAT
from vico_listener.ros_api.perception import ROBOT_VOICE_INFO
from vico_listener.ros_api.perception import ROBOT_VOICE_STAMPED
from vico_listener.ros_api.perception import ROBOT_VOICE_WITH_FORMAT
from vico_listener.speech import AudioFormat

OURS = hasattr(audio_msgs, 'AudioDataStamped')
"""ros-drivers' audio_common_msgs is installed (else mgonzs13's)."""

PATIENCE = 2.0
"""Seconds that patient audio waits for its format."""


@dataclass(frozen=True)
class AudioTopics:
    """The topics by which a sound may come, and that of its format."""

    stamped: Topic
    plain: Topic
    with_format: Topic
    info: Topic


MICROPHONE = AudioTopics(AUDIO_STAMPED, AUDIO, AUDIO_WITH_FORMAT, AUDIO_INFO)
ROBOT_VOICE = AudioTopics(
    ROBOT_VOICE_STAMPED, ROBOT_VOICE_STAMPED, ROBOT_VOICE_WITH_FORMAT, ROBOT_VOICE_INFO
)

AudioCallback = Callable[[bytes, int, AudioFormat], None]
"""Told of PCM, the stamp of its first sample (ns; 0 without one) and its format."""


class AudioInput:
    """Subscribes to a sound and its format, and hands on PCM, stamp and format.

    Args:
        node: owner.
        default: format until an AudioInfo says otherwise.
        stamped: expect AudioDataStamped (else AudioData, which has no stamps).
        patient: audio waits until its format has been announced, where somebody is there to do so.
        callback: told of each chunk.
        topics: where it comes from.

    Attributes:
        format_changes: how often the audio came in another format than before.
    """

    def __init__(
        self,
        node: Node,
        default: AudioFormat,
        stamped: bool,
        patient: bool,
        callback: AudioCallback,
        topics: AudioTopics = MICROPHONE,
    ) -> None:
        self._node = node
        self.format = default
        self.format_changes = 0
        self._callback = callback
        self._last: AudioFormat | None = None
        self._waiting = patient and OURS
        self._early: list[tuple[bytes, int]] = []
        self._timer: Timer | None = None
        self._info = node.resolve_topic_name(topics.info.name)
        self._inputs: list[InputSubscription] = []
        if not OURS:
            self._audio = self._add(topics.with_format, self._on_foreign)
            return
        # First, for what was announced before a chunk must be known before it.
        self._add(topics.info, self._on_info)
        if stamped:
            self._audio = self._add(topics.stamped, self._on_stamped)
        else:
            self._audio = self._add(topics.plain, self._on_plain)

    def _add(self, topic: Topic, callback: Callable[[Any], None]) -> InputSubscription:
        kind = StateSubscription if topic.state else InputSubscription
        subscription = kind(self._node, topic, callback)
        self._inputs.append(subscription)
        return subscription

    @property
    def topic(self) -> str:
        """Full name of the audio topic."""
        return self._audio.topic

    @property
    def lost(self) -> int:
        """Chunks of audio that were lost on the way."""
        return self._audio.lost

    @property
    def age(self) -> float:
        """Seconds since the chunk that is being handed on came here."""
        return self._audio.age

    def mismatch(self) -> str:
        """Return what is wrong with the type of a topic; empty when nothing."""
        return '; '.join(filter(None, (i.mismatch() for i in self._inputs)))

    def destroy(self) -> None:
        """End the subscriptions."""
        self._early.clear()
        self._wait_no_longer()
        for subscription in self._inputs:
            subscription.destroy()
        self._inputs.clear()

    def _on_info(self, message: Any) -> None:
        said = self.format.announced(message)
        if said != self.format:
            self._node.get_logger().info(f'{self._info}: {said}')
            self.format = said
        self._wait_no_longer()

    def _on_stamped(self, message: Any) -> None:
        self._take(bytes(message.audio.data), stamp_of(message.header.stamp))

    def _on_plain(self, message: Any) -> None:
        self._take(bytes(message.data), 0)

    def _take(self, raw: bytes, stamp: int) -> None:
        """Hand audio on when its format is known: its topic may have overtaken the other."""
        if self._waiting and self._node.count_publishers(self._info) > 0:
            self._early.append((raw, stamp))
            if self._timer is None:
                clock = Clock(clock_type=ClockType.STEADY_TIME)
                self._timer = self._node.create_timer(PATIENCE, self._wait_no_longer, clock=clock)
            return
        self._wait_no_longer()
        self._hand_on(raw, stamp, self.format)

    def _wait_no_longer(self) -> None:
        self._waiting = False
        if self._timer is not None:
            self._node.destroy_timer(self._timer)
            self._timer = None
        early, self._early = self._early, []
        for raw, stamp in early:
            self._hand_on(raw, stamp, self.format)

    def _on_foreign(self, message: Any) -> None:
        try:
            raw, format_ = foreign_pcm(message)
        except VicoError as error:
            self._node.get_logger().error(str(error), throttle_duration_sec=5.0)
            return
        heard = replace(format_, channel=self.format.channel)
        self._hand_on(raw, stamp_of(message.header.stamp), heard)

    def _hand_on(self, raw: bytes, stamp: int, format_: AudioFormat) -> None:
        self.format_changes += self._last not in (None, format_)
        self._last = format_
        self._callback(raw, stamp, format_)
