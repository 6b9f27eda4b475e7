"""Decides which of the speaker's cues the listener answers, and with which head gesture.

Opportunities are phrase ends and, during speech, low regions and stressed syllables. A phrase end
is answered when its strength exceeds a threshold. The threshold rises with every answer and falls
with every opportunity that is not taken, so that the intended share is taken, whatever the
speaker's habits. Uninterrupted speech builds up an urge, and when it is high, a cue during speech
is answered. A nod of the speaker is answered by a nod. What is answered depends on what was heard
and seen; the form of the answer, and whether another nod follows it, are left to a seeded chance.
Gestures never overlap: each begins after the one before.
"""

from dataclasses import replace
from math import exp
from math import radians
from math import tanh

from vico_listener.listener.body import GLANCE
from vico_listener.listener.chance import Chance
from vico_listener.listener.cues import Phrase
from vico_listener.listener.cues import Voice
from vico_listener.listener.face_cues import Seen
from vico_listener.listener.follower import STEP
from vico_listener.listener.gestures import BEAT_FREQUENCY
from vico_listener.listener.gestures import GLANCE_SECONDS
from vico_listener.listener.gestures import SETTLE
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.gestures import Kind
from vico_listener.listener.nod_families import AGAIN
from vico_listener.listener.nod_families import AT_ENDS
from vico_listener.listener.nod_families import IN_SPEECH
from vico_listener.listener.nod_families import TO_NODS
from vico_listener.listener.nod_families import make_nod
from vico_listener.listener.nod_families import make_shake
from vico_listener.listener.personality import Personality
from vico_listener.listener.style import Style

FIRST_THRESHOLD = 0.77
"""The initial threshold for a share of 0; a larger share starts lower."""
HABITUATION = 0.3
"""The scale of the changes of the threshold, in units of strength (0 to 1)."""
URGE_RELIEF = 0.35
"""Share of the urge that remains after the answer to a phrase end."""
STRENGTH_WEIGHT = 0.4
"""Weight of the strength of a low region or stressed syllable relative to the urge."""
STRESS_RELUCTANCE = 1.7
"""Stress (in spreads) that invites an answer as much as an average low region."""
PATIENCE = 0.6
"""The longest time that an answer to a phrase end waits for the pause after a gesture, s."""
LOW_WAIT = 0.4
"""Additional delay of the answer to a low region, s.

The total delay is about 0.7 s (Ward & Tsukahara 2000).
"""
FULL_AGREEMENT = 0.9
"""Agreement above which every answer is a nod."""
BEAT_SECONDS = 0.85
"""The shortest time from the start of a beat to that of a nod, s, which keeps them apart."""
AGAIN_PAUSE = (0.5, 0.7, 0.13, 1.9)
"""Median, spread and limits of the pause between two nods of a cluster, s (measured: 0.13 to 2)."""
AGAIN_AGAIN = 0.6
"""By how much the third and later nods of a cluster are rarer than the second."""
GLANCE_REST = 0.6
"""The shortest time from the end of a glance to a shake or beat, s."""


def strength(phrase: Phrase) -> float:
    """Return how strongly the end or a low region of a phrase invites an answer, 0 to 1.

    It increases with the length, the fall and the loudness of the phrase.
    """
    return 0.5 + 0.5 * tanh(0.5 * phrase.length + 0.35 * phrase.fall + 0.2 * phrase.loudness)


def latency(phrase: Phrase, person: Personality) -> float:
    """Return the time from a cue to the gesture, s; it is longer after bright and loud endings."""
    doubt = 0.6 * phrase.brightness + 0.4 * phrase.loudness - 0.3 * phrase.fall
    return person.delay * (1.3 + 1.1 * tanh(doubt))


class Quota:
    """Takes about a given share of what is offered, and prefers strong offers.

    Its threshold rises with every offer that is taken and falls with every other one.
    """

    def __init__(self) -> None:
        self._threshold: float | None = None

    def take(self, force: float, share: float) -> bool:
        """Return whether to take an offer of strength `force` so that `share` of all are taken."""
        if self._threshold is None:
            self._threshold = FIRST_THRESHOLD - 0.6 * share
        taken = share > 0.0 and force > self._threshold
        self._threshold += HABITUATION * (taken - share)
        return taken


