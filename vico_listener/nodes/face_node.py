"""Hands the listener's motion to a page that shows it."""

from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import rclpy
from rclpy.node import Node

from vico_listener.errors import VicoError
from vico_listener.frames import ListenerMotion
from vico_listener.motion import ARKIT52
from vico_listener.motion import FaceMotion
from vico_listener.nodes.data_executor import DataExecutor
from vico_listener.nodes.interruption import Interruption
from vico_listener.nodes.motion_input import subscribe_to_motion
from vico_listener.nodes.ros import start_ros
from vico_listener.nodes.spin import spin_until
from vico_listener.render.renderers import check_basis

Show = Callable[[FaceMotion, int], object]
"""Shows a motion at its stamp, ns."""


class FaceNode(Node):
    """Subscribes to `motion`.

    Args:
        show: called with each motion.
    """

    def __init__(self, show: Show, **options: Any) -> None:
        super().__init__('face', **options)
        self._show = show
        subscribe_to_motion(self, self._on_motion)

    def _on_motion(self, motion: ListenerMotion) -> None:
        try:
            check_basis(ARKIT52, motion.face.basis)
        except VicoError as error:
            self.get_logger().error(str(error), throttle_duration_sec=5.0)
            return
        self._show(motion.face, motion.stamp)


def spin_face(
    show: Show,
    namespace: str = '',
    arguments: Sequence[str] = (),
    interruption: Interruption | None = None,
) -> None:
    """Show the motion of the stack until the process is asked to end.

    Args:
        show: called with each motion.
        namespace: the namespace of the stack, unless the ROS arguments name one.
        arguments: command line with the ROS arguments.
        interruption: says when to end; None if Ctrl-C does, as a KeyboardInterrupt.

    Raises:
        UnavailableError: ROS does not start.
    """
    start_ros(arguments)
    node = FaceNode(show, namespace=namespace)
    try:
        if interruption is None:
            rclpy.spin(node, DataExecutor())
        else:
            spin_until(interruption, [node])
    finally:
        node.destroy_node()
        rclpy.try_shutdown()
