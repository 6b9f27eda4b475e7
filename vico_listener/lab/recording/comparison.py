"""A recorded answer beside what the true listener did."""

from dataclasses import asdict
from pathlib import Path

import numpy as np

from vico_listener.lab.dataset.bags.truth import Truth
from vico_listener.lab.dataset.reference import placed_track
from vico_listener.lab.evaluation.feature_distance import feature_distance
from vico_listener.media.tracks import read_motion


def distance_to_truth(folder: Path, truth: Truth) -> dict[str, float]:
    """FD of the motion recorded in a folder, and the number of frames compared.

    Both poses are put where the camera saw the true listener: raw units, as in the paper.

    Raises:
        RecordingError: there is no motion in the folder. ValueError: no tick in common, or
            another basis.
    """
    ticks, motion = read_motion(folder)
    _, recorded, true = np.intersect1d(ticks, truth.ticks, return_indices=True)
    if not len(true):
        raise ValueError('the recorded motion and the true listener have no tick in common')
    generated = placed_track(motion.rows(recorded), truth.reference)
    original = placed_track(truth.motion.rows(true), truth.reference)
    return asdict(feature_distance(generated, original))