class Answers:
    """Decides tick by tick which cues are answered.

    Args:
        chance: draws the form of the answers, and which of them are followed by another one.
    """

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self.reset()

    def reset(self) -> None:
        """Return to the start: attentive, with nothing heard yet."""
        self._ends = Quota()
        self._nods = Quota()
        self._dissent = Quota()
        self._glances = Quota()
        self._urge = self._chance.between(0.3, 0.9)
        self._rest = 0.0
        self._since_beat = 5.0
        self._again: float | None = None

    def step(self, voice: Voice, seen: Seen, style: Style, person: Personality) -> Gesture | None:
        """Return the nod or shake that answers this tick, if any."""
        self._rest -= STEP
        self._since_beat += STEP
        if voice.voiced:
            self._urge += STEP * style.urge * (1.0 + 0.4 * tanh(voice.level))
        if style.answers <= 0.0:
            self._again = None  # whoever is to answer nothing does not go on nodding, either
        if self._again is not None:
            self._again -= STEP
            if self._again <= 0.0:
                return self._nod(voice, style, person, AGAIN, 0.0, 'mood')
        if seen.nodded and self._rest <= PATIENCE and self._nods.take(0.5, style.nod_answers):
            soon = self._chance.between(0.1, 0.5)
            delay = max(soon, self._rest, BEAT_SECONDS - self._since_beat)
            return self._nod(voice, style, person, TO_NODS, delay, 'nod')
        if not (self._at_end(voice, style) if voice.ended else self._in_speech(voice, style)):
            return None
        delay = max(
            latency(voice.phrase, person) + (LOW_WAIT if voice.low else 0.0),
            self._rest,
            BEAT_SECONDS - self._since_beat,
        )
        if self._agrees(voice.phrase, style):
            weights = AT_ENDS if voice.ended else IN_SPEECH
            return self._nod(voice, style, person, weights, delay, _cue(voice))
        self._again = None
        shake = make_shake(voice.phrase, style, person, self._chance, delay)
        shake = replace(shake, cue=_cue(voice))
        self._rest = delay + len(shake.curve()) * STEP + person.refractory
        return shake

    def _nod(
        self,
        voice: Voice,
        style: Style,
        person: Personality,
        weights: tuple[float, ...],
        delay: float,
        cue: str,
    ) -> Gesture:
        """Return a nod, and plan whether another one follows it soon."""
        nod = make_nod(voice.phrase, style, person, self._chance, weights, delay)
        nod = replace(nod, cue=cue)
        end = delay + len(nod.curve()) * STEP - SETTLE
        self._rest = end + person.refractory
        again = style.again * (AGAIN_AGAIN if weights is AGAIN else 1.0)
        follows = self._chance.happens(again)
        self._again = end + self._chance.around(*AGAIN_PAUSE) if follows else None
        return nod

    def glance(self, voice: Voice, style: Style, rate: float) -> Gesture | None:
        """Return the glance at the end of a phrase that gets no answer, if any.

        Args:
            voice: the speaker's voice.
            style: the listener's style.
            rate: scales how many there are, up to all.
        """
        busy = self._rest > 0.0 or self._again is not None or self._since_beat < BEAT_SECONDS
        if not voice.ended or style.avert <= 0.0 or busy:
            return None
        if not self._glances.take(0.5, min(rate, 1.0)):
            return None
        self._rest = GLANCE_SECONDS + GLANCE_REST
        size = style.avert * self._chance.between(0.6, 1.1)
        return Gesture(Kind.GLANCE, self._chance.side() * size * GLANCE, cue='pause')

    def _at_end(self, voice: Voice, style: Style) -> bool:
        if self._rest > PATIENCE or self._again is not None:
            return False
        taken = self._ends.take(strength(voice.phrase), style.answers)
        if taken:
            self._urge *= URGE_RELIEF
        return taken

    def _agrees(self, phrase: Phrase, style: Style) -> bool:
        if style.agreement > FULL_AGREEMENT:
            return True
        heat = 0.5 + 0.5 * tanh(0.5 * (phrase.loudness + phrase.brightness))
        return not self._dissent.take(heat, 1.0 - style.agreement)

    def _in_speech(self, voice: Voice, style: Style) -> bool:
        if self._rest > 0.0 or self._again is not None or not (voice.low or voice.stress):
            return False
        if style.urge <= 0.0:
            return False  # whatever it began with
        if voice.low:
            pull = strength(voice.phrase) - 0.5
        else:
            pull = 0.5 * tanh(voice.stress - STRESS_RELUCTANCE)
        taken = self._urge + STRENGTH_WEIGHT * pull >= 1.0
        if taken:
            self._urge = self._chance.between(-0.5, 0.5)
        return taken

    def beat(self, voice: Voice, style: Style, person: Personality, rate: float) -> Gesture | None:
        """Return the beat on a stressed syllable at this tick, if any.

        Args:
            voice: the speaker's voice.
            style: the listener's style.
            person: the listener's personality.
            rate: scales how little stress is enough.
        """
        needed = 0.6 + 1.5 * exp(-0.8 * self._since_beat)
        if rate * voice.stress < needed or self._rest > 0.0 or self._again is not None:
            return None
        self._since_beat = 0.0
        depth = style.beat * self._chance.around(0.85 + 0.3 * tanh(voice.stress - 1.2), 0.3, 0.3, 2)
        frequency = person.tempo * BEAT_FREQUENCY
        return Gesture(Kind.BEAT, radians(depth), frequency=frequency, cue='speech')


def _cue(voice: Voice) -> str:
    return 'pause' if voice.ended else 'speech'
