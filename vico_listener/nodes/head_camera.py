"""Where a camera on the moving head is: from the head's joint states, or from TF."""

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any
from typing import Protocol

import numpy as np
from rclpy.node import Node
from rclpy.time import Time
from sensor_msgs.msg import JointState

from vico_listener.errors import NotInstalledError
from vico_listener.errors import SettingError
from vico_listener.nodes.convert import stamp_of
from vico_listener.nodes.input_subscription import InputSubscription
from vico_listener.nodes.parameters import ParameterTable
from vico_listener.perception.camera_on_head import CAMERA_FROM_OPTICAL
from vico_listener.perception.camera_on_head import MAX_AHEAD_NS
from vico_listener.perception.camera_on_head import CameraOnHead
from vico_listener.perception.camera_on_head import CameraPose
from vico_listener.perception.camera_on_head import JointPoses
from vico_listener.perception.eye import Eye
from vico_listener.robot import load_profile
from vico_listener.ros_api.perception import JOINT_STATES
from vico_listener.rotation import matrix_from_quaternion


class HeadCamera(Protocol):
    """Knows the camera's pose while it is active."""

    def activate(self) -> None:
        """Subscribe."""

    def deactivate(self) -> None:
        """Unsubscribe."""

    def __call__(self, stamp: int) -> CameraPose | None:
        """Return the camera's pose in the base frame at `stamp` (ns), None when it is not known."""


def create_head_camera(
    node: Node, table: ParameterTable, image_frame: Callable[[], str]
) -> HeadCamera | None:
    """Return what the parameters `camera_on_head` and those that belong to it ask for.

    Args:
        node: owner of the subscriptions.
        table: its parameters.
        image_frame: frame_id of the newest image.

    Raises:
        SettingError: `joint_state` without a `robot`, or with one whose profile is wrong.
        NotInstalledError: `tf` without tf2_ros.
    """
    source = table['camera_on_head']
    if source == 'joint_state':
        if not table['robot']:
            raise SettingError(
                'camera_on_head: joint_state needs robot, the profile whose joints move the camera'
            )
        offset = (table['camera_forward'], 0.0, table['camera_up'])
        return JointStateCamera(node, JointPoses(load_profile(table['robot']), offset))
    if source == 'tf':
        if importlib.util.find_spec('tf2_ros') is None:
            raise NotInstalledError(
                'camera_on_head: tf needs tf2_ros, which is not installed: install '
                'ros-$ROS_DISTRO-tf2-ros-py, or use joint_state'
            )
        return TfCamera(node, table['base_frame'], lambda: table['camera_frame'] or image_frame())
    return None


def correction_for(camera: HeadCamera, eye: Eye, table: ParameterTable) -> CameraOnHead:
    """Return the correction of faces in the images of an eye whose camera moves."""
    # TF knows how the camera is mounted; joint states are of a head with an upright one.
    return CameraOnHead(eye.turned(camera) if table['camera_on_head'] == 'tf' else camera)


class JointStateCamera:
    """Feeds `joint_states` to a `JointPoses`; a message without stamp counts from its arrival."""

    def __init__(self, node: Node, poses: JointPoses) -> None:
        self._node = node
        self._poses = poses
        self._subscription: InputSubscription | None = None

    def activate(self) -> None:
        """Subscribe to the joint states."""
        self._subscription = InputSubscription(self._node, JOINT_STATES, self._on_state)

    def deactivate(self) -> None:
        """Unsubscribe."""
        if self._subscription is not None:
            self._subscription.destroy()
            self._subscription = None

    def __call__(self, stamp: int) -> CameraPose | None:
        """See `HeadCamera`."""
        return self._poses(stamp)

    def _on_state(self, message: JointState) -> None:
        stamp = stamp_of(message.header.stamp) or self._node.get_clock().now().nanoseconds
        self._poses.add(message.name, message.position, stamp)


class TfCamera:
    """Asks TF, which interpolates; newer images get the newest transform for a short while."""

    def __init__(self, node: Node, base_frame: str, camera_frame: Callable[[], str]) -> None:
        self._node = node
        self._base_frame = base_frame
        self._camera_frame = camera_frame
        self._tf2_ros: Any = importlib.import_module('tf2_ros')
        self._buffer = self._tf2_ros.Buffer()
        self._listener: Any = None

    def activate(self) -> None:
        """Listen to /tf and /tf_static."""
        self._listener = self._tf2_ros.TransformListener(self._buffer, self._node)

    def deactivate(self) -> None:
        """Stop listening and forget."""
        if self._listener is not None:
            self._listener.unregister()
            self._listener = None
            self._buffer.clear()

    def __call__(self, stamp: int) -> CameraPose | None:
        """See `HeadCamera`."""
        frames = self._base_frame, self._camera_frame()
        try:
            try:
                found = self._buffer.lookup_transform(*frames, Time(nanoseconds=stamp))
            except self._tf2_ros.ExtrapolationException:
                found = self._buffer.lookup_transform(*frames, Time())
                if not 0 <= stamp - stamp_of(found.header.stamp) <= MAX_AHEAD_NS:
                    return None
        except self._tf2_ros.TransformException:
            return None
        turn, position = found.transform.rotation, found.transform.translation
        rotation = matrix_from_quaternion([turn.x, turn.y, turn.z, turn.w])
        return CameraPose(
            rotation @ CAMERA_FROM_OPTICAL.T, np.array([position.x, position.y, position.z])
        )
