"""What the face shows of the listener's feelings besides smiles, and the tilt that goes with them.

Brows rise at stressed syllables, at a question and at the speaker's surprise. An unhappy speaker
worries the positive listener, whose inner brows rise and whose head tilts a little, and makes the
negative one sterner. What it refuses displeases the negative listener for a moment.
"""

from math import radians

from vico_listener.listener.chance import Chance
from vico_listener.listener.cues import Voice
from vico_listener.listener.expression import BROW_DOWN
from vico_listener.listener.expression import BROW_UP
from vico_listener.listener.expression import CONCERN
from vico_listener.listener.expression import CORNERS
from vico_listener.listener.expression import FACE_CHANNELS
from vico_listener.listener.expression import FROWN
from vico_listener.listener.expression import PART
from vico_listener.listener.expression import PRESS
from vico_listener.listener.face_cues import Seen
from vico_listener.listener.follower import STEP
from vico_listener.listener.follower import Follower
from vico_listener.listener.style import Style

RATE = 6.0
"""Rate at which the face follows, 1/s."""
SLOW_RATE = 3.0
"""Rate at which concern comes and goes, 1/s."""
PULSE_SECONDS = 0.9
"""Time constant with which surprise and displeasure fade, s."""
SURPRISE = 1.2
"""A syllable whose stress exceeds this (in spreads, see `cues`) raises the brows."""
TILT = radians(3.5)
"""By how much the head tilts in full concern, rad."""


class Feelings:
    """Follows what the speaker shows with brows and mouth."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._face = Follower(len(FACE_CHANNELS), RATE)
        self._moved = Follower(1, SLOW_RATE)
        self.reset()

    def reset(self) -> None:
        """Return to the start: nothing felt yet."""
        self._face.reset([0.0] * len(FACE_CHANNELS))
        self._moved.reset([0.0])
        self._surprised = self._displeased = 0.0
        self._mouth = (FROWN, PRESS)
        self._side = self._chance.side()

    def step(
        self, voice: Voice, seen: Seen, refused: bool, style: Style
    ) -> tuple[list[float], float]:
        """Return what the channels of the face show at the next tick, and the tilt, rad.

        Args:
            voice: the speaker's voice.
            seen: the speaker's face.
            refused: whether the listener has just refused what was said.
            style: the listener's style.
        """
        self._surprised *= 1.0 - STEP / PULSE_SECONDS
        self._displeased *= 1.0 - STEP / PULSE_SECONDS
        if voice.stress > SURPRISE:
            strength = min(0.5 + 0.4 * (voice.stress - SURPRISE), 1.0)
            self._surprised = max(self._surprised, strength * self._chance.between(0.5, 1.0))
        if voice.asked:
            self._surprised = max(self._surprised, self._chance.between(1.1, 1.5))
        if seen.surprised:
            self._surprised = 1.7
        if refused:
            self._displeased = self._chance.between(0.6, 1.3)
            self._mouth = ((FROWN, PRESS), (PRESS, CORNERS), (CORNERS, FROWN))[
                self._chance.choice((2.0, 1.0, 1.0))
            ]
        goal = [0.0] * len(FACE_CHANNELS)
        goal[BROW_UP] = style.brow_raise * self._surprised
        goal[PART] = style.brow_raise * max(self._surprised - 0.6, 0.0)
        goal[BROW_DOWN] = 0.5 * style.refusal * self._displeased
        for channel in self._mouth:
            goal[channel] += style.refusal * self._displeased
        channels = self._face.step(goal)
        moved = self._moved.step([seen.unhappy])[0]
        channels[CONCERN] += style.concern * moved
        channels[BROW_DOWN] += style.sternness * moved
        channels[PRESS] += (style.sternness + 0.2 * style.concern) * moved
        return channels, self._side * TILT * style.concern * moved
