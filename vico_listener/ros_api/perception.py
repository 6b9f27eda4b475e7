"""The ROS API of the node `perception`."""

from vico_listener.choices import ACOUSTICS
from vico_listener.choices import ATTEND
from vico_listener.choices import LARGEST_MOUNTING
from vico_listener.choices import LISTEN_TO
from vico_listener.choices import LOOKAHEAD
from vico_listener.choices import TURN_ENDS
from vico_listener.clock import STAMPS
from vico_listener.ros_api.rows import NodeApi
from vico_listener.ros_api.rows import Parameter
from vico_listener.ros_api.rows import Topic
from vico_listener.ros_api.rows import Value

IMAGE = Topic(
    'image',
    'sensor_msgs/msg/Image',
    'The camera images, if `image_transport` is `raw`.',
    4,
)
COMPRESSED = Topic(
    'image',
    'sensor_msgs/msg/CompressedImage',
    'The camera images, if `image_transport` is `compressed`.',
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
    'Optional: the camera intrinsics.',
    1,
)
AUDIO_STAMPED = Topic(
    'audio',
    'audio_common_msgs/msg/AudioDataStamped',
    'The microphone audio, if `audio_stamped` is true.',
    200,
)
AUDIO = Topic(
    'audio',
    'audio_common_msgs/msg/AudioData',
    'The microphone audio, if `audio_stamped` is false.',
    200,
)
AUDIO_WITH_FORMAT = Topic(
    'audio',
    'audio_common_msgs/msg/AudioStamped',
    'The microphone audio with its format, if the audio_common_msgs package of '
    'mgonzs13/audio_common is installed.',
    200,
)
AUDIO_INFO = Topic(
    'audio_info',
    'audio_common_msgs/msg/AudioInfo',
    'Optional: the format of the audio.',
    1,
    state=True,
)
ROBOT_VOICE_STAMPED = Topic(
    'robot_voice',
    'audio_common_msgs/msg/AudioDataStamped',
    "Optional: the robot's own speech, stamped with the time at which it is played. With "
    'the extra `echo`, it is removed from the microphone audio.',
    200,
)
ROBOT_VOICE_WITH_FORMAT = Topic(
    'robot_voice',
    'audio_common_msgs/msg/AudioStamped',
    "The robot's own speech, if the audio_common_msgs package of mgonzs13/audio_common is "
    'installed.',
    200,
)
ROBOT_VOICE_INFO = Topic(
    'robot_voice_info',
    'audio_common_msgs/msg/AudioInfo',
    'Optional: the format of `robot_voice`.',
    1,
    state=True,
)
VOCAL_SOUND = Topic(
    'vocal_sound',
    'audio_common_msgs/msg/AudioDataStamped',
    'With `vocal: play`, the sound of each vocal (mono S16LE, 16 kHz), stamped with the time at '
    "which it begins to be played. `perception` does not take it for the person's voice.",
)
VOCAL_SOUND_WITH_FORMAT = Topic(
    'vocal_sound',
    'audio_common_msgs/msg/AudioStamped',
    'The sound of each vocal, if the audio_common_msgs package of mgonzs13/audio_common is '
    'installed.',
)
REPLAY_WAIT = Topic(
    'replay_wait',
    'vico_listener/msg/ReplayWait',
    'How far a replay has played when it pauses for the stack; used with `lossless`. The '
    'node then processes the input that it was holding back.',
    10,
)
CONVERSATION_STATE = Topic(
    'conversation_state',
    'std_msgs/msg/String',
    'The current conversation state, published when it changes. While it is `speaking`, '
    'the head ignores all sound.',
    1,
    state=True,
)
JOINT_STATES = Topic(
    'joint_states',
    'sensor_msgs/msg/JointState',
    'The joint positions of the head. Perception uses them if `camera_on_head` is '
    '`joint_state`; the head node uses them unless the robot profile names another source.',
    50,
)
COMMANDED = Topic(
    'head/commanded',
    'sensor_msgs/msg/JointState',
    'The commanded joint positions of the head. Perception uses them if `camera_on_head` '
    'is `command`.',
    50,
)
CAMERA_TF = Topic(
    '/tf',
    'tf2_msgs/msg/TFMessage',
    'The pose of the camera on the head, if `camera_on_head` is `tf`.',
    100,
)
CAMERA_TF_STATIC = Topic(
    '/tf_static',
    'tf2_msgs/msg/TFMessage',
    'The static part of /tf.',
    10,
    state=True,
)
FACES = Topic(
    '/humans/faces/tracked',
    'hri_msgs/msg/IdsList',
    'The faces that ROS4HRI tracks: subscribed if `face_source` is `ros4hri`; published if '
    'it is `camera` and `publish_humans` is true.',
    10,
)
FACE_REGION = Topic(
    '/humans/faces/<id>/roi',
    'hri_msgs/msg/NormalizedRegionOfInterest2D',
    'The image region of each tracked face. The head uses the largest face.',
    1,
)
FACE_IMAGE = Topic(
    '/humans/faces/<id>/cropped',
    'sensor_msgs/msg/Image',
    'The images of the largest face.',
    4,
)
FACS = Topic(
    '/humans/faces/<id>/facs',
    'hri_msgs/msg/FacialActionUnits',
    "With `publish_humans`: the action units of the speaker's face.",
)
FACE_EXPRESSION = Topic(
    '/humans/faces/<id>/expression',
    'hri_msgs/msg/Expression',
    "With `publish_humans`: the expression of the speaker's face.",
)
PERSONS = Topic(
    '/humans/persons/tracked',
    'hri_msgs/msg/IdsList',
    'The persons that ROS4HRI tracks, with `face_source: ros4hri` or `publish_humans`.',
)
PERSON_FACE = Topic(
    '/humans/persons/<id>/face_id',
    'std_msgs/msg/String',
    'The face of each of these persons.',
    state=True,
)
ENGAGEMENT = Topic(
    '/humans/persons/<id>/engagement_status',
    'hri_msgs/msg/EngagementLevel',
    'The engagement of each person. The head does not attend to disengaged persons while '
    'others are in view.',
)
SPEAKER = Topic(
    'speaker',
    'vico_listener/msg/SpeakerFrame',
    'What is known about the speaker, one frame per tick (30 per second of stream time).',
    60,
)

