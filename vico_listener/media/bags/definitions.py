"""Message types that bags of this package hold, known without a ROS."""

from functools import cache
from typing import Any

from rosbags.typesys import Stores
from rosbags.typesys import get_types_from_msg
from rosbags.typesys import get_typestore

from vico_listener.clock import NANOSECONDS
from vico_listener.resources import resource_path

CAMERA_INFO = 'sensor_msgs/msg/CameraInfo'
IMAGE = 'sensor_msgs/msg/Image'
COMPRESSED_IMAGE = 'sensor_msgs/msg/CompressedImage'
AUDIO_STAMPED = 'audio_common_msgs/msg/AudioDataStamped'
AUDIO_PLAIN = 'audio_common_msgs/msg/AudioData'
AUDIO_FOREIGN = 'audio_common_msgs/msg/AudioStamped'
"""The type of mgonzs13's package, which has the same name as ros-drivers' and other types."""
AUDIO_INFO = 'audio_common_msgs/msg/AudioInfo'
ATTITUDE = 'std_msgs/msg/String'
FACE_MOTION = 'vico_listener/msg/FaceMotion'
LISTENER_MOTION = 'vico_listener/msg/ListenerMotion'

_OWN = {'vico_listener': 'msg', 'audio_common_msgs': 'third_party/audio_common_msgs/msg'}


@cache
def typestore() -> Any:
    """Return the types of ROS 2 Jazzy, of this package and of ros-drivers' audio_common_msgs.

    Raises:
        FileNotFoundError: the package's own definitions are not installed.
    """
    store = get_typestore(Stores.ROS2_JAZZY)
    for package, folder in _OWN.items():
        types: dict[str, Any] = {}
        for path in sorted(resource_path(folder).glob('*.msg')):
            text = path.read_text(encoding='utf-8')
            types |= get_types_from_msg(text, f'{package}/msg/{path.stem}')
        store.register(types)
    return store


def new_message(kind: str, **fields: Any) -> Any:
    """Return a message of type `kind` (``package/msg/Name``) with its fields, all of them."""
    return typestore().types[kind](**fields)


def time_of(stamp: int) -> Any:
    """Return the builtin_interfaces/Time of a stamp in ns."""
    seconds, nanoseconds = divmod(stamp, NANOSECONDS)
    return new_message('builtin_interfaces/msg/Time', sec=seconds, nanosec=nanoseconds)


def header_of(stamp: int, frame_id: str) -> Any:
    """Return a std_msgs/Header with a stamp in ns and a frame."""
    return new_message('std_msgs/msg/Header', stamp=time_of(stamp), frame_id=frame_id)
