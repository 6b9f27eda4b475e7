"""Who the head is: shape, skin, hair and eyes; four ready ones, and any other from a YAML file."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

from vico_listener.choices import FIGURE
from vico_listener.errors import SettingError
from vico_listener.render.appearance import check_like
from vico_listener.render.appearance import described_path
from vico_listener.render.appearance import read_description

Colour = tuple[int, int, int]
"""Red, green, blue, 0 to 255."""

HAIR_STYLES = ('short', 'bob', 'cropped', 'waves', 'bald')


@dataclass(frozen=True)
class Identity:
    """The looks of a head.

    Attributes:
        male: 0 for a woman's shape to 1 for a man's.
        age: years, from 10 to 80.
        african, asian, caucasian: shares of these shapes; they are divided by their sum.
        skin, lips, hair, eyes, shirt: colours.
        hair_style: one of HAIR_STYLES.
        brows: how dense the eyebrows are, 0 to 1.
        stubble: how dense the beard's shadow is, 0 to 1.
        targets: weights of further targets of the mesh, by their path below its `targets`, such as
            'nose/nose-volume-incr'.
    """

    male: float = 0.5
    age: float = 25.0
    african: float = 0.0
    asian: float = 0.0
    caucasian: float = 0.0
    skin: Colour = (226, 178, 152)
    lips: Colour = (196, 116, 108)
    hair: Colour = (74, 50, 36)
    eyes: Colour = (92, 70, 46)
    shirt: Colour = (84, 112, 132)
    hair_style: str = 'short'
    brows: float = 0.8
    stubble: float = 0.0
    targets: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the settings.

        Raises:
            SettingError: one is out of range; the message names it.
        """
        ranges = {'male': (0, 1), 'age': (10, 80), 'brows': (0, 1), 'stubble': (0, 1)}
        ranges |= dict.fromkeys(ORIGINS, (0, 1))
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise SettingError(f'figure: {name} must be a number, not {value!r}')
            if not low <= value <= high:
                raise SettingError(f'figure: {name} must lie in {low}..{high}, not {value}')
        if self.african + self.asian + self.caucasian <= 0:
            raise SettingError(f'figure: give a share above 0 for one of {", ".join(ORIGINS)}')
        for name in COLOURS:
            value = getattr(self, name)
            if not _is_colour(value):
                raise SettingError(
                    f'figure: {name} must be a colour of three whole numbers (red, green, blue) in '
                    f'0..255, not {value!r}'
                )
        if self.hair_style not in HAIR_STYLES:
            raise SettingError(
                f'figure: hair_style must be one of {", ".join(HAIR_STYLES)}, '
                f'not {self.hair_style!r}'
            )
        if not isinstance(self.targets, Mapping):
            raise SettingError(f'figure: targets must be names with weights, not {self.targets!r}')
        for name, value in self.targets.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 2:
                raise SettingError(
                    f'figure: the target {name} needs a weight in -2..2, not {value!r}'
                )


ORIGINS = ('african', 'asian', 'caucasian')
COLOURS = ('skin', 'lips', 'hair', 'eyes', 'shirt')


def _is_colour(value: object) -> bool:
    return (
        isinstance(value, list | tuple)
        and len(value) == 3
        and all(type(part) is int and 0 <= part <= 255 for part in value)
    )


IDENTITIES: dict[str, Identity] = {
    FIGURE: Identity(
        male=0.08,
        age=27,
        caucasian=0.6,
        african=0.25,
        asian=0.15,
        skin=(217, 160, 126),
        lips=(190, 98, 92),
        hair=(66, 42, 30),
        eyes=(104, 72, 42),
        shirt=(58, 112, 122),
        hair_style='bob',
    ),
    'kofi': Identity(
        male=0.9,
        age=32,
        african=0.8,
        caucasian=0.2,
        skin=(126, 82, 58),
        lips=(136, 80, 70),
        hair=(30, 25, 24),
        eyes=(70, 46, 32),
        shirt=(196, 142, 66),
        hair_style='cropped',
        stubble=0.35,
    ),
    'lin': Identity(
        male=0.1,
        age=62,
        asian=1.0,
        skin=(222, 180, 148),
        lips=(186, 110, 102),
        hair=(150, 148, 148),
        eyes=(74, 52, 38),
        shirt=(128, 84, 116),
        hair_style='waves',
    ),
    'otto': Identity(
        male=0.95,
        age=50,
        caucasian=1.0,
        skin=(230, 182, 160),
        lips=(190, 120, 112),
        hair=(120, 92, 66),
        eyes=(86, 122, 142),
        shirt=(70, 84, 112),
        hair_style='short',
        stubble=0.55,
    ),
}
"""The ready identities, by the names that the parameter `figure` takes."""


def load_identity(name: str | Path) -> Identity:
    """Return a ready identity by its name, or that of a YAML file.

    Raises:
        SettingError: there is no such name or file, or the file has an unknown or wrong entry.
    """
    if str(name) in IDENTITIES:
        return IDENTITIES[str(name)]
    path = described_path('figure', name, IDENTITIES)
    content = read_description(path, Identity, 'hair_style: bob')
    like = content.pop('like', FIGURE)
    check_like(path, like, IDENTITIES)
    return dataclasses.replace(IDENTITIES[like], **content)
