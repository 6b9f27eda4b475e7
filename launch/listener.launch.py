"""The listening stack: camera and audio topics in, a listening face and head commands out."""

from pathlib import Path

from launch.actions import DeclareLaunchArgument
from launch.actions import OpaqueFunction
from launch.actions import SetEnvironmentVariable
from launch.substitutions import LaunchConfiguration
from launch.substitutions import PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.substitutions import FindPackageShare

from launch import Action
from launch import LaunchContext
from launch import LaunchDescription
from vico_listener.errors import SettingError
from vico_listener.nodes.bring_up import WITH_LAUNCH
from vico_listener.nodes.bring_up import bring_up
from vico_listener.nodes.bring_up import end_launch
from vico_listener.nodes.bring_up import prepare
from vico_listener.ros_api import CONSUMERS_FIRST
from vico_listener.ros_api.launch import FACE_PAGES
from vico_listener.ros_api.launch import LISTENER_ARGUMENTS
from vico_listener.ros_api.launch import STACK_PARAMETERS
from vico_listener.ros_api.launch import TOPICS
from vico_listener.ros_api.launch import meant_for
from vico_listener.ros_api.launch import switch
from vico_listener.ros_api.launch import typed
from vico_listener.ros_api.rows import expanded


def face_page(value: dict[str, str], topics: list[tuple[str, str]]) -> list[Action]:
    """What shows the listener on a page in a browser, if that is wanted.

    Raises:
        SettingError: no page draws such a face.
    """
    face = value['face_page']
    if not face:
        return []
    if face not in FACE_PAGES:
        raise SettingError(f'face_page:={face} is not one of {", ".join(FACE_PAGES)}')
    options = {'renderer': face, 'host': value['face_host'], 'port': value['face_port']}
    options |= {name: value[name] for name in ('theme', 'figure') if value[name]}
    return [
        Node(
            package='vico_listener',
            executable='face_page',
            namespace=value['namespace'],
            arguments=[f'--{name}={expanded(text)}' for name, text in options.items()],
            remappings=topics,
            output='screen',
            additional_env=WITH_LAUNCH,
            on_exit=end_launch,
        )
    ]


def dashboard(value: dict[str, str]) -> list[Action]:
    """What shows the running stack on a page in a browser, if that is wanted.

    It finds the topics by their nodes, whatever they are remapped to.

    Raises:
        SettingError: a switch is neither true nor false.
    """
    control = switch('control', value['control'])
    if not switch('page', value['page']):
        return []
    options = [f'--host={value["page_host"]}', f'--port={value["page_port"]}']
    options += [f'--theme={expanded(value["theme"])}'] if value['theme'] else []
    options += ['--control'] if control else []
    return [
        Node(
            package='vico_listener',
            executable='dashboard',
            namespace=value['namespace'],
            arguments=options,
            output='screen',
            additional_env=WITH_LAUNCH,
            on_exit=end_launch,
        )
    ]


def nodes(context: LaunchContext) -> list[Action]:
    """The nodes, once the arguments are known."""
    value = {a.name: LaunchConfiguration(a.name).perform(context) for a in LISTENER_ARGUMENTS}
    given = {row.name: typed(row, value[row.name]) for row in STACK_PARAMETERS if value[row.name]}
    files = [expanded(value['params_file'])] if value['params_file'] else []
    for file in files:
        if not Path(file).is_file():
            raise FileNotFoundError(f'no such file: params_file:={file}')
    topics = [pair for topic in TOPICS for pair in topic.remappings(value[topic.name])]
    pages = [*face_page(value, topics), *dashboard(value)]
    if switch('composed', value['composed']):
        # It configures and activates its nodes itself, and ends with an error if one refuses.
        stack = Node(
            package='vico_listener',
            executable='stack',
            namespace=value['namespace'],
            parameters=[*files, *filter(None, [given])],
            remappings=topics,
            output='screen',
            additional_env=WITH_LAUNCH,
            on_exit=end_launch,
        )
        return [stack, *pages]
    profile = PathJoinSubstitution([FindPackageShare('vico_listener'), 'config', 'fastdds_shm.xml'])
    processes = [
        Node(
            package='vico_listener',
            executable=name,
            name=name,
            namespace=value['namespace'],
            parameters=[*files, *filter(None, [meant_for(name, given)])],
            remappings=topics,
            output='screen',
            additional_env=WITH_LAUNCH,
            on_exit=end_launch,
        )
        for name in CONSUMERS_FIRST
    ]
    return [
        SetEnvironmentVariable('FASTRTPS_DEFAULT_PROFILES_FILE', profile),
        SetEnvironmentVariable('FASTDDS_DEFAULT_PROFILES_FILE', profile),
        *bring_up(processes),
        *pages,
    ]


def generate_launch_description() -> LaunchDescription:
    """Declare the arguments and start the nodes."""
    return LaunchDescription(
        [
            OpaqueFunction(function=prepare),
            *(
                DeclareLaunchArgument(a.name, default_value=a.default, description=a.description)
                for a in LISTENER_ARGUMENTS
            ),
            OpaqueFunction(function=nodes),
        ]
    )
