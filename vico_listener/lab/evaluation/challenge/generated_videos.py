"""Scores folders of generated videos against the true ones: the paper's Table 4 for anybody's.

Source: Zhou et al., Responsive Listening Head Generation, ECCV 2022, section 5.1.
"""

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from vico_listener.errors import DataError
from vico_listener.frames import Picture
from vico_listener.lab.evaluation.challenge.arcface import IdentityNetwork
from vico_listener.lab.evaluation.challenge.submissions import Column
from vico_listener.lab.evaluation.challenge.submissions import Pair
from vico_listener.lab.evaluation.challenge.submissions import Scores
from vico_listener.lab.evaluation.challenge.submissions import Submission
from vico_listener.lab.evaluation.challenge.submissions import paired
from vico_listener.lab.evaluation.challenge.submissions import weighted
from vico_listener.lab.evaluation.frechet import frechet_distance
from vico_listener.lab.evaluation.pictures.measures import cpbd
from vico_listener.lab.evaluation.pictures.measures import psnr
from vico_listener.lab.evaluation.pictures.measures import ssim
from vico_listener.lab.evaluation.pictures.rendering import Features
from vico_listener.media.clip import camera_frames
from vico_listener.media.motion_track import FloatArray

ENDINGS = ('.mp4', '.avi', '.mov', '.mkv', '.webm')

COLUMNS = (
    Column('FID', higher=False, note='FID was not taken: it needs `--inception`.'),
    Column('SSIM', higher=True),
    Column('PSNR', higher=True),
    Column('CPBD', higher=True),
    Column('CSIM', higher=True, note='CSIM was not taken: it needs `--arcface`.'),
)

NOTE = (
    'Generated videos against the true ones, picture by picture, at the size of the true ones. '
    'SSIM{shrunk}, PSNR in dB (equal pictures have 80), CPBD of the generated pictures, CSIM: '
    'cosine of ArcFace embeddings of whole pictures, FID of Inception features. {frames} Means are '
    'over all frames.'
)


@dataclass(frozen=True)
class Measures:
    """What is measured, and how.

    Attributes:
        inception: the network for FID; None: no FID.
        arcface: the network for CSIM; None: no CSIM.
        with_first: the first frame, which the generator is given, is scored as well.
        shrink: SSIM of pictures of 384 px or more is taken of smaller ones (see `ssim`).
    """

    inception: Features | None = None
    arcface: IdentityNetwork | None = None
    with_first: bool = False
    shrink: bool = True


def _pictures(pair: Pair) -> Iterator[tuple[Picture, Picture]]:
    """Yield the generated and the true picture of each frame, both of the true one's size.

    Raises:
        DataError: a video that cannot be read, or of another number of pictures.
    """
    streams = camera_frames(pair.made), camera_frames(pair.true)
    for count, (made, true) in enumerate(zip_longest(*streams)):
        if made is None or true is None:
            short, longer = (pair.made, pair.true) if made is None else (pair.true, pair.made)
            raise DataError(f'{short} ends after {count} pictures, {longer} does not')
        picture, wanted = made.image, true.image.shape[:2]
        if picture.shape[:2] != wanted:
            smaller = wanted[0] < picture.shape[0]
            how = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
            picture = np.asarray(cv2.resize(picture, wanted[::-1], interpolation=how), np.uint8)
        yield picture, true.image


def _score_clip(pair: Pair, measures: Measures) -> tuple[dict[str, float], int, list[FloatArray]]:
    """Return the mean values of a clip, over how many frames, and (2, D) features of each."""
    found: list[dict[str, float]] = []
    features: list[FloatArray] = []
    for number, (made, true) in enumerate(_pictures(pair)):
        if number == 0 and not measures.with_first:
            continue
        gray = np.asarray(cv2.cvtColor(made, cv2.COLOR_BGR2GRAY), np.uint8)
        values = {
            'SSIM': ssim(made, true, measures.shrink),
            'PSNR': psnr(made, true),
            'CPBD': cpbd(gray),
        }
        if measures.arcface is not None:
            values['CSIM'] = measures.arcface.similarity(made, true)
        found.append(values)
        if measures.inception is not None:
            features.append(measures.inception.features([made, true]))
    if not found:
        raise DataError(f'{pair.made} has no picture after the first')
    means = {name: float(np.mean([values[name] for values in found])) for name in found[0]}
    return means, len(found), features


def score_videos(
    submission: Submission, truth: Path, measures: Measures, quiet: bool = False
) -> tuple[Scores, list[str]]:
    """Score one folder of generated videos; return its scores and notes.

    Args:
        submission: one video for each true one.
        truth: folder of the true ones.
        measures: what is measured.
        quiet: without a progress bar.

    Raises:
        DataError: a missing or broken video, or one of another length.
    """
    pairs, notes = paired(submission, truth, ENDINGS)
    clips, frames, features = {}, {}, []
    for pair in tqdm(pairs, desc=submission.name, unit='clip', disable=quiet):
        clips[pair.clip], frames[pair.clip], found = _score_clip(pair, measures)
        features += found
    values = weighted(clips, frames)
    if len(features) > 1:
        both = np.stack(features)
        values['FID'] = frechet_distance(both[:, 0], both[:, 1])
    return Scores(submission.name, sum(frames.values()), values, clips), notes


def score_all(
    submissions: Sequence[Submission], truth: Path, measures: Measures, quiet: bool = False
) -> tuple[list[Scores], list[str]]:
    """Score several folders; see `score_videos`."""
    scored = [score_videos(one, truth, measures, quiet) for one in submissions]
    return [scores for scores, _ in scored], [note for _, notes in scored for note in notes]
