"""The ROS API of the node `capture`, which brings this computer's camera and microphone."""

from dataclasses import replace

from vico_listener.ros_api import perception
from vico_listener.ros_api.rows import NodeApi
from vico_listener.ros_api.rows import Parameter
from vico_listener.ros_api.rows import Value

IMAGE = replace(perception.IMAGE, description='The images of the camera (bgr8).', depth=2)
AUDIO = replace(perception.AUDIO_STAMPED, description='What the microphone hears (S16LE).')
AUDIO_INFO = replace(perception.AUDIO_INFO, description='The format of that.')

CAPTURE = NodeApi(
    'capture',
    parameters=(
        Parameter(
            'camera',
            '0',
            'The number or device file of a camera, or a video, which is played again and again.',
            path=True,
        ),
        Parameter(
            'microphone',
            '',
            'The number or a part of the name of a microphone, a file with audio, or `none`; empty '
            "for the audio of a video, else the computer's microphone.",
            path=True,
        ),
        Parameter('width', 640, 'Width to ask the camera for [px].', 16, 7680),
        Parameter('height', 480, 'Height to ask the camera for [px].', 16, 4320),
        Parameter('fps', 30.0, 'Images a second to ask the camera for.', 1.0, 240.0),
        Parameter('frame_id', 'camera', 'Frame of the camera.'),
    ),
    publications=(IMAGE, AUDIO, AUDIO_INFO),
    values=(
        Value('images', 'Images that were published.'),
        Value('audio_chunks', 'Chunks of audio that were published.'),
    ),
)
