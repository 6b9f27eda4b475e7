"""Corrects the speaker's pose for a camera that moves with the robot's head.

To such a camera the speaker seems to nod whenever the robot nods, and a listener that mimics would
answer its own motion. The camera's pose at the instant of the image therefore transforms the
speaker's pose to the base frame (x forward, y left, z up), which does not move with the head. This
module does not depend on ROS.
"""

import threading
from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from numpy.typing import NDArray

from vico_listener.clock import NANOSECONDS
from vico_listener.motion import FaceMotion
from vico_listener.robot.profile import RobotProfile
from vico_listener.robot.profile import head_rotation
from vico_listener.rotation import matrix_from_rpy
from vico_listener.rotation import rpy_from_matrix

MAX_AHEAD_NS = 60_000_000
"""An image may be this many ns newer than the newest head pose, which is then extrapolated."""

KEPT_NS = 2 * NANOSECONDS
"""The time for which head poses are kept, ns; a stamp further back than this starts afresh."""

_VIEW_FROM_CAMERA = np.diag([-1.0, -1.0, 1.0])
"""A half turn, since the x axis of speakers' poses points into the camera (see `FaceMotion`)."""

CAMERA_FROM_OPTICAL = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
"""The rotation from the optical frame (x right, y down, z forward) to the body frame of REP-103."""


@dataclass(frozen=True)
class CameraPose:
    """The pose of the camera in the base frame.

    Attributes:
        rotation: (3, 3) from the camera frame (x into the scene, y left, z up) to the base frame.
        position: (3,) the position of the camera in the base frame, m.
    """

    rotation: NDArray[np.float64]
    position: NDArray[np.float64]


PoseSource = Callable[[int], CameraPose | None]
"""Returns the camera's pose at a stamp in ns, or None when it is not known."""


def to_base_frame(face: FaceMotion, camera: CameraPose) -> FaceMotion:
    """Return the speaker's face as seen by a camera at the base's origin that looks along its x.

    Only the rotation changes and, where the basis measures it in metres, the translation.
    """
    turn = _VIEW_FROM_CAMERA @ camera.rotation @ _VIEW_FROM_CAMERA
    rotation = rpy_from_matrix(turn @ matrix_from_rpy(face.rotation)).astype(np.float32)
    translation = face.translation
    if face.basis.translation_unit == 'm':
        shift = _VIEW_FROM_CAMERA @ camera.position
        translation = (turn @ translation + shift).astype(np.float32)
    return replace(face, rotation=rotation, translation=translation)


class JointPoses:
    """Computes the camera's pose from the head's joint positions, interpolated in time.

    The profile's joints turn the camera about the origin of the base frame: yaw, then pitch, then
    roll, as on a pan-tilt-roll neck. One thread may add joint states while another asks for poses.

    Args:
        profile: the head's joints.
        offset: (3,) the offset of the camera from the joints' axes in the head frame, m.
    """

    def __init__(self, profile: RobotProfile, offset: ArrayLike = (0.0, 0.0, 0.0)) -> None:
        self._profile = profile
        self._offset = np.asarray(offset, dtype=np.float64)
        self._positions: dict[str, float] = {}
        self._lock = threading.Lock()
        self._states: deque[tuple[int, NDArray[np.float64]]] = deque()

    def add(self, names: Sequence[str], positions: Sequence[float], stamp: int) -> None:
        """Take joint positions (rad) at `stamp` (ns); joints that are not the head's are ignored.

        A state may name only some of the head's joints; the others then keep their last position.
        A state that is older than the last is ignored.
        """
        joints = {joint.name for joint in self._profile.joints}
        found = {n: p for n, p in zip(names, positions, strict=False) if n in joints}
        if not found or not np.isfinite(list(found.values())).all():
            return
        with self._lock:
            if self._states and stamp <= self._states[-1][0]:
                if self._states[-1][0] - stamp < KEPT_NS:
                    return
                self._states.clear()
                self._positions.clear()
            self._positions.update(found)
            if len(self._positions) < len(joints):
                return
            ordered = [self._positions[joint.name] for joint in self._profile.joints]
            self._states.append((stamp, head_rotation(self._profile, ordered)))
            while stamp - self._states[0][0] > KEPT_NS:
                self._states.popleft()

    def __call__(self, stamp: int) -> CameraPose | None:
        """Return the camera's pose at `stamp` (ns).

        It is None before the first state and later than `MAX_AHEAD_NS` after the last one.
        """
        rpy = self._rotation_at(stamp)
        if rpy is None:
            return None
        rotation = matrix_from_rpy(rpy)
        return CameraPose(rotation, rotation @ self._offset)

    def _rotation_at(self, stamp: int) -> NDArray[np.float64] | None:
        with self._lock:
            states = list(self._states)
        if not states or not states[0][0] <= stamp <= states[-1][0] + MAX_AHEAD_NS:
            return None
        if len(states) == 1:
            return states[0][1]
        after = bisect_left(states, stamp, key=lambda state: state[0])
        after = min(max(after, 1), len(states) - 1)
        (first, old), (second, new) = states[after - 1], states[after]
        return np.asarray(old + (new - old) * ((stamp - first) / (second - first)))


class CameraOnHead:
    """Corrects the faces that a camera on the head sees, and counts them.

    Args:
        pose_at: the source of the camera's poses.

    Attributes:
        corrected, uncorrected: the number of faces seen while the camera's pose was known, and
            while it was not.
    """

    def __init__(self, pose_at: PoseSource) -> None:
        self._pose_at = pose_at
        self.corrected = 0
        self.uncorrected = 0

    def __call__(self, face: FaceMotion, stamp: int) -> FaceMotion:
        """Return the face in the base frame, or unchanged when the pose at `stamp` is not known."""
        camera = self._pose_at(stamp)
        if camera is None:
            self.uncorrected += 1
            return face
        self.corrected += 1
        return to_base_frame(face, camera)
