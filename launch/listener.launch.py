"""The listening stack: camera and audio topics in, a listening face and head commands out."""

from pathlib import Path

from launch.actions import DeclareLaunchArgument
from launch.actions import OpaqueFunction
from launch.actions import SetEnvironmentVariable
from launch.substitutions import LaunchConfiguration
from launch.substitutions import PathJoinSubstitution
from launch_ros.actions import LifecycleNode
from launch_ros.actions import Node
from launch_ros.substitutions import FindPackageShare

from launch import Action
from launch import LaunchContext
from launch import LaunchDescription
from vico_listener.nodes.bring_up import bring_up
from vico_listener.nodes.bring_up import end_launch

# Consumers first: the order in which to bring them up.
NODES = ('head', 'renderer', 'listener', 'perception')

# name, default, description
ARGUMENTS = (
    ('composed', 'true', 'One process for all nodes (fast); false: a process each.'),
    ('namespace', '', 'ROS namespace of the nodes.'),
    ('params_file', '', 'Your own parameters, on top of config/listener.yaml.'),
    ('image', 'image', 'Camera topic, e.g. /camera/image_raw.'),
    ('camera_info', 'camera_info', 'Topic of the camera parameters.'),
    ('audio', 'audio', 'Audio topic, e.g. /audio/audio_stamped.'),
    ('audio_info', 'audio_info', 'Topic of the audio format.'),
)
TOPICS = ('image', 'camera_info', 'audio', 'audio_info')

# Parameters of the nodes that are arguments too. Empty ones are left to the parameter files.
PARAMETERS = (
    ('image_transport', 'raw or compressed.'),
    ('listener', 'The listener: lstm or rules.'),
    ('checkpoint', 'Checkpoint folder of the listener lstm; without, the one that ships.'),
    ('attitude', 'positive, neutral or negative.'),
    ('intensity', 'How strongly the attitude is shown, 0..1.'),
    ('portrait', "Photo of the listener's face; without, the default portrait."),
    ('face', 'Face backend: landmarker or deep3d.'),
    ('face_model', 'Its model file; for deep3d epoch_20.pth, which measures the portrait as well.'),
    ('renderer', 'The renderer: portrait or pirender.'),
    ('renderer_model', 'Weights of the renderer pirender.'),
    ('fluent', 'true: a slow renderer draws in between; its pictures are interpolated.'),
    ('robot', 'Robot profile (config/robots); without, no robot is commanded.'),
    ('avatar', 'HOST:PORT of an avatar that understands VMC (OSC); without, none is driven.'),
    ('use_sim_time', 'true: follow /clock, for bags and replay.'),
    ('lossless', 'true: process every camera frame, also when late, for replay.'),
)
SWITCHES = ('fluent', 'use_sim_time', 'lossless')


def nodes(context: LaunchContext) -> list[Action]:
    """The nodes, once the arguments are known."""
    names = [name for name, *_ in (*ARGUMENTS, *PARAMETERS)]
    value = {name: LaunchConfiguration(name).perform(context) for name in names}
    files = [PathJoinSubstitution([FindPackageShare('vico_listener'), 'config', 'listener.yaml'])]
    if value['params_file']:
        if not Path(value['params_file']).is_file():
            raise FileNotFoundError(f'no such file: params_file:={value["params_file"]}')
        files.append(value['params_file'])
    given = {name: typed(name, value[name]) for name, _ in PARAMETERS if value[name]}
    parameters = [*files, given] if given else files
    topics = [(topic, value[topic]) for topic in TOPICS]
    if switch('composed', value['composed']):
        # It configures and activates its nodes itself, and ends with an error if one refuses.
        stack = Node(
            package='vico_listener',
            executable='stack',
            namespace=value['namespace'],
            parameters=parameters,
            remappings=topics,
            output='screen',
            on_exit=end_launch,
        )
        return [stack]
    profile = PathJoinSubstitution([FindPackageShare('vico_listener'), 'config', 'fastdds_shm.xml'])
    processes = [
        LifecycleNode(
            package='vico_listener',
            executable=name,
            name=name,
            namespace=value['namespace'],
            parameters=parameters,
            remappings=topics if name == 'perception' else [],
            output='screen',
            on_exit=end_launch,
        )
        for name in NODES
    ]
    return [
        SetEnvironmentVariable('FASTRTPS_DEFAULT_PROFILES_FILE', profile),
        SetEnvironmentVariable('FASTDDS_DEFAULT_PROFILES_FILE', profile),
        *bring_up(processes),
    ]


def typed(name: str, text: str) -> str | bool | float:
    """An argument as the parameter's type."""
    if name in SWITCHES:
        return switch(name, text)
    if name != 'intensity':
        return text
    try:
        return float(text)
    except ValueError:
        raise ValueError(f'{name}:={text} is not a number') from None


def switch(name: str, text: str) -> bool:
    """An argument that is true or false."""
    if text.lower() not in ('true', 'false'):
        raise ValueError(f'{name}:={text} is neither true nor false')
    return text.lower() == 'true'


def generate_launch_description() -> LaunchDescription:
    """Declare the arguments and start the nodes."""
    arguments = [
        *(DeclareLaunchArgument(n, default_value=d, description=text) for n, d, text in ARGUMENTS),
        *(
            DeclareLaunchArgument(
                n, default_value='', description=f'{text} Empty: see params_file.'
            )
            for n, text in PARAMETERS
        ),
    ]
    return LaunchDescription([*arguments, OpaqueFunction(function=nodes)])
