"""Smiles as episodes: each has a cause, grows, is held and let go.

A smile answers a smile or laugh of the speaker after 0.2 to 1.0 s (Riehle et al. 2017; Kroczek &
Muehlberger 2023), a friendly end of a phrase, or somebody's coming. Real ones grow from 0 to 0.9 in
0.5 to 1.8 s (measured) and last for 0.5 to 4 s (Frank & Ekman). An unhappy face, an empty room or a
long silence ends them.
"""

from dataclasses import dataclass
from math import radians

from vico_listener.listener.chance import Chance
from vico_listener.listener.expression import FACE_CHANNELS
from vico_listener.listener.expression import LAUGH
from vico_listener.listener.expression import SMILE
from vico_listener.listener.face_cues import SMILE_SECONDS
from vico_listener.listener.face_cues import Seen
from vico_listener.listener.follower import STEP
from vico_listener.listener.follower import Follower
from vico_listener.listener.laughter import Laughter
from vico_listener.listener.personality import Personality
from vico_listener.listener.style import Style

SETTLING = 3.4
"""A smile that follows at w reaches nine tenths of its size after this / w seconds."""
RISE = (0.75, 0.32, 0.5, 1.8)
"""Median, spread and limits of the seconds in which a smile grows."""
FALL = (1.5, 0.3, 0.7, 3.0)
"""The same of those in which it is let go."""
HELD = (1.5, 0.55, 0.5, 4.0)
"""The same of those for which it is held."""
TIRING = 0.1
"""Share by which a held smile fades in a second."""
WARM = 0.5
"""Share of answered smiles from which on smiles are shown in full."""
LONGEST = 5.0
"""The longest time for which a smile of the speaker keeps the listener's, s."""
DELAY = 0.5
"""The longest time from the personality's delay of mimicry to the start of a smile, s.

It is counted from where the speaker's smile began, but no answer comes before that is one.
"""
GREETING_DELAY = (0.1, 1.6)
"""The time from the start, or from somebody's coming, to the greeting, s."""
FAINTEST = 0.04
"""A smile that is smaller is none that others are told of."""
LAUGH_RATE = 9.0
"""Rate at which the mouth of a laugh follows, 1/s."""
RHYTHM = 0.6
"""By how much the mouth closes between two notes of a laugh, as a share of its opening."""
BOUNCE = radians(1.0)
"""By how much the head rises with a note of a full laugh, rad."""


@dataclass(frozen=True)
class Smile:
    """A smile that begins.

    Attributes:
        size: how broad it becomes, 0 to 1.
        seconds: about how long it takes until it is gone, s.
        cue: what it answers: `smile`, `laugh`, the listener's own `nod`, or `mood`: a greeting.
    """

    size: float
    seconds: float
    cue: str


@dataclass
class _Planned:
    wait: float
    size: float
    hold: float
    cue: str
    laugh: float = 0.0


