"""Calibrates a portrait in closed loop: draws pictures, reads them, and inverts the answer."""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vico_listener.face import FaceBackend
from vico_listener.frames import Picture
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import FaceMotion
from vico_listener.render.picture_reader import PictureReader
from vico_listener.render.response import KNEE
from vico_listener.render.response import KNOTS
from vico_listener.render.response import Response
from vico_listener.render.response import fitted
from vico_listener.render.response import with_channels


@dataclass(frozen=True)
class Channel:
    """Coefficients that are driven and read together.

    Attributes:
        label: the name in messages.
        names: the coefficients.
        steps: the drives that are tried above the portrait's own value, as shares of the way to 1;
            beyond 1 the portrait is overdriven.
        lower: the drives that are tried when the portrait's own value is above `FELT`.
        gain: the largest change of the drive per change of the command.
        share: see `fitted`.
        calm: whether it is tried without the portrait's own smile, since it is never shown with
            one, and a smile changes what is read of it.
        company: the drives of other coefficients with which it is mostly shown, and so is tried.
        end: the least drive of command 1, for what the tracker does not read to its end.
        shown: the reading below which the portrait cannot show the channel; 0 where the tracker
            hardly reads it in real people either.
    """

    label: str
    names: tuple[str, ...]
    steps: tuple[float, ...]
    lower: tuple[float, ...] = ()
    gain: float = 2.5
    share: float = KNEE
    calm: bool = False
    company: tuple[tuple[str, float], ...] = ()
    end: float = 0.0
    shown: float = 0.3


def _pair(name: str, *steps: float, **settings: Any) -> Channel:
    return Channel(name, (f'{name}Left', f'{name}Right'), steps, **settings)


def _gaze(label: str, left: str, right: str, most: float = 1.2, shown: float = 0.3) -> Channel:
    names = (f'eyeLook{left}Left', f'eyeLook{right}Right')
    return Channel(f'gaze {label}', names, (0.4, 0.8, most), share=0.95, shown=shown)


_DISPLEASED = tuple(
    (f'{name}{side}', 0.5) for name in ('mouthFrown', 'mouthPress') for side in ('Left', 'Right')
)

CHANNELS: tuple[Channel, ...] = (
    _pair('mouthSmile', 0.25, 0.5, 0.75, 0.95, 1.2, lower=(-0.35, 0.0, 0.17, 0.35, 0.7), shown=0.5),
    # Farther than this the brows would cover the eyes.
    _pair('browDown', 0.2, 0.4, 0.7, 1.0, gain=5.0, calm=True, company=_DISPLEASED),
    # Small rises, which the tracker does not see in some portraits, must not become large ones.
    Channel('browInnerUp', ('browInnerUp',), (0.4, 0.8, 1.2), gain=1.8),
    _pair('browOuterUp', 0.4, 0.8, 1.2, gain=1.8),
    _pair('mouthFrown', 0.5, 1.0, gain=1.6, calm=True, shown=0.0),
    _pair('mouthPress', 0.5, 1.0, 1.4, calm=True, shown=0.0),
    # Shut eyes are read as 0.6, in real people as 0.62 to 0.79 (the most of each of six clips);
    # half shut ones must be half of that. Some eyes are read as shut before they are.
    _pair('eyeBlink', 0.3, 0.5, 0.7, 0.85, 1.0, 1.15, share=0.0, end=1.0),
    Channel('jawOpen', ('jawOpen',), (0.2, 0.4, 0.7, 1.1), gain=1.7),
    _gaze('left', 'Out', 'In'),
    _gaze('right', 'In', 'Out'),
    # The tracker hardly follows irises up and down: farther than this the eye would be empty.
    _gaze('up', 'Up', 'Up', most=1.0, shown=0.0),
    _gaze('down', 'Down', 'Down', most=1.0, shown=0.0),
)
"""The channels that listeners use and the tracker can read."""

