"""Tells what listeners are from short windows of their motion, each by what others have shown.

The windows of one speaker are told by a linear discriminant that knows the windows of all other
speakers only: neither the speaker, nor the seed of the listener, has been seen before. The
discriminant is Fisher's, of standardised figures, with a ridge on the pooled covariance (Friedman,
J. Am. Stat. Assoc. 84, 1989), because there are few windows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import DataError
from vico_listener.motion import ARKIT_NAMES

SETTLING_SECONDS = 1.0
"""The begin that is left out, in which a listener eases into its attitude, s."""

RIDGE = 0.1
"""What is added to the diagonal of the covariance of the standardised figures."""

READ_SHARE = 0.5
"""A window of whose pictures fewer were read cannot be told."""

EYES = ('eyeLook', 'eyeBlink')


class Part(str, Enum):
    """What a viewer goes by."""

    ALL = 'face and head'
    FACE = 'face'
    HEAD = 'head'
    TURNS = "head's turns"


@dataclass(frozen=True)
class Shown:
    """What one listener showed to one speaker.

    Attributes:
        kind: what it is: an attitude, or a personality.
        speaker: the speaker; what was shown to the same one is never learned from.
        rate: rows per second.
        rotation: (T, 3) roll, pitch, yaw, rad; translation: (T, 3) m, x forward.
        expression: (T, 52) ARKit coefficients. Rows that could not be read are NaN.
    """

    kind: str
    speaker: str
    rate: float
    rotation: NDArray[np.float64]
    translation: NDArray[np.float64]
    expression: NDArray[np.float64]


@dataclass(frozen=True)
class ToldApart:
    """How windows were told.

    Attributes:
        kinds: what there was to tell, in order.
        counts: (kinds, kinds + 1) windows of each kind (row) by what they were told to be (column);
            the last column are windows that could not be read.
    """

    kinds: tuple[str, ...]
    counts: NDArray[np.int64]

    @property
    def share(self) -> float:
        """The share of all windows that were told right, 0 to 1."""
        return float(np.trace(self.counts) / self.counts.sum())


def figures(shown: Shown, seconds: float, part: Part) -> NDArray[np.float64]:
    """Return (windows, figures) of consecutive windows; NaN in those that cannot be told.

    Of the face they are the means of its coefficients, both sides as one, without lids and gaze; of
    the head its mean pose, whatever the side of tilt and turn, and the range and mean speed (as
    logarithms) of pitch and yaw.
    """
    length = round(seconds * shown.rate)
    first = round(SETTLING_SECONDS * shown.rate)
    starts = range(first, len(shown.rotation) - length + 1, length)
    rows = [_figures(shown, slice(start, start + length), part) for start in starts]
    return np.array(rows)


def _figures(shown: Shown, rows: slice, part: Part) -> NDArray[np.float64]:
    read = np.isfinite(shown.rotation[rows, 0])
    face = _sides_joined(shown.expression[rows][read])
    turns = np.degrees(shown.rotation[rows][read])
    place = 1000.0 * shown.translation[rows, 0][read]
    if read.mean() < READ_SHARE:
        face, turns = np.full((2, face.shape[1]), np.nan), np.full((2, 3), np.nan)
        place = np.full(2, np.nan)
    roll, pitch, yaw = turns.T
    head = [abs(roll.mean()), pitch.mean(), abs(yaw.mean())]
    for angle in (pitch, yaw):
        speed = np.abs(np.diff(angle)).mean() * shown.rate
        head += [np.log1p(np.ptp(angle)), np.log1p(speed)]
    return np.array(
        {
            Part.ALL: [*face.mean(axis=0), *head, place.mean()],
            Part.FACE: [*face.mean(axis=0)],
            Part.HEAD: [*head, place.mean()],
            Part.TURNS: head,
        }[part]
    )


def _sides_joined(expression: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (T, names) the coefficients with both sides as one, without lids and gaze."""
    names = [name.removesuffix('Left').removesuffix('Right') for name in ARKIT_NAMES]
    kept = [name for name in dict.fromkeys(names) if not name.startswith(EYES)]
    columns = [[i for i, own in enumerate(names) if own == name] for name in kept]
    return np.stack([expression[:, column].mean(axis=1) for column in columns], axis=1)


def told_apart(every: Sequence[Shown], seconds: float, part: Part = Part.ALL) -> ToldApart:
    """Tell the kind of every window, from the windows of other speakers.

    Raises:
        DataError: there are fewer than two kinds or speakers, or too few windows to learn from.
    """
    kinds = tuple(dict.fromkeys(shown.kind for shown in every))
    speakers = tuple(dict.fromkeys(shown.speaker for shown in every))
    if min(len(kinds), len(speakers)) < 2:
        raise DataError('at least two kinds of listeners and two speakers are needed')
    found = [figures(shown, seconds, part) for shown in every]
    if not all(map(len, found)):
        raise DataError(f'every recording must be longer than {seconds + SETTLING_SECONDS:g} s')
    kind = np.concatenate(
        [np.full(len(f), kinds.index(s.kind)) for s, f in zip(every, found, strict=True)]
    )
    speaker = np.concatenate(
        [np.full(len(f), speakers.index(s.speaker)) for s, f in zip(every, found, strict=True)]
    )
    values = np.concatenate(found)
    read = np.isfinite(values).all(axis=1)
    told = np.full(len(values), len(kinds))
    for one in range(len(speakers)):
        known = read & (speaker != one)
        if len(set(kind[known])) < len(kinds):
            raise DataError('of the other speakers some kind has no window that can be read')
        asked = read & (speaker == one)
        told[asked] = discriminated(values[known], kind[known], values[asked])
    counts = np.zeros((len(kinds), len(kinds) + 1), np.int64)
    np.add.at(counts, (kind, told), 1)
    return ToldApart(kinds, counts)


def discriminated(
    known: NDArray[np.float64], kind: NDArray[np.int64], asked: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return (N,) the kinds of what is asked, (N, figures), from what is known, (M, figures)."""
    scale = known.std(axis=0)
    scale[scale == 0.0] = 1.0
    known, asked = known / scale, asked / scale
    means = np.array([known[kind == k].mean(axis=0) for k in range(kind.max() + 1)])
    within = known - means[kind]
    covariance = within.T @ within / len(known) + RIDGE * np.eye(known.shape[1])
    away = asked[:, None] - means
    distance = np.einsum('nkf,nkf->nk', away @ np.linalg.inv(covariance), away)
    nearest: NDArray[np.int64] = distance.argmin(axis=1)
    return nearest