PEOPLE = Topic(
    'people',
    'vico_listener/msg/People',
    'The people in view and the one whom the head attends to; published for every image.',
    10,
)
SPEAKING = Topic(
    'speaking',
    'std_msgs/msg/Bool',
    'Whether the person in view is speaking; published when it changes and once a second.',
)
SOUND_DIRECTION = Topic(
    'sound_direction',
    'std_msgs/msg/Float32',
    'Optional: the direction of the sound as a microphone array reports it [deg], '
    'counter-clockwise seen from above. It helps to tell who is speaking.',
    10,
)
SET_ATTEND = Topic(
    '~/set_attend',
    'vico_listener/srv/SetAttend',
    'Sets the parameter `attend`, and answers whether that was possible.',
)

MOUNTING = {
    'forward': "How far the camera is in front of the neck's axes [m]",
    'left': "How far the camera is to the left of the neck's axes [m]",
    'up': "How far the camera is above the neck's axes [m]",
    'pitch': 'The angle by which the camera is turned down [deg]',
    'yaw': 'The angle by which the camera is turned to the left [deg]',
}
"""The parts of a camera's mounting, in words."""
OF_MOUNTING = (
    'while the head looks straight ahead. It is not used if `camera_on_head` is `tf`; for '
    'a camera that does not move, it is used only by `follow`.'
)

