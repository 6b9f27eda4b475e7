"""Smooths the motion of one face."""

from dataclasses import dataclass

import numpy as np

from vico_listener.face.one_euro import OneEuroFilter
from vico_listener.face.one_euro import OneEuroSettings
from vico_listener.motion import FaceMotion


@dataclass(frozen=True)
class SmoothingSettings:
    """Settings of the filters of each part of a motion.

    They were chosen with synthetic signals and real clips. At 30 fps a nod of 5 degrees at 3 Hz
    keeps 98 % of its amplitude and lags 10 ms, and a blink keeps 99 % of its peak. At rest the
    jitter of the rotation (second difference) falls to a third.
    """

    rotation: OneEuroSettings = OneEuroSettings(min_cutoff=1.5, beta=20.0, speed_cutoff=5.0)
    translation: OneEuroSettings = OneEuroSettings(min_cutoff=1.5, beta=20.0)
    expression: OneEuroSettings = OneEuroSettings(min_cutoff=4.0, beta=6.0, speed_cutoff=10.0)


class MotionSmoother:
    """Filters rotation, translation and expression by One-Euro filters, driven by the stamps."""

    def __init__(self, settings: SmoothingSettings | None = None) -> None:
        settings = settings or SmoothingSettings()
        self._rotation = OneEuroFilter(settings.rotation)
        self._translation = OneEuroFilter(settings.translation)
        self._expression = OneEuroFilter(settings.expression)

    def reset(self) -> None:
        """Forget everything, so that the next motion passes unchanged."""
        for one_euro in (self._rotation, self._translation, self._expression):
            one_euro.reset()

    def update(self, motion: FaceMotion, stamp: int) -> FaceMotion:
        """Return the smoothed motion at `stamp` (ns)."""
        rotation = motion.rotation.astype(np.float64)
        last = self._rotation.value
        if last is not None:  # Take the nearest of equal angles: +pi to -pi is not a jump.
            rotation += 2 * np.pi * np.round((last - rotation) / (2 * np.pi))
        rotation = self._rotation.update(rotation, stamp)
        return FaceMotion(
            expression=self._expression.update(motion.expression, stamp).astype(np.float32),
            rotation=np.arctan2(np.sin(rotation), np.cos(rotation)).astype(np.float32),
            translation=self._translation.update(motion.translation, stamp).astype(np.float32),
            crop=motion.crop,
            confidence=motion.confidence,
            basis=motion.basis,
        )
