"""The pose of a listener whose turn it is: the person has finished, and something is to follow.

The chin rises a little, the brows go up, and the gaze stays on the person; nods stop. Listeners who
are about to speak raise their head and meet the other's gaze as a turn ends (Kendon, Acta
Psychologica 26, 1967; Hadar, Steiner, Grant & Rose, Human Movement Science 3, 1984).
"""

from dataclasses import replace
from math import radians

import numpy as np

from vico_listener.listener.expression import BROW_UP
from vico_listener.listener.expression import FACE_CHANNELS
from vico_listener.listener.expression import look
from vico_listener.listener.follower import GentleFollower
from vico_listener.listener.knobs import Knobs
from vico_listener.motion import ARKIT52
from vico_listener.motion import FaceMotion

RATE = 11.0
"""Rate at which the pose comes and goes, 1/s: 5 % are left after 0.7 s."""
CHIN = radians(2.5)
"""By how much the chin rises, rad."""
BROWS = 0.22
"""By how much the brows do."""


class Readiness:
    """Adds the pose to the motion of any listener.

    Attributes:
        share: 0 to 1, how much of it is shown.
    """

    def __init__(self) -> None:
        self._follower = GentleFollower(1, RATE)
        self.reset()

    def reset(self) -> None:
        """Return to the start: not ready."""
        self._follower.reset([0.0])
        self._ever = False
        self.share = 0.0

    def step(self, motion: FaceMotion, ready: bool, strength: float, knobs: Knobs) -> FaceMotion:
        """Return a motion with the pose at the next tick.

        Args:
            motion: what the listener does.
            ready: whether it is to be ready.
            strength: 0 to 1, how strongly it moves.
            knobs: how much head and face do.
        """
        self._ever = self._ever or ready
        if not self._ever:
            return motion
        (self.share,) = self._follower.step([float(ready)])
        amount = strength * self.share
        rise = amount * knobs.head_gain * CHIN
        rotation = motion.rotation - np.array([0.0, rise, 0.0], np.float32)
        if motion.basis is not ARKIT52:
            return replace(motion, rotation=rotation)
        # The eyes stay where they look while the head turns (vestibulo-ocular reflex).
        face = amount * knobs.face_gain * BROWS * FACE_CHANNELS[BROW_UP] + look(0.0, -rise)
        expression = np.clip(motion.expression + face, 0.0, 1.0).astype(np.float32)
        return replace(motion, expression=expression, rotation=rotation)
