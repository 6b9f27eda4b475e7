"""Where a camera on the moving head is: from the head's joint states, or from TF."""

from collections.abc import Callable
from typing import Protocol

from rclpy.node import Node
from sensor_msgs.msg import JointState

from vico_listener.errors import NotInstalledError
from vico_listener.errors import SettingError
from vico_listener.errors import UnavailableError
from vico_listener.nodes.convert import stamp_of
from vico_listener.nodes.input_subscription import InputSubscription
from vico_listener.nodes.parameters import ParameterTable
from vico_listener.nodes.transforms import Transforms
from vico_listener.nodes.transforms import tf_is_installed
from vico_listener.perception.camera_on_head import CAMERA_FROM_OPTICAL
from vico_listener.perception.camera_on_head import MAX_AHEAD_NS
from vico_listener.perception.camera_on_head import CameraOnHead
from vico_listener.perception.camera_on_head import CameraPose
from vico_listener.perception.camera_on_head import JointPoses
from vico_listener.perception.eye import Eye
from vico_listener.robot import load_profile
from vico_listener.ros_api.perception import JOINT_STATES


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
        if not tf_is_installed():
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
        self._transforms = Transforms()

    def activate(self) -> None:
        """Listen to /tf and /tf_static."""
        self._transforms.listen(self._node)

    def deactivate(self) -> None:
        """Stop listening and forget."""
        self._transforms.close()

    def __call__(self, stamp: int) -> CameraPose | None:
        """See `HeadCamera`."""
        frames = self._base_frame, self._camera_frame()
        try:
            rotation, position = self._transforms.at(*frames, stamp, MAX_AHEAD_NS)
        except UnavailableError:
            return None
        return CameraPose(rotation @ CAMERA_FROM_OPTICAL.T, position)
