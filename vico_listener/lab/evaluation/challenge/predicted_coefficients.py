"""Scores folders of predicted coefficients, as ViCo's challenges of 2022 and 2023 do.

Source: Zhou et al., Responsive Listening Head Generation, ECCV 2022, section 5.1, and the
challenge's description. ExpL1 and PoseL1 are those of 2023, and are not multiplied by 100.
"""

from pathlib import Path

import numpy as np
from tqdm import tqdm

from vico_listener.errors import DataError
from vico_listener.lab.dataset.vico.deep3d_files import read_mat
from vico_listener.lab.evaluation.challenge.submissions import Column
from vico_listener.lab.evaluation.challenge.submissions import Pair
from vico_listener.lab.evaluation.challenge.submissions import Scores
from vico_listener.lab.evaluation.challenge.submissions import Submission
from vico_listener.lab.evaluation.challenge.submissions import paired
from vico_listener.lab.evaluation.challenge.submissions import weighted
from vico_listener.lab.evaluation.feature_distance import GROUPS
from vico_listener.lab.evaluation.feature_distance import SCALE
from vico_listener.lab.evaluation.feature_distance import Groups
from vico_listener.lab.evaluation.feature_distance import feature_groups
from vico_listener.lab.evaluation.feature_distance import pose

ENDINGS = ('.mat',)

COLUMNS = (
    *(Column(f'FD {group}', higher=False) for group in GROUPS),
    Column('ExpL1', higher=False),
    Column('PoseL1', higher=False),
)

NOTE = (
    'Predicted coefficients against the true ones. FD as in the paper: mean |predicted - true| '
    'times 100 over the coefficients of a group, angles in rad. ExpL1 and PoseL1 as in the '
    'challenge of 2023: the same mean without the factor, over the expression, and over angles and '
    'translation together. {frames} Means are over all frames.'
)


def _groups(pair: Pair, first: int) -> tuple[Groups, Groups]:
    """Return what is compared of both files: from frame `first` on, where both are finite.

    Raises:
        DataError: a file that cannot be read, other lengths, a prediction that is not finite, or
            nothing to compare.
    """
    made, true = read_mat(pair.made), read_mat(pair.true)
    if len(made) != len(true):
        raise DataError(f'{pair.made} has {len(made)} frames, {pair.true} has {len(true)}')
    scored = true.valid.copy()
    scored[:first] = False
    if not scored.any():
        raise DataError(f'{pair.true}: no frame can be compared')
    broken = int((scored & ~made.valid).sum())
    if broken:  # left out, they would make the score better
        raise DataError(
            f'{pair.made}: {broken} of {len(made)} frames hold numbers that are not finite'
        )
    ours, theirs = feature_groups(made), feature_groups(true)
    return {n: ours[n][scored] for n in GROUPS}, {n: theirs[n][scored] for n in GROUPS}


def score_predictions(
    submission: Submission, truth: Path, with_first: bool = False, quiet: bool = False
) -> tuple[Scores, list[str]]:
    """Score one folder of `.mat` files; return its scores and notes.

    Args:
        submission: files in the layout of the ViCo baseline (`coeff`, `transform_params`).
        truth: folder of the true ones.
        with_first: the first frame, which the listener is given, is scored as well.
        quiet: without a progress bar.

    Raises:
        DataError: a missing or broken file, or one of another length.
    """
    pairs, notes = paired(submission, truth, ENDINGS)
    clips, frames = {}, {}
    for pair in tqdm(pairs, desc=submission.name, unit='clip', disable=quiet):
        made, true = _groups(pair, 0 if with_first else 1)
        distances = {name: float(np.abs(made[name] - true[name]).mean()) for name in GROUPS}
        clips[pair.clip] = {
            **{f'FD {name}': SCALE * distance for name, distance in distances.items()},
            'ExpL1': distances['exp'],
            'PoseL1': float(np.abs(pose(made) - pose(true)).mean()),
        }
        frames[pair.clip] = len(made['exp'])
    return Scores(submission.name, sum(frames.values()), weighted(clips, frames), clips), notes
