"""How a portrait answers commands: a monotone map per coefficient from command to drive.

A drive is the value that the renderer draws. What a face tracker reads of it differs from portrait
to portrait, so that the same smile is plain on one and invisible on another; `Response` corrects
that as far as a portrait can show it. A response is kept, so that each portrait is measured once.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vico_listener.bundled_files import FACE_MODEL
from vico_listener.frames import Picture
from vico_listener.motion import ARKIT_INDEX
from vico_listener.render.array_cache import cache_folder
from vico_listener.render.array_cache import code_digest
from vico_listener.render.array_cache import load_arrays
from vico_listener.render.array_cache import save_arrays

KNOTS = 17
"""The number of commands on each side of the portrait's own value at which a map is stored.

They are even, from the own value to 0 and to 1, and the map is linear in between.
"""

GRAIN = 1.0 / 256.0
"""Drives are rounded to this, so that the last bits of the tracker's networks do not matter."""

KNEE = 0.7
"""The share of a channel's largest reading up to which it is asked for exactly.

Larger commands share the rest of what the portrait can show.
"""

ANSWERS = 0.02
"""The least change of a reading by which a portrait answers at all."""

SATURATED = 0.04
"""What a command of 1 may be read below the most, whose drive would be far beyond all others."""

EAGER = 1.0
"""By how much small commands are exaggerated in a channel that the tracker does not read."""

GONE = 0.04
"""The reading below which an expression is gone, so that more is not undone."""

PUCKER_TAKEN = 0.3
"""How much of a portrait's own pucker is taken back at most.

The tracker reads closed lips as much as 0.98 puckered, whose mouth is as wide as others'. To widen
it accordingly would fold the skin beside its corners, as soon as it smiles as well.
"""

Float = NDArray[np.float32]


