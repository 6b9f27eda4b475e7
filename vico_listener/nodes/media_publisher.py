"""Publishes images and audio on the topics of a camera and a microphone."""

import time
from dataclasses import replace
from typing import Any

import audio_common_msgs.msg as audio_msgs
from rclpy.clock import Clock
from rclpy.clock import ClockType
from rclpy.duration import Duration
from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import Image
from sensor_msgs.msg import RegionOfInterest

from vico_listener.frames import AudioChunk
from vico_listener.frames import CameraFrame
from vico_listener.nodes.convert import time_message
from vico_listener.nodes.image_codec import fill_image
from vico_listener.nodes.topics import advertise
from vico_listener.ros_api.replay import AUDIO
from vico_listener.ros_api.replay import AUDIO_INFO
from vico_listener.ros_api.replay import CAMERA_INFO
from vico_listener.ros_api.replay import IMAGE

REPEATED = 5.0
"""Seconds after which the format of the audio is said again, as `audio_capture` does."""

LOOKED = 0.5
"""Seconds between two looks whether somebody new listens, who may keep nothing of before."""

ARRIVED = 2.0
"""Seconds at most until the format has arrived."""


TAKEN = 0.2
"""Seconds after which what has arrived has been taken, too: topics overtake each other."""


class MediaPublisher:
    """The publishers of `image`, `audio` and `audio_info`, and of `camera_info` if it is known.

    Args:
        node: owner.
        depth: images kept for a subscriber that is slow.
        calibrated: there may be a camera_info to publish.
    """

    def __init__(self, node: LifecycleNode, depth: int, calibrated: bool = False) -> None:
        self.images = 0
        self.audio_chunks = 0
        # First, so that whoever knows of the audio knows that its format will be said.
        self._audio_info = advertise(node, AUDIO_INFO)
        self._image = advertise(node, replace(IMAGE, depth=depth))
        self._audio = advertise(node, AUDIO)
        self._camera_info = advertise(node, CAMERA_INFO) if calibrated else None
        self._format: tuple[int, int] | None = None
        self._told = 0
        self._looks = 0
        # Steady: whoever comes while a bag's clock is paused is told, too.
        clock = Clock(clock_type=ClockType.STEADY_TIME)
        node.create_timer(LOOKED, self._tell_again, clock=clock)

    def missing(self, audio: bool, camera_info: bool = False) -> list[str]:
        """Return the topics that nobody listens to: the camera's, and with `audio` those of that.

        Somebody who hears the audio must hear its format first.
        """
        needed: tuple[Any, ...]
        needed = (self._image, self._audio, self._audio_info) if audio else (self._image,)
        if camera_info:
            needed = (*needed, self._camera_info)
        return [str(p.topic_name) for p in needed if p.get_subscription_count() == 0]

    def calibrate(self, info: Any) -> None:
        """Say what the camera is like (the fields of a CameraInfo), and wait until that is known.

        Call it before the first image; None if nobody knows.
        """
        if info is None or self._camera_info is None:
            return
        self._camera_info.publish(_camera_info_of(info))
        self._camera_info.wait_for_all_acked(Duration(seconds=ARRIVED))
        time.sleep(TAKEN)

    def announce(self, sample_rate: int, channels: int) -> None:
        """Say which format the audio has from now on, and wait until that has arrived."""
        self._format = sample_rate, channels
        self._tell()
        self._audio_info.wait_for_all_acked(Duration(seconds=ARRIVED))

    def _tell_again(self) -> None:
        listeners = self._audio_info.get_subscription_count()
        self._looks += 1
        due = listeners > self._told or self._looks >= REPEATED / LOOKED
        if due and self._format is not None and self._audio_info.is_activated:
            self._tell()
        self._told = listeners

    def _tell(self) -> None:
        assert self._format is not None
        sample_rate, channels = self._format
        self._looks = 0
        self._told = self._audio_info.get_subscription_count()
        self._audio_info.publish(
            audio_msgs.AudioInfo(
                channels=channels,
                sample_rate=sample_rate,
                sample_format='S16LE',
                coding_format='wave',
                bitrate=sample_rate * 16 * channels,
            )
        )

    def publish(self, item: CameraFrame | AudioChunk, stamp: int, frame_id: str) -> None:
        """Publish an image or audio with a stamp in ns."""
        if isinstance(item, CameraFrame):
            image = Image()
            image.header.stamp = time_message(stamp)
            image.header.frame_id = frame_id
            fill_image(image, item.image)
            self._image.publish(image)
            self.images += 1
        else:
            format_ = item.sample_rate, item.samples.shape[1]
            if format_ != self._format:
                self.announce(*format_)
            chunk = audio_msgs.AudioDataStamped()
            chunk.header.stamp = time_message(stamp)
            chunk.audio.data = item.samples.astype('<i2').tobytes()
            self._audio.publish(chunk)
            self.audio_chunks += 1


def _camera_info_of(info: Any) -> CameraInfo:
    roi = RegionOfInterest(
        x_offset=info.roi.x_offset,
        y_offset=info.roi.y_offset,
        width=info.roi.width,
        height=info.roi.height,
        do_rectify=bool(info.roi.do_rectify),
    )
    return CameraInfo(
        width=info.width,
        height=info.height,
        distortion_model=info.distortion_model,
        d=[float(x) for x in info.d],
        k=[float(x) for x in info.k],
        r=[float(x) for x in info.r],
        p=[float(x) for x in info.p],
        binning_x=info.binning_x,
        binning_y=info.binning_y,
        roi=roi,
    )
