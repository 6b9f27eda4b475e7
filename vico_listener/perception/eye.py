"""How a camera is mounted and calibrated: images are turned upright, their camera is known.

A camera may hang upside down or lie on its side. The detector rarely finds faces upside down, but
what it once took for an upright face there, a forehead for a chin, is then followed as one. It is
told from a face by looking anew: the detector does not find it again, and finds the real one in the
image turned by 180 degrees. A face that lies on its side is found, and says how.
"""

from typing import Any

import numpy as np

from vico_listener.clock import AUTO
from vico_listener.clock import NANOSECONDS
from vico_listener.errors import VicoError
from vico_listener.face import FaceTracker
from vico_listener.face.geometry import Camera
from vico_listener.face.observation import turned_image
from vico_listener.face.tracker import Correction
from vico_listener.frames import Image
from vico_listener.perception.camera_calibration import Calibration
from vico_listener.perception.camera_on_head import CameraPose
from vico_listener.perception.camera_on_head import PoseSource
from vico_listener.rotation import matrix_from_rpy

NOBODY_NS = 2 * NANOSECONDS
"""Nobody has been in view for so long when turned images are tried."""

LYING_NS = NANOSECONDS
"""For so long a head must lie on its side to be the camera's fault."""

UPRIGHT = np.radians(45.0)
"""A head that is tilted by less stands upright."""

VIEWS = 3
"""Views of a turned image that are looked at before it is turned otherwise."""

DOUBT_NS = NANOSECONDS // 2
"""So often a face that is followed is looked for anew, until it is found again `SURE` times."""

SURE = 3
"""Images with a face that must speak for a rotation."""


