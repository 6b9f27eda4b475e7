"""Publishes pictures and sound on the topics of a camera and a microphone."""

from dataclasses import replace

import audio_common_msgs.msg as audio_msgs
from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import Image

from vico_listener.frames import CameraFrame
from vico_listener.frames import SoundChunk
from vico_listener.nodes.convert import time_message
from vico_listener.nodes.image_codec import fill_image
from vico_listener.nodes.topics import advertise
from vico_listener.ros_api.replay import AUDIO
from vico_listener.ros_api.replay import AUDIO_INFO
from vico_listener.ros_api.replay import IMAGE


class MediaPublisher:
    """The publishers of `image`, `audio` and `audio_info`.

    Args:
        node: owner.
        depth: pictures kept for a subscriber that is slow.
    """

    def __init__(self, node: LifecycleNode, depth: int) -> None:
        self.images = 0
        self.audio_chunks = 0
        self._image = advertise(node, replace(IMAGE, depth=depth))
        self._audio = advertise(node, AUDIO)
        self._audio_info = advertise(node, AUDIO_INFO)

    @property
    def topic(self) -> str:
        """Name of the image topic."""
        return str(self._image.topic_name)

    def connected(self, sound: bool) -> bool:
        """True when somebody listens to the camera, and to the audio where there is `sound`."""
        heard = not sound or self._audio.get_subscription_count() > 0
        return heard and self._image.get_subscription_count() > 0

    def announce(self, sample_rate: int, channels: int) -> None:
        """Say which format the sound will have."""
        self._audio_info.publish(
            audio_msgs.AudioInfo(
                channels=channels,
                sample_rate=sample_rate,
                sample_format='S16LE',
                coding_format='wave',
                bitrate=sample_rate * 16 * channels,
            )
        )

    def publish(self, item: CameraFrame | SoundChunk, stamp: int, frame_id: str) -> None:
        """Publish a picture or sound with a stamp in ns."""
        if isinstance(item, CameraFrame):
            image = Image()
            image.header.stamp = time_message(stamp)
            image.header.frame_id = frame_id
            fill_image(image, item.image)
            self._image.publish(image)
            self.images += 1
        else:
            chunk = audio_msgs.AudioDataStamped()
            chunk.header.stamp = time_message(stamp)
            chunk.audio.data = item.samples.astype('<i2').tobytes()
            self._audio.publish(chunk)
            self.audio_chunks += 1
