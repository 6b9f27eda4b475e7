"""An example robot on a desk, without hardware: the stack, a controller, the model, and rviz."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from ament_index_python.packages import PackageNotFoundError
from ament_index_python.packages import get_package_prefix
from ament_index_python.packages import get_package_share_directory
from launch.actions import DeclareLaunchArgument
from launch.actions import IncludeLaunchDescription
from launch.actions import LogInfo
from launch.actions import OpaqueFunction
from launch.events.process import ProcessExited
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from launch import Action
from launch import LaunchContext
from launch import LaunchDescription
from vico_listener.errors import SettingError
from vico_listener.errors import UnavailableError
from vico_listener.nodes.bring_up import WITH_LAUNCH
from vico_listener.nodes.bring_up import bring_up
from vico_listener.nodes.bring_up import end_launch
from vico_listener.nodes.bring_up import prepare
from vico_listener.ros_api.launch import CONTROLLERS
from vico_listener.ros_api.launch import EXAMPLE_ARGUMENTS
from vico_listener.ros_api.launch import switch
from vico_listener.ros_api.rows import expanded

SHARE = Path(get_package_share_directory('vico_listener'))
EXAMPLE = SHARE / 'config' / 'example_robot'
ROS2_CONTROL = (
    'controller_manager',
    'hardware_interface',
    'joint_state_broadcaster',
    'joint_trajectory_controller',
    'robot_state_publisher',
)
"""What ros2_control needs; it takes the model from the topic of robot_state_publisher."""
TIED = 'setpriv --pdeathsig TERM' if shutil.which('setpriv') else ''
"""Before a program of others, which knows nothing of `WITH_LAUNCH`: Linux ends it, too, when the
launch has died."""


def missing(packages: Sequence[str]) -> list[str]:
    """Return which packages are not installed."""
    found = []
    for package in packages:
        try:
            get_package_prefix(package)
        except PackageNotFoundError:
            found.append(package)
    return found


def end_if_failed(event: ProcessExited, context: LaunchContext) -> Action | None:
    """End the launch with a process that has failed; one that has done its work may end."""
    return end_launch(event, context) if event.returncode else None


def controller(name: str, robot: str, command: str, namespace: str) -> list[Action]:
    """What moves the joints, and what there is to say about it."""
    lacking = missing(ROS2_CONTROL)
    packages = ','.join(lacking).replace('_', '-')
    install = f'sudo apt install ros-$ROS_DISTRO-{{{packages}}}'
    if name and name not in CONTROLLERS:
        raise SettingError(f'controller:={name} is not one of {", ".join(CONTROLLERS)}')
    if name == 'ros2_control' and lacking:
        raise UnavailableError(
            f'controller:=ros2_control needs {", ".join(lacking)}: {install}; '
            'controller:=simulated needs none'
        )
    if name == 'simulated' or lacking:
        simulated = Node(
            package='vico_listener',
            executable='simulated_robot',
            name='simulated_robot',
            namespace=namespace,
            parameters=[{'robot': robot, 'command': command}],
            output='screen',
            additional_env=WITH_LAUNCH,
            on_exit=end_launch,
        )
        why = '' if name else f': {", ".join(lacking)} not installed ({install})'
        return [LogInfo(msg=f'the joints are moved by a simulated controller{why}'), simulated]
    manager = Node(
        package='controller_manager',
        executable='ros2_control_node',
        namespace=namespace,
        parameters=[str(EXAMPLE / 'controllers.yaml')],
        remappings=[('~/robot_description', 'robot_description')],
        output='screen',
        prefix=TIED,
        on_exit=end_launch,
    )
    spawner = Node(
        package='controller_manager',
        executable='spawner',
        namespace=namespace,
        arguments=['joint_state_broadcaster', 'head_controller'],
        output='screen',
        prefix=TIED,
        on_exit=end_if_failed,
    )
    return [manager, spawner]


def model(rviz: bool, namespace: str) -> list[Action]:
    """The model of the robot on its topic and in rviz, where these are installed."""
    actions: list[Action] = []
    if missing(['robot_state_publisher']):
        actions.append(LogInfo(msg='robot_state_publisher is not installed: there is no TF'))
    else:
        description = (EXAMPLE / 'head.urdf').read_text(encoding='utf-8')
        publisher = Node(
            package='robot_state_publisher',
            executable='robot_state_publisher',
            namespace=namespace,
            parameters=[{'robot_description': description}],
            prefix=TIED,
            on_exit=end_launch,
        )
        actions.append(publisher)
    if rviz and missing(['rviz2']):
        actions.append(LogInfo(msg='rviz2 is not installed: there is no picture of the robot'))
    elif rviz:
        view = str(EXAMPLE / 'view.rviz')
        # Whoever closes the window may leave the rest running.
        actions.append(
            Node(
                package='rviz2',
                executable='rviz2',
                namespace=namespace,
                arguments=['-d', view],
                prefix=TIED,
            )
        )
    return actions


def source(name: str, params_file: str, namespace: str) -> list[Action]:
    """What brings a camera and a microphone to the stack: those of this computer, or a file."""
    if name == 'none':
        return []
    executable, parameters = 'capture', [expanded(params_file)] if params_file else []
    if name != 'camera':
        path = Path(expanded(name))
        kind = 'bag' if path.is_dir() or path.suffix in ('.mcap', '.db3') else 'clip'
        executable, parameters = 'replay', [{kind: str(path), 'loop': True}]
    node = Node(
        package='vico_listener',
        executable=executable,
        name=executable,
        namespace=namespace,
        parameters=parameters,
        remappings=[
            (t, LaunchConfiguration(t)) for t in ('image', 'audio', 'audio_info', 'speaker')
        ],
        output='screen',
        additional_env=WITH_LAUNCH,
        on_exit=end_launch,
    )
    return bring_up([node])


def robot(context: LaunchContext) -> list[Action]:
    """Everything, once the arguments are known."""
    names = [argument.name for argument in EXAMPLE_ARGUMENTS] + [
        'namespace',
        'command',
        'params_file',
    ]
    value = {name: context.launch_configurations.get(name, '') for name in names}
    namespace, name = value['namespace'], value['source']
    # What is played has its own time, as a simulator has. That is no replay for the head: it begins
    # where the joints are.
    played = {'use_sim_time': 'true', 'lossless': 'false', 'image_transport': 'raw'}
    listener = PythonLaunchDescriptionSource(str(SHARE / 'launch' / 'listener.launch.py'))
    arguments = {'robot': value['robot'], **(played if name not in ('none', 'camera') else {})}
    return [
        *controller(value['controller'], value['robot'], value['command'], namespace),
        *model(switch('rviz', value['rviz']), namespace),
        IncludeLaunchDescription(listener, launch_arguments=arguments.items()),
        *source(name, value['params_file'], namespace),
    ]


def generate_launch_description() -> LaunchDescription:
    """Declare the arguments and start everything."""
    # Arguments of listener.launch.py (attitude, portrait, image, ...) pass through.
    return LaunchDescription(
        [
            OpaqueFunction(function=prepare),
            *(
                DeclareLaunchArgument(a.name, default_value=a.default, description=a.description)
                for a in EXAMPLE_ARGUMENTS
            ),
            OpaqueFunction(function=robot),
        ]
    )
