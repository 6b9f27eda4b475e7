"""The tables of the arguments of the launch files.

Launch files run in the Python of `ros2 launch`, which may lack the modules that the nodes import.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from vico_listener.choices import DASHBOARD_PORT
from vico_listener.choices import FACE_PORT
from vico_listener.errors import SettingError
from vico_listener.ros_api.head import HEAD
from vico_listener.ros_api.listener import LISTENER
from vico_listener.ros_api.perception import PERCEPTION
from vico_listener.ros_api.renderer import RENDERER
from vico_listener.ros_api.replay import REPLAY
from vico_listener.ros_api.rows import Parameter
from vico_listener.topic_name import objection_to


@dataclass(frozen=True)
class Argument:
    """One launch argument, whose value is always a text.

    Attributes:
        name, default, description: as `ros2 launch --show-args` shows them.
        topics: the names that nodes give to the topic that the argument names, and to what belongs
            to that topic.
    """

    name: str
    default: str
    description: str
    topics: tuple[str, ...] = ()

    def remappings(self, value: str) -> list[tuple[str, str]]:
        """Return the pairs of an old and a new name that make it so.

        Raises:
            SettingError: the value is no name of a topic.
        """
        if objection_to(value):
            raise SettingError(f'{self.name}:={value}: {objection_to(value)}')
        return [(old, value + old.removeprefix(self.topics[0])) for old in self.topics]


PROCESSES = (
    Argument(
        'composed',
        'true',
        'Whether all nodes run in one process, which is faster than separate processes.',
    ),
    Argument('namespace', '', 'The namespace of the nodes and of their topics.'),
    Argument(
        'params_file', '', 'A parameter file of your own, in the format of config/listener.yaml.'
    ),
)
FACE_PAGES = ('cartoon', 'head3d')
"""The faces that a page in a browser can draw."""

PAGE = (
    Argument(
        'face_page',
        '',
        f'The face to show on a web page, as `vico face` does: {" or ".join(FACE_PAGES)}; '
        '`theme` or `figure` decides how it looks. Empty for no page.',
    ),
    Argument(
        'face_host',
        '127.0.0.1',
        'The address that serves the face page; 0.0.0.0 opens it to your network.',
    ),
    Argument('face_port', str(FACE_PORT), 'The port of the face page; 0 for any free one.'),
    Argument(
        'page',
        'false',
        'Whether to show the running stack on a web page (the dashboard), as `vico live '
        '--attach` does.',
    ),
    Argument(
        'control',
        'false',
        'Whether the dashboard may also control the stack: gestures, state, attitude, '
        'preset, release and the attended person.',
    ),
    Argument(
        'page_host',
        '127.0.0.1',
        'The address that serves the dashboard; 0.0.0.0 opens it to your network.',
    ),
    Argument('page_port', str(DASHBOARD_PORT), 'The port of the dashboard; 0 for any free one.'),
)
TOPICS = (
    Argument(
        'image', 'image', 'The topic of the camera images, e.g. /camera/image_raw.', ('image',)
    ),
    Argument('camera_info', 'camera_info', 'The topic of the camera intrinsics.', ('camera_info',)),
    Argument(
        'audio',
        'audio',
        'The topic of the microphone audio, e.g. /audio/audio_stamped.',
        ('audio',),
    ),
    Argument('audio_info', 'audio_info', 'The topic of the audio format.', ('audio_info',)),
    Argument(
        'joint_states',
        'joint_states',
        "The topic of the robot's joint positions, e.g. /joint_states.",
        ('joint_states',),
    ),
    Argument(
        'robot_speaking',
        'robot_speaking',
        'The topic that tells whether the robot itself is speaking.',
        ('robot_speaking',),
    ),
    Argument(
        'robot_voice', 'robot_voice', "The topic of the robot's own speech.", ('robot_voice',)
    ),
    Argument(
        'robot_voice_info',
        'robot_voice_info',
        "The topic of the format of the robot's own speech.",
        ('robot_voice_info',),
    ),
    Argument(
        'vocal_sound',
        'vocal_sound',
        'The topic of the sounds that the listener plays.',
        ('vocal_sound',),
    ),
    Argument(
        'sound_direction',
        'sound_direction',
        'The topic of the direction of the sound [deg].',
        ('sound_direction',),
    ),
    Argument('look_at', 'look_at', 'The topic of the point to look at.', ('look_at',)),
    Argument('speaker', 'speaker', 'The topic of the speaker frames.', ('speaker',)),
    Argument('motion', 'motion', "The topic of the listener's motion.", ('motion',)),
    Argument(
        'face_image',
        'face/image',
        "The topic of the listener's pictures; the JPEG pictures are on the same name plus "
        '/compressed.',
        ('face/image', 'face/image/compressed'),
    ),
)
"""The topics that can be remapped."""

STACK_PARAMETERS = (
    HEAD.parameter('robot'),
    HEAD.parameter('command'),
    LISTENER.parameter('attitude'),
    LISTENER.parameter('intensity'),
    LISTENER.parameter('preset'),
    LISTENER.parameter('listener'),
    LISTENER.parameter('checkpoint'),
    RENDERER.parameter('portrait'),
    RENDERER.parameter('renderer'),
    RENDERER.parameter('figure'),
    RENDERER.parameter('theme'),
    RENDERER.parameter('mark'),
    RENDERER.parameter('renderer_model'),
    RENDERER.parameter('fluent'),
    PERCEPTION.parameter('face'),
    PERCEPTION.parameter('face_model'),
    HEAD.parameter('follow'),
    HEAD.parameter('avatar'),
    PERCEPTION.parameter('image_transport'),
    Parameter(
        'use_sim_time', False, 'Whether the nodes take their time from /clock, as a replay needs.'
    ),
    PERCEPTION.parameter('lossless'),
)
"""The parameters that are launch arguments, which every node with such a parameter gets."""

LEFT = ' Empty: params_file decides.'

REPLAY_PARAMETERS = (
    REPLAY.parameter('clip'),
    REPLAY.parameter('bag'),
    REPLAY.parameter('image_topic'),
    REPLAY.parameter('audio_topic'),
    REPLAY.parameter('stamps'),
    REPLAY.parameter('rate'),
    REPLAY.parameter('loop'),
)
"""The parameters of the replay node that are launch arguments."""


def described(row: Parameter) -> str:
    """Return the description of a parameter with the values that are allowed."""
    choices = '' if row.parts else ', '.join(filter(None, row.choices))
    return f'{row.description} One of: {choices}.' if choices else row.description


LISTENER_ARGUMENTS = (
    *(Argument(row.name, '', described(row) + LEFT) for row in STACK_PARAMETERS),
    *TOPICS,
    *PAGE,
    *PROCESSES,
)
"""The arguments of listener.launch.py."""

REPLAY_ARGUMENTS = tuple(
    Argument(row.name, str(row.default).lower(), described(row)) for row in REPLAY_PARAMETERS
)
"""The arguments of replay.launch.py besides those of listener.launch.py."""

MOST_LISTENERS = 32
"""The most listeners of an audience."""

AUDIENCE_TOPICS = tuple(
    topic
    for topic in TOPICS
    if topic.name in ('image', 'camera_info', 'audio', 'audio_info', 'robot_speaking')
)
"""The topics of the one perception of an audience."""

AUDIENCE_ARGUMENTS = (
    Argument('listeners', '3', f'How many listeners there are, 1 to {MOST_LISTENERS}.'),
    Argument(
        'attitudes',
        'positive',
        'Their attitudes, separated by commas; with fewer than listeners from the first one again.',
    ),
    Argument('renderer', 'head3d', "What draws the listeners' faces, see listener.launch.py."),
    Argument('figures', 'maya,kofi,lin,otto', 'Their heads for the renderer head3d, likewise.'),
    Argument('portraits', '', 'Their photos for the renderer portrait, likewise.'),
    Argument('mark', 'false', 'Whether the pictures say that they are generated.'),
    *AUDIENCE_TOPICS,
    *(argument for argument in PROCESSES if argument.name != 'composed'),
)
"""The arguments of audience.launch.py."""

CONTROLLERS = ('ros2_control', 'simulated')

EXAMPLE_ARGUMENTS = (
    Argument(
        'source',
        'none',
        'What the head listens to: `camera` (the camera and microphone of this computer, '
        'chosen in params_file), the path of a video or bag, which is played again and '
        'again, or `none`, if other nodes publish `image` and `audio`.',
    ),
    Argument(
        'controller',
        '',
        'What moves the joints: ros2_control (with mock hardware) or simulated. If empty, '
        'ros2_control if it is installed, otherwise simulated.',
    ),
    Argument('rviz', 'true', 'Whether rviz shows the robot, if it is installed.'),
    Argument('robot', 'generic_3dof', 'A robot profile that has the joints of the example robot.'),
)
"""The arguments of example_robot.launch.py that listener.launch.py has not, or other defaults."""


def meant_for(node: str, given: Mapping[str, bool | float | str]) -> dict[str, bool | float | str]:
    """Return the parameters of the stack that a node of it has; others it would warn of."""
    nodes = {api.node: api for api in (HEAD, RENDERER, LISTENER, PERCEPTION)}
    own = {row.name for row in nodes[node].parameters} | {'use_sim_time'}
    return {name: value for name, value in given.items() if name in own}


def typed(row: Parameter, text: str) -> bool | float | str:
    """Return the value of an argument in the type of its parameter.

    Raises:
        SettingError: the text is not such a value; the message names the argument.
    """
    if isinstance(row.default, bool):
        return switch(row.name, text)
    if not isinstance(row.default, float):
        return text
    try:
        return float(text)
    except ValueError:
        raise SettingError(f'{row.name}:={text} is not a number') from None


def switch(name: str, text: str) -> bool:
    """Return the value of an argument that is true or false.

    Raises:
        SettingError: it is neither.
    """
    if text.lower() not in ('true', 'false'):
        raise SettingError(f'{name}:={text} is neither true nor false')
    return text.lower() == 'true'
