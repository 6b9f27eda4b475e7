"""Reads the authors' training checkpoints strictly, and converts them to ours.

`Epoch_%03d.bin` is a pickled dict of 16 tensors, with `module.` before their names when it was
trained on several GPUs. The means and deviations that belong to it lie in two more pickles. All of
them are read by torch's restricted unpickler: nothing in them is run.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from vico_listener.arguments import check_number
from vico_listener.face.deep3d.coefficients import CANVAS
from vico_listener.face.deep3d.coefficients import VIDEO_SIZE
from vico_listener.face.deep3d.coefficients import VIDEO_SIZES
from vico_listener.face.deep3d.coefficients import crop_in_canvas
from vico_listener.lab.dataset.vico.deep3d_files import load_plain
from vico_listener.listener.model.checkpoint import Checkpoint
from vico_listener.listener.model.checkpoint import CheckpointError
from vico_listener.listener.model.checkpoint import Weights
from vico_listener.listener.model.config import ModelConfig
from vico_listener.listener.model.vectors import Normalisation
from vico_listener.neural.torch_file import TorchFileError

RELEASE_MODEL = ModelConfig(
    basis='bfm64',
    acoustic='vico_release',
    attitude=False,
    flags=False,
    output='motion',
    input_limit=0.0,
)
"""The authors' released network: 73 values, no attitude, 248,449 parameters."""

DOUBTFUL = 0.25
"""By which share a size may differ from what the places of the faces tell."""

CROP = slice(-3, None)
"""The crop among the 73 values: scale, x, y."""

_NAMES = {
    'fusion.layernorm_init': 'initial_norm',
    'fusion.layernorm_driven': 'driven_norm',
    'fusion.get_initial_state.0': 'initial_hidden',
    'fusion.get_initial_state.2': 'initial_state_',
    'fusion.fusion.0': 'fuse',
    'fusion.lstm_layers': 'lstm',
    'dynam_3dmm_fc': 'head',
}


def import_release(
    weights: Path, motion_stats: Path, acoustic_stats: Path, video_size: int = CANVAS
) -> Checkpoint:
    """Return the authors' network as a checkpoint of this package.

    Args:
        weights: `Epoch_%03d.bin`.
        motion_stats: `video_feats_mean_std.bin`.
        acoustic_stats: `audio_feats_mean_std.bin`.
        video_size: the side of the square videos that it was trained on, px. Its crops are in
            pixels of them; ours are those of 256x256, so its statistics are brought to that size.

    Raises:
        CheckpointError: a file is missing, wants to run code, or holds something else.
        SettingError: the size is out of range.
    """
    check_number('video_size', video_size, *VIDEO_SIZES)
    motion = _load(motion_stats)
    if not isinstance(motion, dict) or 'angle.exp.trans' not in motion:
        raise CheckpointError(f"{motion_stats} has no 'angle.exp.trans'")
    mean, std = _mean_std(motion_stats, motion['angle.exp.trans'], RELEASE_MODEL.motion_size)
    mean, std = _at_canvas(mean, std, video_size)
    heard = _mean_std(acoustic_stats, _load(acoustic_stats), 45)
    plain = vars(Normalisation.identity(RELEASE_MODEL))
    norm = Normalisation(
        **plain
        | {'speaker_mean': mean, 'speaker_std': std, 'listener_mean': mean, 'listener_std': std}
        | {'acoustic_mean': heard[0], 'acoustic_std': heard[1]}
    )
    config = replace(RELEASE_MODEL, training={VIDEO_SIZE: video_size})
    checkpoint = Checkpoint(config, _weights(weights), norm)
    try:
        checkpoint.check()
    except CheckpointError as error:
        raise CheckpointError(f'{weights}: {error}') from None
    return checkpoint


def doubtful_size(norm: Normalisation, video_size: int) -> str:
    """Return what speaks against the size of the videos that was told; '' if nothing does.

    Faces lie in the middle of a video on average, so that its size is about twice their mean place.
    """
    place = float(norm.listener_mean[-2]) * video_size / CANVAS
    if abs(2 * place - video_size) <= DOUBTFUL * video_size:
        return ''
    return (
        f'the faces of its training lie at {place:.0f} px on average, as in videos of about '
        f'{2 * place:.0f} px and not of {video_size}: check --video-size (384 for ViCo)'
    )


def _at_canvas(
    mean: NDArray[np.float32], std: NDArray[np.float32], video_size: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return means and deviations whose crops are those of 256x256: the z-scores stay the same."""
    mean, std = mean.copy(), std.copy()
    zoom = CANVAS / video_size
    mean[CROP] = crop_in_canvas(mean[CROP], video_size)
    std[CROP] *= np.array([1 / zoom, zoom, zoom], np.float32)
    return mean, std


def _load(path: Path) -> Any:
    try:
        return load_plain(path)
    except TorchFileError as error:
        raise CheckpointError(str(error)) from None


def _weights(path: Path) -> Weights:
    tensors = _load(path)
    values = tensors.values() if isinstance(tensors, dict) else [None]
    if not all(isinstance(tensor, torch.Tensor) for tensor in values):
        raise CheckpointError(f'{path} is not a dict of tensors')
    weights = {}
    for name, tensor in tensors.items():
        plain = name.removeprefix('module.')
        stem, _, last = plain.rpartition('.')
        if stem not in _NAMES:
            raise CheckpointError(f'{path} holds {name}, which the released network does not have')
        weights[f'{_NAMES[stem]}.{last}'] = tensor.float().numpy()
    return weights


def _mean_std(
    path: Path, content: Any, size: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    if not isinstance(content, dict) or not {'mean', 'std'} <= content.keys():
        raise CheckpointError(f"{path} has no 'mean' and 'std'")
    mean, std = (np.asarray(content[name], np.float32).ravel() for name in ('mean', 'std'))
    if mean.shape != (size,) or std.shape != (size,):
        raise CheckpointError(f'{path} has {len(mean)} means and {len(std)} deviations, not {size}')
    return mean, std
