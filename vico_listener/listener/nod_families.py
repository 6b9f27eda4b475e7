"""Families of nods and shakes: which kind of nod answers what, and in what form.

Feedback nods are small and slow: 0.4 times the size and half the speed of affirmations, 0.52 / 1.16
/ 3.3 s long (10, 50 and 90 % of 736 in German talk). Over all families real nods have 2.2 / 3.4 /
10.2 deg and 1.25 / 2.25 / 2.8 Hz, and 50 to 76 % begin downward (measured; Kato 2026).
"""

from dataclasses import dataclass
from math import radians
from math import tanh

from vico_listener.listener.chance import Chance
from vico_listener.listener.cues import Phrase
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.gestures import Kind
from vico_listener.listener.personality import Personality
from vico_listener.listener.style import Style


@dataclass(frozen=True)
class Family:
    """One family of nods.

    Attributes:
        size: its median size in terms of the style's `depth`, and the spread of the logarithm.
        frequency: its median frequency, Hz; it spreads by `FREQUENCY_SPREAD`.
        cycles: the weights of one, two, three and four cycles.
        rises: the share that begins upward.
        upswing: the share of the depth by which these rise.
    """

    size: tuple[float, float]
    frequency: float
    cycles: tuple[float, float, float, float]
    rises: float
    upswing: float


FEEDBACK = Family((0.5, 0.16), 1.35, (3, 3, 1.6, 1), 0.35, 0.55)
AFFIRMATION = Family((1.4, 0.58), 2.35, (5, 3.5, 1.2, 0.3), 0.4, 0.35)
UP_NOD = Family((0.65, 0.25), 2.0, (1, 0, 0, 0), 1.0, 0.85)
DOUBLE = Family((0.65, 0.25), 2.8, (0, 1, 0, 0), 0.3, 0.4)
RUN = Family((0.8, 0.25), 2.6, (0, 0, 2, 3), 0.25, 0.4)

FAMILIES = (FEEDBACK, AFFIRMATION, UP_NOD, DOUBLE, RUN)
AT_ENDS = (1.4, 4.0, 0.7, 1.6, 1.3)
IN_SPEECH = (4.0, 0.7, 0.9, 1.8, 0.4)
TO_NODS = (1.0, 2.0, 0.4, 2.0, 0.6)
AGAIN = (2.4, 0.4, 0.4, 1.8, 0.4)
"""The weights of the families at the end of a phrase, during speech, in answer to a nod, and soon
after another nod."""

FREQUENCY_SPREAD = 0.13
"""The spread of the logarithm of a frequency."""
SLOW_WIDE = 0.06
"""By how much a nod is slower for each degree above 4, Hz."""
SIZES = (1.8, 14.0)
"""The smallest and largest nod, deg."""
FREQUENCIES = (0.95, 3.3)
"""The lowest and highest frequency, Hz."""


def make_nod(
    phrase: Phrase,
    style: Style,
    person: Personality,
    chance: Chance,
    weights: tuple[float, ...],
    delay: float,
) -> Gesture:
    """Return a nod of a family that is drawn by its weight; emphatic phrases get larger ones."""
    emphasis = tanh(0.5 * phrase.loudness + 0.4 * phrase.brightness)
    feedback, affirmation, *others = weights
    vigour = 2.0 ** (0.8 * emphasis)
    family = FAMILIES[chance.choice((feedback / vigour, affirmation * vigour, *others))]
    median, spread = family.size
    depth = style.depth * (1.0 + 0.25 * emphasis) * chance.around(median, spread, 0.3, 3.0)
    depth = min(max(depth, SIZES[0]), SIZES[1])
    pace = family.frequency - SLOW_WIDE * max(depth - 4.0, 0.0)
    frequency = person.tempo * chance.around(pace, FREQUENCY_SPREAD, *FREQUENCIES)
    cycles = 1 + chance.choice(family.cycles)
    upswing = family.upswing if chance.happens(family.rises) else 0.0
    decay = chance.between(0.6, 0.9)
    return Gesture(Kind.NOD, radians(depth), delay, frequency, cycles, decay, upswing)


def make_shake(
    phrase: Phrase, style: Style, person: Personality, chance: Chance, delay: float
) -> Gesture:
    """Return the shake that answers a phrase."""
    emphasis = tanh(0.5 * phrase.loudness)
    width = style.depth * (1.0 + 0.3 * emphasis) * chance.around(1.5, 0.3, 0.9, 3.0)
    strokes = 2 + chance.choice((4, 3, 1))
    frequency = person.tempo * chance.around(1.75 - 0.2 * emphasis, 0.15, 1.1, 2.4)
    return Gesture(Kind.SHAKE, chance.side() * radians(width), delay, frequency, strokes)
