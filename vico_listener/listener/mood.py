"""Fades a listener's mood, which is its attitude and intensity, from one setting to the next."""

from dataclasses import dataclass

from vico_listener.choices import AnyAttitude
from vico_listener.listener.finer_attitudes import MANNER
from vico_listener.listener.finer_attitudes import POINTS
from vico_listener.listener.follower import Follower
from vico_listener.motion import Attitude

FADE_RATE = 5.0
"""Rate at which attitude and intensity fade, 1/s: 5 % of a change are left after 0.95 s."""
AWAKE_RATE = 2.4
"""Rate at which the portrait eases into the calm face, 1/s: a broad smile takes 1.5 s to end."""

ATTITUDES = tuple(Attitude)
"""The attitudes in the order in which a mood weights them."""


@dataclass(frozen=True)
class Mood:
    """The attitude and intensity in force at one tick.

    Attributes:
        attitude: the attitude that is set, or to which of the three it belongs.
        shares: the weight of each attitude at this tick, in the order of `ATTITUDES`; the sum is 1.
        strength: 0 to 1, how far the listener departs from its reference. It is the intensity,
            faded in from 0 at the start unless the fade was made without `fade_in`.
        awake: 0 to 1, how far the portrait has eased into the calm face.
        intensity: 0 to 1, the intensity as it fades from one setting to the next. At the start it
            is the one that is set.
        gesture_rate, mimicry: the knobs of these names; 1 changes nothing.
        manner: what a finer attitude adds, see `AttitudePoint.manner`; zeros for one of the three.
    """

    attitude: Attitude
    shares: tuple[float, ...]
    strength: float
    awake: float
    intensity: float
    gesture_rate: float = 1.0
    mimicry: float = 1.0
    manner: tuple[float, ...] = (0.0,) * MANNER

    @classmethod
    def settled(cls, attitude: Attitude, intensity: float = 1.0) -> 'Mood':
        """Return the mood of a listener that has been in this attitude for a while."""
        return cls(attitude, attitude_shares(attitude), intensity, 1.0, intensity)


def attitude_shares(attitude: Attitude) -> tuple[float, ...]:
    """Return 1 for this attitude and 0 for the others, in the order of `ATTITUDES`."""
    return tuple(float(a is attitude) for a in ATTITUDES)


class MoodFade:
    """Follows the attitude and intensity that are set within about a second.

    Attributes:
        attitude, intensity: the settings, which may change before any step; the attitude is one of
            the three or a finer one.

    Args:
        attitude, intensity: the mood to start in.
        fade_in: whether the listener eases from its reference into what it does. A viewer sees no
            jump then; who scores a network needs what the network says, which is false for that.
    """

    def __init__(
        self,
        attitude: AnyAttitude = Attitude.NEUTRAL,
        intensity: float = 1.0,
        fade_in: bool = True,
    ) -> None:
        self.attitude = attitude
        self.intensity = intensity
        self._fade_in = fade_in
        self._follower = Follower(len(ATTITUDES) + 2, FADE_RATE)
        self._awake = Follower(1, AWAKE_RATE)
        self._manner = Follower(MANNER, FADE_RATE)
        self.reset()

    @property
    def nearest(self) -> Attitude:
        """To which of the three the attitude belongs that is set."""
        return POINTS[self.attitude].attitude

    def reset(self) -> None:
        """Return to the start: the attitude and intensity that are set."""
        strength, awake = (0.0, 0.0) if self._fade_in else (self.intensity, 1.0)
        point = POINTS[self.attitude]
        self._follower.reset([*point.shares, strength, self.intensity])
        self._awake.reset([awake])
        self._manner.reset(point.manner)

    def step(self) -> Mood:
        """Advance by one tick and return the mood in force."""
        point = POINTS[self.attitude]
        target = [*point.shares, self.intensity, self.intensity]
        *shares, strength, intensity = self._follower.step(target)
        (awake,) = self._awake.step([1.0])
        manner = self._manner.step(point.manner)
        return Mood(
            point.attitude,
            tuple(shares),
            strength,
            awake,
            min(1.0, max(0.0, intensity)),
            1.0 + manner[0],
            1.0 + manner[1],
            tuple(manner),
        )