FELT = 0.15
"""The portrait's own value of a coefficient from which on less of it is tried as well."""

TURN = np.radians(12.0)
"""The rotation at which the factors of roll, pitch and yaw are measured, rad."""

TURN_FACTORS = 0.85, 1.5
"""The range of these factors."""

Draw = Callable[[FaceMotion], Picture]


def calibrate(draw: Draw, reference: FaceMotion, backend: FaceBackend) -> Response:
    """Return the response of a portrait.

    Args:
        draw: draws a motion whose coefficients are drives; values beyond 0 to 1 are overdriven.
        reference: the portrait's own face.
        backend: the face tracker's networks.

    Raises:
        DataError: the tracker finds no face in the picture of the reference.
    """
    reader = PictureReader(backend, draw(reference))
    maps: dict[str, NDArray[np.float64]] = {}
    weak = []

    def read(expression: NDArray[np.float32], places: Sequence[int]) -> float:
        face = reader.glance(draw(replace(reference, expression=expression)))
        return np.nan if face is None else float(face.motion.expression[list(places)].mean())

    for channel in CHANNELS:
        places = [ARKIT_INDEX[name] for name in channel.names]
        own = float(reference.expression[places].mean())
        rest = _without_smile(reference, maps) if channel.calm else reference.expression.copy()
        for name, drive in channel.company:
            rest[ARKIT_INDEX[name]] += drive
        tried = [own + step * (1.0 - own) for step in channel.steps]
        if own > FELT:
            tried = [step * own for step in channel.lower] + tried
        readings = []
        for value in tried:
            expression = rest.copy()
            expression[places] += value - own
            readings.append(read(expression, places))
        still = float(reader.still.motion.expression[places].mean())
        drives, values = _with_own(
            tried, readings, own, read(rest, places) if channel.calm else still
        )
        change = fitted(drives, values, own, channel.gain, channel.share) - own
        # Only the last commands go farther, so that the others are still read as they are meant.
        change[1] += max(channel.end - own - change[1, -1], 0.0) * np.linspace(0.0, 1.0, KNOTS) ** 4
        maps |= {name: reference.expression[ARKIT_INDEX[name]] + change for name in channel.names}
        if values.max() < channel.shown:
            weak.append(f'{channel.label}: at most {values.max():.2f}')
    plain = Response.plain(reference.expression)
    return with_channels(plain, maps, _turns(draw, reference, reader), tuple(weak))


def _without_smile(
    reference: FaceMotion, maps: Mapping[str, NDArray[np.float64]]
) -> NDArray[np.float32]:
    """Return the drives of a portrait whose own smile is taken away, as far as it can be."""
    expression = reference.expression.copy()
    for side in ('Left', 'Right'):
        name = f'mouthSmile{side}'
        expression[ARKIT_INDEX[name]] = maps[name][0, -1]
    return expression


def _with_own(
    tried: list[float], readings: list[float], own: float, own_reading: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return drives in rising order and their readings, among them the own one; none is NaN."""
    drives, values = np.array([own, *tried]), np.array([own_reading, *readings])
    order = np.argsort(drives)
    drives, values = drives[order], values[order]
    found = ~np.isnan(values)
    return drives[found], values[found]


def _turns(draw: Draw, reference: FaceMotion, reader: PictureReader) -> NDArray[np.float32]:
    factors = np.ones(3, np.float32)
    for axis in range(3):
        read = []
        for sign in (1.0, -1.0):
            rotation = np.zeros(3, np.float32)
            rotation[axis] = sign * TURN
            face = reader.read(draw(replace(reference, rotation=rotation)))
            if face is not None:
                turned = face.motion.rotation[axis] - reader.still.motion.rotation[axis]
                read.append(sign * float(turned) / TURN)
        if read:
            factor = 1.0 / max(float(np.mean(read)), 0.5)
            factors[axis] = np.round(np.clip(factor, *TURN_FACTORS), 2)
    return factors
