"""Asks TF where one frame is in another, where tf2_ros is installed."""

import importlib
import importlib.util
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rclpy.clock import JumpThreshold
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.time import Time

from vico_listener.errors import UnavailableError
from vico_listener.nodes.convert import stamp_of
from vico_listener.rotation import matrix_from_quaternion


def tf_is_installed() -> bool:
    """Return whether there is tf2_ros, without which there are no `Transforms`."""
    return importlib.util.find_spec('tf2_ros') is not None


BACK = JumpThreshold(min_forward=None, min_backward=Duration(nanoseconds=-1), on_clock_change=True)
"""A clock that jumps like this has begun anew: transforms of before are of another time."""


class Transforms:
    """What TF says; it interpolates between the transforms that it has heard.

    Frames may be given with a slash in front, as in the first TF.
    """

    def __init__(self) -> None:
        self._tf2_ros: Any = importlib.import_module('tf2_ros')
        self._buffer = self._tf2_ros.Buffer()
        self._listener: Any = None
        self._jumps: Any = None

    def listen(self, node: Node) -> None:
        """Listen to /tf and /tf_static, and forget the moving frames when the node's clock jumps.

        tf2's own buffer would do that only with a node, for which it makes a service, too; it
        would ignore everything older than what it has already heard.
        """
        self._listener = self._tf2_ros.TransformListener(self._buffer, node)
        clock = node.get_clock()
        self._jumps = clock.create_jump_callback(BACK, post_callback=lambda _: self._buffer.clear())

    def close(self) -> None:
        """Stop listening and forget."""
        if self._listener is not None:
            self._jumps.unregister()
            self._listener.unregister()
            self._listener = None
            self._buffer = self._tf2_ros.Buffer()

    def at(
        self, target: str, source: str, stamp: int, ahead: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return where a source frame is in a target frame: its rotation (3, 3) and origin (3,), m.

        Args:
            target: the target frame.
            source: the source frame.
            stamp: when, ns; 0 for now.
            ahead: how much newer than TF a stamp may be, which then gets the newest transform, ns.

        Raises:
            UnavailableError: TF does not know; the message is that of TF.
            ValueError: the rotation is a quaternion of length zero.
        """
        frames = target.lstrip('/'), source.lstrip('/')
        try:
            try:
                found = self._buffer.lookup_transform(*frames, Time(nanoseconds=stamp))
            except self._tf2_ros.ExtrapolationException:
                found = self._buffer.lookup_transform(*frames, Time())
                if not 0 <= stamp - stamp_of(found.header.stamp) <= ahead:
                    raise
        except self._tf2_ros.TransformException as error:
            raise UnavailableError(str(error)) from error
        turn, origin = found.transform.rotation, found.transform.translation
        rotation = matrix_from_quaternion([turn.x, turn.y, turn.z, turn.w])
        return rotation, np.array([origin.x, origin.y, origin.z])
