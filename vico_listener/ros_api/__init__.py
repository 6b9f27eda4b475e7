"""The ROS API of the nodes as tables, from which nodes and documentation are made, without ROS.

The nodes declare each parameter, create each topic and publish each value of the diagnostics from
its row here, so that the tables are always true. They import nothing that launch files lack.
"""

from vico_listener.ros_api.capture import CAPTURE
from vico_listener.ros_api.head import HEAD
from vico_listener.ros_api.listener import LISTENER
from vico_listener.ros_api.perception import PERCEPTION
from vico_listener.ros_api.renderer import RENDERER
from vico_listener.ros_api.replay import REPLAY
from vico_listener.ros_api.rows import NodeApi
from vico_listener.ros_api.rows import Parameter
from vico_listener.ros_api.rows import Topic
from vico_listener.ros_api.rows import Value

__all__ = [
    'CAPTURE',
    'CONSUMERS_FIRST',
    'HEAD',
    'LISTENER',
    'NODES',
    'PERCEPTION',
    'RENDERER',
    'REPLAY',
    'STACK',
    'NodeApi',
    'Parameter',
    'Topic',
    'Value',
]

STACK = (PERCEPTION, LISTENER, RENDERER, HEAD)
"""The nodes of the stack, in the order of the data."""

CONSUMERS_FIRST = tuple(api.node for api in reversed(STACK))
"""The names of the nodes of the stack, in the order in which to bring them up."""

NODES = (*STACK, REPLAY, CAPTURE)
"""Every node that has an executable."""
