"""Scores folders of generated videos against the true ones: the paper's Table 4 for anybody's.

Source: Zhou et al., Responsive Listening Head Generation, ECCV 2022, section 5.1.
"""

from collections.abc import Collection
from collections.abc import Iterator
from itertools import islice
from itertools import zip_longest
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from vico_listener.errors import DataError
from vico_listener.frames import Picture
from vico_listener.lab.evaluation.challenge.submissions import Column
from vico_listener.lab.evaluation.challenge.submissions import Pair
from vico_listener.lab.evaluation.challenge.submissions import Scores
from vico_listener.lab.evaluation.challenge.submissions import Submission
from vico_listener.lab.evaluation.challenge.submissions import paired
from vico_listener.lab.evaluation.challenge.submissions import weighted
from vico_listener.lab.evaluation.pictures.pair_scores import Measuring
from vico_listener.lab.evaluation.pictures.pair_scores import PairScores
from vico_listener.lab.evaluation.pictures.pair_scores import fid
from vico_listener.lab.evaluation.pictures.pair_scores import score_pairs
from vico_listener.media.clip import camera_frames

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


def score_videos(
    submission: Submission,
    truth: Path,
    measuring: Measuring,
    with_first: bool = False,
    quiet: bool = False,
    clips: Collection[str] | None = None,
) -> tuple[Scores, list[str]]:
    """Score one folder of generated videos; return its scores and notes.

    Args:
        submission: one video for each true one.
        truth: folder of the true ones.
        measuring: what is measured, and how.
        with_first: the first frame, which the generator is given, is scored as well.
        quiet: without a progress bar.
        clips: the names of those that count; None for all.

    Raises:
        DataError: a missing or broken video, or one of another length.
    """
    pairs, notes = paired(submission, truth, ENDINGS, clips)
    found: dict[str, PairScores] = {}
    for pair in tqdm(pairs, desc=submission.name, unit='clip', disable=quiet):
        scores = score_pairs(islice(_pictures(pair), 0 if with_first else 1, None), measuring)
        if not scores.frames:
            raise DataError(f'{pair.made} has no picture after the first')
        found[pair.clip] = scores
    of_clips = {clip: scores.values for clip, scores in found.items()}
    frames = {clip: scores.frames for clip, scores in found.items()}
    values = weighted(of_clips, frames)
    distance = fid(found.values())
    if distance is not None:
        values['FID'] = distance
    return Scores(submission.name, sum(frames.values()), values, of_clips), notes
