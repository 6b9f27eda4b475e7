"""Shows the face of the speaker and the gaze of the listener as markers, for rviz and Foxglove."""

from typing import Any

import rclpy
from rclpy.node import Node

import vico_listener.msg as msg
from vico_listener.errors import NotInstalledError
from vico_listener.errors import VicoError
from vico_listener.frames import ListenerMotion
from vico_listener.live.marker_shapes import Shape
from vico_listener.live.marker_shapes import listener_shapes
from vico_listener.live.marker_shapes import speaker_shapes
from vico_listener.nodes.convert import speaker_of
from vico_listener.nodes.data_executor import DataExecutor
from vico_listener.nodes.motion_input import subscribe_to_motion
from vico_listener.nodes.ros import start_ros
from vico_listener.nodes.topics import message_class
from vico_listener.nodes.topics import subscribe_to
from vico_listener.ros_api import Topic
from vico_listener.ros_api.perception import SPEAKER

MARKERS = Topic(
    'markers',
    'visualization_msgs/msg/MarkerArray',
    'The face of the speaker in the frame of the camera, head and gaze of the listener in that of '
    'its head.',
)

SHOWN = 0.5
"""A marker that does not come again disappears after so long, s."""

WAKE = 0.2
"""How often Ctrl-C is looked for while no message comes, s."""

THICK, TEXT = 0.02, 0.06
"""The diameter of an arrow, and the height of a text, m."""


class MarkerNode(Node):
    """Subscribes to `speaker` and `motion`, and publishes `markers` while somebody looks.

    Args:
        head: the frame in which the listener moves its head, x ahead.

    Raises:
        NotInstalledError: visualization_msgs is not installed.
    """

    def __init__(self, head: str = 'head', **options: Any) -> None:
        try:
            kind = message_class(MARKERS.type)
            self._marker = message_class('visualization_msgs/msg/Marker')
        except ModuleNotFoundError as error:
            raise NotInstalledError(
                'markers need the ROS package visualization_msgs, which is not installed '
                '(sudo apt install ros-$ROS_DISTRO-visualization-msgs)'
            ) from error
        super().__init__('markers', **options)
        self._array = kind
        self._head = head
        self._publisher = self.create_publisher(kind, MARKERS.name, MARKERS.depth)
        subscribe_to(self, SPEAKER, self._on_speaker)
        subscribe_to_motion(self, self._on_motion)

    def _on_speaker(self, message: msg.SpeakerFrame) -> None:
        try:
            frame = speaker_of(message)
        except VicoError as error:
            self.get_logger().error(f'speaker: {error}', throttle_duration_sec=5.0)
            return
        self._show(speaker_shapes(frame, message.header.frame_id))

    def _on_motion(self, motion: ListenerMotion) -> None:
        self._show(listener_shapes(motion, self._head))

    def _show(self, shapes: list[Shape]) -> None:
        if shapes and self._publisher.get_subscription_count() > 0:
            # Stamp 0: the newest transform is as good, whatever the clock of the camera says.
            self._publisher.publish(self._array(markers=[self._message(s) for s in shapes]))

    def _message(self, shape: Shape) -> Any:
        message = self._marker(ns=shape.name, action=self._marker.ADD)
        message.header.frame_id = shape.frame
        message.lifetime.nanosec = round(SHOWN * 1e9)
        message.pose.orientation.w = 1.0
        colour = message.color
        colour.r, colour.g, colour.b, colour.a = shape.colour
        if shape.end is None:
            message.type, message.text = self._marker.TEXT_VIEW_FACING, shape.text
            message.scale.z = TEXT
            _place(message.pose.position, shape.start)
            return message
        message.type = self._marker.ARROW
        message.scale.x, message.scale.y = THICK, 2.0 * THICK
        point = message_class('geometry_msgs/msg/Point')
        message.points = [_place(point(), where) for where in (shape.start, shape.end)]
        return message


def _place(point: Any, where: Any) -> Any:
    """Put a place (3,) into a geometry_msgs/Point, and return that."""
    point.x, point.y, point.z = map(float, where)
    return point


def spin_markers(namespace: str, head: str) -> None:
    """Publish markers of the stack in a namespace until Ctrl-C.

    Raises:
        VicoError: ROS does not start, or visualization_msgs is not installed.
    """
    start_ros(['markers', '--ros-args', '-r', f'__ns:=/{namespace.strip("/")}'])
    try:
        executor = DataExecutor()
        executor.add_node(MarkerNode(head))
        while True:
            # A wait without end would not take Ctrl-C before the next message.
            executor.spin_once(timeout_sec=WAKE)
    finally:
        rclpy.try_shutdown()
