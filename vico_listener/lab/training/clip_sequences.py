"""Converts clips of a data set to the tensors that a network of output `motion` is trained on.

The target at a tick is the listener's face at that tick, from the speaker up to it: no delay. (The
paper pairs the speaker's frame t with the listener's t + 1, which a live listener cannot show
earlier either.) Ticks at which the listener was not seen count as padding.
"""

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from vico_listener.errors import DataError
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.dataset.reference import reference_face
from vico_listener.lab.dataset.reference import relative_track
from vico_listener.lab.training.sequences import SMALLEST_STD
from vico_listener.lab.training.sequences import Sequences
from vico_listener.lab.training.sequences import stack
from vico_listener.listener.model.config import GESTURE_HEADS
from vico_listener.listener.model.config import ModelConfig
from vico_listener.listener.model.vectors import NUMBERS
from vico_listener.listener.model.vectors import Normalisation
from vico_listener.listener.model.vectors import conditions
from vico_listener.listener.model.vectors import driven_vector
from vico_listener.listener.model.vectors import initial_vector
from vico_listener.listener.model.vectors import motion_vector
from vico_listener.listener.model.vectors import normalised
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import Attitude
from vico_listener.native import to_native

Array = NDArray[np.float32]

SHORTEST = 30
"""Ticks of the shortest window at the end of a clip, as in the authors' code."""


def check_clips(config: ModelConfig, clips: Sequence[ClipFeatures], adapted: bool = False) -> None:
    """Refuse clips that the network cannot be trained on.

    Args:
        config: the network.
        clips: the clips.
        adapted: whether the network is that of a checkpoint, so that no setting changes it.

    Raises:
        DataError: another basis or layout, numbers that are not finite, or a listener who is never
            seen.
    """
    for clip in clips:
        basis = clip.listener.basis
        if basis is not config.motion_basis:
            raise DataError(
                f'{clip.clip}: its features are in the basis {basis.name}, the network is made '
                f'for {config.basis}: {_other_network("basis", adapted)}, or extract the features '
                'again'
            )
        if clip.acoustics != config.acoustic:
            raise DataError(
                f'{clip.clip}: its acoustic features are {clip.acoustics}, the network is made '
                f'for {config.acoustic}: {_other_network("acoustic", adapted)}, or extract them '
                f'with --acoustics {config.acoustic}'
            )
        if not clip.listener.valid.any():
            raise DataError(f'{clip.clip}: the listener is never seen')
        clip.check_finite()


def _other_network(setting: str, adapted: bool) -> str:
    """Return what to do for a network that fits the clips."""
    return 'start from a checkpoint that knows those' if adapted else f'set model.{setting}'


def _known_rows(clip: ClipFeatures) -> dict[str, Array]:
    """Return what is valid, by name."""
    return {
        'acoustic': clip.acoustic[clip.heard],
        'speaker': native_rows(clip.speaker)[clip.speaker.valid],
        'listener': native_rows(clip.listener)[clip.listener.valid],
    }


def native_rows(track: FaceTrack) -> Array:
    """Return a track as networks see it, (T, motion_size); zero where it is not valid."""
    if not track.basis.absolute_pose:
        rows = motion_vector(track.rotation, track.expression, track.translation)
        return np.where(track.valid[:, None], rows, np.float32(0))
    rows = np.zeros((len(track), 3 + track.basis.size + 3 + 3), np.float32)
    for tick in np.flatnonzero(track.valid).tolist():
        rows[tick] = to_native(track.motion(tick))
    return rows


def measure_clips(config: ModelConfig, clips: Sequence[ClipFeatures]) -> Normalisation:
    """Measure means and deviations over the visible ticks of the training set."""
    plain = vars(Normalisation.identity(config))
    known = [_known_rows(replace(c, listener=relative_track(c.listener))) for c in clips]
    values = {name: np.concatenate([rows[name] for rows in known]) for name in known[0]}
    for name, rows in values.items():
        if not len(rows):
            raise DataError(f'the training set holds no {name} at all')
        plain = plain | {
            f'{name}_mean': rows.mean(axis=0).astype(np.float32),
            f'{name}_std': np.maximum(rows.std(axis=0), SMALLEST_STD[name]).astype(np.float32),
        }
    return Normalisation(**plain)


def clip_sequences(
    config: ModelConfig,
    norm: Normalisation,
    clips: Sequence[ClipFeatures],
    window: int = 0,
    stride: int = 1,
) -> Sequences:
    """Convert clips, or windows of them, to sequences padded to the longest.

    Args:
        config: configuration of the network.
        norm: normalisation of its training.
        clips: clips in the network's basis.
        window: ticks of a window, whose first face is its reference; 0 for whole clips.
        stride: ticks from one window's start to the next.
    """
    return stack(
        [_sequence(config, norm, part) for c in clips for part in windows(c, window, stride)]
    )


def windows(clip: ClipFeatures, window: int, stride: int) -> Iterator[ClipFeatures]:
    """Return the windows of a clip in which the listener is seen; the last shrink to `SHORTEST`."""
    if window <= 0 or len(clip) <= window:
        yield clip
        return
    for start in range(0, len(clip) - SHORTEST + 1, stride):
        rows = slice(start, start + window)
        if clip.listener.valid[rows].any():
            yield clip.rows(rows)


def _sequence(config: ModelConfig, norm: Normalisation, clip: ClipFeatures) -> Sequences:
    count, kinds = len(clip), len(GESTURE_HEADS)
    shares = np.zeros((count, len(Attitude)), np.float32)
    shares[:, tuple(Attitude).index(clip.attitude)] = 1
    condition = conditions(config, shares)
    motion = native_rows(relative_track(clip.listener))
    driven = driven_vector(
        config,
        norm,
        np.where(clip.heard[:, None], clip.acoustic, np.float32(0)),
        clip.heard,
        native_rows(clip.speaker),
        clip.speaker.valid,
        clip.speaking & clip.heard,
        condition,
        np.zeros((count, 0), np.float32),
    )
    reference = to_native(reference_face(clip.listener))
    nothing = torch.zeros(count, kinds)
    return Sequences(
        initial=torch.from_numpy(initial_vector(config, norm, reference, condition[0])),
        driven=torch.from_numpy(driven),
        motion=torch.from_numpy(normalised(config, motion, norm.listener_mean, norm.listener_std)),
        begins=nothing,
        numbers=torch.zeros(count, NUMBERS),
        cycles=nothing,
        sides=nothing,
        upswings=nothing,
        mask=torch.from_numpy(clip.listener.valid.astype(np.float32)),
    )
