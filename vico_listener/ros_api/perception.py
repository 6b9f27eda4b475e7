"""The ROS API of the node `perception`."""

from vico_listener.choices import ACOUSTICS
from vico_listener.choices import ATTEND
from vico_listener.choices import LISTEN_TO
from vico_listener.choices import LOOKAHEAD
from vico_listener.clock import STAMPS
from vico_listener.ros_api.rows import NodeApi
from vico_listener.ros_api.rows import Parameter
from vico_listener.ros_api.rows import Topic
from vico_listener.ros_api.rows import Value

IMAGE = Topic(
    'image',
    'sensor_msgs/msg/Image',
    'The images of the camera, with `image_transport: raw`.',
    4,
)
COMPRESSED = Topic(
    'image',
    'sensor_msgs/msg/CompressedImage',
    'The images of the camera, with `image_transport: compressed`.',
    4,
)
MIX = 'mix'
"""All channels of the audio, averaged."""
LOSSLESS_IMAGE_DEPTH = 60
"""The number of images that are kept for a replay.

DDS never frees the memory of the largest number of images that it has kept. In live use, the node
would only drop more of them.
"""
CAMERA_INFO = Topic(
    'camera_info',
    'sensor_msgs/msg/CameraInfo',
    'Optional: the intrinsics of the camera.',
    1,
)
AUDIO_STAMPED = Topic(
    'audio',
    'audio_common_msgs/msg/AudioDataStamped',
    'The audio of the microphone, with `audio_stamped: true`.',
    200,
)
AUDIO = Topic(
    'audio',
    'audio_common_msgs/msg/AudioData',
    'The audio of the microphone, with `audio_stamped: false`.',
    200,
)
AUDIO_WITH_FORMAT = Topic(
    'audio',
    'audio_common_msgs/msg/AudioStamped',
    "The audio of the microphone, where mgonzs13's audio_common_msgs are installed.",
    200,
)
AUDIO_INFO = Topic(
    'audio_info',
    'audio_common_msgs/msg/AudioInfo',
    'Optional: the format of the audio.',
    1,
    state=True,
)
REPLAY_WAIT = Topic(
    'replay_wait',
    'vico_listener/msg/ReplayWait',
    'With `lossless`: how far a replay has come that waits for the stack. What is held until more '
    'comes is let go then.',
    10,
)
CONVERSATION_STATE = Topic(
    'conversation_state',
    'std_msgs/msg/String',
    'The conversation state in force, when it changes: while it is `speaking`, no sound counts.',
    1,
    state=True,
)
JOINT_STATES = Topic(
    'joint_states',
    'sensor_msgs/msg/JointState',
    'The joints of the head: perception takes them with `camera_on_head: joint_state` (with `tf` '
    'it follows `/tf`), the head node where the profile says nothing else.',
    50,
)
FACES = Topic(
    '/humans/faces/tracked',
    'hri_msgs/msg/IdsList',
    'The faces that ROS4HRI tracks, with `face_source: ros4hri`.',
    10,
)
FACE_REGION = Topic(
    '/humans/faces/<id>/roi',
    'hri_msgs/msg/NormalizedRegionOfInterest2D',
    'The size of each of these faces.',
    1,
)
FACE_IMAGE = Topic(
    '/humans/faces/<id>/cropped',
    'sensor_msgs/msg/Image',
    'The images of the largest one.',
    4,
)
SPEAKER = Topic(
    'speaker',
    'vico_listener/msg/SpeakerFrame',
    'The speaker, one frame per tick: 30 Hz of stream time.',
    60,
)

PEOPLE = Topic(
    'people',
    'vico_listener/msg/People',
    'The people in view, and to whom the head attends; with every image.',
    10,
)
SPEAKING = Topic(
    'speaking',
    'std_msgs/msg/Bool',
    'Whether the person in view speaks: when it changes, and once a second.',
)
SOUND_DIRECTION = Topic(
    'sound_direction',
    'std_msgs/msg/Float32',
    'Optional: from where sound comes, as an array of microphones tells it [deg], '
    'counter-clockwise seen from above. It helps to tell who speaks.',
    10,
)
SET_ATTEND = Topic(
    '~/set_attend',
    'vico_listener/srv/SetAttend',
    'Sets the parameter `attend`.',
)

