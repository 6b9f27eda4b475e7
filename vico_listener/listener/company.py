"""Company: whether there is somebody to listen to, and what the listener does when there is not.

When nobody is there, or nobody has said anything for some seconds, smiles end and the listener
looks around. Whether there is a face counts only if one was ever seen, so that a listener without a
camera goes by the voice.
"""

from math import radians

from vico_listener.listener.body import GLANCE
from vico_listener.listener.chance import Chance
from vico_listener.listener.face_cues import Seen
from vico_listener.listener.face_cues import ramp
from vico_listener.listener.follower import STEP
from vico_listener.listener.follower import Follower
from vico_listener.listener.gestures import GLANCE_SECONDS
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.gestures import Kind
from vico_listener.listener.look_around import LookAround

SILENCE = (4.0, 6.5)
"""A silence of the former length (s) begins to end the smile, one of the latter has."""
ABSENCE = (1.0, 2.2)
"""The same of the time without a face, while nobody speaks."""
LOOK_AROUND = (0.9, 1.7)
"""The smallest and largest look around, in terms of a full glance."""
TURN = radians(6.0)
"""By how much the head turns in addition in the largest look around, rad."""
TURN_RATE = 4.0
"""Rate at which the head follows, 1/s."""


class Company:
    """Notices that nobody is there or speaks, and looks around."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._turn = Follower(1, TURN_RATE)
        self._joy = Follower(1, 2.5)
        self._around = LookAround(chance, self._glance)
        self.reset()

    def reset(self) -> None:
        """Return to the start, where somebody is there."""
        self._turn.reset([0.0])
        self._joy.reset([1.0])
        self._silent = 0.0
        self._around.reset()

    def excuse_silence(self) -> None:
        """Count the silence from now on: so far it was nobody's turn but the robot's."""
        self._silent = 0.0

    def step(self, voiced: bool, seen: Seen) -> tuple[float, float, Gesture | None]:
        """Return how far smiles are in place, the turn of the head (rad) and a glance, if any.

        Smiles are in place (1) while somebody is there and speaks, and out of place (0) with
        somebody who is unhappy.
        """
        self._silent = 0.0 if voiced else self._silent + STEP
        lonely = ramp(self._silent, SILENCE)
        if not voiced:
            lonely = max(lonely, ramp(seen.absent, ABSENCE))
        if seen.smile > 0.2:
            lonely = 0.0
        joy = self._joy.step([(1.0 - lonely) * (1.0 - seen.unhappy)])[0]
        around = self._around
        around.step(alone=lonely >= 1.0)
        size = around.look or 0.0
        turn = self._turn.step([TURN * size / LOOK_AROUND[1]])[0]
        look = Gesture(Kind.GLANCE, size * GLANCE, cue='mood')
        return joy, turn, look if around.begins else None

    def _glance(self) -> tuple[float, float]:
        """Return a size, in terms of a full glance, with its side, and how long it takes, s."""
        return self._chance.side() * self._chance.between(*LOOK_AROUND), GLANCE_SECONDS
