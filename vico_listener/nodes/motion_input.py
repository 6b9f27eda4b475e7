"""The subscription to `motion` that renderer and head share."""

from collections.abc import Callable

from rclpy.node import Node
from rclpy.subscription import Subscription

import vico_listener.msg as msg
from vico_listener.errors import VicoError
from vico_listener.frames import ListenerMotion
from vico_listener.nodes.convert import motion_of
from vico_listener.nodes.topics import subscribe_to
from vico_listener.ros_api.listener import MOTION


def subscribe_to_motion(node: Node, handle: Callable[[ListenerMotion], object]) -> Subscription:
    """Subscribe and hand on each motion; one that cannot be read is logged and left out."""

    def on_message(message: msg.ListenerMotion) -> None:
        try:
            motion = motion_of(message)
        except VicoError as error:
            node.get_logger().error(f'motion: {error}', throttle_duration_sec=5.0)
            return
        handle(motion)

    return subscribe_to(node, MOTION, on_message)
