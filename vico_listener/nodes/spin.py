"""Runs nodes in this process until it is asked to end."""

import gc
import sys
from collections.abc import Callable
from collections.abc import Sequence

import rclpy
from rclpy.exceptions import ParameterException
from rclpy.logging import get_logger
from rclpy.node import Node

from vico_listener.errors import SettingError
from vico_listener.errors import UnavailableError
from vico_listener.nodes.data_executor import DataExecutor
from vico_listener.nodes.interruption import Interruption
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.ros import start_ros
from vico_listener.ros_api.given import check_given


def spin(
    build: Callable[[], Sequence[ManagedNode]],
    start: Callable[[Sequence[ManagedNode]], bool],
    arguments: Sequence[str],
    interruption: Interruption,
) -> int:
    """Make nodes and spin them until the process is asked to end.

    Args:
        build: makes the nodes.
        start: called once before spinning; False when a node refuses (its log says why).
        arguments: command line with the ROS arguments.
        interruption: says when to end.

    Returns:
        Exit code: 0 when asked to end, 1 when the nodes could not be made or started, or when one
        cannot go on.
    """
    try:
        # Before ROS does, whose errors name places in its own source.
        warnings = check_given(arguments)
        start_ros(arguments)
    except SettingError as error:
        print(f'cannot start: {error}', file=sys.stderr)
        return 1
    except UnavailableError as error:  # a wrong ROS argument
        print(error, file=sys.stderr)
        return 1
    try:
        for warning in warnings:
            get_logger('vico_listener').warning(warning)
        nodes = build()
        if not start(nodes):
            return 1
        settle_memory()
        if not spin_until(interruption, nodes, lambda: any(node.failure for node in nodes)):
            return 1  # the log says why
        for node in nodes:
            if node.is_active:
                node.trigger_deactivate()
    except (SettingError, ParameterException) as error:
        print(f'cannot start: {error}', file=sys.stderr)
        return 1
    finally:
        rclpy.try_shutdown()
    return 0


def settle_memory() -> None:
    """Spare all that has been made so far from the search for garbage, which begins now.

    A full search looks at 90,000 objects of libraries, models and nodes, and for some 47 ms no
    other thread runs. It found nothing there; what is made later is still searched, in no time.
    """
    gc.collect()
    gc.freeze()
    gc.enable()


def spin_page(
    make_node: Callable[..., Node],
    namespace: str = '',
    arguments: Sequence[str] = (),
    interruption: Interruption | None = None,
) -> None:
    """Run the node of a page that shows a stack until the process is asked to end.

    Args:
        make_node: makes the node, given its options.
        namespace: the namespace of the stack, unless the ROS arguments name one.
        arguments: command line with the ROS arguments.
        interruption: says when to end; None if Ctrl-C does, as a KeyboardInterrupt.

    Raises:
        UnavailableError: ROS does not start.
    """
    start_ros(arguments)
    node = make_node(namespace=namespace)
    try:
        if interruption is None:
            rclpy.spin(node, DataExecutor())
        else:
            spin_until(interruption, [node])
    finally:
        node.destroy_node()
        rclpy.try_shutdown()


def spin_until(
    interruption: Interruption,
    nodes: Sequence[Node],
    has_failed: Callable[[], bool] = lambda: False,
) -> bool:
    """Run the callbacks of nodes until the process is asked to end, or something has failed.

    Args:
        interruption: says when to end.
        nodes: the nodes.
        has_failed: whether they cannot go on; asked after each callback.

    Returns:
        whether the process was asked to end.
    """
    executor = DataExecutor()
    for node in nodes:
        executor.add_node(node)
    # A task wakes the executor and lets spin_once return.
    interruption.end_gracefully(lambda: executor.create_task(lambda: None))
    while not interruption.requested:
        executor.spin_once()
        if has_failed():
            return False
    return True
