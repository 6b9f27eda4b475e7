"""Audio topics of either `audio_common_msgs` to PCM with a stamp.

Two packages share that name: ros-drivers' (AudioData, AudioDataStamped, AudioInfo; the one in the
ROS distributions) and mgonzs13's (AudioStamped, which carries its own format). Whichever is
installed is used.
"""

import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import audio_common_msgs.msg as audio_msgs
import numpy as np
from rclpy.node import Node

from vico_listener.clock import NANOSECONDS
from vico_listener.nodes.convert import stamp_of
from vico_listener.nodes.input_subscription import InputSubscription

OURS = hasattr(audio_msgs, 'AudioDataStamped')
"""ros-drivers' audio_common_msgs is installed (else mgonzs13's)."""

DEPTH = 200
"""Chunks kept while busy: dropping audio would shift the feature clock."""


@dataclass(frozen=True)
class AudioFormat:
    """PCM format: samples per second, interleaved channels, GStreamer's sample format name."""

    sample_rate: int
    channels: int
    sample_format: str
    coding: str = 'wave'

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of every channel."""
        bits = ''.join(c for c in self.sample_format if c.isdigit())
        return self.channels * max(1, int(bits or 16) // 8)


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
            self._add(audio_msgs.AudioStamped, 'audio', self._on_foreign, DEPTH)
            return
        if stamped:
            self._add(audio_msgs.AudioDataStamped, 'audio', self._on_stamped, DEPTH)
        else:
            self._add(audio_msgs.AudioData, 'audio', self._on_plain, DEPTH)
        self._add(audio_msgs.AudioInfo, 'audio_info', self._on_info, 1)

    def _add(self, message_type: Any, topic: str, callback: Any, depth: int) -> None:
        self._inputs.append(InputSubscription(self._node, message_type, topic, callback, depth))

    @property
    def lost(self) -> int:
        """Messages that the middleware lost."""
        return sum(i.lost for i in self._inputs)

    def mismatch(self) -> str:
        """What is wrong with the type of a topic; empty when nothing."""
        return '; '.join(filter(None, (i.mismatch() for i in self._inputs)))

    def destroy(self) -> None:
        """End the subscriptions."""
        for subscription in self._inputs:
            subscription.destroy()
        self._inputs.clear()

    def _on_info(self, message: Any) -> None:
        said = AudioFormat(
            message.sample_rate or self.format.sample_rate,
            message.channels or self.format.channels,
            message.sample_format or self.format.sample_format,
            (message.coding_format or self.format.coding).lower(),
        )
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
        info, data = message.audio.info, message.audio.audio_data
        fields = {1: 'float32', 2: 'int32', 8: 'int16', 16: 'int8', 32: 'uint8'}
        names = {1: 'F32LE', 2: 'S32LE', 8: 'S16LE', 16: 'S8', 32: 'U8'}
        if info.format not in fields:
            self._node.get_logger().error(
                f'unknown PortAudio sample format {info.format}', throttle_duration_sec=5.0
            )
            return
        kind = fields[info.format]
        raw = np.asarray(getattr(data, f'{kind}_data'), dtype=kind).tobytes()
        format_ = AudioFormat(info.rate, info.channels, names[info.format])
        self._callback(raw, stamp_of(message.header.stamp), format_)
