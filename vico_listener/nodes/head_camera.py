"""Where a camera on the moving head is: from the head's joint states, or from TF."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from rclpy.node import Node
from sensor_msgs.msg import JointState

from vico_listener.errors import NotInstalledError
from vico_listener.errors import SettingError
from vico_listener.errors import UnavailableError
from vico_listener.face import FaceTracker
from vico_listener.nodes.convert import stamp_of
from vico_listener.nodes.input_subscription import InputSubscription
from vico_listener.nodes.parameters import ParameterTable
from vico_listener.nodes.transforms import Transforms
from vico_listener.nodes.transforms import tf_is_installed
from vico_listener.perception.camera_on_head import CAMERA_FROM_OPTICAL
from vico_listener.perception.camera_on_head import COMMANDS_AHEAD_NS
from vico_listener.perception.camera_on_head import MAX_AHEAD_NS
from vico_listener.perception.camera_on_head import CameraOnHead
from vico_listener.perception.camera_on_head import CameraPose
from vico_listener.perception.camera_on_head import FixedCamera
from vico_listener.perception.camera_on_head import JointPoses
from vico_listener.perception.camera_on_head import Mounting
from vico_listener.perception.eye import Eye
from vico_listener.perception.locator import Crops
from vico_listener.perception.locator import Locator
from vico_listener.robot import load_profile
from vico_listener.ros_api import Topic
from vico_listener.ros_api.perception import COMMANDED
from vico_listener.ros_api.perception import JOINT_STATES
from vico_listener.ros_api.perception import MOUNTING

JOINT_STATE, COMMAND = 'joint_state', 'command'


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
        SettingError: `joint_state` or `command` without a `robot`, or with one whose profile is
            wrong.
        NotInstalledError: `tf` without tf2_ros.
    """
    source = table['camera_on_head']
    if source in (JOINT_STATE, COMMAND):
        if not table['robot']:
            raise SettingError(
                f'camera_on_head: {source} needs robot, the profile whose joints move the camera'
            )
        ahead = MAX_AHEAD_NS if source == JOINT_STATE else COMMANDS_AHEAD_NS
        poses = JointPoses(load_profile(table['robot']), mounting_of(table), ahead)
        return JointStateCamera(node, poses, JOINT_STATES if source == JOINT_STATE else COMMANDED)
    if source == 'tf':
        if not tf_is_installed():
            raise NotInstalledError(
                'camera_on_head: tf needs tf2_ros, which is not installed: install '
                'ros-$ROS_DISTRO-tf2-ros-py, or use joint_state'
            )
        return TfCamera(node, table['base_frame'], lambda: table['camera_frame'] or image_frame())
    return None


def mounting_of(table: ParameterTable) -> Mounting:
    """Return how the camera is mounted."""
    return Mounting(**{part: table[f'camera_{part}'] for part in MOUNTING})


def place_camera(
    tracker: FaceTracker, camera: HeadCamera | None, eye: Eye, table: ParameterTable
) -> Locator:
    """Let a tracker correct faces if its camera is on the head; return what places them."""
    correction = None
    if camera is not None:
        # TF knows how the camera is mounted; joint states are of a head with an upright one.
        upright = table['camera_on_head'] != 'tf'
        correction = CameraOnHead(camera if upright else eye.turned(camera))
    tracker.correction = correction
    attention = tracker.attention
    seen = correction or FixedCamera(mounting_of(table))
    whole = table['face_source'] == 'camera'
    return Locator(seen if whole else Crops(), attention.sound_at, lambda: attention.place)


class JointStateCamera:
    """Feeds joint states to a `JointPoses`; a message without stamp counts from its arrival."""

    def __init__(self, node: Node, poses: JointPoses, topic: Topic) -> None:
        self._topic = topic
        self._node = node
        self._poses = poses
        self._subscription: InputSubscription | None = None

    def activate(self) -> None:
        """Subscribe to the joint states."""
        self._subscription = InputSubscription(self._node, self._topic, self._on_state)

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
        except (UnavailableError, ValueError):
            return None
        if not (np.isfinite(rotation).all() and np.isfinite(position).all()):
            return None
        return CameraPose(rotation @ CAMERA_FROM_OPTICAL.T, position)
