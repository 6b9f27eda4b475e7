"""What a camera_info says of images of any size: binned, cut out, scaled."""

from dataclasses import dataclass
from typing import Any

from vico_listener.face.geometry import Camera

SAME_ASPECT = 0.02
"""By how much the scales across and down may differ: images have whole pixels."""


@dataclass(frozen=True)
class Calibration:
    """A calibrated camera (sensor_msgs/CameraInfo).

    Attributes:
        width, height: of the image that was calibrated: all of the sensor, px.
        camera: its intrinsics, px of that image.
        binning: sensor pixels across and down in one of the image.
        roi: x, y, width, height of the part that is handed on, in px of the whole image; zeros
            where all is.
    """

    width: int
    height: int
    camera: Camera
    binning: tuple[int, int] = (1, 1)
    roi: tuple[int, int, int, int] = (0, 0, 0, 0)

    @classmethod
    def of(cls, message: Any) -> 'Calibration | None':
        """Return what a CameraInfo says; None when its camera was never calibrated.

        Raises:
            DataError: its numbers are none of a camera.
        """
        k, roi = message.k, message.roi
        if k[0] == 0 or k[4] == 0:
            return None
        return cls(
            message.width,
            message.height,
            Camera(*(float(k[n]) for n in (0, 4, 2, 5))),
            (max(1, message.binning_x), max(1, message.binning_y)),
            (roi.x_offset, roi.y_offset, roi.width, roi.height),
        )

    @property
    def fault(self) -> str:
        """What cannot be right about it, or ''."""
        x, y = self.camera.cx, self.camera.cy
        if self.width == 0 or self.height == 0:
            return ''
        if 0 <= x <= self.width and 0 <= y <= self.height:
            return ''
        return (
            f'camera_info puts the optical axis at ({x:.0f}, {y:.0f}), outside the image of '
            f'{self.width}x{self.height}'
        )

    def camera_of(self, width: int, height: int) -> Camera | None:
        """Return the camera of images of a size, px; None when they cannot be images of it.

        An image is the part that was cut out and binned, or the whole one where a driver does not
        say so, or either of them scaled.
        """
        if self.width == 0 or self.height == 0:
            return self.camera  # it does not say for which images it is
        whole = self.camera, self.width, self.height
        handed_on = self._handed_on()
        for camera, *size in (handed_on, whole):
            if size == [width, height]:
                return camera
        for camera, was_wide, was_high in (handed_on, whole):
            across, down = width / was_wide, height / was_high
            if abs(across / down - 1) < SAME_ASPECT:
                return _scaled(camera, across, down)
        return None

    def misfit(self, width: int, height: int) -> str:
        """Return why it does not serve for images of a size (px), with the remedy, or ''."""
        if self.fault:
            return f'{self.fault}: fov_deg is used instead; calibrate the camera'
        if self.camera_of(width, height) is not None:
            return ''
        return (
            f'camera_info is for images of {self.width}x{self.height}, these have '
            f'{width}x{height}: fov_deg is used instead; calibrate the camera for images of '
            'that shape'
        )

    def _handed_on(self) -> tuple[Camera, int, int]:
        x, y, width, height = self.roi
        if width == 0 or height == 0:
            x, y, width, height = 0, 0, self.width, self.height
        across, down = self.binning
        camera = self.camera
        cut = Camera(camera.fx, camera.fy, camera.cx - x, camera.cy - y)
        size = max(1, width // across), max(1, height // down)
        return _scaled(cut, 1 / across, 1 / down), *size


def _scaled(camera: Camera, across: float, down: float) -> Camera:
    return Camera(camera.fx * across, camera.fy * down, camera.cx * across, camera.cy * down)
