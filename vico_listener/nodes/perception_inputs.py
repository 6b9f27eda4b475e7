"""The topics that perception listens to: pictures, sound, and what is known of camera and head."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rclpy.node import Node
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import CompressedImage

from vico_listener.nodes.audio_input import AudioCallback
from vico_listener.nodes.audio_input import AudioInput
from vico_listener.nodes.head_camera import HeadCamera
from vico_listener.nodes.hri_faces import HriFaces
from vico_listener.nodes.hri_faces import require_hri_msgs
from vico_listener.nodes.image_codec import compressed_to_bgr
from vico_listener.nodes.image_codec import image_to_bgr
from vico_listener.nodes.input_subscription import InputSubscription
from vico_listener.nodes.parameters import ParameterTable
from vico_listener.render.base import Image as Picture
from vico_listener.ros_api.perception import CAMERA_INFO
from vico_listener.ros_api.perception import COMPRESSED
from vico_listener.ros_api.perception import IMAGE
from vico_listener.ros_api.perception import LOSSLESS_IMAGE_DEPTH
from vico_listener.speech import AudioFormat


def check_inputs(table: ParameterTable) -> None:
    """Refuse inputs that need what is not installed, with the remedy."""
    if table['face_source'] == 'ros4hri':
        require_hri_msgs()


def audio_format(table: ParameterTable) -> AudioFormat:
    """The format of the sound until an audio_info comes."""
    return AudioFormat(
        table['audio_sample_rate'], table['audio_channels'], table['audio_sample_format']
    )


class PerceptionInputs:
    """Subscribes while it exists, and knows what was lost or is of the wrong type.

    Args:
        node: owner of the subscriptions.
        table: its parameters.
        audio: format of the sound until an audio_info says otherwise.
        head_camera: knows where a camera on the head is; None = the camera does not move.
        on_image, on_camera_info: take each message.
        on_audio: takes each chunk of sound.
    """

    def __init__(
        self,
        node: Node,
        table: ParameterTable,
        audio: AudioFormat,
        head_camera: HeadCamera | None,
        on_image: Callable[[Any], None],
        on_camera_info: Callable[[CameraInfo], None],
        on_audio: AudioCallback,
    ) -> None:
        depth = LOSSLESS_IMAGE_DEPTH if table['lossless'] else IMAGE.depth
        self._pictures: InputSubscription | HriFaces
        if table['face_source'] == 'ros4hri':
            self._pictures = HriFaces(node, on_image, depth)
        else:
            topic = COMPRESSED if table['image_transport'] == 'compressed' else IMAGE
            self._pictures = InputSubscription(node, replace(topic, depth=depth), on_image)
        self._camera_info = InputSubscription(node, CAMERA_INFO, on_camera_info)
        self._sound: AudioInput | None = None
        if table['use_audio']:
            self._sound = AudioInput(node, audio, table['audio_stamped'], on_audio)
        self._head_camera = head_camera
        if head_camera is not None:
            head_camera.activate()

    @property
    def lost_images(self) -> int:
        """Images that were lost on the way."""
        return self._pictures.lost

    @property
    def lost_sounds(self) -> int:
        """Chunks of sound that were lost on the way."""
        return 0 if self._sound is None else self._sound.lost

    def mismatch(self) -> str:
        """What is wrong with the type of a topic; empty when nothing."""
        problems = [self._pictures.mismatch(), self._camera_info.mismatch()]
        if self._sound is not None:
            problems.append(self._sound.mismatch())
        return '; '.join(filter(None, problems))

    def destroy(self) -> None:
        """End the subscriptions."""
        self._pictures.destroy()
        self._camera_info.destroy()
        if self._sound is not None:
            self._sound.destroy()
        if self._head_camera is not None:
            self._head_camera.deactivate()


def picture_of(message: Any) -> Picture:
    """The picture of an Image or CompressedImage; ImageError when it cannot be used."""
    decode = compressed_to_bgr if isinstance(message, CompressedImage) else image_to_bgr
    return decode(message)
