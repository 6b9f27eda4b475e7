"""Perception, listener, renderer and head in one process, joined to one `Chain`.

rclpy has no intra-process transport, so this is the fast way; each node still publishes for
whoever subscribes, and is managed like any other.
"""

from collections.abc import Callable
from collections.abc import Sequence
from functools import partial

from rclpy.lifecycle import TransitionCallbackReturn

from vico_listener.chain import Chain
from vico_listener.nodes.head_node import HeadNode
from vico_listener.nodes.listener_node import ListenerNode
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.perception_node import PerceptionNode
from vico_listener.nodes.renderer_node import RendererNode


def build_stack() -> list[ManagedNode]:
    """Return the four nodes, connected; downstream first, the order in which to bring them up."""
    listener = ListenerNode(subscribe=False)
    renderer = RendererNode(subscribe=False)
    head = HeadNode(subscribe=False)
    perception = PerceptionNode(join=joined(listener, head, renderer))
    return [head, renderer, listener, perception]


def joined(listener: ListenerNode, head: HeadNode, renderer: RendererNode) -> Callable[..., Chain]:
    """Return what makes one chain of a perception and of these nodes' parts."""
    return partial(Chain, listen=listener.listen, move=head.follow, draw=renderer.draw)


def bring_up(nodes: Sequence[ManagedNode]) -> bool:
    """Configure and activate every node; False when one refuses (its log says why)."""
    for transition in ('trigger_configure', 'trigger_activate'):
        for node in nodes:
            if getattr(node, transition)() != TransitionCallbackReturn.SUCCESS:
                return False
    return True
