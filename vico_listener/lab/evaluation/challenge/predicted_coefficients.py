"""Scores folders of predicted coefficients, as ViCo's challenges of 2022 and 2023 do.

Source: Zhou et al., Responsive Listening Head Generation, ECCV 2022, section 5.1, and the
challenge's description. ExpL1 and PoseL1 are those of 2023, and are not multiplied by 100.
"""

from collections.abc import Collection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from vico_listener.errors import DataError
from vico_listener.face.deep3d.coefficients import ANGLES
from vico_listener.face.deep3d.coefficients import EXPRESSION
from vico_listener.face.deep3d.coefficients import TRANSLATION
from vico_listener.face.deep3d.coefficients import load_mat
from vico_listener.lab.evaluation.challenge.submissions import Column
from vico_listener.lab.evaluation.challenge.submissions import Pair
from vico_listener.lab.evaluation.challenge.submissions import Scores
from vico_listener.lab.evaluation.challenge.submissions import Submission
from vico_listener.lab.evaluation.challenge.submissions import paired
from vico_listener.lab.evaluation.challenge.submissions import weighted
from vico_listener.lab.evaluation.feature_distance import GROUPS
from vico_listener.lab.evaluation.feature_distance import SCALE
from vico_listener.lab.evaluation.feature_distance import Groups
from vico_listener.lab.evaluation.feature_distance import pose

ENDINGS = ('.mat',)

COLUMNS = (
    *(Column(f'FD {group}', higher=False, in_2023=False) for group in GROUPS),
    Column('ExpL1', higher=False, in_2022=False),
    Column('PoseL1', higher=False, in_2022=False),
)

NOTE = (
    'Predicted coefficients against the true ones. FD as in the paper: mean |predicted - true| '
    'times 100 over the coefficients of a group, angles in rad. ExpL1 and PoseL1 as in the '
    'challenge of 2023: the same mean without the factor, over the expression, and over angles and '
    'translation together. {frames} Means are over all frames. The sum of ranks is over the '
    'columns of 2023 (ExpL1, PoseL1), first ranks are counted over those of 2022 (FD).'
)


PARTS = dict(zip(GROUPS, (ANGLES, EXPRESSION, TRANSLATION), strict=True))


def _coefficients(path: Path) -> Groups:
    """Return what a file says of each group, as it is: no angle becomes another of the same turn.

    Raises:
        DataError: it cannot be read.
    """
    rows = load_mat(path)[0].astype(np.float64)
    return {name: rows[:, part] for name, part in PARTS.items()}


def _finite(groups: Groups) -> NDArray[np.bool_]:
    rows = np.hstack([groups[name] for name in GROUPS])
    return np.asarray(np.isfinite(rows).all(axis=1), np.bool_)


def _groups(pair: Pair, first: int) -> tuple[Groups, Groups]:
    """Return what is compared of both files: from frame `first` on, where both are finite.

    Raises:
        DataError: a file that cannot be read, other lengths, a prediction that is not finite, or
            nothing to compare.
    """
    ours, theirs = _coefficients(pair.made), _coefficients(pair.true)
    lengths = [len(groups['exp']) for groups in (ours, theirs)]
    if lengths[0] != lengths[1]:
        raise DataError(f'{pair.made} has {lengths[0]} frames, {pair.true} has {lengths[1]}')
    scored = _finite(theirs)
    scored[:first] = False
    if not scored.any():
        raise DataError(f'{pair.true}: no frame can be compared')
    broken = int((scored & ~_finite(ours)).sum())
    if broken:  # left out, they would make the score better
        raise DataError(
            f'{pair.made}: {broken} of {lengths[0]} frames hold numbers that are not finite'
        )
    return {n: ours[n][scored] for n in GROUPS}, {n: theirs[n][scored] for n in GROUPS}


def score_predictions(
    submission: Submission,
    truth: Path,
    with_first: bool = False,
    quiet: bool = False,
    clips: Collection[str] | None = None,
) -> tuple[Scores, list[str]]:
    """Score one folder of `.mat` files; return its scores and notes.

    Args:
        submission: files in the layout of the ViCo baseline (`coeff`, `transform_params`).
        truth: folder of the true ones.
        with_first: the first frame, which the listener is given, is scored as well.
        quiet: without a progress bar.
        clips: the names of those that count; None for all.

    Raises:
        DataError: a missing or broken file, or one of another length.
    """
    pairs, notes = paired(submission, truth, ENDINGS, clips)
    scores, frames = {}, {}
    for pair in tqdm(pairs, desc=submission.name, unit='clip', disable=quiet):
        made, true = _groups(pair, 0 if with_first else 1)
        distances = {name: float(np.abs(made[name] - true[name]).mean()) for name in GROUPS}
        scores[pair.clip] = {
            **{f'FD {name}': SCALE * distance for name, distance in distances.items()},
            'ExpL1': distances['exp'],
            'PoseL1': float(np.abs(pose(made) - pose(true)).mean()),
        }
        frames[pair.clip] = len(made['exp'])
    return Scores(submission.name, sum(frames.values()), weighted(scores, frames), scores), notes
