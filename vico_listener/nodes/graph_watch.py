"""What is wrong with the place of a node in the ROS graph: namesakes, clocks, command topic."""

import time
from typing import Any

from rclpy.node import Node
from rclpy.qos import DurabilityPolicy

ONLOOKERS = ('bag_recorder', 'foxglove_bridge', 'plotjuggler', 'rosbag2_recorder', 'rqt_gui')
"""How nodes are called that only look at topics, or how their names begin. So do those of
`ros2 topic echo` and its like, which ROS hides: their names begin with an underscore."""

AGAIN = 1.0
"""Seconds after which it is looked again who takes commands, where their number stays the same."""

CLOCK = '/clock'

UNKNOWN = '_NODE_NAME_UNKNOWN'
"""How ROS calls a node that it does not know yet, and a program without ROS."""


def namesakes(node: Node) -> list[str]:
    """Return what to say when another node has the name of this one, as of a stack beside it."""
    own = node.get_name(), node.get_namespace()
    # Without a context, which another thread may have ended, there is no graph.
    if not node.context.ok() or node.get_node_names_and_namespaces().count(own) < 2:
        return []
    return [
        f'another node is also called {node.get_fully_qualified_name()}: end the other '
        'stack, or give this one a namespace (namespace:=robot2); a killed node remains '
        'visible for about 20 s'
    ]


def rival_clocks(node: Node) -> list[str]:
    """Return what to say when a node goes by `/clock`, and more than one program publishes it."""
    if not node.context.ok() or not node.get_parameter('use_sim_time').value:
        return []
    found = node.get_publishers_info_by_topic(CLOCK)
    if len(found) < 2:
        return []
    names = ' and '.join(sorted(full_name(i.node_name, i.node_namespace) for i in found))
    return [
        f'{CLOCK} is published by {names}, and time jumps between them: end all but one, or give '
        'each a ROS_DOMAIN_ID of its own'
    ]


class Takers:
    """Who takes the commands on a topic: whoever subscribes to it, but for those who only look on.

    Nodes are told apart by their names. One that has no known name counts, since many a robot's
    program speaks DDS without ROS.

    Args:
        node: that commands.
        publisher: of its commands.
    """

    def __init__(self, node: Node, publisher: Any) -> None:
        self._node, self._publisher = node, publisher
        self._looked, self._count, self._any = 0.0, 0, False

    def any(self) -> bool:
        """Return whether anybody takes the commands."""
        count = self._publisher.get_subscription_count()
        now = time.monotonic()
        if count != self._count or now - self._looked > AGAIN:
            names = self._names() if count else []
            self._any = count > len(names) or not all(map(looks_on, names))
            # Names become known later than that somebody is there.
            settled = count <= len(names) and UNKNOWN not in ' '.join(names)
            self._looked, self._count = (now, count) if settled else (0.0, -1)
        return self._any

    def onlookers(self) -> list[str]:
        """Return the names of those who only look on."""
        return sorted(filter(looks_on, self._names()))

    def _names(self) -> list[str]:
        topic = self._publisher.topic_name
        return [i.node_name for i in self._node.get_subscriptions_info_by_topic(topic)]


def looks_on(name: str) -> bool:
    """Return whether a node of that name only looks at topics."""
    return not name.startswith(UNKNOWN) and name.startswith(('_', *ONLOOKERS))


def unfit_takers(node: Node, topic: str, kind: str) -> list[str]:
    """Return what is wrong with those who subscribe to commands, but cannot get them.

    Args:
        node: that knows the graph.
        topic: of the commands.
        kind: their type, 'package/msg/Type'. They are sent reliably, and not kept.
    """
    found = []
    for info in node.get_subscriptions_info_by_topic(topic):
        if looks_on(info.node_name):
            continue
        name = full_name(info.node_name, info.node_namespace)
        if info.topic_type != kind:
            found.append(
                f'{name} takes {info.topic_type} on {topic}, but the commands are {kind}: correct '
                'the interface in the profile, or the topic (command:=TOPIC)'
            )
        elif info.qos_profile.durability is DurabilityPolicy.TRANSIENT_LOCAL:
            found.append(
                f'{name} wants commands on {topic} that are kept for those who come late, and gets '
                'none: make its subscription volatile, not transient local'
            )
    return found


START = "start the robot's controller, or name its topic (command:=TOPIC)"
"""What to do where nobody takes the commands of a robot."""
ADD = 'start the program that moves the head, which adds this offset to its own commands'
"""What to do where nobody takes the offset of a head that another program moves."""


def at_command_topic(
    node: Node, publisher: Any, takers: Takers, following: bool, remedy: str = START
) -> list[str]:
    """Return what is wrong at the topic that a robot is commanded on.

    Args:
        node: that commands.
        publisher: of its commands.
        takers: of its commands.
        following: the head is moved now. Another program may move it at other times.
        remedy: what to do where nobody takes the commands.
    """
    topic = publisher.topic_name
    found = []
    if not takers.any():
        onlookers = ', '.join(takers.onlookers())
        nobody = f'only {onlookers} subscribes to' if onlookers else 'nobody subscribes to'
        kind = publisher.msg_type
        package = kind.__module__.partition('.')[0]
        unfit = unfit_takers(node, topic, f'{package}/msg/{kind.__name__}')
        found += unfit or [f'{nobody} {topic}: {remedy}']
    own = node.get_name(), node.get_namespace()
    names = [(i.node_name, i.node_namespace) for i in node.get_publishers_info_by_topic(topic)]
    if own in names:
        names.remove(own)
    if names and following:
        others = ', '.join(sorted({full_name(name, space) for name, space in names}))
        found.append(
            f'{topic} is also published by {others} while the head is active: end that '
            'program, or release the head before it moves it (listener/set_active)'
        )
    return found


def full_name(name: str, namespace: str) -> str:
    """Return the full name of a node, or that it is another program."""
    # It is not known before the node is, and never of a program without ROS.
    unknown = name.startswith(UNKNOWN)
    return 'another program' if unknown else f'{namespace.rstrip("/")}/{name}'
