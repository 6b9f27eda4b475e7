"""Looks whether TF joins the frame of the camera to the body of the robot."""

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from rclpy.node import Node

from vico_listener.doctor.environment import how_to_get
from vico_listener.doctor.finding import Finding
from vico_listener.doctor.finding import Level
from vico_listener.nodes.input_subscription import InputSubscription
from vico_listener.nodes.state_subscription import StateSubscription
from vico_listener.nodes.topics import message_class
from vico_listener.robot.frame_tree import FrameTree
from vico_listener.ros_api.head import TF
from vico_listener.ros_api.head import TF_STATIC
from vico_listener.ros_api.perception import PERCEPTION


class FrameSurvey:
    """Listens to TF while it exists, where tf2_msgs is installed.

    Args:
        node: owner of the subscriptions.
    """

    def __init__(self, node: Node) -> None:
        self._frames = FrameTree()
        self._heard = False
        self._lacks = ''
        try:
            message_class(TF.type)
        except ModuleNotFoundError as error:
            self._lacks = error.name or ''
            return
        InputSubscription(node, TF, self._on_frames)
        StateSubscription(node, TF_STATIC, self._on_frames)

    def _on_frames(self, message: Any) -> None:
        self._heard = True
        for transform in message.transforms:
            turn = transform.transform.rotation
            quaternion = (turn.x, turn.y, turn.z, turn.w)
            self._frames.add(transform.header.frame_id, transform.child_frame_id, quaternion)

    def findings(self, frame: str, settings: Mapping[str, Any]) -> Iterator[Finding]:
        """Yield what is to be said.

        Args:
            frame: of the images; '' if there were none.
            settings: the parameters of a running perception.
        """
        needed = settings.get('camera_on_head') == 'tf'
        base = settings.get('base_frame') or PERCEPTION.parameter('base_frame').default
        frame = settings.get('camera_frame') or frame
        level = Level.WRONG if needed else Level.NOTE
        if self._lacks:
            how = how_to_get('tf2-msgs', 'tf2-ros-py')
            yield Finding('tf', level, f'{self._lacks} not installed: TF was not looked at', how)
            return
        if not self._heard:
            text = 'nobody publishes TF: look_at and camera_on_head cannot use it'
            how = 'start robot_state_publisher, or do without (camera_on_head: joint_state)'
            yield Finding('tf', level, text, how)
            return
        if not frame:
            text = 'the images name no frame: look_at and camera_on_head cannot use TF'
            yield Finding('tf', Level.NOTE, text, "set the frame_id in the camera's driver")
        elif self._frames.rotation(str(base), frame.lstrip('/')) is None:
            text = f'TF does not join {base} and {frame}, the frame of the images'
            how = 'base_frame and camera_frame name others; a static transform may be missing'
            yield Finding('tf', level, text, how)
        else:
            yield Finding('tf', Level.OK, f'TF joins {base} and {frame}')