PERCEPTION = NodeApi(
    'perception',
    parameters=(
        Parameter(
            'face_source',
            'camera',
            'Where faces come from: the images on the topic `image` (camera), or the '
            'largest face under /humans/faces (ros4hri).',
            choices=('camera', 'ros4hri'),
        ),
        Parameter(
            'publish_humans',
            False,
            "Whether to publish the people in view and the speaker's expression for "
            'ROS4HRI, and to use its engagement levels; needs hri_msgs. With `face_source: '
            'ros4hri`, only the expression is published.',
        ),
        Parameter(
            'face',
            'landmarker',
            'The face backend, which finds and measures the face: landmarker, deep3d, or '
            'package.module:Class.',
            parts='vico_listener.face:BACKENDS',
        ),
        Parameter(
            'face_model',
            '',
            'The model file of the face backend; empty for its default.',
            path=True,
        ),
        Parameter(
            'face_rate',
            0.0,
            'How many images per second are searched for faces at most, for a small '
            'computer; 0 for all. The other images reuse the last face, so that the motion '
            'stays even.',
            0.0,
            120.0,
        ),
        Parameter('face_threads', 2, 'The number of CPU threads for the face networks.', 1, 16),
        Parameter(
            'fov_deg',
            60.0,
            'The field of view along the longer side of the image [deg], used until '
            'camera_info arrives.',
            10.0,
            170.0,
        ),
        Parameter(
            'image_transport',
            'raw',
            'The type of the image topic: sensor_msgs/Image (raw) or '
            'sensor_msgs/CompressedImage (compressed).',
            choices=('raw', 'compressed'),
        ),
        Parameter(
            'image_rotation',
            'auto',
            'The angle by which images must be turned clockwise to be upright [deg]; auto '
            'finds it from the faces.',
            choices=('0', '90', '180', '270', 'auto'),
        ),
        Parameter(
            'stamps',
            'auto',
            'How live images and audio are aligned: by the stamps in their headers '
            '(header), by the time at which they arrive (arrival), or by the headers as '
            'long as these are usable (auto).',
            choices=STAMPS,
        ),
        Parameter(
            'use_audio',
            True,
            'Whether there is a microphone; if false, images do not wait for audio.',
        ),
        Parameter(
            'audio_stamped',
            True,
            'Whether audio messages carry stamps: AudioDataStamped if true, AudioData if false.',
        ),
        Parameter(
            'audio_sample_rate',
            16000,
            'The sample rate of the audio [Hz], used until audio_info arrives.',
            8000,
            192000,
        ),
        Parameter(
            'audio_channels',
            1,
            'The number of audio channels, used until audio_info arrives.',
            1,
            64,
        ),
        Parameter(
            'audio_channel',
            MIX,
            'The audio channel to listen to, counted from 0, or mix for the mean of all. '
            'Some microphone arrays remove noise and echo from one channel (on a '
            'ReSpeaker, channel 0).',
            choices=(MIX, *map(str, range(16))),
        ),
        Parameter(
            'audio_sample_format',
            'S16LE',
            'The sample format of the audio by its GStreamer name, used until audio_info arrives.',
        ),
        Parameter(
            'robot_voice_sample_rate',
            16000,
            'The sample rate of `robot_voice` [Hz], used until robot_voice_info arrives; '
            'until then, one channel of S16LE is assumed.',
            8000,
            192000,
        ),
        Parameter(
            'acoustics',
            ACOUSTICS[0],
            "The layout of the acoustic features; vico_release is the one that the paper's "
            'authors use.',
            choices=ACOUSTICS,
        ),
        Parameter(
            'listen_to',
            LISTEN_TO[0],
            'What the head listens to: the person in view, by voice and mouth (speaker), '
            'anybody who speaks (speech), or all voiced sound (sound).',
            choices=LISTEN_TO,
        ),
        Parameter(
            'attend',
            ATTEND[0],
            'Which of several people the head attends to: auto (whoever speaks), largest, '
            'nearest, or the id of a person in view (topic `people`), whom it attends to '
            'until they leave.',
            live=True,
        ),
        Parameter(
            'sound_direction_zero',
            0.0,
            'The value of `sound_direction` for a sound straight ahead of the camera or, '
            "with `camera_on_head`, of the robot's base [deg].",
            -360.0,
            360.0,
        ),
        Parameter(
            'audio_wait',
            0.15,
            'The longest time that an image waits for its audio [s of stream time]. A live '
            'head extends it if audio arrives late or in long chunks.',
            0.0,
            1.0,
        ),
        Parameter(
            'speaking_tail',
            0.4,
            'How long the head goes on ignoring sound after the robot has spoken [s], '
            "while the robot's voice still echoes in the room and passes through the "
            'microphone.',
            0.0,
            5.0,
        ),
        Parameter(
            'lookahead',
            0,
            'How many ticks the sound is ahead of the image that it is combined with; each '
            "image waits for its sound. Networks trained with the authors' code need 1.",
            *LOOKAHEAD,
        ),
        Parameter(
            'turn_ends',
            TURN_ENDS[0],
            "How the end of the speaker's turn is recognised: by a network (model), by the "
            'pause and the ending of the voice (rule), or by the network if it is '
            'installed (auto).',
            choices=TURN_ENDS,
        ),
        Parameter(
            'lossless', False, 'Whether to process every image, even a late one, as a replay needs.'
        ),
        Parameter(
            'idle_time',
            1.0,
            'How long ticks continue after all input has stopped [s].',
            0.0,
            60.0,
        ),
        Parameter(
            'camera_on_head',
            '',
            'Where the pose of a camera that moves with the head comes from: joint_state, '
            'tf, or command (the commanded position, for a robot that does not report its '
            'position). Empty for a camera that does not move.',
            choices=('', 'joint_state', 'tf', 'command'),
        ),
        Parameter(
            'robot',
            '',
            'The profile of the robot whose joints move the camera, if `camera_on_head` is '
            '`joint_state` or `command`.',
            path=True,
        ),
        *(
            Parameter(f'camera_{part}', 0.0, f'{MOUNTING[part]}, {OF_MOUNTING}', -most, most)
            for part, most in LARGEST_MOUNTING.items()
        ),
        Parameter(
            'base_frame',
            'base_link',
            'A frame that does not move with the head, if `camera_on_head` is `tf`.',
        ),
        Parameter(
            'camera_frame',
            '',
            'The optical frame of the camera, if `camera_on_head` is `tf`; empty for the '
            'frame_id of the images.',
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
        ROBOT_VOICE_STAMPED,
        ROBOT_VOICE_WITH_FORMAT,
        VOCAL_SOUND,
        VOCAL_SOUND_WITH_FORMAT,
        ROBOT_VOICE_INFO,
        REPLAY_WAIT,
        CONVERSATION_STATE,
        SOUND_DIRECTION,
        JOINT_STATES,
        COMMANDED,
        CAMERA_TF,
        CAMERA_TF_STATIC,
        FACES,
        FACE_REGION,
        FACE_IMAGE,
        PERSONS,
        PERSON_FACE,
        ENGAGEMENT,
    ),
    publications=(SPEAKER, PEOPLE, SPEAKING, FACES, FACE_REGION, FACS, FACE_EXPRESSION),
    services=(SET_ATTEND,),
    values=(
        Value('images', 'Images that were processed.'),
        Value(
            'repeated_images',
            'Images that were dropped because an image with the same stamp had already arrived.',
        ),
        Value('late_images', 'Images that were dropped because a newer one had already arrived.'),
        Value('held_images', 'Images that were not searched for faces because of `face_rate`.'),
        Value('faceless_images', 'Processed images without a face.'),
        Value(
            'dropped_images',
            'Images that came faster than they could be processed, or that never arrived, '
            'as a gap in the sequence numbers of the messages shows.',
        ),
        Value('unreadable_images', 'Images that are damaged or have an unknown encoding.'),
        Value(
            'lost_audio_messages',
            'Audio messages that never arrived, or were dropped because too many were waiting.',
        ),
        Value('ticks', 'Ticks that were published.'),
        Value('faceless_ticks', 'Ticks at which no face was known.'),
        Value('audioless_ticks', 'Ticks without audio.'),
        Value(
            'muted', 'Whether sound is being ignored because the robot speaks or has just spoken.'
        ),
        Value('muted_ticks', 'Ticks at which sound was ignored for that reason.'),
        Value('echo_canceller', "Whether the robot's own voice is removed from the audio."),
        Value(
            'robot_voice_late',
            'Chunks of `robot_voice` that arrived too late to be removed from the audio.',
        ),
        Value(
            'robot_voice_stamps',
            'Where the stamps of `robot_voice` come from: `header` or `arrival`.',
        ),
        Value('turn_ends', 'What tells the ends of turns: `model` or `rule`.'),
        Value('turn_questions', 'The pauses in which the network was asked about the turn.'),
        Value(
            'turn_answers_late',
            'Those of them in which it answered too late, so that the rule decided at first.',
        ),
        Value('people', 'The number of people in view.'),
        Value('attend', 'The value of the parameter `attend`.'),
        Value(
            'elsewhere_ticks',
            'Ticks at which speech was heard although the mouth in view kept still.',
        ),
        Value(
            'skipped_ticks',
            'Ticks that were left out because the input had a gap longer than a second.',
        ),
        Value('resets', 'How often the stream began again.'),
        Value('queue', 'Images and chunks of audio that are waiting.'),
        Value('camera', 'The source of the field of view: `camera_info` or `fov_deg`.'),
        Value('camera_misfit', 'Why `camera_info` does not fit the images; empty if it does.'),
        Value('image_rotation', 'The angle by which the images are turned clockwise [deg].'),
        Value('audio_format', 'The format of the audio; None if there is no microphone.'),
        Value('format_changes', 'How often the format of the audio changed.'),
        Value('audio_wait', 'How long an image currently waits for its audio at most [s].'),
        Value('image_stamps', 'Where the stamps of the images come from: `header` or `arrival`.'),
        Value('audio_stamps', 'Where the stamps of the audio come from: `header` or `arrival`.'),
        Value(
            'audio_behind',
            'How much later than an image the audio of the same moment arrives [s]; '
            'negative if it arrives earlier, nan during a replay.',
        ),
        Value(
            'corrected_faces',
            'With `camera_on_head`: faces whose pose was corrected for the movement of the head.',
        ),
        Value(
            'uncorrected_faces',
            'With `camera_on_head`: faces that were not corrected because the pose of the '
            'head was unknown.',
        ),
        Value(
            'stamps_late_ms',
            'With `camera_on_head`: how old the images are at their stamps, as the movement of '
            'the head shows; this is allowed for.',
        ),
        Value(
            'image_*_ms', 'Time from an image to its motion; in a replay, to its published command.'
        ),
    ),
)
