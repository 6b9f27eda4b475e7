"""The listening stack: camera and audio topics in, a listening face and head commands out."""

from launch.actions import DeclareLaunchArgument
from launch.actions import EmitEvent
from launch.actions import OpaqueFunction
from launch.actions import RegisterEventHandler
from launch.actions import SetEnvironmentVariable
from launch.actions import Shutdown
from launch.events import matches_action
from launch.substitutions import LaunchConfiguration
from launch.substitutions import PathJoinSubstitution
from launch_ros.actions import LifecycleNode
from launch_ros.actions import Node
from launch_ros.event_handlers import OnStateTransition
from launch_ros.events.lifecycle import ChangeState
from launch_ros.substitutions import FindPackageShare
from lifecycle_msgs.msg import Transition

from launch import LaunchContext
from launch import LaunchDescription

NODES = ('perception', 'listener', 'renderer', 'head')

# name, default, description
ARGUMENTS = (
    ('composed', 'true', 'One process for all nodes (fast); false: a process each.'),
    ('namespace', '', 'ROS namespace of the nodes.'),
    ('params_file', '', 'Your own parameters, on top of config/listener.yaml.'),
    ('image', 'image', 'Camera topic, e.g. /camera/image_raw.'),
    ('image_transport', 'raw', 'raw or compressed.'),
    ('camera_info', 'camera_info', 'Topic of the camera parameters.'),
    ('audio', 'audio', 'Audio topic, e.g. /audio/audio_stamped.'),
    ('audio_info', 'audio_info', 'Topic of the audio format.'),
    ('listener', 'rules', 'The listener.'),
    ('attitude', 'neutral', 'positive, neutral or negative.'),
    ('intensity', '1.0', 'How strongly the attitude is shown, 0..1.'),
    ('portrait', '', "Photo of the listener's face; empty: the default portrait."),
    ('robot', '', 'Robot profile (config/robots); empty: no robot is commanded.'),
    ('use_sim_time', 'false', 'Follow /clock: for bags and replay.'),
    ('lossless', 'false', 'Process every camera frame, also when late: for replay.'),
)


def nodes(context: LaunchContext) -> list:
    """The nodes, once the arguments are known."""
    value = {name: LaunchConfiguration(name).perform(context) for name, _, _ in ARGUMENTS}
    parameters = [
        PathJoinSubstitution([FindPackageShare('vico_listener'), 'config', 'listener.yaml']),
        *([value['params_file']] if value['params_file'] else []),
        {
            'image_transport': value['image_transport'],
            'listener': value['listener'],
            'attitude': value['attitude'],
            'intensity': float(value['intensity']),
            'portrait': value['portrait'],
            'robot': value['robot'],
            'use_sim_time': value['use_sim_time'].lower() == 'true',
            'lossless': value['lossless'].lower() == 'true',
        },
    ]
    topics = [(topic, value[topic]) for topic in ('image', 'camera_info', 'audio', 'audio_info')]
    if value['composed'].lower() == 'true':
        # It configures and activates its nodes itself, and ends with an error if one refuses.
        stack = Node(
            package='vico_listener',
            executable='stack',
            namespace=value['namespace'],
            parameters=parameters,
            remappings=topics,
            output='screen',
            on_exit=Shutdown(reason='the stack has ended'),
        )
        return [stack]
    profile = PathJoinSubstitution([FindPackageShare('vico_listener'), 'config', 'fastdds_shm.xml'])
    actions: list = [
        SetEnvironmentVariable('FASTRTPS_DEFAULT_PROFILES_FILE', profile),
        SetEnvironmentVariable('FASTDDS_DEFAULT_PROFILES_FILE', profile),
    ]
    for name in NODES:
        node = LifecycleNode(
            package='vico_listener',
            executable=name,
            name=name,
            namespace=value['namespace'],
            parameters=parameters,
            remappings=topics if name == 'perception' else [],
            output='screen',
        )
        actions += [activate_when_configured(node), node, change_state(node, 'CONFIGURE')]
    return actions


def change_state(node: LifecycleNode, transition: str) -> EmitEvent:
    """Ask a node for a lifecycle transition."""
    number = getattr(Transition, f'TRANSITION_{transition}')
    return EmitEvent(
        event=ChangeState(lifecycle_node_matcher=matches_action(node), transition_id=number)
    )


def activate_when_configured(node: LifecycleNode) -> RegisterEventHandler:
    """Activate a node once; one that is deactivated later by hand stays so."""
    return RegisterEventHandler(
        OnStateTransition(
            target_lifecycle_node=node,
            start_state='configuring',
            goal_state='inactive',
            entities=[change_state(node, 'ACTIVATE')],
            handle_once=True,
        )
    )


def generate_launch_description() -> LaunchDescription:
    """Declare the arguments and start the nodes."""
    arguments = [
        DeclareLaunchArgument(name, default_value=default, description=description)
        for name, default, description in ARGUMENTS
    ]
    return LaunchDescription([*arguments, OpaqueFunction(function=nodes)])