PERCEPTION = NodeApi(
    'perception',
    parameters=(
        Parameter(
            'face_source',
            'camera',
            'The source of faces: the topic `image`, or the largest of /humans/faces (ROS4HRI).',
            choices=('camera', 'ros4hri'),
        ),
        Parameter(
            'face',
            'landmarker',
            'The face backend: landmarker, deep3d, or package.module:Class.',
            parts='vico_listener.face:BACKENDS',
        ),
        Parameter(
            'face_model',
            '',
            'Model file of the face backend; empty for the default one.',
            path=True,
        ),
        Parameter('face_threads', 2, 'CPU threads of the face networks.', 1, 16),
        Parameter(
            'fov_deg',
            60.0,
            'Field of view along the longer side of the image, until camera_info arrives [deg].',
            10.0,
            170.0,
        ),
        Parameter(
            'image_transport', 'raw', 'Type of the image topic.', choices=('raw', 'compressed')
        ),
        Parameter(
            'image_rotation',
            'auto',
            'How far the images are turned clockwise to be upright [deg]; auto: as faces show.',
            choices=('0', '90', '180', '270', 'auto'),
        ),
        Parameter(
            'stamps',
            'auto',
            'What joins images and audio, live: the stamps of the header, the time of arrival, or '
            'auto: the header where it can be used.',
            choices=STAMPS,
        ),
        Parameter(
            'use_audio', True, 'Whether there is a microphone; if not, no image waits for audio.'
        ),
        Parameter(
            'audio_stamped', True, 'Whether the audio has stamps (AudioDataStamped, not AudioData).'
        ),
        Parameter(
            'audio_sample_rate',
            16000,
            'Sample rate of the audio until audio_info arrives [Hz].',
            8000,
            192000,
        ),
        Parameter('audio_channels', 1, 'Channels of the audio until audio_info arrives.', 1, 64),
        Parameter(
            'audio_channel',
            MIX,
            'The channel that is heard, from 0, or the mean of all: an array of microphones may '
            'free one of noise and echo (channel 0 of a ReSpeaker).',
            choices=(MIX, *map(str, range(16))),
        ),
        Parameter(
            'audio_sample_format',
            'S16LE',
            'Sample format of the audio until audio_info arrives, by its name in GStreamer.',
        ),
        Parameter(
            'acoustics',
            ACOUSTICS[0],
            "Layout of the acoustic features; vico_release is that of the paper's authors.",
            choices=ACOUSTICS,
        ),
        Parameter(
            'listen_to',
            LISTEN_TO[0],
            'To whom the head listens: the person in view, by voice and mouth; whoever speaks; or '
            'all voiced sound.',
            choices=LISTEN_TO,
        ),
        Parameter(
            'attend',
            ATTEND[0],
            'To whom of several people the head attends: auto (whoever speaks), largest, nearest, '
            'or the id of a person in view (topic `people`), who is attended to until they are '
            'gone.',
            live=True,
        ),
        Parameter(
            'sound_direction_zero',
            0.0,
            'What `sound_direction` says of a sound straight ahead: of the camera, or of the robot '
            'with `camera_on_head` [deg].',
            -360.0,
            360.0,
        ),
        Parameter(
            'audio_wait',
            0.15,
            'The longest time that an image waits for its audio [s of stream time]; live, longer '
            'where audio comes in long chunks or late.',
            0.0,
            1.0,
        ),
        Parameter(
            'speaking_tail',
            0.4,
            'How long no sound counts after the robot has spoken: its voice is still in the room '
            'and on its way through the microphone [s].',
            0.0,
            5.0,
        ),
        Parameter(
            'lookahead',
            0,
            'How many ticks later than the images the sound is, for which they wait; 1 as '
            "networks of the authors' code know it.",
            *LOOKAHEAD,
        ),
        Parameter(
            'lossless', False, 'Whether to process every image, even a late one: for a replay.'
        ),
        Parameter(
            'idle_time',
            1.0,
            'The time for which ticks continue after all input has stopped [s].',
            0.0,
            60.0,
        ),
        Parameter(
            'camera_on_head',
            '',
            'The source of the pose of a camera on the moving head; empty if it does not move.',
            choices=('', 'joint_state', 'tf'),
        ),
        Parameter(
            'robot',
            '',
            'Profile of the robot whose joints move the camera, for `joint_state`.',
            path=True,
        ),
        Parameter(
            'camera_forward',
            0.0,
            "How far the camera is in front of the neck's axes, for `joint_state` [m].",
            -2.0,
            2.0,
        ),
        Parameter(
            'camera_up',
            0.0,
            "How far the camera is above the neck's axes, for `joint_state` [m].",
            -2.0,
            2.0,
        ),
        Parameter('base_frame', 'base_link', 'A frame that does not move with the head, for `tf`.'),
        Parameter(
            'camera_frame',
            '',
            'The optical frame of the camera, for `tf`; empty for the frame of the images.',
        ),
    ),
    subscriptions=(
        IMAGE,
        COMPRESSED,
        CAMERA_INFO,
        AUDIO_STAMPED,
        AUDIO,
        AUDIO_WITH_FORMAT,
        AUDIO_INFO,
        REPLAY_WAIT,
        CONVERSATION_STATE,
        SOUND_DIRECTION,
        JOINT_STATES,
        FACES,
        FACE_REGION,
        FACE_IMAGE,
    ),
    publications=(SPEAKER, PEOPLE, SPEAKING),
    services=(SET_ATTEND,),
    values=(
        Value('images', 'Images that were processed.'),
        Value('repeated_images', 'Images that were dropped because their stamp had come before.'),
        Value('late_images', 'Images that were dropped because their stamp lies before the last.'),
        Value('faceless_images', 'Processed images without a face.'),
        Value(
            'dropped_images',
            'Images that came faster than they could be processed, or never arrived: there is a '
            'gap in the numbers of their messages.',
        ),
        Value('unreadable_images', 'Images that are damaged, or of an unknown kind.'),
        Value(
            'lost_audio_messages',
            'Audio messages that never arrived, or were dropped as the oldest of a backlog.',
        ),
        Value('ticks', 'Ticks that were published.'),
        Value('faceless_ticks', 'Ticks at which no face was known.'),
        Value('audioless_ticks', 'Ticks without audio.'),
        Value('muted', 'Whether no sound counts, because the robot speaks or has just spoken.'),
        Value('muted_ticks', 'Ticks of which that is so.'),
        Value('people', 'The number of people in view.'),
        Value('attend', 'To whom the head attends, of the choices of the parameter `attend`.'),
        Value('elsewhere_ticks', 'Ticks of speech during which the mouth in view kept still.'),
        Value('skipped_ticks', 'Ticks that were skipped in gaps longer than a second.'),
        Value('resets', 'How often the stream began again.'),
        Value('queue', 'Images and chunks of audio that are waiting.'),
        Value('camera', 'The source of the field of view: `camera_info` or `fov_deg`.'),
        Value('camera_misfit', 'Why the `camera_info` does not serve for the images, if so.'),
        Value('image_rotation', 'The angle by which the images are turned clockwise [deg].'),
        Value('audio_format', 'The format of the audio; None without a microphone.'),
        Value('format_changes', 'How often the format of the audio changed.'),
        Value('audio_wait', 'How long an image waits for its audio at most, at present [s].'),
        Value('image_stamps', 'Where the stamps of the images come from: `header` or `arrival`.'),
        Value('audio_stamps', 'Where those of the audio come from.'),
        Value(
            'audio_behind',
            'How much later than an image the audio of its time arrives; negative: earlier; nan '
            'while replaying [s].',
        ),
        Value('corrected_faces', 'With `camera_on_head`: faces whose pose was corrected.'),
        Value(
            'uncorrected_faces',
            "With `camera_on_head`: faces for which the head's pose was not known.",
        ),
        Value(
            'image_*_ms', 'Time from an image to its motion; in a replay, to its published command.'
        ),
    ),
)
