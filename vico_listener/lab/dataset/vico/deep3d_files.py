"""Reads and writes the 3DMM coefficients of a data set's videos in the authors' file formats.

.mat          `coeff` (T, 257) and `transform_params` (T, 5), float32 or float64, one file for each
              video, found by its name anywhere below a folder
feature tree  `audio_feats/<clip>.npy` (T, 45) and `video_feats/<clip>.speaker.bin`,
              `.listener.bin`, dicts with 'angle.exp.trans' (T, 73), as the authors' trainer reads

Audio is analysed here for `.mat` files; a tree holds its features (layout `vico_release`).
"""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vico_listener.choices import ACOUSTICS
from vico_listener.clock import NANOSECONDS
from vico_listener.clock import tick_stamp
from vico_listener.errors import VicoError
from vico_listener.face.deep3d.coefficients import ANGLES
from vico_listener.face.deep3d.coefficients import CANVAS
from vico_listener.face.deep3d.coefficients import EXPRESSION
from vico_listener.face.deep3d.coefficients import TRANSLATION
from vico_listener.face.deep3d.coefficients import canvas_crop
from vico_listener.face.deep3d.coefficients import crop_in_canvas
from vico_listener.face.deep3d.coefficients import load_mat
from vico_listener.face.deep3d.coefficients import save_mat
from vico_listener.face.deep3d.reconstruction import Reconstruction
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.dataset.tick_images import images_at_ticks
from vico_listener.lab.dataset.vico.layouts import ClipEntry
from vico_listener.lab.dataset.vico.stretch import landmarker
from vico_listener.lab.dataset.vico.stretch import resized
from vico_listener.lab.reconstruction.clip_coefficients import reconstruct_clip
from vico_listener.media.clip import ClipError
from vico_listener.media.clip import read_audio
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import BFM64
from vico_listener.motion import Attitude
from vico_listener.native import rep103_rotation
from vico_listener.speech import acoustic_features
from vico_listener.speech.release import shortcoming

ROW = 73
"""The authors' feature trees hold angle 3 | expression 64 | translation 3 | crop 3."""
CROP = slice(70, ROW)

_NUMPY: list[Any] = [
    np.ndarray,
    np.dtype,
    np.dtypes.Float32DType,
    np.dtypes.Float64DType,
    *(
        (np.zeros(0).__reduce__()[0], f'{module}.multiarray._reconstruct')
        for module in ('numpy.core', 'numpy._core')
    ),
]
"""What NumPy arrays need to be unpickled, by old and new names."""


def read_mat(path: Path) -> FaceTrack:
    """Read the coefficients of one video.

    Raises:
        DataError: the file has another layout.
    """
    coefficients, transform = load_mat(path)
    parts = (coefficients[:, part] for part in (ANGLES, EXPRESSION, TRANSLATION))
    return track_of(np.hstack([*parts, canvas_crop(transform)]).astype(np.float64))


def track_of(native: NDArray) -> FaceTrack:
    """Return rows (T, 73) in the authors' order as a track, valid where they are finite."""
    valid = np.isfinite(native).all(axis=1)
    rows = np.where(valid[:, None], native, 0.0)
    rotation = np.array([rep103_rotation(BFM64, row[:3]) for row in rows], np.float32)
    parts = (
        np.ascontiguousarray(rows[:, a:b], np.float32) for a, b in ((3, 67), (67, 70), (70, 73))
    )
    expression, translation, crop = parts
    return FaceTrack(expression, rotation.reshape(-1, 3), translation, valid, crop, BFM64)


