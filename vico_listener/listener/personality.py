"""The personality of a listener: the parameters in which one listener differs from another."""

from dataclasses import dataclass
from dataclasses import fields

import numpy as np

from vico_listener.errors import SettingError


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

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            low, high = LIMITS[field.name]
            if not low <= value <= high:
                raise SettingError(
                    f'personality {field.name} = {value} is out of range: give {low} to {high}'
                )

    @classmethod
    def of(cls, choice: 'int | Personality | None') -> 'Personality':
        """Return the given personality, the one drawn from a seed, or the default one for None."""
        if choice is None:
            return cls()
        return choice if isinstance(choice, Personality) else cls.draw(choice)

    @classmethod
    def draw(cls, seed: int) -> 'Personality':
        """Return the random personality of a seed, well within the range of real listeners."""
        rng = np.random.Generator(np.random.Philox(key=seed))
        return cls(**{name: float(rng.uniform(low, high)) for name, (low, high) in DRAWN.items()})


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
    'responsiveness': (0.8, 1.2),
    'amplitude': (0.85, 1.2),
    'tempo': (0.88, 1.15),
    'delay': (0.2, 0.33),
    'refractory': (0.8, 1.4),
    'expressivity': (0.9, 1.15),
    'mimicry': (0.7, 1.3),
    'mimicry_delay': (0.2, 0.45),
    'beat': (0.7, 1.2),
    'tilt': (0.6, 1.3),
}
"""The range from which `Personality.draw` takes each parameter."""
