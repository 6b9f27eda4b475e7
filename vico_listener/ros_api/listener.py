"""The ROS API of the node `listener`."""

from vico_listener.choices import LARGEST_KNOB
from vico_listener.choices import LARGEST_SEED
from vico_listener.choices import VOCAL
from vico_listener.choices import Attitude
from vico_listener.choices import ConversationState
from vico_listener.choices import Preset
from vico_listener.ros_api.perception import CONVERSATION_STATE
from vico_listener.ros_api.perception import SPEAKER
from vico_listener.ros_api.rows import NodeApi
from vico_listener.ros_api.rows import Parameter
from vico_listener.ros_api.rows import Topic
from vico_listener.ros_api.rows import Value

ATTITUDE = Topic('attitude', 'std_msgs/msg/String', 'Sets the parameter `attitude`.', 1, state=True)
ACTIVE = Topic('active', 'std_msgs/msg/Bool', 'Sets the parameter `active`.')
SET_ACTIVE = Topic('~/set_active', 'std_srvs/srv/SetBool', 'Sets the parameter `active`.')
SET_CONVERSATION_STATE = Topic(
    '~/set_conversation_state',
    'vico_listener/srv/SetConversationState',
    'Sets the parameter `conversation_state`.',
)
ROBOT_SPEAKING = Topic(
    'robot_speaking',
    'std_msgs/msg/Bool',
    'Whether the robot itself speaks: said when it begins and when it ends, or all the time. '
    'Meanwhile the conversation state is `speaking`.',
    state=True,
)
SPEAKING_TIMEOUT = Parameter(
    'speaking_timeout',
    30.0,
    'How long a `robot_speaking` that is true holds unless it is said again [s].',
    0.1,
    3600.0,
)
EVENT = Topic(
    'listener_event',
    'vico_listener/msg/ListenerEvent',
    'What the listener decides on, before the motion begins.',
)
TURN = Topic(
    'turn',
    'vico_listener/msg/Turn',
    'Whether the person speaks, pauses or has ended the turn; and, while the robot speaks, whether '
    'they take the floor.',
)
GESTURE = Topic(
    'gesture',
    'std_msgs/msg/String',
    'Makes the head gesture now: "nod", "nod 2" (twice), "shake size=0.5 speed=0.8 side=right".',
)
PERFORM_GESTURE = Topic(
    '~/perform_gesture',
    'vico_listener/action/PerformGesture',
    'Makes the head gesture now, and tells how far it has come.',
)
MOTION = Topic(
    'motion',
    'vico_listener/msg/ListenerMotion',
    "The listener's motion, one for each speaker frame while it is active.",
    60,
)

KNOBS = tuple(
    Parameter(name, 1.0, description, 0.0, LARGEST_KNOB, live=True)
    for name, description in (
        ('head_gain', 'Scales pose and gestures of the head.'),
        ('face_gain', 'Scales what the face shows, blinks excluded.'),
        ('gesture_rate', 'Scales how often nods, shakes, beats and glances are made.'),
        ('mimicry', "Scales how much of the speaker's smiles, nods and posture is returned."),
        ('gaze', 'Scales how far the gaze wanders from the person.'),
    )
)

LISTENER = NodeApi(
    'listener',
    parameters=(
        Parameter(
            'listener',
            'lstm',
            'The listener: lstm, rules, or package.module:Class.',
            parts='vico_listener.listener:LISTENERS',
        ),
        Parameter(
            'checkpoint',
            '',
            'Folder with the network of the listener lstm; empty for the one that ships.',
            path=True,
        ),
        Parameter(
            'runtime',
            'onnx',
            "The runtime of the listener's network: onnx, numba, torch, or package.module:Class.",
            parts='vico_listener.listener.model.runtimes:RUNTIMES',
        ),
        Parameter(
            'seed',
            -1,
            'Seed of blinks, breathing, gaze and random decisions; -1 to take it from the first '
            'frame: no two live starts are alike, and a recording is always answered alike.',
            -1,
            LARGEST_SEED,
        ),
        Parameter(
            'personality',
            -1,
            'Seed of a random personality; -1 for the default one.',
            -1,
            LARGEST_SEED,
        ),
        Parameter(
            'attitude',
            Attitude.NEUTRAL.value,
            "The listener's attitude towards the speaker.",
            choices=tuple(attitude.value for attitude in Attitude),
            live=True,
        ),
        Parameter('intensity', 1.0, 'How strongly the attitude shows.', 0.0, 1.0, live=True),
        Parameter(
            'preset',
            Preset.ATTENTIVE.value,
            'How much the listener moves: as in short clips, in everyday talk, with a still head '
            'and a lively face, or calmly. The five knobs that follow scale what it sets.',
            choices=tuple(preset.value for preset in Preset),
            live=True,
        ),
        *KNOBS,
        Parameter(
            'active',
            True,
            'Whether the listener moves; if not, it eases out and then publishes no motion.',
            live=True,
        ),
        Parameter(
            'conversation_state',
            'listening',
            'Whose turn it is: the listener listens, thinks, speaks, or nobody is there. What '
            'comes over `robot_speaking` has precedence.',
            choices=tuple(state.value for state in ConversationState),
            live=True,
        ),
        Parameter(
            'vocal',
            VOCAL[0],
            'Whether the listener says "mm-hm" and the like: not at all, by telling of it in '
            '`listener_event` for a voice of your own, or by playing clips as well.',
            choices=VOCAL,
            live=True,
        ),
        Parameter(
            'vocal_folder',
            '',
            'Folder of the clips that are played (mm-hm.wav, yeah_2.wav, oh.wav, hm.wav); empty: '
            'those that eSpeak NG makes, where it is installed.',
            path=True,
        ),
        SPEAKING_TIMEOUT,
        Parameter(
            'away_after',
            0.0,
            'How long nobody is in view or speaks until the conversation state is `away` of '
            'itself [s]; 0 for never.',
            0.0,
            3600.0,
            live=True,
        ),
        Parameter('idle', True, 'Whether the listener blinks, breathes and shifts its gaze.'),
        Parameter(
            'portrait', '', 'Photo of the reference face; empty for a neutral face.', path=True
        ),
        Parameter(
            'face_model',
            '',
            'Model of Deep3DFaceRecon (epoch_20.pth, or a .mat) that measures the portrait for a '
            'network in bfm64.',
            path=True,
        ),
        Parameter('frame_id', 'head', "Frame of the listener's head in its messages."),
    ),
    subscriptions=(SPEAKER, ATTITUDE, ACTIVE, ROBOT_SPEAKING, GESTURE),
    publications=(MOTION, CONVERSATION_STATE, EVENT, TURN),
    services=(SET_ACTIVE, SET_CONVERSATION_STATE),
    actions=(PERFORM_GESTURE,),
    values=(
        Value('listener', 'The listener.'),
        Value('attitude', 'The attitude that is set.'),
        Value('intensity', 'The intensity that is set.'),
        Value('preset', 'The preset that is set.'),
        Value('active', 'Whether it is active.'),
        Value('conversation_state', 'The conversation state in force.'),
        Value('steps', 'Ticks that were answered.'),
        Value('resets', 'How often the stream began again.'),
        Value('invalid_frames', 'Frames with numbers that are not finite.'),
        Value(
            'foreign_frames',
            'Frames with a face or acoustic features that the listener cannot understand.',
        ),
        Value('step_*_ms', 'Time that a step takes.'),
    ),
)