@dataclass(frozen=True)
class Response:
    """The corrections of one portrait.

    Attributes:
        own: (52,) float32, the portrait's own coefficients, which are left as they are.
        drives: (2, 52, KNOTS) float32, the drive of every coefficient from its own value on, to
            command 0 and to command 1.
        turns: (3,) float32, the factors of roll, pitch and yaw.
        weak: the channels that the portrait hardly shows, with what is read of them at most.
    """

    own: Float
    drives: Float
    turns: Float
    weak: tuple[str, ...] = ()

    @classmethod
    def plain(cls, own: Float) -> 'Response':
        """Return the response that draws what it is told, but for much of the own pucker."""
        even = np.linspace(0.0, 1.0, KNOTS, dtype=np.float32)
        ends = np.stack([np.zeros_like(own), np.ones_like(own)])
        pucker = ARKIT_INDEX['mouthPucker']
        ends[0, pucker] = max(own[pucker] - PUCKER_TAKEN, 0.0)
        drives = own[:, None] + even * (ends - own)[..., None]
        return cls(own, drives.astype(np.float32), np.ones(3, np.float32))

    def drive(self, expression: Float) -> Float:
        """Return the drives (52,) of commands (52,) from 0 to 1."""
        change = expression - self.own
        side = change > 0.0
        place = np.abs(change) * np.where(side, *self._knots_per_unit)
        low = np.minimum(place.astype(np.intp), KNOTS - 2)
        index = np.where(side, *self._first_knots) + low
        start, end = self.drives.take(index), self.drives.take(index + 1)
        return np.asarray(start + (place - low) * (end - start), np.float32)

    @cached_property
    def _knots_per_unit(self) -> tuple[Float, Float]:
        """The knots per unit of command above and below the own values."""
        rooms = 1.0 - self.own, self.own
        above, below = ((KNOTS - 1) / np.maximum(room, np.float32(1e-6)) for room in rooms)
        return above.astype(np.float32), below.astype(np.float32)

    @cached_property
    def _first_knots(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The places of the first knots above and below the own values in the flat `drives`."""
        below = KNOTS * np.arange(len(self.own))
        return below + self.drives[0].size, below


def fitted(
    drives: NDArray[np.float64],
    readings: NDArray[np.float64],
    own: float,
    gain: float = 10.0,
    share: float = KNEE,
) -> NDArray[np.float64]:
    """Return the drives (2, KNOTS) of one coefficient (see `Response`) for what was read at some.

    The map rises, and leaves the portrait's own value as it is.

    Args:
        drives: (K,) the drives that were tried, in rising order; `own` is among them.
        readings: (K,) what was read of each.
        own: the portrait's own value of the coefficient.
        gain: the largest change of the drive per change of the command.
        share: up to which share of its largest reading a channel is asked for exactly.
    """
    place = int(np.abs(drives - own).argmin())
    # What counts is the change from the portrait, whose own reading depends on the picture's size.
    seen = readings - readings[place] + own
    below, above = np.linspace(own, 0.0, KNOTS), np.linspace(own, 1.0, KNOTS)
    down, up = below.copy(), above.copy()
    rising = np.maximum.accumulate(seen[place:])
    most = min(float(rising[-1]) - SATURATED, 1.0)
    if most <= own + ANSWERS:
        # What the tracker cannot see is drawn plainly enough for people.
        up = own + (above - own) * (1.0 + EAGER * (1.0 - above))
    else:
        knee = own + share * (most - own)
        beyond = knee + (most - knee) * (above - knee) / max(1.0 - knee, 1e-6)
        wanted = np.where(above <= knee, above, beyond)
        up = np.interp(wanted, *_strictly(rising, drives[place:]))
        up = np.minimum(up, own + gain * (above - own))
    falling = np.minimum.accumulate(seen[place::-1])
    least = max(float(falling[-1]), GONE)
    if least < own - ANSWERS:
        wanted = np.maximum(below, least)
        down = np.interp(-wanted, *_strictly(-falling, drives[place::-1]))
    change = np.round((np.stack([down, up]) - own) / GRAIN) * GRAIN
    return np.asarray(own + change)


def _strictly(
    readings: NDArray[np.float64], drives: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the points of a rising curve at which its reading exceeds that of the one before."""
    keep = np.concatenate([[True], np.diff(readings) > 1e-4])
    return readings[keep], drives[keep]


def with_channels(
    response: Response, channels: Mapping[str, NDArray[np.float64]], turns: Float,
    weak: tuple[str, ...],
) -> Response:  # fmt: skip
    """Return a response with the maps (2, KNOTS) of some coefficients, by their full names."""
    drives = response.drives.copy()
    for name, row in channels.items():
        drives[:, ARKIT_INDEX[name]] = row
    return Response(response.own, drives, turns, weak)


def cached_path(portrait: Picture, size: int) -> Path | None:
    """Return where the response of a portrait is kept, by renderer, face model and portrait.

    None without a home folder.
    """
    key = hashlib.sha256(code_digest(Path(__file__).parent))
    key.update(f'{FACE_MODEL.sha256} {portrait.shape} {size}'.encode())
    key.update(np.ascontiguousarray(portrait).tobytes())
    folder = cache_folder('portraits')
    return None if folder is None else folder / f'{key.hexdigest()[:32]}.npz'


def load_response(path: Path, own: Float) -> Response | None:
    """Return the response in a file, or None if there is none of a portrait with these values."""
    found = load_arrays(path, ('own', 'drives', 'turns', 'weak'))
    if found is None or not np.array_equal(found['own'], own):
        return None
    return Response(found['own'], found['drives'], found['turns'], tuple(found['weak'].tolist()))


def save_response(path: Path, response: Response) -> None:
    """Keep a response; where the folder cannot be written, the next start measures again."""
    arrays = {
        'own': response.own,
        'drives': response.drives,
        'turns': response.turns,
        'weak': np.array(response.weak, dtype=np.str_),
    }
    save_arrays(path, arrays, 'the measurement of the portrait')
