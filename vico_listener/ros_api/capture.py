"""The ROS API of the node `capture`, which brings this computer's camera and microphone."""

from dataclasses import replace

from vico_listener.ros_api import perception
from vico_listener.ros_api.rows import NodeApi
from vico_listener.ros_api.rows import Parameter
from vico_listener.ros_api.rows import Value

IMAGE = replace(perception.IMAGE, description='The images of the camera (bgr8).', depth=2)
AUDIO = replace(perception.AUDIO_STAMPED, description='The audio of the microphone (S16LE).')
AUDIO_INFO = replace(perception.AUDIO_INFO, description='The format of the audio.')

CAPTURE = NodeApi(
    'capture',
    parameters=(
        Parameter(
            'camera',
            '0',
            'The number or device file of a camera, or a video file, which is played again '
            'and again.',
            path=True,
        ),
        Parameter(
            'microphone',
            '',
            'The number or a part of the name of a microphone, a file with audio, or '
            '`none`. If empty, it is the audio of the video or, with a camera, the '
            "computer's microphone.",
            path=True,
        ),
        Parameter('width', 640, 'The image width to request from the camera [px].', 16, 7680),
        Parameter('height', 480, 'The image height to request from the camera [px].', 16, 4320),
        Parameter(
            'fps', 30.0, 'The number of images per second to request from the camera.', 1.0, 240.0
        ),
        Parameter('frame_id', 'camera', 'The frame_id of the images.'),
    ),
    publications=(IMAGE, AUDIO, AUDIO_INFO),
    values=(
        Value('images', 'Images that were published.'),
        Value('audio_chunks', 'Chunks of audio that were published.'),
    ),
)