class Eye:
    """Makes upright images for a tracker, and tells it their camera.

    Args:
        tracker: looks at the images.
        rotation: how far images are turned clockwise: '0', '90', '180' or '270' degrees, or
            'auto' for as faces show.

    Attributes:
        rotation: by how much they are turned at present, degrees clockwise.
        calibration: what is known of the camera; None if it is only the field of view.
        misfit: why it does not serve for the images; '' if it does.
    """

    def __init__(self, tracker: FaceTracker, rotation: str = '0') -> None:
        self._tracker = tracker
        self._searching = rotation == AUTO
        self.rotation = 0 if rotation == AUTO else int(rotation)
        self.calibration: Calibration | None = None
        self.misfit = ''
        self._refused = ''
        self._known: tuple[int, int, int, Calibration | None, str] | None = None
        self.reset()

    def reset(self) -> None:
        """Forget what the last images showed; the rotation stays."""
        self._seen: int | None = None
        self._lying_since: int | None = None
        self._lying = 0
        self._view = 0
        self._found = 0
        self._again = 0
        self._doubted: int | None = None

    def calibrate(self, info: Any) -> str:
        """Take in a `CameraInfo`; return why it cannot be used, or ''."""
        self.calibration, self._refused = None, ''
        try:
            self.calibration = Calibration.of(info)
        except VicoError as error:
            self._refused = f'camera_info cannot be used, fov_deg is used instead: {error}'
        return self._refused

    def upright(self, image: Image) -> Image:
        """Return an image (H, W, 3) turned upright; its camera is told to the tracker."""
        height, width = image.shape[:2]
        known = width, height, self.rotation, self.calibration, self._refused
        if known != self._known:
            self._known = known
            self._tell_camera(width, height)
        return turned_image(image, self.rotation)

    def _tell_camera(self, width: int, height: int) -> None:
        self.misfit = self._refused
        camera = None
        if self.calibration is not None:
            self.misfit = self.calibration.misfit(width, height)
            camera = None if self.misfit else self.calibration.camera_of(width, height)
        if camera is None:
            self._tracker.forget_camera()
            return
        camera = turned_camera(camera, width, height, self.rotation)
        self._tracker.set_camera(camera.fx, camera.fy, camera.cx, camera.cy)

    @property
    def news(self) -> str:
        """What is to be said when images are turned otherwise."""
        return f'images are turned clockwise by {self.rotation} degrees: faces are upright then'

    @property
    def correction(self) -> Correction | None:
        """What is done to faces because the camera moves."""
        return self._tracker.correction

    @property
    def is_calibrated(self) -> bool:
        """Whether the tracker uses a calibrated camera."""
        return self.calibration is not None and not self.misfit

    # Whether images are upright.

    def judge(self, image: Image, stamp: int) -> bool:
        """Look whether faces stand upright, after the tracker has seen an image.

        Args:
            image: as it came.
            stamp: of it, ns.

        Returns:
            True when images are turned otherwise from now on; the tracker has begun anew.
        """
        if self._seen is None or stamp < self._seen:
            self._seen = stamp
        faces = self._tracker.faces
        if faces:
            self._seen = stamp
            roll = float(faces[0].motion.rotation[0])
            return self._judge_roll(roll, stamp) or self._doubt(image, stamp)
        self._lying_since = None
        if not self._searching or stamp - self._seen < NOBODY_NS:
            return False
        if self._doubted is not None:
            self._doubted, self._view, self._found = None, 0, 0
        return self._try_turned(image)

    def _judge_roll(self, roll: float, stamp: int) -> bool:
        if abs(roll) < UPRIGHT:
            self._lying_since, self._lying = None, 0
            return False
        lying = round(np.degrees(roll) / 90) * 90 % 360
        if lying != self._lying or self._lying_since is None or stamp < self._lying_since:
            self._lying_since, self._lying = stamp, lying
        if not self._searching or stamp - self._lying_since < LYING_NS:
            return False
        return self._turn((self.rotation + lying) % 360)

    def _doubt(self, image: Image, stamp: int) -> bool:
        """Look for the face that is followed anew, also in the image turned by 180 degrees."""
        if self._doubted is None or stamp < self._doubted:
            self._doubted, self._view, self._found, self._again = stamp, 0, 0, 0
        if not self._searching or self._again >= SURE or stamp - self._doubted < DOUBT_NS:
            return False
        self._doubted = stamp
        upright = turned_image(image, self.rotation)
        if self._tracker.glance(upright, self._view % VIEWS) is not None:
            self._again += 1
            return False
        return self._try(image, (self.rotation + 180) % 360)

    def _try_turned(self, image: Image) -> bool:
        others = [angle for angle in (0, 180, 90, 270) if angle != self.rotation]
        return self._try(image, others[self._view // VIEWS % len(others)])

    def _try(self, image: Image, angle: int) -> bool:
        """Turn images by an angle from now on if faces stand upright then, several times over."""
        face = self._tracker.glance(turned_image(image, angle), self._view % VIEWS)
        if face is None or abs(face.motion.rotation[0]) > UPRIGHT:
            self._view, self._found = self._view + 1, 0
            return False
        self._found += 1
        return self._found >= SURE and self._turn(angle)

    def _turn(self, rotation: int) -> bool:
        self.rotation = rotation
        self._tracker.reset()
        self.reset()
        return True

    def turned(self, pose: PoseSource) -> PoseSource:
        """Return the pose of a camera that would take the turned images, from the real one's."""

        def of(stamp: int) -> CameraPose | None:
            camera = pose(stamp)
            if camera is None or self.rotation == 0:
                return camera
            roll = matrix_from_rpy((-np.radians(self.rotation), 0.0, 0.0))
            return CameraPose(camera.rotation @ roll, camera.position)

        return of

    @property
    def lying(self) -> int:
        """By how much images should be turned, degrees clockwise: heads have lain for long."""
        since, seen = self._lying_since, self._seen
        if since is None or seen is None or seen - since < LYING_NS:
            return 0
        return (self.rotation + self._lying) % 360


def turned_camera(camera: Camera, width: int, height: int, rotation: int) -> Camera:
    """Return the camera of images of a size (px) that were turned clockwise by 0 to 270 deg."""
    fx, fy, cx, cy = camera.fx, camera.fy, camera.cx, camera.cy
    if rotation == 90:
        return Camera(fy, fx, height - cy, cx)
    if rotation == 180:
        return Camera(fx, fy, width - cx, height - cy)
    if rotation == 270:
        return Camera(fy, fx, cy, width - cx)
    return camera
