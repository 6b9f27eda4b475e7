"""The ROS API of the node `head`."""

from vico_listener.choices import OUTPUTS
from vico_listener.ros_api.listener import MOTION
from vico_listener.ros_api.perception import JOINT_STATES
from vico_listener.ros_api.rows import NodeApi
from vico_listener.ros_api.rows import Parameter
from vico_listener.ros_api.rows import Topic
from vico_listener.ros_api.rows import Value

COMMAND_DEPTH = 60

LOOK_AT = Topic(
    'look_at',
    'geometry_msgs/msg/PointStamped',
    "The base gaze: a point in the frame of the head's base, or in any that TF knows, where "
    'tf2_ros is installed.',
)
CONTROLLER_STATE = Topic(
    'controller_state',
    'control_msgs/msg/JointTrajectoryControllerState',
    'Where the joints are, of a profile whose `measured` says so; its topic is in the profile.',
)
TF = Topic(
    '/tf',
    'tf2_msgs/msg/TFMessage',
    'Where the head is, of a profile whose `measured` says `tf`.',
    100,
)
TF_STATIC = Topic(
    '/tf_static', 'tf2_msgs/msg/TFMessage', 'What of that does not move.', 10, state=True
)
EXPRESSION = Topic(
    'robot_face/expression',
    'hri_msgs/msg/Expression',
    'The emotion, 10 Hz, where hri_msgs is installed and a robot is commanded.',
    60,
)

OFFSET = Topic(
    'head/offset',
    'geometry_msgs/msg/PoseStamped',
    'With `output: offset`: how far the listener turns the head away from where it looks.',
    COMMAND_DEPTH,
)

HEAD = NodeApi(
    'head',
    parameters=(
        Parameter(
            'robot',
            '',
            'Robot profile: a name in config/robots or a YAML file; empty for no robot.',
            path=True,
        ),
        Parameter(
            'measured_wait',
            1.0,
            'How long the head waits, live, until it is known to stand somewhere, before it begins '
            'where it is assumed to be [s].',
            low=0.0,
            high=60.0,
        ),
        Parameter(
            'lossless',
            False,
            "Whether time is that of the motion's stamps, with use_sim_time: for a replay.",
        ),
        Parameter(
            'command',
            '',
            "Topic, or action, of the robot's commands; empty for that of the profile. Like that "
            'one it is relative to the namespace, unless it begins with a slash.',
            topic=True,
        ),
        Parameter(
            'output',
            OUTPUTS[0],
            'What is sent: absolute, where the head shall be, to the robot; or offset, only how '
            'far the listener turns it away from where it looks, to `head/offset`, for a program '
            'that moves the head itself. The limits are those of the `robot`, or of '
            '`generic_pose`.',
            choices=OUTPUTS,
        ),
        Parameter(
            'gaze_frame',
            '',
            "The frame of the head's base. `look_at` takes points in it or without a frame, and "
            'those in others by TF; empty: only those without.',
        ),
        Parameter(
            'avatar',
            '',
            'HOST:PORT of an avatar that understands VMC (OSC over UDP); empty for no avatar.',
        ),
    ),
    subscriptions=(MOTION, LOOK_AT, JOINT_STATES, CONTROLLER_STATE, TF, TF_STATIC),
    publications=(EXPRESSION, OFFSET),
    values=(
        Value('robot', 'The robot profile.'),
        Value('commands', 'Commands that were sent.'),
        Value('refused_motions', 'Motions with numbers that are not finite.'),
        Value('skipped_commands', 'Commands that came too late to be reached when they were due.'),
        Value(
            'limits',
            'Whether the commands kept the limits of the head by the times at which they are due: '
            '`ok`, or which was exceeded and by how much.',
        ),
        Value(
            'start',
            'Where the head began: `waiting`, `measured`, `moving` (measured, but others moved '
            'it), or `assumed` (where it was last commanded to be, or straight ahead); empty in a '
            'replay, and before the first motion.',
        ),
        Value('joints', 'Who says where the joints are, and what is wrong with that.'),
        Value(
            'following',
            '`ok`, or the joints that do not follow, by how much, and for how long.',
        ),
        Value(
            'controller',
            '`ok`, or what could be set better in the parameters of a trajectory controller; empty '
            'where they are not known.',
        ),
        Value('refused_goals', 'With an action: goals that its server did not accept.'),
        Value(
            'failed_goals',
            'With an action: goals that its server gave up, other than for the next one.',
        ),
        Value('avatar_motions', 'With `avatar`: motions that were sent to it.'),
        Value('avatar_lost', 'With `avatar`: motions that the network did not accept.'),
        Value(
            'motion_latency_*_ms',
            'Time from `received` (image and audio have arrived) to the motion that answers them.',
        ),
        Value(
            'command_latency_*_ms',
            'Time from `received` to the published command. Live, a motion waits for the next '
            "command's turn, because commands are sent evenly at the robot's rate.",
        ),
    ),
)
