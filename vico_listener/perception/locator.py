"""Tells where the speaker is in space, by what is seen and heard."""

from collections.abc import Callable
from dataclasses import replace
from math import nan
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vico_listener.frames import NOWHERE
from vico_listener.frames import UNMEASURED
from vico_listener.frames import Whereabouts
from vico_listener.motion import FaceMotion


class PlacingCamera(Protocol):
    """A camera of which it is known where it is: `FixedCamera` or `CameraOnHead`."""

    @property
    def yaw(self) -> float:
        """By how much what is heard is turned to the frame of the head's base, rad."""

    def place(self, face: FaceMotion, stamp: int) -> Whereabouts:
        """Return where a face of an image with a stamp (ns) is."""


class Crops:
    """A `PlacingCamera` of images that were cut out of others: they do not tell a place."""

    yaw = nan

    def place(self, face: FaceMotion, stamp: int) -> Whereabouts:
        """Return that somebody is in view, if they are."""
        return UNMEASURED if face.confidence > 0.0 else NOWHERE


class Locator:
    """Joins what the camera sees with the direction of a voice.

    Args:
        camera: knows where faces are.
        sound: returns from where sound comes at a stamp (ns), rad, positive to the left; nan where
            that is not known.
        translation: returns the corrected translation (3,) of the speaker's face in metres, for
            faces whose basis has none; None where it was not measured.
    """

    def __init__(
        self,
        camera: PlacingCamera,
        sound: Callable[[int], float],
        translation: Callable[[], NDArray[np.float32] | None] = lambda: None,
    ) -> None:
        self._camera, self._sound, self._translation = camera, sound, translation

    def place(self, face: FaceMotion, stamp: int) -> Whereabouts:
        """Return where a face of an image with a stamp (ns) is."""
        if face.confidence > 0.0 and face.basis.translation_unit != 'm':
            measured = self._translation()
            if measured is not None:
                face = replace(FaceMotion.neutral(), translation=measured)
        return self._camera.place(face, stamp)

    def hear(self, where: Whereabouts, stamp: int) -> Whereabouts:
        """Return what is known at a stamp (ns) when a voice is heard that nobody in view has."""
        return replace(where, sound=self._sound(stamp) + self._camera.yaw)
