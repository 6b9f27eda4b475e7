"""Vocal backchannels: when the listener says "mm-hm" and the like, and which of them.

Over 300 telephone conversations (Switchboard, 10,946 backchannels) listeners made 1.8 / 3.3 / 5.0 /
7.0 / 8.9 per minute of the partner's speech (10 to 90 %), for 0.26 / 0.42 / 0.64 s (quartiles). 47
% began while the partner spoke, half of all between 0.58 s before and 0.25 s after the end of a
stretch of speech.

Nobody who only hears what has been said can know an end in advance. The listener therefore says
half of them at once when it notices a pause, and the others where a low region of pitch or a
falling voice announces one (Ward & Tsukahara 2000). A nod or shake that is decided on takes
precedence over any such moment, so that one decision gives both.
"""

from collections.abc import Mapping
from collections.abc import Sequence

from vico_listener.clock import NANOSECONDS
from vico_listener.listener.chance import Chance
from vico_listener.listener.cues import Voice
from vico_listener.listener.follower import STEP
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.gestures import Kind
from vico_listener.listener.listener_event import Vocal
from vico_listener.listener.listener_event import next_tick
from vico_listener.motion import Attitude

VOCAL_PART = 17
"""The part of the listener's chance that draws them (see `Chance`)."""

RATES = {Attitude.POSITIVE: 5.6, Attitude.NEUTRAL: 5.0, Attitude.NEGATIVE: 3.6}
"""How many there are in a minute of the speaker's speech."""
TOKENS: dict[Attitude, dict[str, float]] = {
    Attitude.POSITIVE: {'mm-hm': 5.0, 'yeah': 4.0, 'oh': 0.8, 'hm': 0.4},
    Attitude.NEUTRAL: {'mm-hm': 6.0, 'yeah': 1.5, 'oh': 0.4, 'hm': 1.5},
    Attitude.NEGATIVE: {'mm-hm': 1.5, 'yeah': 0.0, 'oh': 0.6, 'hm': 5.0},
}
"""What is said in each attitude, and how often in terms of the others."""
ALL_TOKENS = tuple(TOKENS[Attitude.NEUTRAL])
"""Everything that is said."""

OVERLAP = 0.47
"""The share that begins while the speaker speaks."""
APART = 2.0
"""The shortest time between the beginnings of two, s."""
SECONDS = (0.42, 0.6, 0.18, 1.2)
"""Median, spread and limits of their lengths, s, where no clip has a length of its own."""
DELAY = (0.0, 0.08)
"""The shortest and longest time from the decision to the sound, in addition to one tick, s."""

NOD_PULL = 0.45
"""By how much a nod or shake that is decided on makes a sound likelier, in terms of one sound."""
IMPATIENCE = 1.0
"""How many sounds may be due until one is made at the other kind of moment."""
FALLING = 0.4
"""How far the voice has fallen at a moment that announces a pause, in spreads."""
LONG = 1.0
"""How long the speaker has spoken at such a moment, s."""
SAID = (Kind.NOD, Kind.SHAKE)
"""The gestures that a sound goes with."""


class Vocals:
    """Decides tick by tick whether the listener says something.

    Args:
        seed: the seed of what is left to chance.
        clips: the lengths (s) of the clips of each token that can be played; without any every
            token may be chosen, and its length is drawn.
    """

    def __init__(self, seed: int = 0, clips: Mapping[str, Sequence[float]] | None = None) -> None:
        self._chance = Chance(seed, VOCAL_PART)
        self._clips = clips or {}
        self.reset()

    def reseed(self, seed: int) -> None:
        """Draw from another seed after the next `reset`."""
        self._chance.reseed(seed)

    def reset(self) -> None:
        """Return to the start, where nothing has been said."""
        self._chance.reset()
        self._due = self._chance.between(0.0, 0.6)
        self._needed = self._chance.between(0.5, 1.5)
        self._over = self._chance.happens(OVERLAP)
        self._since = APART

    def step(
        self, stamp: int, voice: Voice, attitude: Attitude, gestures: Sequence[Gesture], may: bool
    ) -> tuple[Vocal, str] | None:
        """Return what is said, if anything, and the cue that it answers.

        Args:
            stamp: the tick, ns of stream time.
            voice: the speaker's voice at this tick.
            attitude: the listener's attitude.
            gestures: the gestures that the listener has decided on at this tick and shows.
            may: whether the listener listens, and so may say something.
        """
        self._since += STEP
        if not may:
            return None
        if voice.voiced:
            self._due += RATES[attitude] / 60.0 * STEP
        said = [gesture for gesture in gestures if gesture.kind in SAID]
        place = _place(voice)
        if not (said or place) or self._since < APART:
            return None
        wanted = voice.voiced == self._over
        due = self._due - self._needed + (NOD_PULL if said else 0.0)
        if due < (0.0 if wanted else IMPATIENCE):
            return None
        vocal = self._say(stamp, attitude)
        if vocal is None:
            return None
        return vocal, (said[0].cue if said else '') or place or _where(voice)

    def _say(self, stamp: int, attitude: Attitude) -> Vocal | None:
        chance, clips = self._chance, self._clips
        weights = {
            token: weight
            for token, weight in TOKENS[attitude].items()
            if weight > 0.0 and (not clips or clips.get(token))
        }
        if not weights:
            return None
        self._due -= self._needed
        self._needed = chance.between(0.5, 1.5)
        self._over = chance.happens(OVERLAP)
        delay = chance.between(*DELAY)
        self._since = -delay
        token = tuple(weights)[chance.choice(tuple(weights.values()))]
        lengths = clips.get(token, ())
        take = chance.choice((1.0,) * len(lengths)) if lengths else 0
        seconds = lengths[take] if lengths else chance.around(*SECONDS)
        return Vocal(token, next_tick(stamp) + round(delay * NANOSECONDS), seconds, take)


def _place(voice: Voice) -> str:
    """Return the cue of a tick at which something may be said; '' for none."""
    if voice.ended:
        return 'pause'
    phrase = voice.phrase
    falls = voice.low or phrase.fall > FALLING
    return 'speech' if voice.voiced and falls and phrase.seconds > LONG else ''


def _where(voice: Voice) -> str:
    return 'speech' if voice.voiced else 'pause'
