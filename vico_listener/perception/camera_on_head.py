"""Where the camera is: corrects the speaker's pose for one that moves with the robot's head.

To such a camera the speaker seems to nod whenever the robot nods, and a listener that mimics would
answer its own motion. The camera's pose at the instant of the image therefore transforms the
speaker's pose to the base frame (x forward, y left, z up), which does not move with the head. This
module does not depend on ROS.

Where a speaker is in space, for a head that looks at them, follows from the same; of a camera that
does not move the mounting is given.
"""

import threading
from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from math import radians

import numpy as np
from numpy.typing import ArrayLike
from numpy.typing import NDArray

from vico_listener.arguments import check_number
from vico_listener.choices import LARGEST_MOUNTING
from vico_listener.clock import NANOSECONDS
from vico_listener.frames import NOWHERE
from vico_listener.frames import UNMEASURED
from vico_listener.frames import Whereabouts
from vico_listener.motion import FaceMotion
from vico_listener.perception.stamp_lateness import LATENESSES_NS
from vico_listener.perception.stamp_lateness import StampLateness
from vico_listener.robot.profile import RobotProfile
from vico_listener.robot.profile import head_rotation
from vico_listener.rotation import matrix_from_rpy
from vico_listener.rotation import rpy_from_matrix

MAX_AHEAD_NS = 60_000_000
"""An image may be this many ns newer than the newest head pose, which is then extrapolated."""

COMMANDS_AHEAD_NS = 200_000_000
"""The same where the head's own commands stand for its pose, which go on as fast as images come."""

KEPT_NS = 2 * NANOSECONDS
"""The time for which head poses are kept, ns; a stamp further back than this starts afresh."""

AT_REST = radians(1.0)
"""A head that turns by less within a few images, rad, tells nothing of their stamps."""

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


AT_BASE = CameraPose(np.eye(3), np.zeros(3))
"""That of a camera at the base's origin, which looks ahead."""


@dataclass(frozen=True)
class Mounting:
    """How a camera is mounted: on the head, in its frame, or fixed, in that of the head's base.

    Attributes:
        forward, left, up: its place from the neck's axes, m.
        pitch, yaw: where it looks, deg: > 0 is down, and to the left.

    Raises:
        SettingError: one of them is no number, or larger than `LARGEST_MOUNTING` allows.
    """

    forward: float = 0.0
    left: float = 0.0
    up: float = 0.0
    pitch: float = 0.0
    yaw: float = 0.0

    def __post_init__(self) -> None:
        for part, most in LARGEST_MOUNTING.items():
            check_number(f'mounting: {part}', getattr(self, part), -most, most)

    @property
    def pose(self) -> CameraPose:
        """Its pose in that frame."""
        turned = np.radians([0.0, self.pitch, self.yaw])
        return CameraPose(matrix_from_rpy(turned), np.array([self.forward, self.left, self.up]))


PLAIN = Mounting()
"""That of a camera at the neck's axes, which looks ahead."""

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


def seen_by(place: ArrayLike) -> NDArray[np.float64]:
    """Return the translation of a face (see `FaceMotion`) from its place before the camera.

    Args:
        place: (3,) x into the scene, y left, z up, m.
    """
    return np.asarray(_VIEW_FROM_CAMERA @ np.asarray(place, dtype=np.float64))


def place_of(face: FaceMotion, camera: CameraPose = AT_BASE) -> Whereabouts:
    """Return where a face is in the base frame; `UNMEASURED` where it is not so in metres."""
    if face.confidence > 0.0 and face.basis.translation_unit != 'm':
        return UNMEASURED
    if not face.confidence > 0.0 or not np.isfinite(face.translation).all():
        return NOWHERE
    x, y, z = camera.rotation @ (_VIEW_FROM_CAMERA @ face.translation) + camera.position
    # As messages carry it, so that nodes in one process see what those in several do.
    return Whereabouts((float(np.float32(x)), float(np.float32(y)), float(np.float32(z))))


class FixedCamera:
    """Knows where people are whom a camera sees that does not move with the head.

    Args:
        mounting: of the camera in the base frame.

    Attributes:
        yaw: by how much what is heard is turned to the base frame, rad.
    """

    def __init__(self, mounting: Mounting = PLAIN) -> None:
        self._camera = mounting.pose
        self.yaw = radians(mounting.yaw)

    def place(self, face: FaceMotion, stamp: int) -> Whereabouts:
        """Return where a face of an image with a stamp (ns) is."""
        return place_of(face, self._camera)


class JointPoses:
    """Computes the camera's pose from the head's joint positions, interpolated in time.

    The profile's joints turn the camera about the origin of the base frame: yaw, then pitch, then
    roll, as on a pan-tilt-roll neck. One thread may add joint states while another asks for poses.

    Args:
        profile: the head's joints.
        mounting: of the camera on the head.
        ahead: by how much an image may be newer than the newest joint positions, ns.
    """

    def __init__(
        self,
        profile: RobotProfile,
        mounting: Mounting = PLAIN,
        ahead: int = MAX_AHEAD_NS,
    ) -> None:
        self._profile = profile
        self._mounting = mounting.pose
        self._ahead = ahead
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

        It is None before the first state and later than `ahead` after the last one.
        """
        rpy = self._rotation_at(stamp)
        if rpy is None:
            return None
        rotation = matrix_from_rpy(rpy)
        return CameraPose(rotation @ self._mounting.rotation, rotation @ self._mounting.position)

    def _rotation_at(self, stamp: int) -> NDArray[np.float64] | None:
        with self._lock:
            states = list(self._states)
        if not states or not states[0][0] <= stamp <= states[-1][0] + self._ahead:
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
        yaw: by how much what is heard is turned to the base frame, rad: it is told in that frame.
        lateness: by how much the images' stamps are late, as the motion of the head shows.
    """

    def __init__(self, pose_at: PoseSource) -> None:
        self._pose_at = pose_at
        self.lateness = StampLateness()
        self._unknown: int | None = None
        self.yaw = 0.0
        self.corrected = 0
        self.uncorrected = 0

    def __call__(self, face: FaceMotion, stamp: int) -> FaceMotion:
        """Return the face in the base frame, or unchanged when the pose at `stamp` is not known."""
        if face.confidence > 0.0 and face.basis.translation_unit == 'm':
            self._watch(face, stamp)
        camera = self._pose_at(stamp - self.lateness.ns)
        if camera is None:
            self.uncorrected += 1
            self._unknown = stamp
            return face
        self.corrected += 1
        return to_base_frame(face, camera)

    def _watch(self, face: FaceMotion, stamp: int) -> None:
        """Look whether it is the stamps that let a face move, if the head has moved."""
        ends = [self._pose_at(stamp - int(late)) for late in LATENESSES_NS[::8]]
        looks = [end.rotation[:, 0] for end in ends if end is not None]
        if len(looks) < len(ends) or np.abs(np.diff(looks, axis=0)).max() < AT_REST:
            return
        found = [self._pose_at(stamp - int(late)) for late in LATENESSES_NS]
        poses = [pose for pose in found if pose is not None]
        if len(poses) == len(found):
            seen = _VIEW_FROM_CAMERA @ face.translation
            places = [pose.rotation @ seen + pose.position for pose in poses]
            self.lateness.see(stamp, np.array(places), np.array([p.rotation[:, 0] for p in poses]))

    def place(self, face: FaceMotion, stamp: int) -> Whereabouts:
        """Return where a corrected face of an image with a stamp (ns) is, if that is known."""
        return NOWHERE if stamp == self._unknown else place_of(face)
