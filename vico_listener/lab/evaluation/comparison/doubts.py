"""Doubts whether clips were extracted for the network that is scored on them."""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from vico_listener.face.deep3d.coefficients import VIDEO_SIZE
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.listener.model.checkpoint import Checkpoint
from vico_listener.motion import BFM64

FAR = 3.0
"""Standard deviations by which no speakers' mean crop differs from that of a training."""


def extraction_doubts(
    label: str, checkpoint: Checkpoint, clips: Sequence[ClipFeatures], settings: Mapping[str, Any]
) -> list[str]:
    """Return what makes the input of a network another than in its training, in sentences.

    Args:
        label: what the network is called.
        checkpoint: the network.
        clips: on which it is scored.
        settings: with which they were extracted; empty where that is not known.
    """
    told = []
    # Only networks of the authors' code say how large their videos were; a tree is theirs as well.
    theirs = VIDEO_SIZE in checkpoint.config.training
    if theirs and settings and not settings.get('tree') and not settings.get('lookahead'):
        told.append(
            f'{label} was trained on sound that comes a frame after the image, and these features '
            'have it before: its numbers are not those of its authors. Extract them again with '
            '--lookahead 1.'
        )
    crops = [clip.speaker.crop[clip.speaker.valid] for clip in clips]
    if checkpoint.config.basis == BFM64.name and any(len(crop) for crop in crops):
        size = BFM64.size + 6
        mean, deviation = (
            part[size:] for part in (checkpoint.norm.speaker_mean, checkpoint.norm.speaker_std)
        )
        off = np.abs(np.concatenate(crops).mean(axis=0) - mean) / deviation
        if off.max() > FAR:
            told.append(
                f"The speakers' faces lie {off.max():.1f} standard deviations from where "
                f'{label} was trained: was the right --video-size told, of the checkpoint and of '
                'the features?'
            )
    return told
