"""The ROS API of the node `head`."""

from vico_listener.ros_api.listener import MOTION
from vico_listener.ros_api.rows import NodeApi
from vico_listener.ros_api.rows import Parameter
from vico_listener.ros_api.rows import Topic
from vico_listener.ros_api.rows import Value

COMMAND_DEPTH = 60

LOOK_AT = Topic(
    'look_at',
    'geometry_msgs/msg/PointStamped',
    "The base gaze: a point in the frame of the head's base.",
)
EXPRESSION = Topic(
    '/robot_face/expression',
    'hri_msgs/msg/Expression',
    'The emotion, 10 Hz, where hri_msgs is installed and a robot is commanded.',
    60,
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
            'avatar',
            '',
            'HOST:PORT of an avatar that understands VMC (OSC over UDP); empty for no avatar.',
        ),
    ),
    subscriptions=(MOTION, LOOK_AT),
    publications=(EXPRESSION,),
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
        Value('avatar_motions', 'With `avatar`: motions that were sent to it.'),
        Value('avatar_lost', 'With `avatar`: motions that the network did not accept.'),
        Value(
            'command_latency_*_ms',
            'Time from `received` (image and audio have arrived) to the published command.',
        ),
    ),
)