class SmileEpisodes:
    """Decides on smiles and shows them.

    Args:
        chance: draws when smiles begin, and how large and long they are.
        laughter: draws the rhythm of laughs.

    Attributes:
        begun: the smile that begins at the next tick; None for none.
        bounce: the pitch to which a laugh moves the head, rad.
    """

    def __init__(self, chance: Chance, laughter: Chance) -> None:
        self._chance = chance
        self._laughter = Laughter(laughter)
        self._smile = Follower(1, 1.0)
        self._laugh = Follower(1, LAUGH_RATE)
        self.reset()

    def reset(self) -> None:
        """Return to the start, from where the listener greets the speaker."""
        self.begun: Smile | None = None
        self._smile.reset([0.0])
        self._laugh.reset([0.0])
        self._laughter.reset()
        self.bounce = 0.0
        self._size = self._left = self._held = self._mirth = 0.0
        self._rising = False
        self._planned: _Planned | None = None
        self._greeting = True

    def step(
        self, seen: Seen, pleased: bool, joy: float, style: Style, person: Personality
    ) -> list[float]:
        """Return what the channels of the face show at the next tick, on top of the base smile.

        Args:
            seen: the speaker's face.
            pleased: whether the listener has just agreed to something friendly.
            joy: 0 to 1, how far smiles are in place now: not with somebody unhappy, or alone.
            style: the listener's style.
            person: the listener's personality.
        """
        self._decide(seen, pleased, style, person)
        # An attitude that answers no smile shows none, even one that was begun in another.
        warmth = min(style.smile_answers / WARM, 1.0)
        self._run(seen, joy * warmth)
        goal = warmth * joy * self._size if self._left > 0.0 else 0.0
        rising = goal > 0.0
        if rising != self._rising:
            self._rising = rising
            seconds = self._chance.around(*(RISE if rising else FALL))
            self._smile.hurry(SETTLING / seconds)
        channels = [0.0] * len(FACE_CHANNELS)
        channels[SMILE] = self._smile.step([goal])[0]
        laughs = self._mirth * joy if self._left > 0.0 and seen.laughing else 0.0
        open_mouth = self._laugh.step([laughs])[0]
        note = self._laughter.step(laughs > 0.0)
        channels[LAUGH] = open_mouth * (1.0 - RHYTHM * (1.0 - note))
        self.bounce = -BOUNCE * open_mouth * note
        return channels

    def _decide(self, seen: Seen, pleased: bool, style: Style, person: Personality) -> None:
        chance = self._chance
        answer = person.mimicry_delay + chance.between(0.0, DELAY) if seen.smiled else 0.0
        answer = max(answer - SMILE_SECONDS, 0.0)  # the smile began so long ago
        if seen.laughed and style.laugh > 0.0:
            size = style.laugh * chance.between(0.8, 1.1)
            wait = chance.between(0.2, 0.45)
            self._plan(_Planned(wait, size, chance.around(*HELD) + 0.8, 'laugh', style.laugh))
        elif seen.smiled and chance.happens(style.smile_answers):
            size = style.smile_mimicry * chance.between(0.75, 1.25)
            self._plan(_Planned(answer, size, chance.around(*HELD), 'smile'))
        elif pleased and chance.happens(style.smile_share):
            size = style.smile_pulse * chance.around(1.0, 0.35, 0.4, 1.6)
            self._plan(_Planned(chance.between(0.0, 0.5), size, chance.around(*HELD), 'nod'))
        elif self._greeting or seen.returned:
            size = style.smile_pulse * chance.between(0.6, 1.4)
            wait = chance.between(*GREETING_DELAY)
            self._plan(_Planned(wait, size, chance.around(*HELD), 'mood'))
        self._greeting = False

    def _plan(self, episode: _Planned) -> None:
        """Plan an episode, unless a laugh or a larger one is planned already."""
        before = self._planned
        if before is None or (episode.laugh, episode.size) > (before.laugh, before.size):
            self._planned = episode

    def _run(self, seen: Seen, shown: float) -> None:
        """Count down, and begin what is due, of which a share is shown."""
        self.begun = None
        self._left -= STEP
        if seen.smile > 0.25 and self._left < STEP and self._size > 0.0 and self._held < LONGEST:
            self._left = STEP * 2
        self._held = self._held + STEP if self._left > 0.0 else 0.0
        self._size *= 1.0 - TIRING * STEP
        if self._left <= 0.0:
            self._size = self._mirth = 0.0
        if self._planned is None:
            return
        self._planned.wait -= STEP
        if self._planned.wait <= 0.0:
            if shown * self._planned.size > max(FAINTEST, shown * self._size):
                seconds = self._planned.hold + FALL[0]
                self.begun = Smile(shown * self._planned.size, seconds, self._planned.cue)
            self._size = max(self._size, self._planned.size)
            self._mirth = max(self._mirth, self._planned.laugh)
            self._left = max(self._left, self._planned.hold)
            self._rising = False  # a smile that grows further does so at a pace of its own
            self._planned = None
