"""The base gaze over ROS: a point in the frame of the head's base, or in another one, by TF."""

import time

from geometry_msgs.msg import PointStamped
from rclpy.node import Node

from vico_listener.errors import DataError
from vico_listener.errors import UnavailableError
from vico_listener.nodes.convert import stamp_of
from vico_listener.nodes.rare_warnings import RareWarnings
from vico_listener.nodes.transforms import Transforms
from vico_listener.nodes.transforms import tf_is_installed

STEADY_NS = 500_000_000
"""A point that is so much newer than TF is placed by the newest transform."""

TOLD = 10.0
"""Seconds for which the diagnostics tell of a point that was refused."""


class GazeInput:
    """Returns where a `look_at` is in the head's base.

    Args:
        node: listens to TF, where tf2_ros is installed and the base's frame is known.
        base_frame: the frame of the head's base; '' if it is not known. A point without a frame is
            in it, too.
    """

    def __init__(self, node: Node, base_frame: str) -> None:
        self._warnings = RareWarnings(node.get_logger())
        self._refused: dict[str, float] = {}
        self._base_frame = base_frame.lstrip('/')
        self._transforms: Transforms | None = None
        if base_frame and tf_is_installed():
            self._transforms = Transforms()
            self._transforms.listen(node)

    def close(self) -> None:
        """Listen no more."""
        if self._transforms is not None:
            self._transforms.close()

    def refuse(self, reason: str) -> None:
        """Say why a point is not looked at: in the log, and for a while in the diagnostics."""
        self._warnings.tell(reason)
        self._refused[reason] = time.monotonic()

    def refusals(self) -> list[str]:
        """Return why points were not looked at, within the last `TOLD` seconds."""
        now = time.monotonic()
        self._refused = {text: at for text, at in self._refused.items() if now - at < TOLD}
        return list(self._refused)

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
        if self._transforms is None:
            raise UnavailableError(
                f"look_at: the point is in the frame '{frame}', not in that of the head's base "
                f"('{self._base_frame}', the parameter gaze_frame), and tf2_ros, which would "
                'transform it, is not installed'
            )
        stamp = stamp_of(message.header.stamp)
        try:
            rotation, origin = self._transforms.at(self._base_frame, frame, stamp, STEADY_NS)
        except UnavailableError as error:
            raise UnavailableError(
                f"look_at: TF does not say where the frame '{frame}' is in the head's base "
                f"('{self._base_frame}', the parameter gaze_frame): {error}"
            ) from error
        except ValueError as error:
            raise DataError(f"look_at: TF of the frame '{frame}': {error}") from error
        return [float(x) for x in rotation @ point + origin]
