"""A camera on the moving head: the speaker as a camera at rest would see them.

Such a camera sees the speaker nod whenever the robot nods; a listener that mimics would answer its
own motion. With the camera's pose at the instant of the picture the speaker's pose is taken to the
base frame (x forward, y left, z up; it does not move with the head). Nothing here knows ROS.
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
"""A picture may be this much newer than the newest head pose, which is then extrapolated."""

KEPT_NS = 2 * NANOSECONDS
"""How far back head poses are kept; a stamp that lies this far before the last is a new start."""

_VIEW_FROM_CAMERA = np.diag([-1.0, -1.0, 1.0])
"""Speakers' poses are seen from the scene: x into the camera (see `FaceMotion`); a half turn."""

CAMERA_FROM_OPTICAL = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
"""REP-103: an optical frame's z is the body frame's x, its x is minus y, its y is minus z."""


@dataclass(frozen=True)
class CameraPose:
    """Where the camera is in the base frame.

    Attributes:
        rotation: (3, 3) base from camera; the camera's x points into the scene, y left, z up.
        position: (3,) of the camera in the base frame, m.
    """

    rotation: NDArray[np.float64]
    position: NDArray[np.float64]


PoseSource = Callable[[int], CameraPose | None]
"""The camera's pose at a stamp in ns; None when it is not known."""


def to_base_frame(face: FaceMotion, camera: CameraPose) -> FaceMotion:
    """The speaker's face as a camera would see it that stands at the base and looks along its x.

    Rotation, and translation where the basis measures it in metres, change; the rest is kept.
    """
    turn = _VIEW_FROM_CAMERA @ camera.rotation @ _VIEW_FROM_CAMERA
    rotation = rpy_from_matrix(turn @ matrix_from_rpy(face.rotation)).astype(np.float32)
    translation = face.translation
    if face.basis.translation_unit == 'm':
        shift = _VIEW_FROM_CAMERA @ camera.position
        translation = (turn @ translation + shift).astype(np.float32)
    return replace(face, rotation=rotation, translation=translation)


class JointPoses:
    """The camera's pose from the head's joint positions, interpolated in time.

    The profile's joints turn the camera about the origin of the base frame: yaw, then pitch, then
    roll, as on a pan-tilt-roll neck. States may come from another thread than the questions.

    Args:
        profile: the head's joints.
        offset: (3,) of the camera from the axes in the head frame, m.
    """

    def __init__(self, profile: RobotProfile, offset: ArrayLike = (0.0, 0.0, 0.0)) -> None:
        self._profile = profile
        self._offset = np.asarray(offset, dtype=np.float64)
        self._positions: dict[str, float] = {}
        self._lock = threading.Lock()
        self._states: deque[tuple[int, NDArray[np.float64]]] = deque()

    def add(self, names: Sequence[str], positions: Sequence[float], stamp: int) -> None:
        """Take joint positions (rad) at `stamp` (ns); joints of other parts are left out.

        A state may name some of the head's joints only; the others then keep their last position.
        One that is older than the last is left out.
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
        """The camera's pose at `stamp` (ns).

        None before the first state and later than `MAX_AHEAD_NS` after the last one.
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
    """Corrects the faces that a camera on the head sees, and counts.

    Args:
        pose_at: where the camera was.

    Attributes:
        corrected, uncorrected: faces seen while the camera's pose was known and while it was not.
    """

    def __init__(self, pose_at: PoseSource) -> None:
        self._pose_at = pose_at
        self.corrected = 0
        self.uncorrected = 0

    def __call__(self, face: FaceMotion, stamp: int) -> FaceMotion:
        """The face in the base frame; unchanged when the pose at `stamp` (ns) is not known."""
        camera = self._pose_at(stamp)
        if camera is None:
            self.uncorrected += 1
            return face
        self.corrected += 1
        return to_base_frame(face, camera)
