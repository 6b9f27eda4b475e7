"""Several listeners to one speaker: one perception, and a listener and a renderer for each."""

from itertools import cycle
from itertools import islice
from pathlib import Path
from typing import Any

from launch.actions import DeclareLaunchArgument
from launch.actions import OpaqueFunction
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from launch import Action
from launch import LaunchContext
from launch import LaunchDescription
from vico_listener.arguments import check_number
from vico_listener.choices import parse_attitude
from vico_listener.errors import SettingError
from vico_listener.nodes.bring_up import WITH_LAUNCH
from vico_listener.nodes.bring_up import bring_up
from vico_listener.nodes.bring_up import end_launch
from vico_listener.nodes.bring_up import prepare
from vico_listener.ros_api.launch import AUDIENCE_ARGUMENTS
from vico_listener.ros_api.launch import AUDIENCE_TOPICS
from vico_listener.ros_api.launch import MOST_LISTENERS
from vico_listener.ros_api.launch import switch
from vico_listener.ros_api.rows import expanded


def shared_out(text: str, count: int) -> list[str]:
    """Return a value for each of `count` listeners: those of a list, again from its beginning."""
    words = [word.strip() for word in text.split(',') if word.strip()]
    return list(islice(cycle(words or ['']), count))


def nodes(context: LaunchContext) -> list[Action]:
    """The nodes, once the arguments are known.

    Raises:
        SettingError: an argument is wrong.
    """
    value = {a.name: LaunchConfiguration(a.name).perform(context) for a in AUDIENCE_ARGUMENTS}
    if not value['listeners'].isdigit():
        raise SettingError(f'listeners:={value["listeners"]} is no whole number')
    count = int(value['listeners'])
    check_number('listeners', count, 1, MOST_LISTENERS)
    files = [expanded(value['params_file'])] if value['params_file'] else []
    for file in files:
        if not Path(file).is_file():
            raise FileNotFoundError(f'no such file: params_file:={file}')
    topics = [pair for topic in AUDIENCE_TOPICS for pair in topic.remappings(value[topic.name])]
    root = value['namespace'].strip('/')
    speaker = f'/{root}/speaker' if root else '/speaker'

    def node(name: str, namespace: str, given: dict[str, Any], pairs: list) -> Node:
        return Node(
            package='vico_listener',
            executable=name,
            name=name,
            namespace=namespace,
            parameters=[*files, *filter(None, [given])],
            remappings=pairs,
            output='screen',
            additional_env=WITH_LAUNCH,
            on_exit=end_launch,
        )

    drawing = {'renderer': value['renderer'], 'mark': switch('mark', value['mark'])}
    made = []
    each = zip(
        shared_out(value['attitudes'], count),
        shared_out(value['figures'], count),
        shared_out(value['portraits'], count),
        strict=True,
    )
    for number, (attitude, figure, portrait) in enumerate(each, start=1):
        namespace = f'{root}/listener_{number}' if root else f'listener_{number}'
        face = {'portrait': expanded(portrait)} if portrait else {}
        looks = drawing | face | ({'figure': figure} if figure else {})
        # With the same seed all would blink at once, and with the same personality nod at once.
        own = {'seed': number, 'personality': number, **face}
        own['attitude'] = parse_attitude(attitude or 'neutral').value
        made.append(node('renderer', namespace, looks, []))
        made.append(node('listener', namespace, own, [('speaker', speaker)]))
    return bring_up([*made, node('perception', root, {}, topics)])


def generate_launch_description() -> LaunchDescription:
    """Declare the arguments and start the nodes."""
    return LaunchDescription(
        [
            OpaqueFunction(function=prepare),
            *(
                DeclareLaunchArgument(a.name, default_value=a.default, description=a.description)
                for a in AUDIENCE_ARGUMENTS
            ),
            OpaqueFunction(function=nodes),
        ]
    )
