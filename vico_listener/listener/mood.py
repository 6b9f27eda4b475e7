"""Attitude and intensity as they fade: the one place where a listener's mood changes."""

from dataclasses import dataclass

from vico_listener.listener.follower import Follower
from vico_listener.motion import Attitude

FADE_RATE = 5.0
"""Rate of attitude and intensity in 1/s: within 5 % of the new one after 0.95 s."""

ATTITUDES = tuple(Attitude)


@dataclass(frozen=True)
class Mood:
    """The attitude and intensity in force at one tick.

    Attributes:
        attitude: the attitude that is asked for.
        shares: how much of each attitude, in the order of `ATTITUDES`, is in force; the sum is 1.
        strength: 0..1, by how much the listener departs from its reference: the intensity, which
            fades in from 0 at the start.
        awake: 0..1, the same at intensity 1.
        intensity: 0..1, the intensity as it fades from one value to the next; at the start it is
            what is asked for.
    """

    attitude: Attitude
    shares: tuple[float, ...]
    strength: float
    awake: float
    intensity: float

    @classmethod
    def settled(cls, attitude: Attitude, intensity: float = 1.0) -> 'Mood':
        """The mood of a listener that has been in this attitude for a while."""
        return cls(attitude, attitude_shares(attitude), intensity, 1.0, intensity)


def attitude_shares(attitude: Attitude) -> tuple[float, ...]:
    """1 for this attitude and 0 for the others, in the order of `ATTITUDES`."""
    return tuple(float(a is attitude) for a in ATTITUDES)


class MoodFade:
    """Follows the attitude and intensity that are asked for within about a second.

    Attributes:
        attitude, intensity: what is asked for; may be set before any step.
    """

    def __init__(self, attitude: Attitude = Attitude.NEUTRAL, intensity: float = 1.0) -> None:
        self.attitude = attitude
        self.intensity = intensity
        self._follower = Follower(len(ATTITUDES) + 3, FADE_RATE)
        self.reset()

    def reset(self) -> None:
        """Start in the attitude and intensity asked for, from the reference face."""
        self._follower.reset([*attitude_shares(self.attitude), 0.0, 0.0, self.intensity])

    def step(self) -> Mood:
        """Advance by one model step."""
        target = [*attitude_shares(self.attitude), self.intensity, 1.0, self.intensity]
        *shares, strength, awake, intensity = self._follower.step(target)
        return Mood(self.attitude, tuple(shares), strength, awake, min(1.0, max(0.0, intensity)))
