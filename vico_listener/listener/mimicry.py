"""Mimicry: returns the speaker's head posture later, weaker and more smoothly.

Listeners follow the slow part of the other's head movement about 0.6 s later (Hale et al. 2020).
The listener follows the departure from the speaker's habitual pose and place, so that a camera off
to one side does not turn the listener.
"""

from vico_listener.clock import MODEL_RATE
from vico_listener.listener.checks import usable_face
from vico_listener.listener.follower import STEP
from vico_listener.listener.follower import Follower
from vico_listener.motion import ARKIT52
from vico_listener.motion import FaceMotion

HABIT = 12.0
"""Time constant of the average that is the speaker's habitual pose and place, s."""
LARGEST = (0.35, 0.35, 0.35, 0.15)
"""Limits of the departures that are followed: roll, pitch, yaw in rad, forward in m."""
POSE_RATE = 5.0
"""Rate at which the pose follows, 1/s: a lag of 0.4 s on top of the delay."""
MIRROR = (-1.0, 0.6, -0.8, 0.7)
"""Gains of roll, pitch, yaw and place: mirrored, with less pitch, which belongs to the nods."""

REST = (0.0, 0.0, 0.0, 0.0)
"""Roll, pitch, yaw and place forward at rest."""


class Mimicry:
    """Follows the speaker's head, and returns to rest without one."""

    def __init__(self, delay: float) -> None:
        """Follow after `delay` seconds plus the lag of the smoothing."""
        self._delay = max(round(delay * MODEL_RATE), 1)
        self._pose = Follower(len(REST), POSE_RATE)
        self.reset()

    def reset(self) -> None:
        """Forget the speaker."""
        self._pose.reset(REST)
        self._habit = list(REST)
        self._seen = 0
        self._past = [REST] * self._delay
        self._now = 0

    def step(self, face: FaceMotion, valid: bool) -> list[float]:
        """Return the roll, pitch, yaw (rad, mirrored) and the lean forward (m) to show.

        A face that is not valid, not finite or not in `arkit52` counts as no face.
        """
        goal = self._past[self._now]
        visible = valid and face.basis is ARKIT52 and usable_face(face)
        self._past[self._now] = self._departure(face) if visible else REST
        self._now = (self._now + 1) % self._delay
        return self._pose.step(goal)

    def _departure(self, face: FaceMotion) -> tuple[float, float, float, float]:
        """Return how the speaker's pose and place depart from their habitual values."""
        seen = [*face.rotation.tolist(), float(face.translation[0])]
        if self._seen == 0:
            self._habit = list(seen)
        self._seen += 1
        gain = max(1.0 / self._seen, STEP / HABIT)
        self._habit = [old + gain * (new - old) for old, new in zip(self._habit, seen, strict=True)]
        roll, pitch, yaw, forward = (
            sign * min(max(new - old, -limit), limit)
            for sign, new, old, limit in zip(MIRROR, seen, self._habit, LARGEST, strict=True)
        )
        return roll, pitch, yaw, forward
