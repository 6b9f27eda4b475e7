"""What is wrong with the place of a node in the ROS graph: namesakes, and its command topic."""

from typing import Any

from rclpy.node import Node


def namesakes(node: Node) -> list[str]:
    """Return what to say when another node has the name of this one, as of a stack beside it."""
    own = node.get_name(), node.get_namespace()
    # Without a context, which another thread may have ended, there is no graph.
    if not node.context.ok() or node.get_node_names_and_namespaces().count(own) < 2:
        return []
    return [
        f'another node is called {node.get_fully_qualified_name()}, too: end the other stack, or '
        'give this one a namespace (namespace:=robot2); one that was killed is seen for some 20 s'
    ]


def at_command_topic(node: Node, publisher: Any, following: bool) -> list[str]:
    """Return what is wrong at the topic that a robot is commanded on.

    Args:
        node: that commands.
        publisher: of its commands.
        following: the head is moved now. Another program may move it at other times.
    """
    topic = publisher.topic_name
    found = []
    if publisher.get_subscription_count() == 0:
        found.append(
            f"nobody subscribes to {topic}: start the robot's controller, or name its topic "
            '(command:=TOPIC)'
        )
    own = node.get_name(), node.get_namespace()
    names = [(i.node_name, i.node_namespace) for i in node.get_publishers_info_by_topic(topic)]
    if own in names:
        names.remove(own)
    if names and following:
        others = ', '.join(sorted({_full_name(name, space) for name, space in names}))
        found.append(
            f'{topic} is published by {others}, too, while the head follows: end that program, '
            'or release the head before it moves it (listener/set_active)'
        )
    return found


def _full_name(name: str, namespace: str) -> str:
    # It is not known before the node is, and never of a program without ROS.
    unknown = name.startswith('_NODE_NAME_UNKNOWN')
    return 'another program' if unknown else f'{namespace.rstrip("/")}/{name}'
