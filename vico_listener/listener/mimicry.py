"""Mimicry: returns the speaker's smile and head posture later, weaker and more smoothly.

Listeners follow the slow part of the other's head movement about 0.6 s later (Hale et al. 2020) and
smile within a second of a smile (Riehle et al. 2017). The listener follows the departure from the
speaker's habitual pose and smile, so that a camera off to one side does not turn the listener.
"""

from math import tanh

from vico_listener.clock import MODEL_RATE
from vico_listener.listener.checks import usable_face
from vico_listener.listener.expression import smile_of
from vico_listener.listener.follower import STEP
from vico_listener.listener.follower import Follower
from vico_listener.motion import ARKIT52
from vico_listener.motion import FaceMotion

HABIT = 8.0
"""Time constant of the average that is the speaker's habitual pose and smile, s."""
HABITUAL_SMILE = 0.5
"""Share of a lasting smile to which the listener gets used."""
LARGEST_POSTURE = 0.35
"""Limit of the departures of the speaker's head that are followed, rad."""
POSE_RATE = 5.0
"""Rate at which the pose follows, 1/s: a lag of 0.4 s on top of the delay."""
SMILE_RATE = 9.0
"""Rate at which the smile follows, 1/s: a lag of 0.2 s on top of the delay."""
CONTAGION = 2.2
"""Gain of small smiles; broad ones saturate at 1."""
LINGER = 0.7
"""Time constant with which a smile fades once it is over, s; short ones are thus answered too."""
MIRROR = (-1.0, 0.6, -0.7)
"""Gains of roll, pitch and yaw: mirrored, with less pitch, which belongs to the nods."""

REST = (0.0, 0.0, 0.0, 0.0)
"""Roll, pitch, yaw and smile at rest."""


class Mimicry:
    """Follows the speaker's face, and returns to rest without one."""

    def __init__(self, delay: float) -> None:
        """Follow after `delay` seconds plus the lag of the smoothing."""
        self._delay = max(round(delay * MODEL_RATE), 1)
        self._pose = Follower(3, POSE_RATE)
        self._smile = Follower(1, SMILE_RATE)
        self.reset()

    def reset(self) -> None:
        """Forget the speaker."""
        self._pose.reset(REST[:3])
        self._smile.reset(REST[3:])
        self._habit = list(REST)
        self._lingering = 0.0
        self._seen = 0
        self._past = [REST] * self._delay
        self._now = 0

    def step(self, face: FaceMotion, valid: bool) -> list[float]:
        """Return the roll, pitch, yaw (rad, mirrored) and smile (0 to 1) to show.

        A face that is not valid, not finite or not in `arkit52` counts as no face.
        """
        goal = self._past[self._now]
        visible = valid and face.basis is ARKIT52 and usable_face(face)
        self._past[self._now] = self._departure(face) if visible else REST
        self._now = (self._now + 1) % self._delay
        return [*self._pose.step(goal[:3]), *self._smile.step(goal[3:])]

    def _departure(self, face: FaceMotion) -> tuple[float, float, float, float]:
        """Return how the speaker's pose and smile depart from their habitual values."""
        seen = [*face.rotation.tolist(), smile_of(face.expression)]
        if self._seen == 0:
            self._habit[:3] = seen[:3]
        self._seen += 1
        gain = max(1.0 / self._seen, STEP / HABIT)
        self._habit = [old + gain * (new - old) for old, new in zip(self._habit, seen, strict=True)]
        roll, pitch, yaw = (
            sign * min(max(new - old, -LARGEST_POSTURE), LARGEST_POSTURE)
            for sign, new, old in zip(MIRROR, seen, self._habit, strict=False)
        )
        smile = tanh(CONTAGION * max(seen[3] - HABITUAL_SMILE * self._habit[3], 0.0))
        self._lingering = max(smile, self._lingering * (1.0 - STEP / LINGER))
        return roll, pitch, yaw, self._lingering