def features_from_mat(
    entry: ClipEntry,
    folder: Path,
    attitude: Attitude,
    acoustics: str = ACOUSTICS[0],
    lookahead: int = 0,
) -> tuple[ClipFeatures, list[str]]:
    """Return features of a clip from `.mat` files below `folder` and the clip's own audio.

    Args:
        entry: the clip.
        folder: the folder of the files.
        attitude: the listener's attitude.
        acoustics: the layout of the acoustic features, one of `ACOUSTICS`.
        lookahead: how many ticks later than the faces the sound is.

    Raises:
        DataError: a file is missing or wrong.
    """
    tracks = []
    for video in (entry.speaker_video, entry.listener_video):
        found = sorted(folder.rglob(f'{video.stem}.mat'))
        if not found:
            raise ClipError(f'no {video.stem}.mat below {folder}')
        tracks.append(read_mat(found[0]))
    count = min(map(len, tracks))
    samples, rate = read_audio(entry.audio)
    ticks = [tick_stamp(tick + lookahead) for tick in range(count)]
    acoustic, speaking, pitch = acoustic_features(samples, rate, ticks, acoustics)
    # Stamps are whole nanoseconds: one that was rounded up lies less than a sample after the end.
    heard = np.array([stamp * rate // NANOSECONDS <= len(samples) for stamp in ticks])
    made, notes = _features(entry, attitude, tracks, acoustic, speaking, heard)
    lacking = shortcoming(acoustics, rate)
    notes += [lacking] if lacking else []
    return replace(made, pitch=pitch[: len(made)], acoustics=acoustics), notes


def load_plain(path: Path) -> Any:
    """Load the tensors and NumPy arrays of a torch or pickle file without running its code.

    Raises:
        TorchFileError: it is missing, broken, or wants more than plain data.
    """
    from vico_listener.neural.torch_file import read_torch_file

    return read_torch_file(path, _NUMPY)


def features_from_tree(
    entry: ClipEntry, folder: Path, attitude: Attitude, video_size: int = CANVAS
) -> tuple[ClipFeatures, list[str]]:
    """Return features of a clip from the tree that the authors' trainer reads.

    Args:
        entry: the clip.
        folder: the folder of the tree.
        attitude: the listener's attitude.
        video_size: the side of the square videos of which it was made, px.

    Raises:
        ClipError: a file is missing or wrong, or wants to run code.
    """
    from vico_listener.neural.torch_file import TorchFileError

    tracks = []
    for who in ('speaker', 'listener'):
        path = folder / 'video_feats' / f'{entry.clip}.{who}.bin'
        try:
            content = load_plain(path)
        except TorchFileError as error:
            raise ClipError(str(error)) from None
        rows = np.asarray(content.get('angle.exp.trans') if isinstance(content, dict) else None)
        if rows.ndim != 2 or rows.shape[1] != ROW:
            raise ClipError(f"{path}: 'angle.exp.trans' has the shape {rows.shape}, not (T, {ROW})")
        rows = rows.astype(np.float64)
        rows[:, CROP] = crop_in_canvas(rows[:, CROP], video_size)
        tracks.append(track_of(rows))
    path = folder / 'audio_feats' / f'{entry.clip}.npy'
    try:
        acoustic = np.load(path, allow_pickle=False).astype(np.float32)
    except (OSError, ValueError) as error:
        raise ClipError(f'{path} cannot be read: {error}') from None
    heard = np.isfinite(acoustic).all(axis=1)
    loud = heard & (acoustic[:, 39] > 0)  # its RMS; the tree tells no voice activity
    made = _features(entry, attitude, tracks, np.where(heard[:, None], acoustic, 0), loud, heard)
    made[0].acoustics = 'vico_release'
    return made


def _features(
    entry: ClipEntry,
    attitude: Attitude,
    tracks: list[FaceTrack],
    acoustic: NDArray[np.float32],
    speaking: NDArray[np.bool_],
    heard: NDArray[np.bool_],
) -> tuple[ClipFeatures, list[str]]:
    lengths = [*map(len, tracks), len(acoustic)]
    count = min(lengths)
    if count == 0:
        raise ClipError('it holds no frame')
    notes = []
    if max(lengths) > count:
        notes.append('rows of speaker, listener and audio: {}, {}, {}'.format(*lengths))
    for who, track in zip(('speaker', 'listener'), tracks, strict=True):
        if not track.valid.all():
            notes.append(f'{np.count_nonzero(~track.valid)} rows of the {who} are not finite')
    speaker, listener = (track.rows(slice(0, count)) for track in tracks)
    features = ClipFeatures(
        clip=entry.clip,
        split=entry.split,
        attitude=attitude,
        speaker_id=entry.speaker_id,
        listener_id=entry.listener_id,
        acoustic=acoustic[:count],
        speaking=speaking[:count],
        heard=heard[:count],
        speaker=speaker,
        listener=listener,
    )
    return features, notes


@lru_cache(maxsize=1)
def _reconstruction(model: str) -> Reconstruction:
    return Reconstruction(model)


def write_coefficients(entry: ClipEntry, folder: Path, model: str, factor: float) -> list[str]:
    """Write `<video>.mat` of speaker and listener, where it is not there yet; a row a tick.

    Args:
        entry: the clip.
        folder: folder of the files.
        model: `epoch_20.pth`.
        factor: factor for the width of all images; 1 as the authors have it.

    Returns:
        notes on what was not seen.

    Raises:
        ClipError: a video that cannot be read or shows nobody.
        FaceModelError: the model is missing or another file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    notes = []
    videos = {'speaker': entry.speaker_video, 'listener': entry.listener_video}
    for who, video in videos.items():
        path = folder / f'{video.stem}.mat'
        if path.exists():
            continue
        images = (resized(image, factor) for image in images_at_ticks(video))
        network = _reconstruction(model)
        try:
            clip = reconstruct_clip(images, network, landmarker())
        except VicoError as error:
            raise ClipError(f'{video.name}: {error}') from None
        unfinished = path.with_suffix('.part.mat')
        save_mat(unfinished, clip.coefficients, clip.transform_params)
        unfinished.replace(path)
        if not clip.found.all():
            notes.append(
                f'{who} not seen in {np.mean(~clip.found):.0%} of the frames: the place of the '
                'frame before was fitted, as the authors have it'
            )
    return notes
