"""Plays a speaker clip or a bag to the listening stack, without loss and with /clock."""

from launch.actions import DeclareLaunchArgument
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration
from launch.substitutions import PathJoinSubstitution
from launch.substitutions import PythonExpression
from launch_ros.actions import LifecycleNode
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare

from launch import LaunchDescription
from vico_listener.nodes.bring_up import bring_up
from vico_listener.nodes.bring_up import end_launch


def generate_launch_description() -> LaunchDescription:
    """Declare the arguments, start the stack and the replay node."""
    arguments = [
        DeclareLaunchArgument('clip', default_value='', description='Video of a speaker.'),
        DeclareLaunchArgument('bag', default_value='', description='Or a rosbag2 bag of one.'),
        DeclareLaunchArgument('image_topic', default_value='', description="The bag's camera."),
        DeclareLaunchArgument(
            'audio_topic', default_value='', description="The bag's microphone; none: mute."
        ),
        DeclareLaunchArgument(
            'stamps', default_value='auto', description="A bag's stamps: auto, header, arrival."
        ),
        DeclareLaunchArgument('rate', default_value='1.0', description='Speed; 0: unlimited.'),
        DeclareLaunchArgument('loop', default_value='false', description='Play again and again.'),
    ]
    # Arguments of listener.launch.py (attitude, portrait, robot, ...) pass through.
    stack = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(
            PathJoinSubstitution(
                [FindPackageShare('vico_listener'), 'launch', 'listener.launch.py']
            )
        ),
        launch_arguments={
            'use_sim_time': 'true',
            'lossless': 'true',
            'image_transport': 'raw',
        }.items(),
    )
    # What separate processes send before they have found each other is lost, and replay cannot see
    # whether perception has found the listener. Fast DDS announces itself every 3 s.
    composed = LaunchConfiguration('composed')
    settle_time = PythonExpression(["0.0 if '", composed, "'.lower() == 'true' else 3.5"])
    replay = LifecycleNode(
        package='vico_listener',
        executable='replay',
        name='replay',
        namespace=LaunchConfiguration('namespace'),
        parameters=[
            {
                **{
                    name: ParameterValue(LaunchConfiguration(name), value_type=str)
                    for name in ('clip', 'bag', 'image_topic', 'audio_topic', 'stamps')
                },
                'rate': ParameterValue(LaunchConfiguration('rate'), value_type=float),
                'loop': ParameterValue(LaunchConfiguration('loop'), value_type=bool),
                'settle_time': ParameterValue(settle_time, value_type=float),
            }
        ],
        remappings=[(t, LaunchConfiguration(t)) for t in ('image', 'audio', 'audio_info')],
        output='screen',
        on_exit=end_launch,
    )
    # It waits for the stack to listen before it plays.
    return LaunchDescription([*arguments, stack, *bring_up([replay])])
