"""Hands the listener's motion to a page that shows it."""

from collections.abc import Callable
from typing import Any

from rclpy.node import Node

from vico_listener.errors import VicoError
from vico_listener.frames import ListenerMotion
from vico_listener.motion import ARKIT52
from vico_listener.motion import FaceMotion
from vico_listener.nodes.motion_input import subscribe_to_motion
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
