"""The personality of a listener: the parameters in which one listener differs from another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vico_listener.choices import Attitude
from vico_listener.errors import SettingError
from vico_listener.listener.traits import AVERAGE
from vico_listener.listener.traits import Traits
from vico_listener.listener.traits import draw_traits


@dataclass(frozen=True)
class Personality:
    """The parameters of one listener; their defaults are the personality that ships.

    Attributes:
        responsiveness: scales how many opportunities are taken; 1 is about 45 % of phrase ends.
        amplitude: scales the size of nods and shakes.
        tempo: scales the frequency of nods, shakes and beats.
        delay: the time from a cue of average strength to the gesture, s.
        refractory: the shortest pause between two gestures, s (0.8-1.4: Lala et al. 2017).
        expressivity: scales smiles, brows and frowns.
        mimicry: scales the mimicry of smiles and head posture.
        mimicry_delay: the time after which mimicry begins, s (0.2-1.0).
        beat: scales the size of beats, the small nods on stressed syllables.
        tilt: scales slow tilts and turns of the head.
        traits: how the person looks at rest; no network is told of them.

    Raises:
        SettingError: a parameter is outside `LIMITS`.
    """

    responsiveness: float = 1.0
    amplitude: float = 1.0
    tempo: float = 1.0
    delay: float = 0.27
    refractory: float = 1.0
    expressivity: float = 1.0
    mimicry: float = 1.0
    mimicry_delay: float = 0.3
    beat: float = 1.0
    tilt: float = 1.0
    traits: Traits = AVERAGE

    def __post_init__(self) -> None:
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise SettingError(
                    f'personality {name} = {value} is out of range: give {low} to {high}'
                )

    @classmethod
    def of(cls, choice: 'int | Personality | None') -> 'Personality':
        """Return the given personality, the one drawn from a seed, or the default one for None."""
        if choice is None:
            return cls()
        return choice if isinstance(choice, Personality) else cls.draw(choice)

    def branch(self, attitude: Attitude) -> int:
        """Return which random numbers are drawn in an attitude (see `Chance` and `IdleLayer`).

        With the same seed, neither two attitudes nor two people move at the same moments.
        """
        return list(Attitude).index(attitude) + len(Attitude) * self.traits.temper

    @classmethod
    def of_numbers(cls, numbers: Sequence[float]) -> 'Personality':
        """Return the personality of the numbers in the order of `LIMITS`, with average traits."""
        values: dict[str, Any] = dict(zip(LIMITS, numbers, strict=True))
        return cls(**values)

    @classmethod
    def draw(cls, seed: int) -> 'Personality':
        """Return the random personality of a seed: somebody between quiet and lively."""
        rng = np.random.Generator(np.random.Philox(key=seed))
        lively = rng.uniform(-1.0, 1.0)
        drawn = {}
        for name, (quiet, eager) in DRAWN.items():
            own = rng.uniform(-1.0, 1.0)
            share = 0.5 + 0.5 * (LIVELINESS * lively + (1.0 - LIVELINESS) * own)
            drawn[name] = float(quiet + share * (eager - quiet))
        return cls(**drawn, traits=draw_traits(rng, lively))


LIMITS: dict[str, tuple[float, float]] = {
    'responsiveness': (0.0, 2.0),
    'amplitude': (0.0, 2.0),
    'tempo': (0.5, 1.5),
    'delay': (0.0, 0.6),
    'refractory': (0.3, 3.0),
    'expressivity': (0.0, 1.5),
    'mimicry': (0.0, 2.0),
    'mimicry_delay': (0.1, 1.0),
    'beat': (0.0, 1.5),
    'tilt': (0.0, 2.0),
}
"""The range of each parameter; where 0 is allowed, it switches the behaviour off."""

DRAWN: dict[str, tuple[float, float]] = {
    'responsiveness': (0.45, 1.5),
    'amplitude': (0.6, 1.5),
    'tempo': (0.75, 1.25),
    'delay': (0.42, 0.15),
    'refractory': (1.7, 0.6),
    'expressivity': (0.55, 1.4),
    'mimicry': (0.4, 1.6),
    'mimicry_delay': (0.5, 0.15),
    'beat': (0.35, 1.5),
    'tilt': (0.3, 1.8),
}
"""Each parameter of the quietest and of the liveliest personality that `Personality.draw` makes."""
LIVELINESS = 0.5
"""How far all parameters go together; the rest is drawn for each."""
