"""Decides which of the speaker's cues the listener answers, and with which head gesture.

Opportunities are phrase ends and, during speech, low regions and stressed syllables. A phrase end
is answered when its strength exceeds a threshold. The threshold rises with every answer and falls
with every opportunity that is not taken, so that the intended share is taken, whatever the
speaker's habits. Uninterrupted speech builds up an urge, and when it is high, a cue during speech
is answered. Every quantity here is a smooth function of what was heard.
"""

from math import exp
from math import radians
from math import tanh

from vico_listener.listener.cues import Phrase
from vico_listener.listener.cues import Voice
from vico_listener.listener.follower import STEP
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.gestures import Kind
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
REPEATED = 0.62
"""Share of nods with more than one cycle (42-55 % are single: Mori et al. 2025, Kihara 2016)."""
FULL_AGREEMENT = 0.9
"""Agreement above which every answer is a nod."""
UPSWING = 0.3
"""Share of its depth by which the head rises before some wide nods (Kato et al. 2025)."""
BEAT_FREQUENCY = 1.9
"""Cycles per second of a beat."""
BEAT_SECONDS = 0.85
"""The shortest time from the start of a beat to that of a nod, s, which keeps them apart."""
BEAT_CLEARANCE = 0.5
"""The shortest time from a nod to the start of a beat, s."""


def strength(phrase: Phrase) -> float:
    """Return how strongly the end or a low region of a phrase invites an answer, 0 to 1.

    It increases with the length, the fall and the loudness of the phrase.
    """
    return 0.5 + 0.5 * tanh(0.5 * phrase.length + 0.35 * phrase.fall + 0.2 * phrase.loudness)


def latency(phrase: Phrase, person: Personality) -> float:
    """Return the time from a cue to the gesture, s; it is longer after bright and loud endings."""
    doubt = 0.6 * phrase.brightness + 0.4 * phrase.loudness - 0.3 * phrase.fall
    return person.delay * (1.3 + 1.1 * tanh(doubt))


def make_nod(
    phrase: Phrase, style: Style, person: Personality, wide: bool, cycles: int, delay: float
) -> Gesture:
    """Return the nod that answers a phrase: wide in a pause, narrow during speech."""
    emphasis = tanh(0.5 * phrase.loudness + 0.4 * phrase.brightness)
    depth = style.depth * (1.1 if wide else 0.85) * (1.0 + 0.35 * emphasis)
    frequency = person.tempo * (2.4 - 0.09 * (depth - 4.0) - 0.2 * tanh(phrase.fall))
    upswing = UPSWING if wide and phrase.brightness + phrase.fall > 1.0 else 0.0
    decay = 0.75 + 0.1 * emphasis
    return Gesture(Kind.NOD, radians(depth), delay, frequency, cycles, decay, upswing)


def make_shake(phrase: Phrase, style: Style, person: Personality, delay: float) -> Gesture:
    """Return the shake that answers a phrase."""
    emphasis = tanh(0.5 * phrase.loudness)
    width = 1.6 * style.depth * (1.0 + 0.3 * emphasis)
    strokes = 3 if phrase.length > 0.0 else 2
    side = 1.0 if phrase.brightness > 0.0 else -1.0
    frequency = person.tempo * (1.75 - 0.2 * emphasis)
    return Gesture(Kind.SHAKE, side * radians(width), delay, frequency, strokes)


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
    """Decides tick by tick which cues are answered."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Return to the start: attentive, with nothing heard yet."""
        self._ends = Quota()
        self._repeats = Quota()
        self._dissent = Quota()
        self._urge = 0.7
        self._rest = 0.0
        self._since_beat = 5.0

    def step(self, voice: Voice, style: Style, person: Personality) -> Gesture | None:
        """Return the nod or shake that answers this tick, if any."""
        self._rest -= STEP
        self._since_beat += STEP
        if voice.voiced:
            self._urge += STEP * style.urge * (1.0 + 0.4 * tanh(voice.level))
        if not (self._at_end(voice, style) if voice.ended else self._in_speech(voice)):
            return None
        delay = max(
            latency(voice.phrase, person) + (LOW_WAIT if voice.low else 0.0),
            self._rest,
            BEAT_SECONDS - self._since_beat,
        )
        if self._agrees(voice.phrase, style):
            cycles = self._cycles(voice.phrase, wide=voice.ended)
            answer = make_nod(voice.phrase, style, person, voice.ended, cycles, delay)
        else:
            answer = make_shake(voice.phrase, style, person, delay)
        self._rest = delay + len(answer.curve()) * STEP + person.refractory - 0.7
        return answer

    def _at_end(self, voice: Voice, style: Style) -> bool:
        if self._rest > PATIENCE:
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

    def _cycles(self, phrase: Phrase, wide: bool) -> int:
        """Return a nod's number of cycles: several after long, bright phrases that fell far."""
        drive = 0.3 * phrase.length + 0.4 * phrase.brightness + (0.4 * phrase.fall if wide else 0.2)
        vigour = 0.5 + 0.5 * tanh(drive)
        if not self._repeats.take(vigour, REPEATED):
            return 1
        return min(2 + int(4.5 * max(vigour - 0.5, 0.0)), 4 if wide else 2)

    def _in_speech(self, voice: Voice) -> bool:
        if self._rest > 0.0 or not (voice.low or voice.stress):
            return False
        if voice.low:
            pull = strength(voice.phrase) - 0.5
        else:
            pull = 0.5 * tanh(voice.stress - STRESS_RELUCTANCE)
        taken = self._urge + STRENGTH_WEIGHT * pull >= 1.0
        if taken:
            self._urge = 0.0
        return taken

    def beat(self, voice: Voice, style: Style, person: Personality) -> Gesture | None:
        """Return the beat on a stressed syllable at this tick, if any."""
        needed = 0.6 + 1.5 * exp(-0.8 * self._since_beat)
        if voice.stress < needed or self._rest > person.refractory - BEAT_CLEARANCE:
            return None
        self._since_beat = 0.0
        depth = style.beat * (0.85 + 0.3 * tanh(voice.stress - 1.2))
        return Gesture(Kind.BEAT, radians(depth), frequency=person.tempo * BEAT_FREQUENCY)
