"""Launch actions that configure and activate managed nodes, and end with the launch or the reason.

A launch ends with an exit code other than 0 only when something raises while it handles an event,
so that is what happens here when the stack cannot go on: in an event of its own, so that others
hear of the end of a process, too. A launch file that uses these actions begins with `prepare`.
"""

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Thread
from types import FrameType

import rclpy
from launch.actions import EmitEvent
from launch.actions import OpaqueFunction
from launch.actions import Shutdown
from launch.event import Event
from launch.event_handler import EventHandler
from launch.events.process import ProcessExited
from launch.logging import get_logger
from launch_ros.actions import Node
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions

from launch import Action
from launch import LaunchContext
from vico_listener.errors import UnavailableError
from vico_listener.nodes.parent import PARENT
from vico_listener.nodes.remote_node import RemoteNode

WITH_LAUNCH = {PARENT: str(os.getpid())}
"""The environment of a process that ends when the launch has died, even by SIGKILL."""


@dataclass
class Failed(Event):
    """The nodes could not be brought up."""

    reason: str
    name = 'vico_listener.Failed'


def prepare(context: LaunchContext) -> None:
    """Have a launch end with what fails, and ^C raise nothing in the middle of it.

    A launch file may include another one that does the same.
    """
    if getattr(context.locals, 'vico_prepared', False):
        return
    context.extend_globals({'vico_prepared': True})
    context.register_event_handler(
        EventHandler(
            matcher=lambda event: isinstance(event, Failed),
            entities=[OpaqueFunction(function=_give_up)],
        )
    )
    _take_interrupts_calmly(context)


def _give_up(context: LaunchContext) -> None:
    if not context.is_shutdown:
        raise UnavailableError(context.locals.event.reason)


def _take_interrupts_calmly(context: LaunchContext) -> None:
    """Have ^C raise nothing as long as launch runs, however often it comes.

    Launch hears of signals by a file descriptor of its own. Python raises KeyboardInterrupt all the
    same, and where that hits the start or the end of a process, launch waits for its end for ever.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return

    def take(number: int, frame: FrameType | None) -> None:
        if context.asyncio_loop is None:  # launch has ended, and its program goes on
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, take)


def bring_up(nodes: Sequence[Node]) -> list[Action]:
    """Start nodes and make them active one after the other; the launch ends when one refuses.

    Once a node is active it is left alone: one that somebody deactivates stays so.

    Args:
        nodes: consumers before producers, so that no message is lost. Each has a name.

    Returns:
        The actions, the nodes among them.
    """

    def start(context: LaunchContext) -> None:
        # A thread of its own, with a ROS of its own: in that of launch, ^C would raise anywhere.
        Thread(target=_activate, args=(context, nodes), name='bring_up', daemon=True).start()

    return [*nodes, OpaqueFunction(function=start)]


def _activate(context: LaunchContext, nodes: Sequence[Node]) -> None:
    def stopped() -> bool:
        return context.is_shutdown or context.asyncio_loop is None

    def spin(seconds: float) -> None:
        executor.spin_once(timeout_sec=seconds)

    ros = rclpy.Context()
    rclpy.init(args=[], context=ros, signal_handler_options=SignalHandlerOptions.NO)
    manager = rclpy.create_node(f'bring_up_{nodes[0].node_executable}', context=ros)
    executor = SingleThreadedExecutor(context=ros)
    executor.add_node(manager)
    warn = get_logger('vico_listener').warning
    try:
        for node in nodes:
            RemoteNode(manager, node.node_name, spin, stopped, warn).activate()
    except UnavailableError as error:
        failed = Failed(str(error))
        if not stopped():
            context.asyncio_loop.call_soon_threadsafe(context.emit_event_sync, failed)
    finally:
        rclpy.try_shutdown(context=ros)


def end_launch(event: ProcessExited, context: LaunchContext) -> Action | None:
    """End the launch with a process (`on_exit`), as a failure if that has failed.

    Ending it twice is an error in launch_ros.
    """
    if context.is_shutdown:
        return None
    name, code = event.process_name, event.returncode
    if code != 0:
        return EmitEvent(event=Failed(f'{name} has ended with exit code {code}: its log says why'))
    return Shutdown(reason=f'{name} has ended')
