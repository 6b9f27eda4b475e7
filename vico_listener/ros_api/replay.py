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
AUDIO = replace(
    perception.AUDIO_STAMPED, description='The audio of the clip or bag (S16LE).', depth=DEPTH
)
AUDIO_INFO = replace(
    perception.AUDIO_INFO, description='The format of the audio, published again every 5 s.'
)
BAG_ATTITUDE = replace(ATTITUDE, description='The attitude, if the bag holds one.')
CAMERA_INFO = replace(
    perception.CAMERA_INFO, description='The camera intrinsics, if the bag holds them.'
)
REPLAY_WAIT = replace(
    perception.REPLAY_WAIT,
    description='How far the replay has played when it waits for the stack; it sends nothing more '
    'until the stack has answered.',
)
SPEAKER = replace(
    perception.SPEAKER,
    description='The frames by which the stack answers, for which the replay waits.',
    depth=DEPTH,
)
CLOCK = Topic('/clock', 'rosgraph_msgs/msg/Clock', 'Stream time, at 20 Hz.')

REPLAY = NodeApi(
    'replay',
    parameters=(
        Parameter('clip', '', 'The video to play.', path=True),
        Parameter(
            'bag',
            '',
            'The rosbag2 bag to play instead of a video: a folder, or a .mcap or .db3 file.',
            path=True,
        ),
        Parameter(
            'image_topic', '', 'The image topic of the bag to play; empty if it has only one.'
        ),
        Parameter(
            'audio_topic',
            '',
            'The audio topic of the bag to play; empty if it has only one. With `none`, '
            'neither a bag nor a clip is played with audio.',
        ),
        Parameter(
            'audio_sample_rate',
            16000,
            'The sample rate of the audio [Hz], if the bag holds no audio_info.',
            8000,
            192000,
        ),
        Parameter(
            'audio_channels',
            1,
            'The number of audio channels, if the bag holds no audio_info.',
            1,
            64,
        ),
        Parameter(
            'audio_sample_format',
            'S16LE',
            'The sample format of the audio, if the bag holds no audio_info.',
        ),
        Parameter(
            'stamps',
            'auto',
            'What orders the messages of a bag: the stamps in their headers (header), the '
            'times at which they were recorded (arrival), or the headers if they fit '
            'together (auto).',
            choices=STAMPS,
        ),
        Parameter(
            'rate',
            1.0,
            'The speed, as a multiple of real time; 0 plays as fast as the stack can follow.',
            0.0,
            100.0,
        ),
        Parameter('loop', False, 'Whether to play it again and again.'),
        Parameter('frame_id', 'camera', 'The frame_id of the images.'),
        Parameter(
            'settle_time',
            0.0,
            'How long to wait before the start [s], so that separate nodes have found each other.',
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
