"""Computes the paper's FD: the L1 distance of 3DMM coefficients in three groups, times 100.

Source: Zhou et al., Responsive Listening Head Generation, ECCV 2022, section 5.1 and Table 3. The
paper names the distance and the factor; that it is a mean over the coefficients of a group is our
reading of its magnitudes (.0779 rad = 4.5 deg). The distance of the same name in newer papers is
Frechet's, see `frechet`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import DataError
from vico_listener.errors import SettingError
from vico_listener.media.face_track import FaceTrack
from vico_listener.native import native_rotation

GROUPS = ('angle', 'exp', 'trans')
"""Angles (3) in rad, expression (basis.size), translation (3); the crop is never evaluated."""

Groups = dict[str, NDArray[np.float64]]


def feature_groups(track: FaceTrack) -> Groups:
    """Return the groups (T, 3), (T, basis.size), (T, 3) in the basis' native order and units."""
    angles = [native_rotation(track.basis, rotation) for rotation in track.rotation]
    return {
        'angle': np.array(angles, np.float64).reshape(len(track), 3),
        'exp': track.expression.astype(np.float64),
        'trans': track.translation.astype(np.float64),
    }


def pose(groups: Groups) -> NDArray[np.float64]:
    """Return (T, 6) angles and translation together, as newer papers compare them."""
    return np.hstack([groups['angle'], groups['trans']])


Pooling = Literal['frames', 'clips']
POOLINGS: tuple[Pooling, ...] = get_args(Pooling)
"""FD averages over all frames or over the means of clips; the paper does not state which."""

SCALE = 100.0
"""The factor by which the paper multiplies the distance."""


@dataclass(frozen=True)
class FeatureDistance:
    """L1 distance x100 of the groups, and over how many frames it was taken."""

    angle: float
    exp: float
    trans: float
    frames: int


def feature_distance(generated: FaceTrack, true: FaceTrack) -> FeatureDistance:
    """Return the FD of one clip: mean |generated - true| x100 in raw units over frames 2..T.

    Frame 1 is the reference that the listener was given. Frames in which either face is not valid
    are left out. Both poses must be relative to the same thing.

    Raises:
        DataError: different lengths or bases, or no frame to compare.
    """
    if len(generated) != len(true):
        raise DataError(f'{len(generated)} generated frames against {len(true)} true ones')
    if generated.basis is not true.basis:
        raise DataError(
            f'the generated face is in the basis {generated.basis.name}, '
            f'the true one in {true.basis.name}: they cannot be compared'
        )
    both = generated.valid & true.valid
    both[:1] = False
    if not both.any():
        raise DataError('no frame after the first shows both faces')
    ours, theirs = feature_groups(generated), feature_groups(true)
    means = {name: np.abs(ours[name][both] - theirs[name][both]).mean() for name in GROUPS}
    return FeatureDistance(
        **{name: SCALE * float(mean) for name, mean in means.items()}, frames=int(both.sum())
    )


def pool(distances: Sequence[FeatureDistance], pooling: Pooling = 'frames') -> FeatureDistance:
    """Return the FD of several clips: the mean over all their frames, or over the clips.

    Raises:
        DataError: no clips.
        SettingError: an unknown pooling.
    """
    if not distances:
        raise DataError('no clips to pool')
    if pooling not in POOLINGS:
        raise SettingError(f"unknown pooling '{pooling}': choose one of {', '.join(POOLINGS)}")
    weights = [d.frames if pooling == 'frames' else 1 for d in distances]
    means = {
        name: float(np.average([getattr(d, name) for d in distances], weights=weights))
        for name in GROUPS
    }
    return FeatureDistance(**means, frames=sum(d.frames for d in distances))
