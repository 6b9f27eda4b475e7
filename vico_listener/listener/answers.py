"""Which of the speaker's cues the listener answers, and with what head gesture.

Opportunities are phrase ends and, while speech goes on, low regions and stressed syllables. A
phrase end is answered when it was strong enough against a threshold that rises with every answer
and falls with every opportunity that is left, so that the wanted share is taken whatever the
speaker's habits. Unbroken speech builds up an urge, and what happens in it is answered when that is
high. Every quantity here is a smooth function of what was heard.
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
"""Threshold of a share of nothing; a larger share starts lower."""
HABITUATION = 0.3
"""How far the threshold moves, in units of strength (0..1)."""
URGE_RELIEF = 0.35
"""Share of the urge that is left after the answer to a phrase end."""
STRENGTH_WEIGHT = 0.4
"""Weight of a low region's or a stressed syllable's strength beside the urge."""
STRESS_RELUCTANCE = 1.7
"""Stress (in spreads) that invites an answer as much as a middling low region."""
PATIENCE = 0.6
"""An answer to a phrase end waits this long (s) for the rest after the gesture before it."""
LOW_WAIT = 0.4
"""Further delay of the answer to a low region, s: in all about 0.7 (Ward & Tsukahara 2000)."""
REPEATED = 0.62
"""Share of nods with more than one cycle (42-55 % are single: Mori et al. 2025, Kihara 2016)."""
FULL_AGREEMENT = 0.9
"""Nobody shakes the head above this agreement."""
UPSWING = 0.3
"""Share of its depth by which the head rises before some wide nods (Kato et al. 2025)."""
BEAT_FREQUENCY = 1.9
BEAT_SECONDS = 0.85
"""A nod waits until this long after the start of a beat, so that they stay apart."""
BEAT_CLEARANCE = 0.5
"""No beat starts within this many seconds of a nod."""


def strength(phrase: Phrase) -> float:
    """How strongly the end or low region of a phrase invites an answer, 0..1.

    Longer, further falling and louder phrases do so more.
    """
    return 0.5 + 0.5 * tanh(0.5 * phrase.length + 0.35 * phrase.fall + 0.2 * phrase.loudness)


def latency(phrase: Phrase, person: Personality) -> float:
    """Seconds from recognising a cue to the gesture: bright and loud endings take longer."""
    doubt = 0.6 * phrase.brightness + 0.4 * phrase.loudness - 0.3 * phrase.fall
    return person.delay * (1.3 + 1.1 * tanh(doubt))


def make_nod(
    phrase: Phrase, style: Style, person: Personality, wide: bool, cycles: int, delay: float
) -> Gesture:
    """The nod that answers a phrase: wide in a pause, narrow during speech."""
    emphasis = tanh(0.5 * phrase.loudness + 0.4 * phrase.brightness)
    depth = style.depth * (1.1 if wide else 0.85) * (1.0 + 0.35 * emphasis)
    frequency = person.tempo * (2.4 - 0.09 * (depth - 4.0) - 0.2 * tanh(phrase.fall))
    upswing = UPSWING if wide and phrase.brightness + phrase.fall > 1.0 else 0.0
    decay = 0.75 + 0.1 * emphasis
    return Gesture(Kind.NOD, radians(depth), delay, frequency, cycles, decay, upswing)


def make_shake(phrase: Phrase, style: Style, person: Personality, delay: float) -> Gesture:
    """The shake that answers a phrase."""
    emphasis = tanh(0.5 * phrase.loudness)
    width = 1.6 * style.depth * (1.0 + 0.3 * emphasis)
    strokes = 3 if phrase.length > 0.0 else 2
    side = 1.0 if phrase.brightness > 0.0 else -1.0
    frequency = person.tempo * (1.75 - 0.2 * emphasis)
    return Gesture(Kind.SHAKE, side * radians(width), delay, frequency, strokes)


class Quota:
    """Takes about a wanted share of what is offered, the stronger the sooner.

    The threshold rises with every offer taken and falls with every one left.
    """

    def __init__(self) -> None:
        self._threshold: float | None = None

    def take(self, force: float, share: float) -> bool:
        """Whether an offer of a strength (0..1) is taken when `share` (0..1) of all should be."""
        if self._threshold is None:
            self._threshold = FIRST_THRESHOLD - 0.6 * share
        taken = share > 0.0 and force > self._threshold
        self._threshold += HABITUATION * (taken - share)
        return taken


class Answers:
    """Decides, tick by tick, what is answered."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Start attentive, without anything heard."""
        self._ends = Quota()
        self._repeats = Quota()
        self._dissent = Quota()
        self._urge = 0.7
        self._rest = 0.0
        self._since_beat = 5.0

    def step(self, voice: Voice, style: Style, person: Personality) -> Gesture | None:
        """The nod or shake with which to answer at this tick, if any."""
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
        """A single nod, or two and more in a row after long, bright, far falling phrases."""
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
        """The small nod in phase with a stressed syllable at this tick, if any."""
        needed = 0.6 + 1.5 * exp(-0.8 * self._since_beat)
        if voice.stress < needed or self._rest > person.refractory - BEAT_CLEARANCE:
            return None
        self._since_beat = 0.0
        depth = style.beat * (0.85 + 0.3 * tanh(voice.stress - 1.2))
        return Gesture(Kind.BEAT, radians(depth), frequency=person.tempo * BEAT_FREQUENCY)
