"""The ROS API of the node `listener`."""

from vico_listener.choices import ATTITUDE_NAMES
from vico_listener.choices import LARGEST_KNOB
from vico_listener.choices import LARGEST_SEED
from vico_listener.choices import VOCAL
from vico_listener.choices import Attitude
from vico_listener.choices import ConversationState
from vico_listener.choices import Preset
from vico_listener.ros_api.perception import CONVERSATION_STATE
from vico_listener.ros_api.perception import SPEAKER
from vico_listener.ros_api.perception import VOCAL_SOUND
from vico_listener.ros_api.perception import VOCAL_SOUND_WITH_FORMAT
from vico_listener.ros_api.rows import NodeApi
from vico_listener.ros_api.rows import Parameter
from vico_listener.ros_api.rows import Topic
from vico_listener.ros_api.rows import Value

ATTITUDE = Topic(
    'attitude',
    'std_msgs/msg/String',
    'Sets the parameter `attitude`: positive, neutral or negative.',
    1,
    state=True,
)
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
    'Whether the robot itself is speaking. Publish it when the robot begins and ends to '
    'speak, or continuously. While it is true, the conversation state is `speaking`.',
    state=True,
)
SPEAKING_TIMEOUT = Parameter(
    'speaking_timeout',
    30.0,
    'How long `robot_speaking: true` holds if it is not published again [s].',
    0.1,
    3600.0,
)
EVENT = Topic(
    'listener_event',
    'vico_listener/msg/ListenerEvent',
    'The listener\'s decisions (a nod, a smile, an "mm-hm" ...), each published before its '
    'motion begins.',
)
TURN = Topic(
    'turn',
    'vico_listener/msg/Turn',
    'Whether the person speaks, pauses or has finished the turn and, while the robot '
    'speaks, whether the person interrupts.',
)
GESTURE = Topic(
    'gesture',
    'std_msgs/msg/String',
    'Makes the head perform a gesture at once: "nod", "nod 2" (twice), "shake size=0.5 '
    'speed=0.8 side=right".',
)
PERFORM_GESTURE = Topic(
    '~/perform_gesture',
    'vico_listener/action/PerformGesture',
    'Makes the head perform a gesture at once and reports the progress.',
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
        ('head_gain', 'A factor for the pose and the gestures of the head.'),
        ('face_gain', 'A factor for the facial expressions, except for blinks.'),
        (
            'gesture_rate',
            'A factor for how often the listener nods, shakes its head, beats and glances.',
        ),
        (
            'mimicry',
            "A factor for how much the listener returns the speaker's smiles, nods and posture.",
        ),
        ('gaze', 'A factor for how far the gaze wanders from the person.'),
    )
)

LISTENER = NodeApi(
    'listener',
    parameters=(
        Parameter(
            'listener',
            'lstm',
            'What decides how the head moves: lstm, rules, or package.module:Class.',
            parts='vico_listener.listener:LISTENERS',
        ),
        Parameter(
            'checkpoint',
            '',
            'The folder with the network of the listener lstm; empty for the one that '
            'comes with the package.',
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
            'The seed of blinks, breathing, gaze and random decisions. With -1 the first '
            'frame determines it: every live start is different, and a recording always '
            'gives the same motion.',
            -1,
            LARGEST_SEED,
        ),
        Parameter(
            'personality',
            -1,
            'The seed of a random personality; -1 for the default personality.',
            -1,
            LARGEST_SEED,
        ),
        Parameter(
            'attitude',
            Attitude.NEUTRAL.value,
            "The listener's attitude towards the speaker.",
            choices=ATTITUDE_NAMES,
            live=True,
        ),
        Parameter(
            'intensity', 1.0, 'How strongly the attitude shows, 0 to 1.', 0.0, 1.0, live=True
        ),
        Parameter(
            'preset',
            Preset.ATTENTIVE.value,
            'How much the listener moves: a lot, as in short clips (attentive), as in '
            'everyday talk (everyday), with a still head and a lively face (receptionist), '
            'or little (calm). The parameters head_gain, face_gain, gesture_rate, mimicry '
            'and gaze are factors on top of it.',
            choices=tuple(preset.value for preset in Preset),
            live=True,
        ),
        *KNOBS,
        Parameter(
            'active',
            True,
            'Whether the listener moves; if false, it eases to rest and then publishes no motion.',
            live=True,
        ),
        Parameter(
            'conversation_state',
            'listening',
            'What the robot is doing in the conversation: listening, thinking or speaking; '
            'away means that nobody is there. The topic `robot_speaking` has precedence.',
            choices=tuple(state.value for state in ConversationState),
            live=True,
        ),
        Parameter(
            'vocal',
            VOCAL[0],
            'What happens with short sounds such as "mm-hm": there are none (off), they '
            'are announced in `listener_event` for a voice of your own (event), or sound '
            'files are played as well (play).',
            choices=VOCAL,
            live=True,
        ),
        Parameter(
            'vocal_folder',
            '',
            'The folder of the sound files to play (mm-hm.wav, yeah_2.wav, oh.wav, '
            'hm.wav); if empty, eSpeak NG makes them, provided that it is installed.',
            path=True,
        ),
        SPEAKING_TIMEOUT,
        Parameter(
            'away_after',
            0.0,
            'After how long with nobody in view and nobody speaking the conversation state '
            'becomes `away` by itself [s]; 0 for never.',
            0.0,
            3600.0,
            live=True,
        ),
        Parameter('idle', True, 'Whether the listener blinks, breathes and shifts its gaze.'),
        Parameter(
            'portrait',
            '',
            "The photo of the listener's face, from which its reference face is measured; "
            'empty for a neutral face.',
            path=True,
        ),
        Parameter(
            'face_model',
            '',
            'The Deep3DFaceRecon model (epoch_20.pth, or a .mat file) that measures the '
            'portrait if the network works in bfm64.',
            path=True,
        ),
        Parameter('frame_id', 'head', "The frame_id of the listener's head in its messages."),
    ),
    subscriptions=(SPEAKER, ATTITUDE, ACTIVE, ROBOT_SPEAKING, GESTURE),
    publications=(
        MOTION,
        CONVERSATION_STATE,
        EVENT,
        TURN,
        VOCAL_SOUND,
        VOCAL_SOUND_WITH_FORMAT,
    ),
    services=(SET_ACTIVE, SET_CONVERSATION_STATE),
    actions=(PERFORM_GESTURE,),
    values=(
        Value('listener', 'The listener.'),
        Value('attitude', 'The current attitude.'),
        Value('intensity', 'The current intensity.'),
        Value('preset', 'The current preset.'),
        Value('active', 'Whether the listener is active.'),
        Value('conversation_state', 'The current conversation state.'),
        Value('turns_ended_by_model', 'Ends of turns that the network told.'),
        Value(
            'turns_ended_by_rule',
            'Ends of turns that the rule told, without the network or before it had answered.',
        ),
        Value('steps', 'Ticks that were answered.'),
        Value('resets', 'How often the stream began again.'),
        Value(
            'invalid_frames',
            'Frames that were rejected because they contain numbers that are not finite.',
        ),
        Value(
            'foreign_frames',
            'Frames with a face or acoustic features in a layout that this listener does '
            'not understand.',
        ),
        Value('step_*_ms', 'The time that the listener takes for one tick.'),
    ),
)
