"""The ROS API of the node `head`."""

from vico_listener.choices import FOLLOW
from vico_listener.choices import OUTPUTS
from vico_listener.ros_api.listener import MOTION
from vico_listener.ros_api.perception import COMMANDED
from vico_listener.ros_api.perception import JOINT_STATES
from vico_listener.ros_api.rows import NodeApi
from vico_listener.ros_api.rows import Parameter
from vico_listener.ros_api.rows import Topic
from vico_listener.ros_api.rows import Value

COMMAND_DEPTH = 60

LOOK_AT = Topic(
    'look_at',
    'geometry_msgs/msg/PointStamped',
    "The point to look at (the base gaze), in the frame of the head's base or, if tf2_ros "
    'is installed, in any frame that TF knows.',
)
CONTROLLER_STATE = Topic(
    'controller_state',
    'control_msgs/msg/JointTrajectoryControllerState',
    'The joint positions, if `measured` in the robot profile names this source. The '
    "profile holds the topic's name.",
)
TF = Topic(
    '/tf',
    'tf2_msgs/msg/TFMessage',
    'The pose of the head, if `measured` in the robot profile is `tf`.',
    100,
)
TF_STATIC = Topic('/tf_static', 'tf2_msgs/msg/TFMessage', 'The static part of /tf.', 10, state=True)
EXPRESSION = Topic(
    'robot_face/expression',
    'hri_msgs/msg/Expression',
    "The listener's emotion at 10 Hz, if hri_msgs is installed and a robot is commanded.",
    60,
)

OFFSET = Topic(
    'head/offset',
    'geometry_msgs/msg/PoseStamped',
    'How far the listener turns the head away from the direction in which it looks, if '
    '`output` is `offset`.',
    COMMAND_DEPTH,
)

HEAD = NodeApi(
    'head',
    parameters=(
        Parameter(
            'robot',
            '',
            'The robot profile: a name in config/robots or a YAML file; empty for no robot.',
            path=True,
        ),
        Parameter(
            'measured_wait',
            1.0,
            'How long a live head node waits for the measured joint positions before it '
            'assumes where the head is and begins to move it [s].',
            low=0.0,
            high=60.0,
        ),
        Parameter(
            'lossless',
            False,
            'Whether commands are timed by the stamps of the motion, as a replay needs; '
            'use it with use_sim_time.',
        ),
        Parameter(
            'command',
            '',
            "The topic or action for the robot's commands; empty for the one in the "
            'profile. It is relative to the namespace unless it begins with a slash.',
            topic=True,
        ),
        Parameter(
            'output',
            OUTPUTS[0],
            'What the head node sends: absolute commands to the robot, or only an offset '
            'on `head/offset`, for a program of yours that moves the head and adds the '
            'offset. The limits are those of `robot`, or of the profile generic_pose if '
            'that is empty.',
            choices=OUTPUTS,
        ),
        Parameter(
            'follow',
            FOLLOW[0],
            'Whether the base gaze follows the person whom the head attends to: off; face '
            '(as long as the face is in view); or person, which also turns the head to a '
            'voice out of view (needs `sound_direction`). While nobody is there, the head '
            'looks at the point of `look_at`, or straight ahead.',
            choices=FOLLOW,
            live=True,
        ),
        Parameter(
            'gaze_frame',
            '',
            "The frame of the head's base. Points of `look_at` in other frames are "
            'transformed into it by TF; if it is empty, only points without a frame are '
            'accepted.',
        ),
        Parameter(
            'avatar',
            '',
            'The HOST:PORT of an avatar that understands VMC (OSC over UDP); empty for no avatar.',
        ),
    ),
    subscriptions=(MOTION, LOOK_AT, JOINT_STATES, CONTROLLER_STATE, TF, TF_STATIC),
    publications=(EXPRESSION, OFFSET, COMMANDED),
    values=(
        Value('robot', 'The robot profile.'),
        Value('commands', 'Commands that were sent.'),
        Value(
            'gaze',
            'The state of the gaze if `follow` is set: `looking` at the person, `lost` '
            '(looking where the person was), `turning` to a voice, `unmeasured` (somebody is '
            'there, but nothing measures where), or `nobody`; otherwise `off`.',
        ),
        Value(
            'refused_motions',
            'Motions that were refused because they contain numbers that are not finite.',
        ),
        Value(
            'skipped_commands',
            'Commands that were skipped because they came too late for their due time.',
        ),
        Value(
            'limits',
            'Whether the commands keep the limits of the head at the times at which they '
            'are due: `ok`, or which limit was exceeded and by how much.',
        ),
        Value(
            'start',
            'From where the head began to move: `waiting` (not begun yet), `measured`, '
            '`moving` (measured, while another program moved it) or `assumed` (the last '
            'commanded position, or straight ahead); empty in a replay and before the '
            'first motion.',
        ),
        Value(
            'joints', 'The source of the joint positions, and what is wrong with it, if anything.'
        ),
        Value(
            'following',
            'Whether the joints follow the commands: `ok`, or which do not, by how much '
            'and for how long.',
        ),
        Value(
            'controller',
            'The settings of a trajectory controller: `ok`, or which parameters could be '
            'set better; empty if they are unknown.',
        ),
        Value(
            'refused_goals',
            'For robots that are commanded by an action: goals that its server did not accept.',
        ),
        Value(
            'failed_goals',
            'For robots that are commanded by an action: goals that its server aborted, '
            'not counting those that a newer goal replaced.',
        ),
        Value('avatar_motions', 'With `avatar`: motions that were sent to it.'),
        Value('avatar_lost', 'With `avatar`: motions that could not be sent over the network.'),
        Value(
            'motion_latency_*_ms',
            'The time from `received` (when image and audio had arrived) to the motion '
            'that answers them.',
        ),
        Value(
            'command_latency_*_ms',
            'The time from `received` to the published command. In live use it includes '
            'the wait for the next command, because commands are sent at even intervals at '
            "the robot's rate.",
        ),
    ),
)
