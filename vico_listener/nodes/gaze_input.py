"""The base gaze over ROS: a point in the frame of the head's base, or in another one, by TF."""

import importlib
import importlib.util
from typing import Any

from geometry_msgs.msg import PointStamped
from rclpy.node import Node
from rclpy.time import Time

from vico_listener.errors import DataError
from vico_listener.errors import UnavailableError
from vico_listener.nodes.convert import stamp_of
from vico_listener.rotation import matrix_from_quaternion

STEADY_NS = 500_000_000
"""A point that is so much newer than TF is placed by the newest transform."""


class GazeInput:
    """Returns where a `look_at` is in the head's base.

    Args:
        node: listens to TF, where tf2_ros is installed and the base's frame is known.
        base_frame: the frame of the head's base; '' if it is not known. A point without a frame is
            in it, too.
    """

    def __init__(self, node: Node, base_frame: str) -> None:
        self._base_frame = base_frame.lstrip('/')
        self._tf2_ros: Any = None
        if base_frame and importlib.util.find_spec('tf2_ros') is not None:
            self._tf2_ros = importlib.import_module('tf2_ros')
            self._buffer = self._tf2_ros.Buffer()
            self._listener = self._tf2_ros.TransformListener(self._buffer, node)

    def close(self) -> None:
        """Listen no more."""
        if self._tf2_ros is not None:
            self._listener.unregister()

    def place(self, message: PointStamped) -> list[float]:
        """Return x, y and z of a point in the frame of the head's base, m.

        Raises:
            UnavailableError: nobody knows where its frame is.
            DataError: the transform is none.
        """
        point = [message.point.x, message.point.y, message.point.z]
        frame = message.header.frame_id.lstrip('/')
        if frame in ('', self._base_frame):
            return point
        if not self._base_frame:
            raise UnavailableError(
                f"look_at: the point is in the frame '{frame}': set the parameter gaze_frame to "
                "that of the head's base, or give points in that one, without a frame"
            )
        if self._tf2_ros is None:
            raise UnavailableError(
                f"look_at: the point is in the frame '{frame}', not in that of the head's base "
                f"('{self._base_frame}', the parameter gaze_frame), and tf2_ros, which would "
                'transform it, is not installed'
            )
        transform = self._transform(frame, stamp_of(message.header.stamp))
        turn, origin = transform.rotation, transform.translation
        try:
            rotation = matrix_from_quaternion([turn.x, turn.y, turn.z, turn.w])
        except ValueError as error:
            raise DataError(f"look_at: TF of the frame '{frame}': {error}") from error
        placed = rotation @ point + [origin.x, origin.y, origin.z]
        return [float(x) for x in placed]

    def _transform(self, frame: str, stamp: int) -> Any:
        frames = self._base_frame, frame
        try:
            try:
                found = self._buffer.lookup_transform(*frames, Time(nanoseconds=stamp))
            except self._tf2_ros.ExtrapolationException:
                found = self._buffer.lookup_transform(*frames, Time())
                behind = stamp - stamp_of(found.header.stamp)
                if not 0 <= behind <= STEADY_NS:
                    raise
        except self._tf2_ros.TransformException as error:
            raise UnavailableError(
                f"look_at: TF does not say where the frame '{frame}' is in the head's base "
                f"('{self._base_frame}', the parameter gaze_frame): {error}"
            ) from error
        return found.transform
