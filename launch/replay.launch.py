"""Plays a speaker clip or a bag to the listening stack, without loss and with /clock."""

from launch.actions import DeclareLaunchArgument
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration
from launch.substitutions import PathJoinSubstitution
from launch.substitutions import PythonExpression
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare

from launch import LaunchDescription
from vico_listener.nodes.bring_up import WITH_LAUNCH
from vico_listener.nodes.bring_up import bring_up
from vico_listener.nodes.bring_up import end_launch
from vico_listener.ros_api.launch import REPLAY_ARGUMENTS
from vico_listener.ros_api.launch import REPLAY_PARAMETERS


def generate_launch_description() -> LaunchDescription:
    """Declare the arguments, start the stack and the replay node."""
    arguments = [
        DeclareLaunchArgument(a.name, default_value=a.default, description=a.description)
        for a in REPLAY_ARGUMENTS
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
    replay = Node(
        package='vico_listener',
        executable='replay',
        name='replay',
        namespace=LaunchConfiguration('namespace'),
        parameters=[
            {
                **{
                    row.name: ParameterValue(
                        LaunchConfiguration(row.name), value_type=type(row.default)
                    )
                    for row in REPLAY_PARAMETERS
                },
                'settle_time': ParameterValue(settle_time, value_type=float),
            }
        ],
        remappings=[
            (t, LaunchConfiguration(t)) for t in ('image', 'audio', 'audio_info', 'speaker')
        ],
        output='screen',
        additional_env=WITH_LAUNCH,
        on_exit=end_launch,
    )
    # It waits for the stack to listen before it plays.
    return LaunchDescription([*arguments, stack, *bring_up([replay])])
