"""The topics that perception listens to: pictures, sound, and what is known of camera and head."""

from collections.abc import Callable
from typing import Any

from rclpy.node import Node
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import Image

from vico_listener.nodes.audio_input import AudioCallback
from vico_listener.nodes.audio_input import AudioInput
from vico_listener.nodes.head_camera import HeadCamera
from vico_listener.nodes.hri_faces import HriFaces
from vico_listener.nodes.hri_faces import require_hri_msgs
from vico_listener.nodes.image_codec import compressed_to_bgr
from vico_listener.nodes.image_codec import image_to_bgr
from vico_listener.nodes.input_subscription import InputSubscription
from vico_listener.nodes.parameters import Parameter
from vico_listener.nodes.parameters import ParameterTable
from vico_listener.render.base import Image as Picture
from vico_listener.speech import AudioFormat

IMAGE_DEPTH = {False: 4, True: 60}
"""Images that DDS keeps, live and lossless.

It never gives back the memory of the most that it has kept. Live, more would only be dropped in
`Feed`.
"""

INPUT_PARAMETERS = (
    Parameter(
        'face_source',
        'camera',
        'camera: the topic image; ros4hri: /humans/faces.',
        choices=('camera', 'ros4hri'),
    ),
    Parameter('image_transport', 'raw', 'Type of the image topic.', choices=('raw', 'compressed')),
    Parameter('use_audio', True, 'False: there is no microphone; nothing waits for audio.'),
    Parameter('audio_stamped', True, 'AudioDataStamped (else AudioData, without stamps).'),
    Parameter('audio_sample_rate', 16000, 'Until audio_info says otherwise [Hz].', 8000, 192000),
    Parameter('audio_channels', 1, 'Until audio_info comes.', 1, 64),
    Parameter('audio_sample_format', 'S16LE', "GStreamer's name, as in audio_info."),
    Parameter(
        'camera_on_head',
        '',
        "Where the pose of a camera on the moving head comes from; '' = it does not move.",
        choices=('', 'joint_state', 'tf'),
    ),
    Parameter('robot', '', 'Robot profile, whose joints move the camera (joint_state).'),
    Parameter('camera_forward', 0.0, 'Camera in front of the neck [m] (joint_state).', -2.0, 2.0),
    Parameter('camera_up', 0.0, 'Camera above the neck [m] (joint_state).', -2.0, 2.0),
    Parameter('base_frame', 'base_link', 'Frame that does not move with the head (tf).'),
    Parameter('camera_frame', '', "Optical frame of the camera; '' = the image's (tf)."),
)
"""Parameters of the perception node that say what comes in."""


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
        table: its parameters, `INPUT_PARAMETERS` and `lossless` among them.
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
        depth = IMAGE_DEPTH[table['lossless']]
        self._pictures: InputSubscription | HriFaces
        if table['face_source'] == 'ros4hri':
            self._pictures = HriFaces(node, on_image, depth)
        else:
            kind = CompressedImage if table['image_transport'] == 'compressed' else Image
            self._pictures = InputSubscription(node, kind, 'image', on_image, depth)
        self._camera_info = InputSubscription(node, CameraInfo, 'camera_info', on_camera_info, 1)
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
