"""Finds the topics of a running stack, whatever they were remapped to, by the nodes that have them.

A topic is known by its node and its type; where a node has several of a type, that with the usual
name is taken.
"""

from collections.abc import Callable

from rclpy.node import Node
from rclpy.node import NodeNameNonExistentError

from vico_listener.ros_api import HEAD
from vico_listener.ros_api import LISTENER
from vico_listener.ros_api import PERCEPTION
from vico_listener.ros_api import RENDERER
from vico_listener.ros_api import Topic
from vico_listener.ros_api.listener import EVENT
from vico_listener.ros_api.listener import MOTION
from vico_listener.ros_api.listener import TURN
from vico_listener.ros_api.perception import AUDIO
from vico_listener.ros_api.perception import AUDIO_INFO
from vico_listener.ros_api.perception import AUDIO_STAMPED
from vico_listener.ros_api.perception import AUDIO_WITH_FORMAT
from vico_listener.ros_api.perception import CAMERA_INFO
from vico_listener.ros_api.perception import COMPRESSED
from vico_listener.ros_api.perception import CONVERSATION_STATE
from vico_listener.ros_api.perception import IMAGE
from vico_listener.ros_api.perception import JOINT_STATES
from vico_listener.ros_api.perception import PEOPLE
from vico_listener.ros_api.perception import SPEAKER
from vico_listener.ros_api.renderer import FACE_COMPRESSED

PUBLISHED = (
    (LISTENER.node, (MOTION, EVENT, TURN, CONVERSATION_STATE)),
    (PERCEPTION.node, (SPEAKER, PEOPLE)),
    (RENDERER.node, (FACE_COMPRESSED,)),
)
"""What a stack publishes that is worth looking at."""


def published_topics(node: Node, namespace: str) -> dict[str, Topic]:
    """Return by their usual names the topics that the stack of a namespace publishes."""
    found = {}
    for name, rows in PUBLISHED:
        seen = _of(node.get_publisher_names_and_types_by_node, name, namespace)
        for row in rows:
            topic = _choose(node, row, seen)
            if topic is not None:
                found[row.name] = topic
    return found


def camera_topic(node: Node, namespace: str) -> Topic | None:
    """Return the images that perception takes; None while it takes none."""
    seen = _of(node.get_subscriber_names_and_types_by_node, PERCEPTION.node, namespace)
    return _choose(node, IMAGE, seen) or _choose(node, COMPRESSED, seen)


def microphone_topic(node: Node, namespace: str) -> Topic | None:
    """Return the audio that perception takes; None while it takes none."""
    seen = _of(node.get_subscriber_names_and_types_by_node, PERCEPTION.node, namespace)
    found = (_choose(node, row, seen) for row in (AUDIO_STAMPED, AUDIO, AUDIO_WITH_FORMAT))
    return next(filter(None, found), None)


def format_topics(node: Node, namespace: str) -> dict[str, str]:
    """Return by their usual names the topics by which perception learns of intrinsics and format.

    Empty while no stack runs.
    """
    seen = _of(node.get_subscriber_names_and_types_by_node, PERCEPTION.node, namespace)
    found = {row.name: _choose(node, row, seen) for row in (CAMERA_INFO, AUDIO_INFO)}
    return {name: topic.name for name, topic in found.items() if topic is not None}


def joint_topic(node: Node, namespace: str, usual: str) -> str:
    """Return the topic by which the head learns where its joints are.

    Args:
        node: that knows the graph.
        namespace: of the stack.
        usual: its name without a remapping, which is returned while no head runs.
    """
    seen = _of(node.get_subscriber_names_and_types_by_node, HEAD.node, namespace)
    topic = _choose(node, JOINT_STATES.at(usual), seen)
    return usual if topic is None else topic.name


Seen = list[tuple[str, list[str]]]


def _of(ask: Callable[[str, str], Seen], name: str, namespace: str) -> Seen:
    try:
        return ask(name, namespace)
    except NodeNameNonExistentError:  # it is not there, or its endpoints are not known yet
        return []


def _choose(node: Node, row: Topic, seen: Seen) -> Topic | None:
    names = [name for name, types in seen if row.type in types]
    usual = node.resolve_topic_name(row.name)
    if usual in names:
        return row.at(usual)
    return row.at(names[0]) if names else None
