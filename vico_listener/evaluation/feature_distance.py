"""FD of the paper: how far a generated face is from the true listener's."""

import numpy as np

from vico_listener.dataset.face_track import FaceTrack

SCALE = 100.0


def feature_distance(generated: FaceTrack, true: FaceTrack) -> dict[str, float]:
    """L1 distance x 100 (Zhou et al., ECCV 2022, section 5.2), smaller is better.

    Mean absolute difference over frames 2..T and dimensions, in the tracks' own units (rad, basis
    coefficients, m or Deep3D's): `angle`, `exp` and `trans`. Frame 1 is the reference, and given;
    frames in which the true listener was not seen are left out. Not the Frechet distance.

    Raises:
        ValueError: tracks of different length or basis, or nothing to compare.
    """
    if len(generated) != len(true) or generated.basis is not true.basis:
        raise ValueError(
            f'cannot compare {len(generated)} frames in {generated.basis.name} with {len(true)} '
            f'in {true.basis.name}'
        )
    rows = true.valid & generated.valid & (np.arange(len(true)) > 0)
    if not rows.any():
        raise ValueError('no frame to compare: frame 1 is the reference')
    groups = {'angle': 'rotation', 'exp': 'expression', 'trans': 'translation'}
    return {
        name: SCALE
        * float(
            np.abs(
                getattr(generated, field)[rows].astype(np.float64) - getattr(true, field)[rows]
            ).mean()
        )
        for name, field in groups.items()
    }
