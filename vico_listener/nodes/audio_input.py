"""Audio topics of either `audio_common_msgs` to PCM with a stamp.

Two packages share that name: ros-drivers' (AudioData, AudioDataStamped, AudioInfo; the one in the
ROS distributions) and mgonzs13's (AudioStamped, which carries its own format). Whichever is
installed is used.
"""

import array
from collections.abc import Callable
from typing import Any

import audio_common_msgs.msg as audio_msgs
import numpy as np
from rclpy.node import Node

from vico_listener.clock import NANOSECONDS
from vico_listener.errors import VicoError
from vico_listener.nodes.convert import foreign_pcm
from vico_listener.nodes.convert import stamp_of
from vico_listener.nodes.input_subscription import InputSubscription
from vico_listener.ros_api import Topic
from vico_listener.ros_api.perception import AUDIO
from vico_listener.ros_api.perception import AUDIO_INFO
from vico_listener.ros_api.perception import AUDIO_STAMPED
from vico_listener.ros_api.perception import AUDIO_WITH_FORMAT
from vico_listener.speech import AudioFormat

OURS = hasattr(audio_msgs, 'AudioDataStamped')
"""ros-drivers' audio_common_msgs is installed (else mgonzs13's)."""

AudioCallback = Callable[[bytes | np.ndarray, int, AudioFormat], None]


class AudioInput:
    """Subscribes to `audio` and `audio_info` and hands on PCM, stamp (ns) and format.

    Args:
        node: owner; its clock stamps chunks that carry no stamp.
        default: format until an AudioInfo says otherwise.
        stamped: expect AudioDataStamped (else AudioData, stamped with its arrival).
        callback: told of each chunk.
    """

    def __init__(
        self, node: Node, default: AudioFormat, stamped: bool, callback: AudioCallback
    ) -> None:
        self._node = node
        self.format = default
        self._callback = callback
        self._inputs: list[InputSubscription] = []
        if not OURS:
            self._add(AUDIO_WITH_FORMAT, self._on_foreign)
            return
        if stamped:
            self._add(AUDIO_STAMPED, self._on_stamped)
        else:
            self._add(AUDIO, self._on_plain)
        self._add(AUDIO_INFO, self._on_info)

    def _add(self, topic: Topic, callback: Callable[[Any], None]) -> None:
        self._inputs.append(InputSubscription(self._node, topic, callback))

    @property
    def lost(self) -> int:
        """Chunks of audio that were lost on the way."""
        return self._inputs[0].lost if self._inputs else 0

    def mismatch(self) -> str:
        """What is wrong with the type of a topic; empty when nothing."""
        return '; '.join(filter(None, (i.mismatch() for i in self._inputs)))

    def destroy(self) -> None:
        """End the subscriptions."""
        for subscription in self._inputs:
            subscription.destroy()
        self._inputs.clear()

    def _on_info(self, message: Any) -> None:
        said = self.format.announced(message)
        if said != self.format:
            self._node.get_logger().info(f'audio_info: {said}')
            self.format = said

    def _on_stamped(self, message: Any) -> None:
        stamp = stamp_of(message.header.stamp)
        self._deliver(message.audio.data, stamp)

    def _on_plain(self, message: Any) -> None:
        self._deliver(message.data, 0)

    def _deliver(self, data: array.array, stamp: int) -> None:
        raw = bytes(data)
        if stamp == 0:
            frames = len(raw) // self.format.frame_bytes
            duration = frames * NANOSECONDS // self.format.sample_rate
            stamp = self._node.get_clock().now().nanoseconds - duration
        self._callback(raw, stamp, self.format)

    def _on_foreign(self, message: Any) -> None:
        try:
            raw, format_ = foreign_pcm(message)
        except VicoError as error:
            self._node.get_logger().error(str(error), throttle_duration_sec=5.0)
            return
        self._callback(raw, stamp_of(message.header.stamp), format_)
