"""Traits: what a viewer sees of a person whatever it answers.

Two people who nod equally often are told apart by how they hold the head and what their faces do at
rest. Traits are part of a personality, and are shown by what all listeners share, `Bearing` and the
idle layer, so that no network has to learn them.
"""

from dataclasses import dataclass
from math import exp
from math import log
from math import radians

import numpy as np

MOST_TILT = radians(5.0)
"""The largest tilt of the head at rest, rad."""
TEMPERS = 2**16
"""The number of tempers."""


@dataclass(frozen=True)
class Traits:
    """The traits of one person; the defaults are those of the personality that ships.

    Attributes:
        tilt, turn, chin: roll, yaw and pitch of the head at rest, rad; chin down is positive.
        lean: how much nearer it keeps, m.
        smile: how much broader it smiles at rest, in terms of the smile coefficients.
        brows: how much higher it carries the brows, in terms of their coefficients.
        lips: above 0 how far it parts the lips, below 0 how firmly it presses them.
        blink_pause: scales the time between blinks.
        wander: scales how far the gaze wanders.
        unrest: scales how much the head moves without a cause.
        fidgets: scales how much mouth and brows do.
        temper: tells its random numbers from those of others with the same seed.
    """

    tilt: float = 0.0
    turn: float = 0.0
    chin: float = 0.0
    lean: float = 0.0
    smile: float = 0.0
    brows: float = 0.0
    lips: float = 0.0
    blink_pause: float = 1.0
    wander: float = 1.0
    unrest: float = 1.0
    fidgets: float = 1.0
    temper: int = 0


AVERAGE = Traits()
"""Traits that change nothing."""


def draw_traits(rng: np.random.Generator, lively: float) -> Traits:
    """Draw the traits of somebody quiet (-1) to lively (1), who smiles and moves more."""

    def between(low: float, high: float, pull: float = 0.0) -> float:
        own = rng.uniform(-1.0, 1.0)
        return low + (0.5 + 0.5 * (pull * lively + (1.0 - pull) * own)) * (high - low)

    def side() -> float:
        return 1.0 if rng.random() < 0.5 else -1.0

    return Traits(
        tilt=side() * between(0.1, 1.0) * MOST_TILT,
        turn=side() * between(0.0, radians(3.5)),
        chin=between(radians(-2.2), radians(2.2)),
        lean=between(-0.014, 0.014, 0.4),
        smile=between(-0.14, 0.22, 0.5),
        brows=between(-0.2, 0.34, 0.3),
        lips=between(-0.3, 0.28),
        blink_pause=exp(between(log(0.6), log(1.7))),
        wander=between(0.5, 1.6),
        unrest=between(0.55, 1.5, 0.5),
        fidgets=between(0.4, 1.7, 0.5),
        temper=int(rng.integers(TEMPERS)),
    )
