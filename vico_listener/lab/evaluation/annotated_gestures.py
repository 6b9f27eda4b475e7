"""Compares the nods and shakes that people annotated with those that the detectors find."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vico_listener.errors import VicoError
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.dataset.clip_features import load_features
from vico_listener.lab.dataset.reference import relative_track
from vico_listener.lab.evaluation.nods import find_nods
from vico_listener.lab.evaluation.nods import find_shakes
from vico_listener.lab.evaluation.signals import SMOOTHING_FRAMES

DETECTORS = {'nod': find_nods, 'shake': find_shakes}
"""By the labels of `labels.csv`."""


@dataclass
class Agreement:
    """How many gestures of listeners were annotated, of these found, and found altogether."""

    annotated: int = 0
    found_of_them: int = 0
    found: int = 0


def agreement(features: Path, labels: Path) -> dict[str, Agreement]:
    """Return for nods and shakes whether the motion shows what people annotated.

    An annotated gesture is found when one of its kind overlaps it. Only clips with labels count:
    of the others, it is not known whether anybody looked.

    Args:
        features: folder of a data set's features.
        labels: its `labels.csv`.

    Raises:
        DataError: there are no features.
    """
    told: dict[str, list[tuple[str, float, float]]] = {}
    with labels.open(newline='', encoding='utf-8') as file:
        for row in csv.DictReader(file):
            if row['who'] == 'listener' and row['label'] in DETECTORS:
                times = float(row['start']), float(row['end'])
                told.setdefault(row['clip'], []).append((row['label'], *times))
    counted = {kind: Agreement() for kind in DETECTORS}
    if told:
        for clip in load_features(features):
            if clip.clip in told and len(clip) >= SMOOTHING_FRAMES and clip.listener.valid.any():
                _count(clip, told[clip.clip], counted)
    return counted


def _count(
    clip: ClipFeatures, told: list[tuple[str, float, float]], counted: Mapping[str, Agreement]
) -> None:
    angles = np.degrees(relative_track(clip.listener).rotation).astype(np.float64)
    for kind, detector in DETECTORS.items():
        found = detector(angles)
        counted[kind].found += len(found)
        for label, start, end in told:
            if label == kind:
                counted[kind].annotated += 1
                counted[kind].found_of_them += any(g.start < end and g.end > start for g in found)


def told_agreement(features: Path, labels: Path) -> str:
    """Return a sentence about `agreement`; '' where nothing was annotated or there is no motion."""
    try:
        counted = agreement(features, labels)
    except VicoError:
        return ''  # whoever extracted them has said so
    parts = [
        f'{a.found_of_them} of {a.annotated} annotated {kind}s are found in the motion, '
        f'and {a.found} altogether'
        for kind, a in counted.items()
        if a.annotated
    ]
    return '; '.join(parts)
