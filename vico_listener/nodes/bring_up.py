"""Launch actions that configure and activate managed nodes, for the launch files."""

from collections.abc import Sequence

from launch.actions import EmitEvent
from launch.actions import RegisterEventHandler
from launch.actions import Shutdown
from launch.actions import UnregisterEventHandler
from launch.events import matches_action
from launch.events.process import ProcessExited
from launch_ros.actions import LifecycleNode
from launch_ros.event_handlers import OnStateTransition
from launch_ros.events.lifecycle import ChangeState
from lifecycle_msgs.msg import Transition

from launch import Action
from launch import LaunchContext


def bring_up(nodes: Sequence[LifecycleNode]) -> list[Action]:
    """Start nodes and make them active one after the other; the launch ends when one refuses.

    Once a node is active it is left alone: one that somebody deactivates stays so.

    Args:
        nodes: consumers before producers, so that no message is lost.

    Returns:
        The actions, the nodes among them.
    """
    actions: list[Action] = []
    # Backwards: what follows a node is part of its own handlers.
    following: list[Action] = []
    for node in reversed(nodes):
        refused = OnStateTransition(
            target_lifecycle_node=node,
            start_state='configuring',
            goal_state='unconfigured',
            entities=[Shutdown(reason=f'{node.node_executable} cannot be configured: see its log')],
        )
        configured = OnStateTransition(
            target_lifecycle_node=node,
            start_state='configuring',
            goal_state='inactive',
            entities=[_change_state(node, Transition.TRANSITION_ACTIVATE)],
            handle_once=True,
        )
        active = OnStateTransition(
            target_lifecycle_node=node,
            start_state='activating',
            goal_state='active',
            entities=[UnregisterEventHandler(refused), *following],
            handle_once=True,
        )
        actions += [RegisterEventHandler(handler) for handler in (refused, configured, active)]
        following = [_change_state(node, Transition.TRANSITION_CONFIGURE)]
    return [*actions, *nodes, *following]


def end_launch(event: ProcessExited, context: LaunchContext) -> Shutdown | None:
    """End the launch with a process (`on_exit`); ending it twice is an error in launch_ros."""
    return None if context.is_shutdown else Shutdown(reason=f'{event.process_name} has ended')


def _change_state(node: LifecycleNode, transition: int) -> EmitEvent:
    return EmitEvent(
        event=ChangeState(lifecycle_node_matcher=matches_action(node), transition_id=transition)
    )
