"""Plays a speaker clip to the listening stack, without loss and with /clock."""

from launch.actions import DeclareLaunchArgument
from launch.actions import EmitEvent
from launch.actions import IncludeLaunchDescription
from launch.actions import RegisterEventHandler
from launch.events import matches_action
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration
from launch.substitutions import PathJoinSubstitution
from launch_ros.actions import LifecycleNode
from launch_ros.event_handlers import OnStateTransition
from launch_ros.events.lifecycle import ChangeState
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare
from lifecycle_msgs.msg import Transition

from launch import LaunchDescription


def generate_launch_description() -> LaunchDescription:
    """Declare the arguments, start the stack and the replay node."""
    arguments = [
        DeclareLaunchArgument('clip', description='Video of a speaker.'),
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
        launch_arguments={'use_sim_time': 'true', 'lossless': 'true'}.items(),
    )
    replay = LifecycleNode(
        package='vico_listener',
        executable='replay',
        name='replay',
        namespace=LaunchConfiguration('namespace', default=''),
        parameters=[
            {
                'clip': LaunchConfiguration('clip'),
                'rate': ParameterValue(LaunchConfiguration('rate'), value_type=float),
                'loop': ParameterValue(LaunchConfiguration('loop'), value_type=bool),
            }
        ],
        output='screen',
    )

    def transition(number: int) -> EmitEvent:
        return EmitEvent(
            event=ChangeState(lifecycle_node_matcher=matches_action(replay), transition_id=number)
        )

    activate = RegisterEventHandler(
        OnStateTransition(
            target_lifecycle_node=replay,
            start_state='configuring',
            goal_state='inactive',
            entities=[transition(Transition.TRANSITION_ACTIVATE)],
            handle_once=True,
        )
    )
    configure = transition(Transition.TRANSITION_CONFIGURE)
    return LaunchDescription([*arguments, stack, activate, replay, configure])
