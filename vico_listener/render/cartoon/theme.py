"""How a cartoon face looks: colours and shapes, each ready theme and any other from a YAML file."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vico_listener.errors import SettingError
from vico_listener.render.appearance import check_like
from vico_listener.render.appearance import described_path
from vico_listener.render.appearance import read_description
from vico_listener.resources import resource_path

Colour = tuple[int, int, int]
"""Red, green, blue, 0 to 255."""

HEADS = ('none', 'round')
HAIRS = ('none', 'bob', 'tuft')


@dataclass(frozen=True)
class Theme:
    """The looks of a cartoon face; lengths are in halves of a face's height.

    Attributes:
        background: behind everything.
        skin: the face; that of the background where there is no head.
        ink: lines, lashes and the closed mouth.
        eye, iris, pupil, highlight, brow, lips, mouth, teeth, tongue, blush, nose, hair, shirt:
            colours of these parts; `mouth` is the inside of the mouth.
        head: 'none' where the face fills the screen, or 'round'.
        hair_style: one of HAIRS, for a round head.
        zoom: how much of the face the picture's height shows.
        eye_distance: from the middle to an eye.
        eye_width, eye_height: half the width and height of an open eye.
        eye_squareness: 2 for an ellipse, more for a rounded rectangle.
        iris_size: radius of the iris, in widths of the eye.
        pupil_size: radius of the pupil, in radii of the iris.
        brow_size: half the thickness of a brow.
        mouth_width: half the width of the mouth.
        lip_size: thickness of a lip.
        line_size: half the width of lines.
        lash_size: half the width of the line of the upper lid.
        blush_size: how strongly the cheeks are coloured, 0 to 1.
        glow: how strongly eyes, brows and mouth shine, 0 to 1.
    """

    background: Colour
    skin: Colour
    ink: Colour
    eye: Colour
    iris: Colour
    pupil: Colour
    highlight: Colour
    brow: Colour
    lips: Colour
    mouth: Colour
    teeth: Colour
    tongue: Colour
    blush: Colour
    nose: Colour
    hair: Colour
    shirt: Colour
    head: str = 'none'
    hair_style: str = 'none'
    zoom: float = 2.2
    eye_distance: float = 0.42
    eye_width: float = 0.22
    eye_height: float = 0.27
    eye_squareness: float = 2.2
    iris_size: float = 0.62
    pupil_size: float = 0.55
    brow_size: float = 0.04
    mouth_width: float = 0.4
    lip_size: float = 0.04
    line_size: float = 0.018
    lash_size: float = 0.028
    blush_size: float = 0.5
    glow: float = 0.0

    def __post_init__(self) -> None:
        """Check the settings.

        Raises:
            SettingError: one is out of range; the message names it.
        """
        for entry in dataclasses.fields(self):
            value = getattr(self, entry.name)
            if entry.type in (Colour, 'Colour'):
                _check_colour(entry.name, value)
            elif entry.name in CHOICES:
                if value not in CHOICES[entry.name]:
                    raise SettingError(
                        f'theme: {entry.name} must be one of {", ".join(CHOICES[entry.name])}, '
                        f'not {value!r}'
                    )
            else:
                low, high = RANGES[entry.name]
                if isinstance(value, bool) or not isinstance(value, int | float):
                    raise SettingError(f'theme: {entry.name} must be a number, not {value!r}')
                if not low <= value <= high:
                    raise SettingError(
                        f'theme: {entry.name} must lie in {low}..{high}, not {value}'
                    )


CHOICES = {'head': HEADS, 'hair_style': HAIRS}
RANGES = {
    'zoom': (1.6, 5.0),
    'eye_distance': (0.3, 0.6),
    'eye_width': (0.1, 0.28),
    'eye_height': (0.1, 0.32),
    'eye_squareness': (1.5, 6.0),
    'iris_size': (0.3, 0.9),
    'pupil_size': (0.2, 0.9),
    'brow_size': (0.01, 0.08),
    'mouth_width': (0.3, 0.5),
    'lip_size': (0.02, 0.08),
    'line_size': (0.006, 0.04),
    'lash_size': (0.006, 0.06),
    'blush_size': (0.0, 1.0),
    'glow': (0.0, 1.0),
}


def _check_colour(name: str, value: object) -> None:
    parts = value if isinstance(value, list | tuple) else ()
    if len(parts) != 3 or not all(type(part) is int and 0 <= part <= 255 for part in parts):
        raise SettingError(
            f'theme: {name} must be a colour of three whole numbers (red, green, blue) in 0..255, '
            f'not {value!r}'
        )


def theme_names() -> list[str]:
    """Return the names of the ready themes."""
    return sorted(path.stem for path in resource_path('config/themes').glob('*.yaml'))


def load_theme(name: str | Path) -> Theme:
    """Return a ready theme by its name, or that of a YAML file.

    Raises:
        SettingError: there is no such name or file, or the file has an unknown or wrong entry.
    """
    ready = theme_names()
    if str(name) in ready:
        path = resource_path(f'config/themes/{name}.yaml')
    else:
        path = described_path('theme', name, ready)
    content = read_description(path, Theme, 'head: round')
    like = content.pop('like', None)
    if like is not None:
        check_like(path, like, ready)
        return dataclasses.replace(load_theme(like), **content)
    return _complete(path, content)


def _complete(path: Path, content: dict[str, Any]) -> Theme:
    needed = [e.name for e in dataclasses.fields(Theme) if e.default is dataclasses.MISSING]
    lacking = [name for name in needed if name not in content]
    if lacking:
        raise SettingError(
            f'{path}: it lacks {", ".join(lacking)}: give them, or name a theme after `like`'
        )
    return Theme(**content)
