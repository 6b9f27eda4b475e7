"""Perception, listener, renderer and head in one process, handing objects from one to the next.

rclpy has no intra-process transport, so this is the fast way; each node still publishes for
whoever subscribes, and is managed like any other.
"""

from collections.abc import Sequence

from rclpy.lifecycle import TransitionCallbackReturn

from vico_listener.nodes.head_node import HeadNode
from vico_listener.nodes.listener_node import ListenerNode
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.perception_node import PerceptionNode
from vico_listener.nodes.renderer_node import RendererNode


def build_stack() -> list[ManagedNode]:
    """The four nodes, connected; downstream first, the order in which to bring them up."""
    perception = PerceptionNode()
    listener = ListenerNode(subscribe=False)
    renderer = RendererNode(subscribe=False)
    head = HeadNode(subscribe=False)
    connect(perception, listener, renderer, head)
    return [head, renderer, listener, perception]


def connect(
    perception: PerceptionNode, listener: ListenerNode, renderer: RendererNode, head: HeadNode
) -> None:
    """Hand frames and motions on as objects; the head first, its latency counts."""
    perception.outputs.append(listener.listen)
    listener.outputs += [head.follow, renderer.draw]


def bring_up(nodes: Sequence[ManagedNode]) -> bool:
    """Configure and activate every node; False when one refuses (its log says why)."""
    for transition in ('trigger_configure', 'trigger_activate'):
        for node in nodes:
            if getattr(node, transition)() != TransitionCallbackReturn.SUCCESS:
                return False
    return True
