"""Fades a listener out while another program moves the head, and in again."""

from dataclasses import replace
from typing import Any

import numpy as np

from vico_listener.clock import MODEL_RATE
from vico_listener.motion import FaceMotion


class Presence:
    """Scales motion between the resting reference face (0) and the listener's motion (1).

    Args:
        seconds: how long a full fade takes. It follows a smoothstep, so that the velocity has no
            jump.

    Attributes:
        active: True to fade in, False to fade out.
    """

    def __init__(self, seconds: float = 1.0) -> None:
        self._step = 1.0 / (seconds * MODEL_RATE)
        self.active = True
        self._progress = 1.0

    @property
    def resting(self) -> bool:
        """Whether the fade-out is complete."""
        return self._progress <= 0.0

    def apply(self, motion: FaceMotion, reference: FaceMotion) -> FaceMotion:
        """Advance the fade by one tick and return the faded motion."""
        change = self._step if self.active else -self._step
        self._progress = min(1.0, max(0.0, self._progress + change))
        if self._progress >= 1.0:
            return motion
        weight = np.float32(self._progress**2 * (3.0 - 2.0 * self._progress))
        rest = at_rest(motion, reference)
        expression = rest.expression + weight * (motion.expression - rest.expression)
        return replace(motion, expression=expression, **faded_pose(rest, motion, weight))


def faded_pose(rest: FaceMotion, motion: FaceMotion, weight: np.float32) -> dict[str, Any]:
    """Return rotation, translation and crop between those at rest (0) and the motion's (1)."""
    faded = {}
    for part in ('rotation', 'translation', 'crop'):
        start, end = getattr(rest, part), getattr(motion, part)
        faded[part] = start + weight * (end - start)
    return faded


def at_rest(motion: FaceMotion, reference: FaceMotion) -> FaceMotion:
    """Return the reference face as a motion in whose terms `motion` is."""
    if motion.basis.absolute_pose:
        return reference
    return FaceMotion(reference.expression)  # the pose is relative to that of the reference
