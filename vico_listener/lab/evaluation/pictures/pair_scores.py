"""Scores pairs of a picture that was made and the true one, whoever made it."""

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from vico_listener.frames import Picture
from vico_listener.lab.evaluation.frechet import frechet_distance
from vico_listener.lab.evaluation.pictures.measures import cpbd
from vico_listener.lab.evaluation.pictures.measures import psnr
from vico_listener.lab.evaluation.pictures.measures import ssim
from vico_listener.media.motion_track import FloatArray

Pair = tuple[Picture, Picture]
"""A picture that was made, and the true one of the same size."""

MEASURES = ('SSIM', 'PSNR', 'CPBD')
"""Measures of single pictures that need no network."""


class Features(Protocol):
    """What FID needs of `Inception`."""

    def features(self, pictures: Sequence[Picture]) -> FloatArray:
        """Return (N, D) features of pictures of one size."""


class Likeness(Protocol):
    """What CSIM needs of `IdentityNetwork`."""

    def similarity(self, one: Picture, other: Picture) -> float:
        """Return how alike the people in two pictures are, -1..1."""


@dataclass(frozen=True)
class Measuring:
    """How pictures are measured.

    Attributes:
        inception: the network for FID; None: no FID.
        arcface: the network for CSIM; None: no CSIM.
        shrink: SSIM of pictures of 384 px or more is taken of smaller ones (see `ssim`).
    """

    inception: Features | None = None
    arcface: Likeness | None = None
    shrink: bool = True


@dataclass(frozen=True)
class PairScores:
    """The scores of the pictures of one clip.

    Attributes:
        frames: over how many pictures.
        values: means of `MEASURES` over them (PSNR in dB), and of CSIM where it was asked for.
        made, true: (N, D) features of every picture, for FID; None unless asked for.
    """

    frames: int
    values: dict[str, float]
    made: FloatArray | None = None
    true: FloatArray | None = None


def score_pairs(pairs: Iterable[Pair], measuring: Measuring) -> PairScores:
    """Score all pairs of a clip; without any there are 0 frames and no values.

    Raises:
        DataError: pictures are smaller than a block of CPBD.
    """
    found: list[dict[str, float]] = []
    features: list[FloatArray] = []
    for made, true in pairs:
        gray = np.asarray(cv2.cvtColor(made, cv2.COLOR_BGR2GRAY), np.uint8)
        measured = (ssim(made, true, measuring.shrink), psnr(made, true), cpbd(gray))
        values = dict(zip(MEASURES, measured, strict=True))
        if measuring.arcface is not None:
            values['CSIM'] = measuring.arcface.similarity(made, true)
        found.append(values)
        if measuring.inception is not None:
            features.append(measuring.inception.features([made, true]))
    if not found:
        return PairScores(0, {})
    means = {name: float(np.mean([values[name] for values in found])) for name in found[0]}
    if not features:
        return PairScores(len(found), means)
    both = np.stack(features)
    return PairScores(len(found), means, both[:, 0], both[:, 1])


def fid(scores: Iterable[PairScores]) -> float | None:
    """Return the FID over the pictures of several clips; None without features or for one only."""
    kept = [(s.made, s.true) for s in scores if s.made is not None and s.true is not None]
    if sum(len(made) for made, _ in kept) < 2:
        return None
    made, true = (np.concatenate(side) for side in zip(*kept, strict=True))
    return frechet_distance(made, true)
