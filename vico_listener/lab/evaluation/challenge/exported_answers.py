"""Writes answers to clips as `.mat` files of the ViCo baseline, for others to score."""

from pathlib import Path

import numpy as np

from vico_listener.errors import SettingError
from vico_listener.face.deep3d.coefficients import ANGLES
from vico_listener.face.deep3d.coefficients import CANVAS
from vico_listener.face.deep3d.coefficients import EXPRESSION
from vico_listener.face.deep3d.coefficients import SIZE
from vico_listener.face.deep3d.coefficients import TRANSLATION
from vico_listener.face.deep3d.coefficients import save_mat
from vico_listener.lab.evaluation.comparison.evaluation import Evaluation
from vico_listener.lab.evaluation.comparison.scores import TRUE
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import BFM64
from vico_listener.native import to_native

TRUTH = 'truth'
"""The folder of the true listeners."""


def check_exportable(basis: str) -> None:
    """Refuse clips whose motion `.mat` files cannot hold.

    Raises:
        SettingError: another basis than `bfm64`.
    """
    if basis != BFM64.name:
        raise SettingError(f'--export writes .mat files, which are of {BFM64.name}, not of {basis}')


def export_answers(evaluation: Evaluation, folder: Path) -> list[Path]:
    """Write `folder/MODEL/CLIP.mat` of every model, and `folder/truth/CLIP.mat`; return folders.

    As in the files of the authors' code, the first frame of an answer is the true one, which the
    model was given.
    """
    written = []
    given = {one.job.clip.clip: one.track for one in evaluation.of(TRUE)}
    for label in (TRUE, *(model.label for model in evaluation.models)):
        own = folder / (TRUTH if label == TRUE else label)
        for one in evaluation.of(label):
            clip = one.job.clip.clip
            _save(own / f'{clip}.mat', one.track, given[clip])
        written.append(own)
    return written


def _save(path: Path, track: FaceTrack, given: FaceTrack) -> None:
    """Write a track that begins with the given one's first face, if there is one.

    Frames without a face are not finite, crops are those of 256 px.
    """
    native = np.array([to_native(track.motion(tick)) for tick in range(len(track))], np.float32)
    native[~track.valid] = np.nan
    if given.valid[0]:
        native[0] = to_native(given.motion(0))
    rows = np.zeros((len(track), SIZE), np.float32)
    rows[:, ANGLES], rows[:, EXPRESSION] = native[:, :3], native[:, 3:67]
    rows[:, TRANSLATION] = native[:, 67:70]
    side = np.full((len(track), 2), CANVAS, np.float32)
    save_mat(path, rows, np.hstack([side, native[:, 70:]]))
