"""Defines the pictures that a renderer is asked for, and what must be read in each of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace

import numpy as np

from vico_listener.listener.style import STYLES
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import ARKIT_NAMES
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.rotation import AXES

TEETH = 'teeth'
"""What is read of a laugh besides coefficients: the share of the open mouth that is teeth."""


FLOOR = 0.6
"""The share of a target that no single portrait may miss."""

SMILING = 0.4
"""The reading of a smile from which on a portrait is a smiling one."""


@dataclass(frozen=True)
class Target:
    """What must be read in a picture.

    Attributes:
        reads: the channel that is read: a coefficient without its side, an axis of the head's
            rotation (deg), or `TEETH`.
        least, most: the bounds of the median over portraits; None for no bound.
        change: whether the reading counts from that of the portrait at rest, without its smile.
    """

    reads: str
    least: float | None = None
    most: float | None = None
    change: bool = False

    def reached(self, median: float, lowest: float, highest: float) -> bool:
        """Return whether the readings of all portraits satisfy it, with no one far off."""
        if self.least is not None and not (median >= self.least and lowest >= FLOOR * self.least):
            return False
        if self.most is None:
            return True
        farthest = self.most / FLOOR if self.most > 0 else self.most * FLOOR
        return median <= self.most and highest <= farthest


@dataclass(frozen=True)
class Probe:
    """One picture that a renderer is asked for.

    Attributes:
        label: the command, for tables and sheets.
        coefficients: the commanded values; a name without side sets both sides, and all others stay
            as they are in the portrait.
        added: what is added to the portrait's own values of other coefficients, up to 1.
        degrees: the commanded roll, pitch and yaw.
        targets: what must be read in it.
        smiling: whether only smiling portraits are asked.
    """

    label: str
    coefficients: Mapping[str, float] = field(default_factory=dict)
    added: Mapping[str, float] = field(default_factory=dict)
    degrees: tuple[float, float, float] = (0.0, 0.0, 0.0)
    targets: tuple[Target, ...] = ()
    smiling: bool = False

    def motion(self, reference: FaceMotion) -> FaceMotion:
        """Return the commanded motion of a portrait."""
        expression = reference.expression.copy()
        for name, value in self.coefficients.items():
            expression[places(name)] = value
        for name, value in self.added.items():
            expression[places(name)] = np.minimum(expression[places(name)] + value, 1.0)
        rotation = np.radians(self.degrees).astype(np.float32)
        return replace(reference, expression=expression, rotation=rotation)


def places(name: str) -> list[int]:
    """Return the indices of a coefficient; a name without side means both sides."""
    return [ARKIT_INDEX[n] for n in (name, f'{name}Left', f'{name}Right') if n in ARKIT_INDEX]


def _simple(name: str, value: float, least: float) -> Probe:
    return Probe(f'{name} {value:g}', {name: value}, targets=(Target(name, least),))


def _gaze(label: str, left: str, right: str) -> Probe:
    names = (f'eyeLook{left}Left', f'eyeLook{right}Right')
    targets = tuple(Target(name, 0.35) for name in names)
    return Probe(f'gaze {label} 0.6', dict.fromkeys(names, 0.6), targets=targets)


def _turn(axis: int, angle: float, least: float | None) -> Probe:
    degrees = [0.0, 0.0, 0.0]
    degrees[axis] = angle
    if least is None:
        target = Target(AXES[axis], change=True)
    elif angle > 0:
        target = Target(AXES[axis], least=least, change=True)
    else:
        target = Target(AXES[axis], most=-least, change=True)
    return Probe(f'{AXES[axis]} {angle:+g}', degrees=(degrees[0], degrees[1], degrees[2]),
                 targets=(target,))  # fmt: skip


def _negative() -> Probe:
    style = STYLES[Attitude.NEGATIVE]
    return Probe(
        'negative',
        {'mouthSmile': 0.01},
        {'browDown': style.brow_down, 'mouthFrown': style.frown, 'mouthPress': style.press},
        targets=(
            Target('browDown', 0.15, change=True),
            Target('mouthFrown', 0.1, change=True),
            Target('mouthPress', 0.1, change=True),
        ),
    )


_TARGETED = (
    _simple('mouthSmile', 0.25, 0.15),
    _simple('mouthSmile', 0.5, 0.4),
    _simple('mouthSmile', 0.75, 0.65),
    _simple('mouthSmile', 1.0, 0.85),
    Probe(
        'mouthSmile 0', {'mouthSmile': 0.0}, targets=(Target('mouthSmile', most=0.15),),
        smiling=True,
    ),
    Probe(
        'laugh',
        {
            'mouthSmile': 0.95, 'jawOpen': 0.4, 'mouthUpperUp': 0.4, 'mouthLowerDown': 0.3,
            'cheekSquint': 0.5, 'eyeSquint': 0.5,
        },
        targets=(Target(TEETH, 0.25),),
    ),
    _negative(),
    _simple('browInnerUp', 0.6, 0.35),
    _simple('browOuterUp', 0.6, 0.35),
    Probe('eyeBlink 0.5', {'eyeBlink': 0.5}, targets=(Target('eyeBlink', 0.25, 0.75),)),
    _simple('eyeBlink', 1.0, 0.85),
    _simple('jawOpen', 0.3, 0.25),
    _gaze('left', 'Out', 'In'),
    _gaze('right', 'In', 'Out'),
    _gaze('up', 'Up', 'Up'),
    _gaze('down', 'Down', 'Down'),
    *(_turn(axis, angle, 13.5) for axis in range(3) for angle in (15.0, -15.0)),
)  # fmt: skip

_FAR = (
    *(_turn(axis, angle, None) for axis in range(3) for angle in (30.0, -30.0)),
    Probe('bow and smile', {'mouthSmile': 0.8}, degrees=(0.0, 30.0, 0.0)),
    Probe('up, left, laugh', {'mouthSmile': 0.9, 'jawOpen': 0.5}, degrees=(15.0, -30.0, 30.0)),
    Probe('down, right, blink', {'eyeBlink': 1.0, 'browDown': 0.8}, degrees=(-15.0, 30.0, -30.0)),
)


def channel(name: str) -> str:
    """Return a coefficient's name without its side, unless the side is what it commands."""
    if name in ('mouthLeft', 'mouthRight', 'jawLeft', 'jawRight'):
        return name
    return name.removesuffix('Left').removesuffix('Right')


_EVERY = tuple(
    Probe(f'{name} 0.8', {name: 0.8}, targets=(Target(name),))
    for name in dict.fromkeys(map(channel, ARKIT_NAMES))
)

PROBES: tuple[Probe, ...] = (*_TARGETED, *_FAR, *_EVERY)
"""All pictures, in the order in which they are printed; those with a bound come first."""
