"""Tells where the speaker is in space, by what is seen and heard."""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from vico_listener.frames import Whereabouts
from vico_listener.motion import FaceMotion


class PlacingCamera(Protocol):
    """A camera of which it is known where it is: `FixedCamera` or `CameraOnHead`."""

    @property
    def yaw(self) -> float:
        """By how much what is heard is turned to the frame of the head's base, rad."""

    def place(self, face: FaceMotion, stamp: int) -> Whereabouts:
        """Return where a face of an image with a stamp (ns) is."""


class Locator:
    """Joins what the camera sees with the direction of a voice.

    Args:
        camera: knows where faces are.
        sound: returns from where sound comes at a stamp (ns), rad, positive to the left; nan where
            that is not known.
    """

    def __init__(self, camera: PlacingCamera, sound: Callable[[int], float]) -> None:
        self._camera, self._sound = camera, sound

    def place(self, face: FaceMotion, stamp: int) -> Whereabouts:
        """Return where a face of an image with a stamp (ns) is."""
        return self._camera.place(face, stamp)

    def hear(self, where: Whereabouts, stamp: int) -> Whereabouts:
        """Return what is known at a stamp (ns) when a voice is heard that nobody in view has."""
        return replace(where, sound=self._sound(stamp) + self._camera.yaw)
