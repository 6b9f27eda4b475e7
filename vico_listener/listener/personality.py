"""Who listens: the parameters in which one rule-based listener differs from another."""

from dataclasses import dataclass
from dataclasses import fields

import numpy as np

from vico_listener.errors import SettingError


@dataclass(frozen=True)
class Personality:
    """Parameters of one listener; the default is the one that ships.

    Attributes:
        responsiveness: scales how many opportunities are taken (1 = about 45 % of phrase ends).
        amplitude: scales nods, shakes and beats.
        tempo: scales the frequency of nods and shakes.
        delay: seconds from a cue to the nod, for a cue of middling strength.
        refractory: shortest pause between two nods, seconds (0.8-1.4: Lala et al. 2017).
        expressivity: scales smiles, brows and frowns.
        mimicry: scales the mimicry of smiles and head posture.
        mimicry_delay: seconds after which mimicry begins (0.2-1.0).
        beat: scales the small movements in phase with stressed syllables.
        tilt: scales slow tilts and turns of the head.
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
        """The personality itself, the one drawn from a seed, or for None the default one."""
        if choice is None:
            return cls()
        return choice if isinstance(choice, Personality) else cls.draw(choice)

    @classmethod
    def draw(cls, seed: int) -> 'Personality':
        """A random but reproducible listener, well inside what real listeners show."""
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
"""What a `Personality` accepts; 0 switches a behaviour off where it is allowed."""

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
"""Ranges from which `Personality.draw` takes each parameter."""
