"""The ROS API of the node `replay`, which plays a clip or a bag to the stack."""

from dataclasses import replace

from vico_listener.clock import STAMPS
from vico_listener.ros_api import perception
from vico_listener.ros_api.listener import ATTITUDE
from vico_listener.ros_api.rows import NodeApi
from vico_listener.ros_api.rows import Parameter
from vico_listener.ros_api.rows import Topic
from vico_listener.ros_api.rows import Value

DEPTH = 100

IMAGE = replace(perception.IMAGE, description='The images of the clip or bag (bgr8).', depth=DEPTH)
AUDIO = replace(perception.AUDIO_STAMPED, description='Its audio (S16LE).', depth=DEPTH)
AUDIO_INFO = replace(
    perception.AUDIO_INFO, description='The format of its audio; said again every 5 s.'
)
BAG_ATTITUDE = replace(ATTITUDE, description='The attitude of a bag that holds one.')
CAMERA_INFO = replace(
    perception.CAMERA_INFO, description='The intrinsics of the camera of a bag that holds them.'
)
REPLAY_WAIT = replace(
    perception.REPLAY_WAIT,
    description='How far it has come, while it waits for the stack: nothing more comes before an '
    'answer.',
)
SPEAKER = replace(perception.SPEAKER, description='What the replay waits for.', depth=DEPTH)
CLOCK = Topic('/clock', 'rosgraph_msgs/msg/Clock', 'Stream time, 20 Hz.')

REPLAY = NodeApi(
    'replay',
    parameters=(
        Parameter('clip', '', 'The video that is played.', path=True),
        Parameter(
            'bag',
            '',
            'The rosbag2 bag that is played instead: a folder, a .mcap or a .db3 file.',
            path=True,
        ),
        Parameter('image_topic', '', "The bag's camera; without, the only topic with images."),
        Parameter(
            'audio_topic',
            '',
            "The bag's microphone; `none` plays no audio, of a clip either; without, the only "
            'topic with audio.',
        ),
        Parameter(
            'audio_sample_rate',
            16000,
            'Sample rate of a bag without audio_info [Hz].',
            8000,
            192000,
        ),
        Parameter('audio_channels', 1, 'Channels of a bag without audio_info.', 1, 64),
        Parameter(
            'audio_sample_format',
            'S16LE',
            'Sample format of a bag without audio_info.',
        ),
        Parameter(
            'stamps',
            'auto',
            'What the stamps of a bag are: those of the headers, the times of arrival (of '
            'recording), or `auto`: the headers where these can be joined.',
            choices=STAMPS,
        ),
        Parameter('rate', 1.0, 'Speed; 0 plays as fast as the stack can follow.', 0.0, 100.0),
        Parameter('loop', False, 'Whether it is played again and again.'),
        Parameter('frame_id', 'camera', 'Frame of the camera.'),
        Parameter(
            'settle_time',
            0.0,
            'Wait before the start, so that separate nodes find each other [s].',
            0.0,
            60.0,
        ),
    ),
    subscriptions=(SPEAKER,),
    publications=(IMAGE, CAMERA_INFO, AUDIO, AUDIO_INFO, REPLAY_WAIT, BAG_ATTITUDE, CLOCK),
    values=(
        Value('images', 'Images that were played.'),
        Value('audio_chunks', 'Chunks of audio that were played.'),
    ),
)
